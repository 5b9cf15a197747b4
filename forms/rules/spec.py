"""What a sheet's content file says: which rows in which order, and how much room for handwriting."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from contacts.rules.parties import Party
from outage.rules.routine import Routine


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A message one party sends, with `empty_rows` lines for handwriting; no heading means its own name."""

    message: str
    sender: Party
    empty_rows: int
    heading: str = ""


@dataclass(frozen=True, slots=True)
class SpecHead:
    """What every kind of sheet has. `version` has at most two characters: it stands in the code on each page.

    `advice` says what the sheet is not, `proposal` whose it is; both stand at the foot of each page.
    """

    id: str
    version: str
    title: str
    landscape: bool
    advice: str
    proposal: str

    @property
    def foot(self) -> str:
        """Give what stands at the foot of each page."""
        return f"{self.advice} {self.proposal}"


@dataclass(frozen=True, slots=True)
class SheetSpec(SpecHead):
    """The vårdkedjeblankett. `rows` are made for the routine named; another one gets its own process order."""

    routine: str
    rows: tuple[SheetRow, ...]
    empty_rows: int
    more_heading: str
    more_rows: int
    after_heading: str

    def rows_for(self, routine: Routine) -> tuple[SheetRow, ...]:
        """Give the rows in order: the file's for its own routine, else every sending as it comes (R3)."""
        if routine.id == self.routine:
            return self.rows
        return tuple(
            SheetRow(message.key, sending.party, self.empty_rows)
            for message in routine.messages.values()
            for sending in message.sendings
        )


def row_faults(rows: Sequence[SheetRow], routine: Routine) -> list[str]:
    """Give what is wrong with `rows`, an English line for each: every sending of `routine` stands once."""
    wanted = {
        (message.key, sending.party) for message in routine.messages.values() for sending in message.sendings
    }
    counted = Counter((row.message, row.sender) for row in rows)
    unknown = [pair for pair in counted if pair not in wanted]
    repeated = [pair for pair, times in counted.items() if times > 1]
    missing = sorted(wanted - set(counted))
    return [
        *(f"{sender} sends no {message}; remove the row" for message, sender in unknown),
        *(f"{message} from {sender} stands twice; keep one" for message, sender in repeated),
        *(f"{message} from {sender} is missing; add a row" for message, sender in missing),
    ]
