"""What is chosen of a file in an unknown format: its sheets, their columns, and what its words mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from contacts.rules.swedish_text import tidy_typed

from .book import Book, Sheet
from .columns import COLUMNS, MORE_NUMBERS
from .guessing import CONTACT, ON_CALL, PERSON, SWITCHBOARD_NUMBER, goes_on
from .letters import repaired

REMARK = "Anmärkning"
TARGETS = (*COLUMNS[:5], PERSON, CONTACT, *COLUMNS[5:10], SWITCHBOARD_NUMBER, ON_CALL, *COLUMNS[10:])
"""Everything a column may be, in the order it is offered."""
MANY = frozenset({REMARK, CONTACT, MORE_NUMBERS, ON_CALL, SWITCHBOARD_NUMBER})
"""What several columns may be at once."""
VALUED = ("Huvudman", "Typ", "Gäller")
"""The columns whose values are a few set words."""


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """What is made of one sheet. `heading` is the row of its headings, 0 for none; `columns` says what each column is,
    "" for one that is left out; `principal` and `kind` hold for all rows where no column says it.
    """

    take: bool
    heading: int
    columns: tuple[str, ...]
    skipped: tuple[int, ...] = ()
    principal: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What is made of a file: one choice for each sheet that has something in it, and what its words mean.

    `values` gives by column, and by the key that a word is looked up by, the word that is meant. `letters` is how wrong
    letters are put right, `numbers` whether numbers are taken out of the text about them.
    """

    sheets: tuple[SheetChoice, ...]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    letters: str = ""
    numbers: bool = True

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Choices":
        sheets = tuple(
            SheetChoice(**sheet | {name: tuple(sheet[name]) for name in ("columns", "skipped")})
            for sheet in stored["sheets"]
        )
        return cls(sheets, stored["values"], stored["letters"], stored["numbers"])


@dataclass(frozen=True, slots=True)
class Known:
    """What a guess goes by: short names of principals by name, the own one, what was remembered before."""

    principals: Mapping[str, str]
    own: str
    columns_before: Mapping[str, str] = field(default_factory=dict)
    values_before: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def with_letters(book: Book, how: str) -> Book:
    if not how:
        return book
    sheets = tuple(
        replace(sheet, rows=[[repaired(cell, how) for cell in row] for row in sheet.rows])
        for sheet in book.sheets
    )
    return replace(book, sheets=sheets)


def headings_of(sheet: Sheet, heading: int) -> list[str]:
    """The headings, "" for a column without one; as many as the sheet is wide."""
    width = max(map(len, sheet.rows), default=0)
    row, above = (
        [_on_one_line(cell) for cell in sheet.rows[at - 1]] if 0 < at <= len(sheet.rows) else []
        for at in (heading, heading - 1)
    )
    if goes_on(above, row):
        row = _joined(above + [""] * (width - len(above)), row + [""] * (width - len(row)))
    return row + [""] * (width - len(row))


def _on_one_line(cell: str) -> str:
    return " ".join(tidy_typed(cell).split())


def _joined(above: Sequence[str], row: Sequence[str]) -> list[str]:
    """Headings of two rows as one: "Telefon dag", "Telefon natt" under "Telefon"."""
    joined, wide = [], ""
    for over, own in zip(above, row, strict=True):
        wide = over or (wide if own else "")
        joined.append(own if own == wide else f"{wide} {own}".strip())
    return joined


def data_rows(sheet: Sheet, heading: int) -> Iterator[tuple[int, list[str]]]:
    """The rows under the headings that have any text, with their numbers."""
    for number, row in enumerate(sheet.rows, start=1):
        if number > heading and any(cell.strip() for cell in row):
            yield number, row
