"""What files of rows have in common: headings however they are spelled, and words for what is wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .personal_number import NO_PATIENT, has_personal_number
from .swedish_text import search_key, tidy_typed

LONGEST_QUOTE = 40
HEADINGS_WITHIN = 15
"""So far down the headings may stand: under a title, the day, who made the file."""
# What a person writes, and what a spreadsheet has for true and false.
_YES, _NO = ("ja", "j", "x", "true", "sant"), ("nej", "n", "", "false", "falskt")


@dataclass(frozen=True, slots=True)
class BadRow:
    """What is wrong with one cell, or with the row where `column` is empty. The first row of the file is 1.

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
    table: Sequence[Sequence[str]], columns: Sequence[str], required: Sequence[str], most: int
) -> tuple[list[tuple[int, dict[str, str]]], list[BadRow]]:
    """The rows of a table under its headings, each with its number and its cells by column, without invisible
    characters; empty rows are left out. Or what is wrong with the table as a whole.
    """
    lines = [[tidy_typed(cell).strip() for cell in cells] for cells in table]
    heading = _heading_row(lines, columns)
    places, bad = _read_heading(heading, lines[heading - 1] if lines else (), columns, required)
    if bad:
        return [], bad
    bad = [
        BadRow(number, "", "Raden står ovanför rubrikerna. Flytta ned den, eller ta bort den.")
        for number, cells in enumerate(lines[: heading - 1], start=1)
        if sum(map(bool, cells)) >= len(required)
    ]
    if len(lines) - heading > most:
        bad.append(BadRow(heading, "", f"Filen har fler än {most} rader. Dela upp den."))
    if bad:
        return [], bad
    rows = [
        (number, {column: cells[at] for column, at in places.items() if at < len(cells)})
        for number, cells in enumerate(lines[heading:], start=heading + 1)
        if any(cells)
    ]
    return rows, []


def _heading_row(lines: Sequence[Sequence[str]], columns: Iterable[str]) -> int:
    """The row that has most of the headings, counted from 1: the first of them, and of the table where none has any."""
    known = by_heading(columns)
    found = [sum(heading_key(cell) in known for cell in cells) for cells in lines[:HEADINGS_WITHIN]]
    return found.index(max(found)) + 1 if found else 1


def _read_heading(
    row: int, cells: Sequence[str], columns: Sequence[str], required: Iterable[str]
) -> tuple[dict[str, int], list[BadRow]]:
    of_heading = by_heading(columns)
    places: dict[str, int] = {}
    bad: list[BadRow] = []
    for at, cell in enumerate(cells):
        column = of_heading.get(heading_key(cell))
        if column in places:
            bad.append(BadRow(row, column or "", "Rubriken står två gånger. Ta bort den ena kolumnen."))
        elif column:
            places[column] = at
        elif cell:
            bad.append(
                BadRow(row, "", f"Rubriken {quoted(cell)} finns inte. Rätta den eller ta bort kolumnen.")
            )
    bad += [BadRow(row, column, "Kolumnen saknas.") for column in required if column not in places]
    return places, bad


def grouped(bad: Iterable[BadRow]) -> tuple[Problem, ...]:
    """The faults by kind, the most frequent first."""
    found: dict[tuple[str, str], list[int]] = {}
    for one in bad:
        found.setdefault((one.column, one.sentence), []).append(one.row)
    problems = [Problem(column, sentence, tuple(rows)) for (column, sentence), rows in found.items()]
    return tuple(sorted(problems, key=lambda problem: (-len(problem.rows), problem.rows)))
