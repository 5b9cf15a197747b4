"""Rows gathered under the limits that hold for every format."""

from collections.abc import Sequence

from .book import letter
from .errors import BadTable
from .limits import CELL_CHARACTERS, COLUMNS, EMPTY_ROWS, ROWS, TEXT_CHARACTERS

EMPTY = "Filen är tom. Välj en annan fil."
TOO_MANY_ROWS = f"Filen har fler än {ROWS} rader. Dela upp den."


class Rows:
    """The rows of a table as they are read. Empty ones count only where a text follows."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self._last = 0
        self._characters = 0

    def add(self, cells: Sequence[str], number: int | None = None) -> None:
        """Take in the row of that number, else the next. Raises BadTable where it goes past a limit."""
        number = self._last + 1 if number is None else number
        if not any(cell and not cell.isspace() for cell in cells):
            self._last = number
            if number - len(self.rows) > EMPTY_ROWS:
                raise BadTable(TOO_MANY_ROWS)
            return
        if number > ROWS + 1:
            raise BadTable(TOO_MANY_ROWS)
        if any(cell.strip() for cell in cells[COLUMNS:]):
            raise BadTable(
                f"Rad {number} har fler än {COLUMNS} kolumner. "
                "Ta bort de kolumner som inte hör till katalogen."
            )
        for place, cell in enumerate(cells[:COLUMNS]):
            if len(cell) > CELL_CHARACTERS:
                raise BadTable(f"Rad {number}, kolumn {letter(place)} har fler än {CELL_CHARACTERS} tecken.")
            self._characters += len(cell)
        if self._characters > TEXT_CHARACTERS:
            raise BadTable("Filen har för mycket text. Dela upp den.")
        self.rows.extend([] for _ in range(number - 1 - len(self.rows)))
        self.rows.append(list(cells[:COLUMNS]))
        self._last = number
