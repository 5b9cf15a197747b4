"""Rows of text to a file's bytes, with what a spreadsheet could run escaped."""

import io
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import tablib
from tablib.formats import registry

from .safety import neutralise

_NARROWEST, _WIDEST = 10, 50
_TITLE_LETTERS = 31
_TEXT_FORMAT = "@"
# What XML cannot hold at all, and what would be read back as an escape of such a character.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows, the heading first, as CSV, neutralised: UTF-8 with a byte order mark, semicolons, CRLF."""
    text: str = _dataset(rows).export("csv", delimiter=";", lineterminator="\r\n")
    return text.encode("utf-8-sig")


def write_xlsx(rows: Iterable[Sequence[str]], title: str = "Kontakter") -> bytes:
    """Write rows, the heading first, as a workbook of one sheet.

    Every cell is text and stays text when it is edited, so that no number loses its first zero; the heading
    is bold and stays in sight. Cells that a spreadsheet could run are neutralised.
    """
    data = _dataset(rows, _escaped)
    workbook = _workbook()
    sheet = workbook.worksheets[0]
    sheet.title = title
    registry.get_format("xlsx").dset_sheet(data, sheet, freeze_panes=True)
    for row in sheet.iter_rows():
        for cell in row:
            cell.number_format = _TEXT_FORMAT
    _fit(sheet)
    return _written(workbook)


def write_book(sheets: Iterable[tuple[str, Sequence[Sequence[str | int]]]]) -> bytes:
    """A workbook of several sheets, each by its title and its rows, the heading first. Numbers stay numbers.

    Of a title a spreadsheet takes 31 letters. Cells that a spreadsheet could run are neutralised.
    """
    from openpyxl.styles import Font

    workbook = _workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets:
        sheet = workbook.create_sheet(title[:_TITLE_LETTERS])
        for row in rows:
            sheet.append([_escaped(neutralise(cell)) if isinstance(cell, str) else cell for cell in row])
        sheet.freeze_panes = "A2"
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        _fit(sheet)
    return _written(workbook)


def _fit(sheet: Any) -> None:
    """Makes its columns wide enough, and lets no text be taken for anything else."""
    from openpyxl.utils import get_column_letter

    for place, column in enumerate(sheet.iter_cols(), start=1):
        longest = 0
        for cell in column:
            if isinstance(cell.value, str):
                # openpyxl takes "#N/A" for an error and "=" for a formula; here everything is text.
                cell.data_type = "s"
            if cell.value is not None:
                longest = max(longest, len(str(cell.value)))
        width = min(max(longest + 2, _NARROWEST), _WIDEST)
        sheet.column_dimensions[get_column_letter(place)].width = width


def _workbook() -> Any:
    # Loaded by whoever writes one: it loads numpy where that is there, 13 MB in each process of the server.
    from openpyxl import Workbook

    return Workbook()


def _written(workbook: Any) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _dataset(rows: Iterable[Sequence[str]], escape: Callable[[str], str] = str) -> tablib.Dataset:
    """The rows, all as wide as the widest, with every cell neutralised and then escaped."""
    safe = [[escape(neutralise(cell)) for cell in row] for row in rows]
    width = max(map(len, safe), default=0)
    for row in safe:
        row.extend([""] * (width - len(row)))
    return tablib.Dataset(*safe[1:], headers=safe[0]) if width else tablib.Dataset()


def _escaped(cell: str) -> str:
    return _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", cell)
