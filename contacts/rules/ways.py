"""Whether a unit can be reached when one telephony is down: two ways, one not on the region's own.

The telephone can fail together with the IT. A fixed line of the region is taken to be on the region's own telephony;
where the region has said which series are its own, only those are. A mobile never is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .labelled import Labelled
from .phone import digits, in_series, is_extension, is_mobile


class MissingWay(Labelled):
    SECOND = "second", "Bara ett nummer leder hit. Lägg till ett till."
    OUTSIDE = "outside", "Alla nummer går via regionens telefoni. Lägg till ett annat, till exempel en mobil."


@dataclass(frozen=True, slots=True)
class WayIn:
    """One number that leads to a unit. `of_region` says that it belongs to the region."""

    number: str
    of_region: bool


def on_region_telephony(way: WayIn, own_series: Sequence[str]) -> bool:
    """Whether the number goes down with the region's telephony; `own_series` are beginnings such as "090-785"."""
    if is_mobile(way.number):
        return False
    if is_extension(way.number):
        return way.of_region
    if own_series:
        return in_series(way.number, own_series)
    return way.of_region


def missing_ways(ways: Iterable[WayIn], own_series: Sequence[str] = ()) -> tuple[MissingWay, ...]:
    """What a unit that is reached in `ways` lacks; the same number twice is one way.

    An empty number is none, nor is a municipality's extension: who rings from elsewhere does not get there.
    """
    known = {digits(way.number): way for way in ways if way.of_region or not is_extension(way.number)}
    known.pop("", None)
    missing = []
    if len(known) < 2:
        missing.append(MissingWay.SECOND)
    if all(on_region_telephony(way, own_series) for way in known.values()):
        missing.append(MissingWay.OUTSIDE)
    return tuple(missing)
