"""Whether a pasted list says, or may say, that a patient's personal data are protected."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from contacts.rules.swedish_text import DASHES, search_key

from .pasted_words import (
    IS_PROTECTED,
    NAME_COLUMNS,
    NOT_PROTECTED,
    NUMBER_WORDS,
    OF_PROTECTED,
    OTHERS,
    PROTECTED,
)

_WORD = re.compile(r"[^\W_]+|[🔒🔏🔐🛡]")
# What stands in a box that is empty.
_NOTHING = f"{DASHES} \0.\"'/_☐□✗✘❌"


def says_protected(text: str) -> bool:
    """A whole word counts, and not one that "Nej" is said of. Initials after a doctor's title are the doctor's."""
    written = _WORD.findall(text)
    words = [word.casefold() for word in written]
    for at, word in enumerate(words):
        initials = written[at] in PROTECTED and written[at].isupper() and word not in PROTECTED
        if initials and at and words[at - 1] in OTHERS:
            continue
        if (initials or word in PROTECTED) and not _is_denied(words[at + 1 : at + 3]):
            return True
    return False


def _is_denied(following: Sequence[str]) -> bool:
    return following[:1] == ["nej"] or (following[1:] == ["nej"] and following[0] in OF_PROTECTED)


@dataclass(frozen=True, slots=True)
class Shields:
    """The columns by which patients are protected, in a list `width` columns wide; `has_number`: one is of numbers."""

    columns: Collection[int] = ()
    width: int = 0
    has_number: bool = False

    def protect(self, cells: Sequence[str]) -> bool:
        """Whether the columns of a line say so. A line that does not fit may have the answer anywhere."""
        if 1 < len(cells) <= self.width:
            return any(_is_marked(cells[i]) for i in self.columns if i < len(cells))
        return bool(self.columns) and any(
            word.casefold() in IS_PROTECTED for cell in cells for word in _WORD.findall(cell)
        )


def shields_of(cells: Sequence[str]) -> Shields | None:
    """None for a line, without a number, that is no heading of such a list."""
    if {*NUMBER_WORDS, *NAME_COLUMNS}.isdisjoint(search_key(*cells).split()):
        return None
    columns = frozenset(i for i, cell in enumerate(cells) if says_protected(cell))
    has_number = len(cells) > 1 and not NUMBER_WORDS.isdisjoint(map(search_key, cells))
    return Shields(columns, len(cells), has_number) if columns else None


def _is_marked(cell: str) -> bool:
    """Any sign is a mark, but for those by which one says no."""
    key = search_key(cell)
    return key not in NOT_PROTECTED if key else bool(cell.strip(_NOTHING))
