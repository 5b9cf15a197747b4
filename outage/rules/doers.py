"""Whose patient it was when something was logged: that ward enters it afterwards (R4.4), wherever the patient is."""

from collections.abc import Sequence
from dataclasses import dataclass

from .told import PlaceChange

_PUT_RIGHT = (PlaceChange.MISTAKE, PlaceChange.SAME)


@dataclass(frozen=True, slots=True)
class Named:
    """What a version of a chain names as the ward: the id of a unit of the own principal, None for any other place.
    `how` says what became of the ward before it, where somebody said so.
    """

    order: int
    unit: int | None
    how: PlaceChange | None = None


def ward_at(named: Sequence[Named], order: int) -> int | None:
    """The own unit whose patient it was when the row with `order` was first logged; where that was another place, the
    own one before it. A ward named by mistake, or only spelled otherwise, is the one that it was put right to.

    `named` are all versions, oldest first.
    """
    at = max([place for place, one in enumerate(named) if one.order <= order], default=0)
    known = [one.unit for one in named[: at + 1]]
    for one in named[at + 1 :]:
        if one.how in _PUT_RIGHT:
            known[-1:] = [one.unit]
        elif one.how or one.unit != known[-1]:
            break
    return next((unit for unit in reversed(known) if unit), None)
