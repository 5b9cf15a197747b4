"""Rows of text to a file's bytes, with what a spreadsheet could run escaped."""

import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
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

    Of a title a spreadsheet takes 31 letters: a longer one ends with a whole word. Cells that a spreadsheet could run
    are neutralised.
    """
    workbook = _workbook(write_only=True)
    for title, rows in sheets:
        sheet = workbook.create_sheet(shortened_title(title))
        sheet.freeze_panes = "A2"
        for place, column in enumerate(zip_longest(*rows, fillvalue=""), start=1):
            _widen(sheet, place, max(len(str(cell)) for cell in column))
        with _streamed(sheet):
            for number, row in enumerate(rows):
                sheet.append([_cell(sheet, value, heading=not number) for value in row])
    return _written(workbook)


def shortened_title(title: str) -> str:
    if len(title) <= _TITLE_LETTERS:
        return title
    words = title[: _TITLE_LETTERS + 1].rpartition(" ")[0] or title[:_TITLE_LETTERS]
    return words.removesuffix(" och").rstrip(",:")


@contextmanager
def _streamed(sheet: Any) -> Iterator[None]:
    """Rows are written as they come, into a file in memory: of patients nothing is on a disk, though it be let go."""
    from openpyxl.worksheet._writer import WorksheetWriter

    file = os.fdopen(os.memfd_create("sheet"), "rb")
    writer = WorksheetWriter(sheet, out=f"/proc/self/fd/{file.fileno()}")
    writer.cleanup = file.close
    sheet._writer = writer
    writer.write_top()
    yield
    sheet.close()


def _cell(sheet: Any, value: str | int, *, heading: bool) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if not isinstance(value, str):
        return value
    text = _escaped(neutralise(value))
    if not (heading or text.startswith("#")):
        return text or None
    cell = WriteOnlyCell(sheet, text)
    # As in `_fit`.
    cell.data_type = "s"
    if heading:
        cell.font = Font(bold=True)
    return cell


def _fit(sheet: Any) -> None:
    """Makes its columns wide enough, and lets no text be taken for anything else."""
    for place, column in enumerate(sheet.iter_cols(), start=1):
        longest = 0
        for cell in column:
            if isinstance(cell.value, str):
                # openpyxl takes "#N/A" for an error and "=" for a formula; here everything is text.
                cell.data_type = "s"
            if cell.value is not None:
                longest = max(longest, len(str(cell.value)))
        _widen(sheet, place, longest)


def _widen(sheet: Any, place: int, letters: int) -> None:
    from openpyxl.utils import get_column_letter

    width = min(max(letters + 2, _NARROWEST), _WIDEST)
    sheet.column_dimensions[get_column_letter(place)].width = width


def _workbook(*, write_only: bool = False) -> Any:
    # Loaded by whoever writes one: it loads numpy where that is there, 13 MB in each process of the server.
    from openpyxl import Workbook

    return Workbook(write_only=write_only)


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
