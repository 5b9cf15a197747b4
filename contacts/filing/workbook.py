"""Workbooks as text: XLSX by openpyxl, the older and the open format by calamine. In the child only."""

import datetime
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from defusedxml.ElementTree import iterparse
from openpyxl.packaging.relationship import get_dependents, get_rels_path
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import range_boundaries
from openpyxl.worksheet._reader import CELL_TAG, DATA_TAG, FORMULA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from .archive import DAMAGED, TOO_MANY_CELLS, TOO_MUCH_STYLE, kind_of
from .book import Book, Place, Sheet, letter
from .collecting import TOO_MANY_ROWS, Rows
from .errors import BadTable
from .limits import ATTRIBUTE_CHARACTERS, CELLS, COLUMNS, EMPTY_ROWS, ROWS, SHEETS, STYLE_ELEMENTS, XML_DEPTH
from .open_merges import open_merges

_OLD_FORMAT = "Filen har ett äldre Excel-format (.xls). Den är skadad. Spara den som Excel-arbetsbok (.xlsx)."
_NO_SHEET = "Filen har inget kalkylblad som går att läsa. Spara om den som Excel-arbetsbok (.xlsx)."
_UNREADABLE = "Bladet går inte att läsa. Spara om filen som Excel-arbetsbok (.xlsx)."
_ROOT = f"{{{SHEET_MAIN_NS}}}worksheet"
_MERGED = f"{{{SHEET_MAIN_NS}}}mergeCell"
_COLUMN = f"{{{SHEET_MAIN_NS}}}col"
_NOTE = f"{{{SHEET_MAIN_NS}}}comment"
_STRIKE = f"{{{SHEET_MAIN_NS}}}strike"
_TEXT = f"{{{SHEET_MAIN_NS}}}si"
_IN_CELL = frozenset({VALUE_TAG, FORMULA_TAG, f"{{{SHEET_MAIN_NS}}}is", f"{{{SHEET_MAIN_NS}}}t"})
_ROW_NUMBER = re.compile(r"[1-9][0-9]{0,6}")
_NOT_KEPT = re.compile("[\x00\ud800-\udfff]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DATA_DEPTH, _ROW_DEPTH, _CELL_DEPTH = 2, 3, 4
_NO = ("0", "false")


def read_workbook(content: bytes) -> Book:
    """Read all sheets. Raises BadTable with a Swedish sentence; where one sheet cannot be read, that one says why."""
    is_archive = content.startswith(b"PK")
    kind = kind_of(content) if is_archive else "xls"
    try:
        with warnings.catch_warnings():
            # openpyxl's warnings are irrelevant here (extensions), or visible in the cell (a date out of range).
            warnings.simplefilter("ignore")
            book = _read_xlsx(content) if kind == "xlsx" else _read_others(content, kind)
    except (BadTable, MemoryError):
        raise
    except Exception as wrong:  # two libraries raise anything at a broken file
        raise BadTable(DAMAGED if is_archive else _OLD_FORMAT) from wrong
    if all(sheet.hidden for sheet in book.sheets):
        raise BadTable(_NO_SHEET)
    if len(book.sheets) > SHEETS:
        raise BadTable(f"Filen har fler än {SHEETS} blad. Dela upp den.")
    refused = [sheet.refused for sheet in book.sheets if sheet.refused]
    if len(refused) == len(book.filled) and refused:
        raise BadTable(refused[0])
    if not book.filled:
        raise BadTable("Filens första kalkylblad är tomt. Lägg kontakterna i det första bladet.")
    return book


def _read_xlsx(content: bytes) -> Book:
    reader = _Reader(io.BytesIO(content), read_only=True, keep_links=False)
    reader.read()
    book = reader.wb
    struck_fonts = {number for number, font in enumerate(book._fonts) if font.strike}
    struck_styles = {number for number, style in enumerate(book._cell_styles) if style.fontId in struck_fonts}
    struck_texts = _struck_texts(reader.archive)
    formats = {"date_formats": book._date_formats, "timedelta_formats": book._timedelta_formats}
    found: dict[str, Sheet] = {}
    for sheet in book.worksheets:
        with reader.archive.open(sheet._worksheet_path) as source:
            parser = _Parser(source, sheet._shared_strings, epoch=book.epoch, **formats)
            reading = _Reading(parser, struck_styles, struck_texts)
            told = reading.read(sheet.title, hidden=sheet.sheet_state != "visible")
        found[sheet.title] = replace(told, noted=tuple(_noted(reader.archive, sheet._worksheet_path)))
    # What the workbook names and openpyxl skips silently.
    named = [declared.name for declared, _ in reader.parser.find_sheets()]
    lost = [name for name in named if name not in found and name not in reader.charts]
    if not found:
        raise BadTable(_NO_SHEET)
    return Book((*found.values(), *(Sheet(name, [], refused=_UNREADABLE) for name in lost)))


def _struck_texts(archive: Any) -> set[str]:
    """Which texts of the table are struck through in part, by their number as a cell writes it."""
    name = "xl/sharedStrings.xml"
    if name not in archive.namelist() or b"strike" not in archive.read(name):
        return set()
    struck, number = set(), 0
    with archive.open(name) as source:
        for _, element in iterparse(source, forbid_dtd=True):
            if element.tag == _TEXT:
                if any(mark.get("val") not in _NO for mark in element.iter(_STRIKE)):
                    struck.add(str(number))
                number += 1
                element.clear()
    return struck


def _noted(archive: Any, path: str) -> Iterator[str]:
    """The cells of a sheet that have a note, which lies in a part of its own."""
    names, beside = set(archive.namelist()), get_rels_path(path)
    parts = get_dependents(archive, beside) if beside in names else ()
    for name in sorted({part.target for part in parts if part.Type.endswith("/comments")} & names):
        with archive.open(name) as source:
            for _, element in iterparse(source, forbid_dtd=True):
                if element.tag == _NOTE:
                    yield element.get("ref", "")
                    element.clear()


class _Reader(ExcelReader):  # type: ignore[misc]
    """openpyxl's reader of a workbook, without what only its looks and its author need: that breaks it easily."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.charts: set[str] = set()

    def read_chartsheet(self, sheet: Any, _rel: Any) -> None:
        """Charts have no cells."""
        self.charts.add(sheet.name)

    def read_properties(self) -> None:
        """Author and dates are not read."""

    read_custom = read_theme = read_properties


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """openpyxl's reader of a sheet, row by row; raises BadTable where it would skip a cell, or invent one."""

    def parse(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        path: list[str] = []
        cells = pieces = 0
        self.ranges: list[str] = []
        for event, element in iterparse(self.source, events=("start", "end"), forbid_dtd=True):
            tag = element.tag
            if event == "start":
                path.append(tag)
                self._check_place(path, element)
                cells += tag == CELL_TAG
                pieces += len(path) > _CELL_DEPTH and path[1] == DATA_TAG and tag not in _IN_CELL
                if cells > CELLS:
                    raise BadTable(TOO_MANY_CELLS)
                if pieces > STYLE_ELEMENTS:
                    raise BadTable(TOO_MUCH_STYLE)
                continue
            path.pop()
            if tag == _MERGED:
                self.ranges.append(element.get("ref", ""))
            elif tag == _COLUMN:
                self.column_dimensions[len(self.column_dimensions)] = dict(element.attrib)
            elif tag == ROW_TAG:
                yield self._row(element)
            if len(path) <= _ROW_DEPTH - 1:
                element.clear()

    def _check_place(self, path: Sequence[str], element: Any) -> None:
        depth, tag = len(path), path[-1]
        if depth == 1 and tag != _ROOT:
            raise BadTable(DAMAGED)
        if depth > XML_DEPTH or any(len(value) > ATTRIBUTE_CHARACTERS for value in element.attrib.values()):
            raise BadTable(DAMAGED)
        in_data = depth > _DATA_DEPTH - 1 and path[1] == DATA_TAG
        at_row, at_cell = in_data and depth == _ROW_DEPTH, in_data and depth == _CELL_DEPTH
        if at_row != (tag == ROW_TAG) or at_cell != (tag == CELL_TAG):
            raise BadTable(DAMAGED)
        if at_row and not _ROW_NUMBER.fullmatch(element.get("r", "1")):
            raise BadTable(DAMAGED)

    def _row(self, element: Any) -> tuple[int, list[dict[str, Any]]]:
        before = self.row_counter
        number, cells = self.parse_row(element)
        columns = [cell["column"] for cell in cells]
        in_order = all(one < two for one, two in zip([0, *columns], columns, strict=False))
        if number <= before or not in_order or any(cell["row"] != number for cell in cells):
            raise BadTable(DAMAGED)
        return number, cells

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """The cell as openpyxl gives it, with the number of its text in the table, or its own text's strike."""
        cell: dict[str, Any] = super().parse_cell(element)
        cell["text"] = element.findtext(VALUE_TAG) if element.get("t") == "s" else None
        cell["struck"] = any(mark.get("val") not in _NO for mark in element.iter(_STRIKE))
        return cell


class _Reading:
    def __init__(self, parser: _Parser, struck_styles: set[int], struck_texts: set[str]) -> None:
        self._parser = parser
        self._struck_styles = struck_styles
        self._struck_texts = struck_texts
        self._rows = Rows()
        self._struck: list[Place] = []
        self._formulas: list[Place] = []
        self._width = 0

    def read(self, name: str, *, hidden: bool) -> Sheet:
        try:
            for number, cells in self._parser.parse():
                self._add(number, cells)
        except BadTable as wrong:
            if wrong.reason in (DAMAGED, TOO_MANY_CELLS, TOO_MUCH_STYLE):
                raise
            return Sheet(name, [], hidden=hidden, refused=wrong.reason)
        rows = [row + [""] * (self._width - len(row)) if row else row for row in self._rows.rows]
        return Sheet(
            name,
            rows,
            hidden=hidden,
            hidden_rows=tuple(self._hidden_rows(rows)),
            hidden_columns=tuple(self._hidden_columns(rows)),
            struck=tuple(self._struck),
            merged=tuple(_filled_down(rows, self._parser.ranges)),
            formulas=tuple(self._formulas),
        )

    def _add(self, number: int, cells: Sequence[dict[str, Any]]) -> None:
        texts: list[str] = []
        for cell in cells:
            place = (number, cell["column"] - 1)
            is_formula = cell["data_type"] == "f"
            text = "" if is_formula else _text(cell["value"])
            if is_formula:
                self._formulas.append(place)
            if not text:
                continue
            if place[1] > 2 * COLUMNS:
                # So far out that it is refused, and so wide a row need not be made for it.
                place = (number, COLUMNS)
            texts.extend([""] * (place[1] + 1 - len(texts)))
            texts[place[1]] = text
            if (
                cell["struck"]
                or cell["style_id"] in self._struck_styles
                or cell["text"] in self._struck_texts
            ):
                self._struck.append(place)
        if any(not text.isspace() for text in texts if text):
            self._rows.add(texts, number)
            self._width = max(self._width, min(len(texts), COLUMNS))

    def _hidden_rows(self, rows: Sequence[Sequence[str]]) -> Iterator[int]:
        for number, attributes in self._parser.row_dimensions.items():
            is_hidden = attributes.get("hidden", "0") not in _NO
            if is_hidden and int(number) <= len(rows) and rows[int(number) - 1]:
                yield int(number)

    def _hidden_columns(self, rows: Sequence[Sequence[str]]) -> Iterator[int]:
        for attributes in self._parser.column_dimensions.values():
            if attributes.get("hidden", "0") in _NO:
                continue
            for place in range(int(attributes["min"]) - 1, min(int(attributes["max"]), self._width)):
                if any(place < len(row) and row[place].strip() for row in rows):
                    yield place


def _filled_down(rows: list[list[str]], ranges: Sequence[str]) -> Iterator[str]:
    """Copy the text of cells that are merged over several rows to each of these rows; yields those ranges."""
    left = CELLS
    bounds = [(range_boundaries(reference), reference) for reference in ranges]
    for (column, first, _, end), reference in sorted(bounds, key=lambda each: (each[0][1], each[0][0])):
        last = min(end, len(rows))
        if last <= first or column > COLUMNS or not rows[first - 1] or column > len(rows[first - 1]):
            continue
        text = rows[first - 1][column - 1]
        left -= last - first
        if not text or left < 0:
            continue
        for row in rows[first:last]:
            # A row that has nothing else is no row of the table.
            if row and not row[column - 1]:
                row[column - 1] = text
        yield reference


def _read_others(content: bytes, kind: str) -> Book:
    """Read the sheets of the older and of the open format, which contain nothing but texts."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    of_open_format = open_merges(content) if kind == "ods" else {}
    found = []
    for facts in book.sheets_metadata:
        if facts.typ != SheetTypeEnum.WorkSheet:
            continue
        hidden = facts.visible != SheetVisibleEnum.Visible
        try:
            sheet = book.get_sheet_by_name(facts.name)
            rows = _calamine_rows(sheet)
            ranges = of_open_format.get(facts.name) or [
                f"{letter(left)}{top + 1}:{letter(right)}{bottom + 1}"
                for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
            ]
            width = max(map(len, rows), default=0)
            rows = [row + [""] * (width - len(row)) if row else row for row in rows]
            found.append(Sheet(facts.name, rows, hidden=hidden, merged=tuple(_filled_down(rows, ranges))))
        except BadTable as wrong:
            found.append(Sheet(facts.name, [], hidden=hidden, refused=wrong.reason))
    if not found:
        raise BadTable(_NO_SHEET)
    return Book(tuple(found), blind=True)


def _calamine_rows(sheet: Any) -> list[list[str]]:
    if sheet.start is None:
        return []
    if sheet.total_height > EMPTY_ROWS or sheet.total_height * sheet.total_width > 8 * CELLS:
        raise BadTable(TOO_MANY_ROWS if sheet.total_height > ROWS else TOO_MANY_CELLS)
    rows = Rows()
    for number, values in enumerate(sheet.iter_rows(), start=sheet.start[0] + 1):
        rows.add([""] * sheet.start[1] + [_text(value) for value in values], number)
    return rows.rows


def _text(value: object) -> str:
    """A cell as a person would write it; a character that no database accepts becomes U+FFFD."""
    return _NOT_KEPT.sub("\ufffd", _written(value))


def _written(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value
        case bool():
            return "SANT" if value else "FALSKT"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime.datetime() if value.time() == datetime.time():
            return value.date().isoformat()
        case datetime.datetime():
            return value.isoformat(" ", timespec="minutes")
        case datetime.time():
            return value.isoformat(timespec="minutes")
        case _:
            return str(value)
