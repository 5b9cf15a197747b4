"""What somebody said of a number that does not work: it is said of the number, wherever that stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .phone import is_extension, same_number


@dataclass(frozen=True, slots=True)
class Word:
    """That `number` does not work, said `at` a moment and not taken back: of a contact, or of a principal's jour.

    `open`: nobody who keeps that contact has confirmed the number since, or given the contact another one.
    """

    number: str
    at: datetime
    principal_id: int
    entry_id: int | None
    open: bool

    def is_about(self, number: str, principal_id: int) -> bool:
        """An extension is one of the principal's own: the same digits ring somebody else's telephone elsewhere."""
        own = self.principal_id == principal_id
        # The jour of one principal is not confirmed by another's keepers.
        return same_number(self.number, number) and (
            own or (self.entry_id is not None and not is_extension(number))
        )


def is_said_wrong(number: str, principal_id: int, words: Iterable[Word]) -> bool:
    """Whether a number that stands in no contact of its own, as a turn's, is said not to work."""
    return any(word.open and word.is_about(number, principal_id) for word in words)


def follows(word: Word, entry_id: int, principal_id: int, confirmed: datetime | None) -> bool:
    """Whether a word holds of a contact that has got its number, or has it again; last `confirmed` there."""
    if confirmed is not None and word.at <= confirmed:
        return False
    return word.entry_id == entry_id or (word.open and word.is_about(word.number, principal_id))
