"""Rows gathered under the limits that hold for every format."""

from collections.abc import Sequence

from .columns import letter
from .errors import BadTable
from .limits import CELL_CHARACTERS, COLUMNS, EMPTY_ROWS, ROWS, TEXT_CHARACTERS

EMPTY = "Filen är tom. Välj en annan fil."
TOO_MANY_ROWS = f"Filen har fler än {ROWS} rader. Dela upp den."


def too_wide(row: int) -> BadTable:
    """Give the refusal of a row with text beyond the last column we read."""
    return BadTable(
        f"Rad {row} har fler än {COLUMNS} kolumner. Ta bort de kolumner som inte hör till katalogen."
    )


class Rows:
    """The rows of a table as they are read. Empty ones count only where a text follows."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self._empty = 0
        self._characters = 0

    def add(self, cells: Sequence[str]) -> None:
        """Take in the next row. Raises BadTable where it goes past a limit."""
        if not any(cell and not cell.isspace() for cell in cells):
            self._empty += 1
            if self._empty > EMPTY_ROWS:
                raise BadTable(TOO_MANY_ROWS)
            return
        number = len(self.rows) + self._empty + 1
        if number > ROWS + 1:
            raise BadTable(TOO_MANY_ROWS)
        if any(cell.strip() for cell in cells[COLUMNS:]):
            raise too_wide(number)
        for place, cell in enumerate(cells[:COLUMNS]):
            if len(cell) > CELL_CHARACTERS:
                raise BadTable(f"Rad {number}, kolumn {letter(place)} har fler än {CELL_CHARACTERS} tecken.")
            self._characters += len(cell)
        if self._characters > TEXT_CHARACTERS:
            raise BadTable("Filen har för mycket text. Dela upp den.")
        self.rows.extend([] for _ in range(self._empty))
        self._empty = 0
        self.rows.append(list(cells[:COLUMNS]))
