"""Which of a principal's switchboards is its main one (R5.1, R5.3): chosen, or beyond doubt, or none."""

from collections.abc import Collection
from dataclasses import dataclass

from .labelled import Labelled
from .phone import same_number
from .principals import REGION_SWITCHBOARD_NUMBER


class Why(Labelled):
    CHOSEN = "chosen", "Vald av er."
    ROUTINE = "routine", "Har rutinens nummer (R5.1) och gäller tills ni väljer en annan."
    ONLY = "only", "Er enda växel i bruk, och gäller tills ni väljer en annan."
    SEVERAL = "several", "Ni har flera växlar och har inte valt vilken som är er huvudväxel."
    NONE = "none", "Ni har ingen växel i katalogen."


@dataclass(frozen=True, slots=True)
class Switchboard:
    """A switchboard in use. One that is `of_unit` is that unit's own, and the principal's only where it is chosen."""

    entry_id: int
    number: str
    of_unit: bool = False


@dataclass(frozen=True, slots=True)
class MainSwitchboard:
    """`entry_id` is None where none is the main one. `lost` says that the chosen one is no switchboard in use."""

    entry_id: int | None
    why: Why
    lost: bool = False


def main_switchboard(
    chosen: int | None, in_use: Collection[Switchboard], *, of_region: bool
) -> MainSwitchboard:
    """The main switchboard among those `in_use` of one principal, by the id that its administrator has `chosen`.

    Where none is chosen it is the region's with the number of R5.1, else the only one there is; never a guess.
    """
    if chosen is not None and any(each.entry_id == chosen for each in in_use):
        return MainSwitchboard(chosen, Why.CHOSEN)
    lost = chosen is not None
    by_routine = [e.entry_id for e in in_use if same_number(e.number, REGION_SWITCHBOARD_NUMBER)]
    if of_region and by_routine:
        return MainSwitchboard(min(by_routine), Why.ROUTINE, lost)
    candidates = [each.entry_id for each in in_use if not each.of_unit]
    if len(candidates) == 1:
        return MainSwitchboard(candidates[0], Why.ONLY, lost)
    return MainSwitchboard(None, Why.SEVERAL if candidates else Why.NONE, lost)
