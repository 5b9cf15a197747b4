"""What files of rows have in common: headings however they are spelled, and words for what is wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .personal_number import NO_PATIENT, has_personal_number
from .swedish_text import search_key

LONGEST_QUOTE = 40
# What a person writes, and what a spreadsheet has for true and false.
_YES, _NO = ("ja", "j", "x", "true", "sant"), ("nej", "n", "", "false", "falskt")


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


@dataclass(frozen=True, slots=True)
class Problem:
    """The same fault in one row or several."""

    column: str
    sentence: str
    rows: tuple[int, ...]


class Cells:
    """The cells of one row by column; `bad` collects what is wrong with them."""

    # Columns of staff's own names and ids, which may look like a patient's number.
    own_ids: frozenset[str] = frozenset()

    def __init__(self, number: int, cells: dict[str, str]) -> None:
        self._number = number
        free = cells.keys() - self.own_ids
        self._refused = {column for column in free if has_personal_number(cells[column])}
        self._cells = {column: cell for column, cell in cells.items() if column not in self._refused}
        self.bad = [BadRow(number, column, NO_PATIENT) for column in cells if column in self._refused]

    def say(self, column: str, sentence: str) -> None:
        self.bad.append(BadRow(self._number, column, sentence))

    def text(self, column: str, missing: str = "", longest: int = 0) -> str:
        text = self._cells.get(column, "")
        if missing and not text and column not in self._refused:
            self.say(column, missing)
        if longest and len(text) > longest:
            self.say(column, f"Skriv högst {longest} tecken.")
        return text

    def yes(self, column: str) -> bool:
        text = search_key(self.text(column))
        if text not in (*_YES, *_NO):
            self.say(column, "Skriv ja eller nej.")
        return text in _YES


def quoted(text: str) -> str:
    """A piece of somebody's file fit to stand in a sentence: one line, and shortened."""
    line = " ".join(text.split())
    return f'"{line[:LONGEST_QUOTE]}…"' if len(line) > LONGEST_QUOTE else f'"{line}"'


def heading_key(cell: str) -> str:
    """A heading's lookup key: ignores case, accents and spaces."""
    return search_key(cell).replace(" ", "")


def by_heading(columns: Iterable[str]) -> dict[str, str]:
    return {heading_key(column): column for column in columns}


def read_rows(
    table: Sequence[Sequence[str]], columns: Sequence[str], required: Iterable[str], most: int
) -> tuple[list[tuple[int, dict[str, str]]], list[BadRow]]:
    """The rows of a table with its heading on the first one, each with its number and its cells by column; empty rows
    are left out. Or what is wrong with the table as a whole.
    """
    places, bad = _read_heading(table[0] if table else (), columns, required)
    if bad:
        return [], bad
    if len(table) - 1 > most:
        return [], [BadRow(1, "", f"Filen har fler än {most} rader. Dela upp den.")]
    rows = [
        (number, {column: cells[at].strip() for column, at in places.items() if at < len(cells)})
        for number, cells in enumerate(table[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    return rows, []


def _read_heading(
    cells: Sequence[str], columns: Sequence[str], required: Iterable[str]
) -> tuple[dict[str, int], list[BadRow]]:
    of_heading = by_heading(columns)
    places: dict[str, int] = {}
    bad: list[BadRow] = []
    for at, cell in enumerate(cells):
        column = of_heading.get(heading_key(cell))
        if column in places:
            bad.append(BadRow(1, column or "", "Rubriken står två gånger. Ta bort den ena kolumnen."))
        elif column:
            places[column] = at
        elif cell.strip():
            bad.append(
                BadRow(1, "", f"Rubriken {quoted(cell)} finns inte. Rätta den eller ta bort kolumnen.")
            )
    bad += [BadRow(1, column, "Kolumnen saknas.") for column in required if column not in places]
    return places, bad


def grouped(bad: Iterable[BadRow]) -> tuple[Problem, ...]:
    """The faults by kind, the most frequent first."""
    found: dict[tuple[str, str], list[int]] = {}
    for one in bad:
        found.setdefault((one.column, one.sentence), []).append(one.row)
    problems = [Problem(column, sentence, tuple(rows)) for (column, sentence), rows in found.items()]
    return tuple(sorted(problems, key=lambda problem: (-len(problem.rows), problem.rows)))
