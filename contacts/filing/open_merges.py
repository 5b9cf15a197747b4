"""Which cells of an OpenDocument table are merged over several rows: calamine does not say. In the child only."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from defusedxml.ElementTree import iterparse

from .book import letter
from .limits import COLUMNS, ROWS

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")


def open_merges(content: bytes) -> dict[str, list[str]]:
    """The merged ranges of each sheet, by its name, as a spreadsheet writes them."""
    found: dict[str, list[str]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("content.xml") as source:
        name, row = "", 0
        for event, element in iterparse(source, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                if element.tag == f"{_TABLE}table":
                    name, row = element.get(f"{_TABLE}name", ""), 0
            elif element.tag == f"{_TABLE}table-row":
                if row < ROWS:
                    found.setdefault(name, []).extend(_of_row(element, row))
                row += _number(element, "number-rows-repeated")
                element.clear()
    return found


def _of_row(row: Any, number: int) -> Iterator[str]:
    place = 0
    for cell in row:
        if cell.tag not in _CELLS or place >= COLUMNS:
            continue
        rows, columns = _number(cell, "number-rows-spanned"), _number(cell, "number-columns-spanned")
        if rows > 1:
            last = min(number + rows, ROWS)
            yield f"{letter(place)}{number + 1}:{letter(min(place + columns, COLUMNS) - 1)}{last}"
        place += _number(cell, "number-columns-repeated")


def _number(element: Any, name: str) -> int:
    text = element.get(f"{_TABLE}{name}", "1")
    return max(1, int(text)) if text.isdecimal() else 1
