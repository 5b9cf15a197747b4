"""What a file holds, whatever its format: sheets of text, and what a person would see in them that text cannot say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Place = tuple[int, int]
"""A cell: its row, counted from 1 as a spreadsheet does, and its column, counted from 0."""


def letter(place: int) -> str:
    """What a spreadsheet calls the column at `place`, counted from 0: A … Z, AA …."""
    before, own = divmod(place, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + own)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; a text file is a sheet without a name.

    Empty rows keep their place; there are none after the last text. Of cells that were merged over several rows, each
    row has the text. `formulas` are cells whose value nobody typed: they are empty here. `noted` are those with a note,
    as a spreadsheet writes them: it is not read. `refused` says why the sheet cannot be read at all.
    """

    name: str
    rows: list[list[str]]
    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    struck: tuple[Place, ...] = ()
    merged: tuple[str, ...] = ()
    formulas: tuple[Place, ...] = ()
    noted: tuple[str, ...] = ()
    refused: str = ""

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Sheet":
        return cls(
            name=str(told["name"]),
            rows=[[str(cell) for cell in row] for row in told["rows"]],
            hidden=bool(told["hidden"]),
            hidden_rows=tuple(int(row) for row in told["hidden_rows"]),
            hidden_columns=tuple(int(place) for place in told["hidden_columns"]),
            struck=tuple((int(row), int(place)) for row, place in told["struck"]),
            merged=tuple(str(reference) for reference in told["merged"]),
            formulas=tuple((int(row), int(place)) for row, place in told["formulas"]),
            noted=tuple(str(reference) for reference in told.get("noted", ())),
            refused=str(told["refused"]),
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it that could go unread."""
        return not (self.rows or self.formulas or self.refused)


@dataclass(frozen=True, slots=True)
class Book:
    """All sheets of a file. `blind`: its format does not show what is hidden, struck through or a formula."""

    sheets: tuple[Sheet, ...]
    blind: bool = False

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Book":
        """A book as stored, or as a child sent it. Raises TypeError, KeyError or ValueError for others."""
        return cls(tuple(Sheet.read(sheet) for sheet in told["sheets"]), blind=bool(told["blind"]))

    @property
    def filled(self) -> tuple[Sheet, ...]:
        return tuple(sheet for sheet in self.sheets if not sheet.is_empty)
