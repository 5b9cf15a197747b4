"""A principal's main switchboard, in words to those who keep its contacts."""

from collections.abc import Sequence
from dataclasses import dataclass

from contacts.models import DirectoryEntry, Principal
from contacts.queries.switchboards import main_of
from contacts.rules.main_switchboard import Why
from contacts.rules.principals import REGION_SWITCHBOARD_NUMBER


@dataclass(frozen=True, slots=True)
class MainShown:
    """Which switchboard is the main one and why. `entry` is None where there is none; `to_choose` asks for a choice."""

    entry: DirectoryEntry | None
    why: str
    to_choose: bool


def main_shown(principal: Principal, in_use: Sequence[DirectoryEntry]) -> MainShown:
    """`principal` is read with its chosen switchboard; `in_use` are its switchboards."""
    main = main_of(principal, in_use)
    why = main.why.label
    if main.lost and principal.main_switchboard is not None:
        gone = principal.main_switchboard
        why = f"{gone.name} var vald och är inte längre en växel i bruk. {why}"
    if main.entry_id is None and principal.is_region:
        why = f"{why} Tills dess ges rutinens nummer {REGION_SWITCHBOARD_NUMBER} (R5.1)."
    return MainShown(
        entry=next((entry for entry in in_use if entry.pk == main.entry_id), None),
        why=why,
        to_choose=main.lost or main.why is Why.SEVERAL,
    )
