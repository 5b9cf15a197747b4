"""What files of rows have in common: headings however they are spelled, and words for what is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

from .swedish_text import search_key

LONGEST_QUOTE = 40


@dataclass(frozen=True, slots=True)
class BadRow:
    """What is wrong with one cell, or with the row where `column` is empty. The heading is row 1.

    `kind` says what is wrong without saying of what, where the sentence names it.
    """

    row: int
    column: str
    sentence: str
    kind: str = ""

    def __str__(self) -> str:
        place = f"rad {self.row}, {self.column}" if self.column else f"rad {self.row}"
        return f"{place}: {self.sentence}"


def quoted(text: str) -> str:
    """A piece of somebody's file fit to stand in a sentence: one line, and shortened."""
    line = " ".join(text.split())
    return f'"{line[:LONGEST_QUOTE]}…"' if len(line) > LONGEST_QUOTE else f'"{line}"'


def heading_key(cell: str) -> str:
    """A heading's lookup key: ignores case, accents and spaces."""
    return search_key(cell).replace(" ", "")


def by_heading(columns: Iterable[str]) -> dict[str, str]:
    return {heading_key(column): column for column in columns}
