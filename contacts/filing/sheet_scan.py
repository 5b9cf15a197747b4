"""A look through the parts of a workbook before openpyxl sees them, in one pass and in little memory.

openpyxl builds a row before it can be counted, makes up the rows a sheet leaves out, and passes over cells that come
out of order; so a small file can ask for a day's work, or lose a row. What is let through here has neither.
"""

import re
from typing import NoReturn
from xml.parsers import expat

from .archive import DAMAGED
from .collecting import TOO_MANY_ROWS, too_wide
from .columns import letter
from .errors import BadTable
from .limits import CELL_CHARACTERS, CELLS, COLUMNS, ROWS, STYLE_ELEMENTS, XML_DEPTH

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_COORDINATE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW_NUMBER = re.compile(r"[1-9][0-9]{0,6}")
_TOO_MUCH_STYLE = "Filen har för mycket formatering. Kopiera kontakterna till en ny arbetsbok."
_SHEET_DATA_DEPTH, _ROW_DEPTH, _CELL_DEPTH = 2, 3, 4


class Scan:
    """Reads a part as it is unpacked. Raises BadTable on what is no XML and past a limit.

    A document type is refused, and with it every entity: expat is safe without them.
    """

    root = ""
    most_elements = STYLE_ELEMENTS
    sentence_of_elements = _TOO_MUCH_STYLE
    # Ranges that are pointed out one by one make long attributes; openpyxl goes through each.
    longest_attribute = 32_000

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self.text
        self._depth = 0
        self._elements = 0

    def feed(self, piece: bytes) -> None:
        """Read the next piece."""
        self._parse(piece, last=False)

    def close(self) -> None:
        """Tell that there are no more pieces."""
        self._parse(b"", last=True)

    def _parse(self, piece: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(piece, last)
        except (expat.ExpatError, ValueError, LookupError) as wrong:
            raise BadTable(DAMAGED) from wrong

    def _doctype(self, *_declared: object) -> NoReturn:
        raise BadTable(DAMAGED)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth == 1 and name != f"{_MAIN}}}{self.root}":
            raise BadTable(DAMAGED)
        if self._elements > self.most_elements:
            raise BadTable(self.sentence_of_elements)
        if self._depth > XML_DEPTH or any(
            len(value) > self.longest_attribute for value in attributes.values()
        ):
            raise BadTable(DAMAGED)
        space, _, local = name.rpartition("}")
        self.start(local if space == _MAIN else "", attributes)

    def _end(self, name: str) -> None:
        self.end(name.rpartition("}")[2])
        self._depth -= 1

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take in the start of an element; the name is empty where it is not a spreadsheet's own."""

    def end(self, name: str) -> None:
        """Take in the end of an element."""

    def text(self, text: str) -> None:
        """Take in a piece of text."""


class StylesScan(Scan):
    """The styles: they tell which numbers are dates."""

    root = "styleSheet"
    # A number format is at most 255, and openpyxl searches it with patterns that take long over a long one.
    longest_attribute = 1_000


class _TextScan(Scan):
    """What sheet and texts have in common: pieces of one text that are set in different ways."""

    most_elements = 3 * CELLS + STYLE_ELEMENTS
    sentence_of_elements = f"Filen har fler än {CELLS} celler. Dela upp den."

    def __init__(self) -> None:
        super().__init__()
        self._runs = 0

    def count_run(self) -> None:
        """Count one more piece of a text: each costs openpyxl as much as a cell."""
        self._runs += 1
        if self._runs > STYLE_ELEMENTS:
            raise BadTable(_TOO_MUCH_STYLE)


class TextsScan(_TextScan):
    """The table of texts that the cells point into."""

    root = "sst"

    def __init__(self) -> None:
        super().__init__()
        self._texts = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Count the texts."""
        if name == "si":
            self._texts += 1
            if self._texts > CELLS:
                raise BadTable(self.sentence_of_elements)
        elif name not in ("t", "sst"):
            self.count_run()


class SheetScan(_TextScan):
    """The sheet. `rows` and `columns` are how far its cells reach, whatever it says of its own size."""

    root = "worksheet"

    def __init__(self) -> None:
        super().__init__()
        self.rows = 0
        self.columns = 0
        self._row = 0
        self._column = 0
        self._cells = 0
        self._characters = 0
        self._in_data = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Follow rows and cells; all other elements may stand only where they can not be taken for one."""
        if self._depth == _SHEET_DATA_DEPTH:
            self._in_data = name == "sheetData"
        at_row = self._in_data and self._depth == _ROW_DEPTH
        at_cell = self._in_data and self._depth == _CELL_DEPTH
        if at_row != (name == "row") or at_cell != (name == "c"):
            raise BadTable(DAMAGED)
        if at_row:
            self._start_row(attributes)
        elif at_cell:
            self._start_cell(attributes)
        elif self._in_data and self._depth > _CELL_DEPTH:
            if name == "f":
                raise BadTable(
                    f"Rad {self._row}, kolumn {letter(self._column - 1)} har en formel. "
                    "Klistra in cellerna som värden och spara igen."
                )
            if name not in ("v", "is", "t"):
                self.count_run()

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        if number is not None and not _ROW_NUMBER.fullmatch(number):
            raise BadTable(DAMAGED)
        row = self._row + 1 if number is None else int(number)
        if row <= self._row:
            raise BadTable(DAMAGED)
        self._row, self._column = row, 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cells += 1
        if self._cells > CELLS:
            raise BadTable(self.sentence_of_elements)
        column = self._column + 1
        if "r" in attributes:
            found = _COORDINATE.fullmatch(attributes["r"])
            if not found or int(found[2]) != self._row:
                raise BadTable(DAMAGED)
            column = _column_number(found[1])
        if column <= self._column:
            raise BadTable(DAMAGED)
        self._column = column
        self._characters = 0

    def text(self, text: str) -> None:
        """Note that the cell holds something."""
        if not self._in_data or self._depth <= _CELL_DEPTH:
            return
        self._characters += len(text)
        if self._row > ROWS + 1:
            raise BadTable(TOO_MANY_ROWS)
        if self._column > COLUMNS:
            raise too_wide(self._row)
        if self._characters > CELL_CHARACTERS:
            place = letter(self._column - 1)
            raise BadTable(f"Rad {self._row}, kolumn {place} har fler än {CELL_CHARACTERS} tecken.")
        self.rows = self._row
        self.columns = max(self.columns, self._column)


def _column_number(letters: str) -> int:
    number = 0
    for character in letters:
        number = number * 26 + ord(character) - ord("A") + 1
    return number
