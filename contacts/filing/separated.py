"""Text files with semicolons, commas or tabs between the cells."""

import codecs
import csv
import io
import re

from .collecting import EMPTY, Rows
from .errors import BadTable

# Byte order marks, the longer first: that of UTF-16 begins the one of UTF-32.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# å ä ö é in UTF-8. In Windows-1252 they would be "Ã¥", "Ã¤": nobody writes that.
_SWEDISH_UTF8 = re.compile(rb"\xc3[\xa4\xa5\xb6\x84\x85\x96\xa9\x89]")
_NOT_TEXT = "Filen går inte att läsa som text. Spara om den som CSV UTF-8 eller Excel-arbetsbok (.xlsx)."
_DELIMITERS = ";\t,"


def read_separated(content: bytes) -> list[list[str]]:
    """Read a CSV file. Raises BadTable."""
    text = _decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows = Rows()
    number = 0
    try:
        for cells in reader:
            number += 1
            rows.add(cells)
    except csv.Error as wrong:
        raise BadTable(
            f"Citattecknen går inte ihop på rad {number + 1}. Rätta dem och spara igen."
        ) from wrong
    if not rows.rows:
        raise BadTable(EMPTY)
    return rows.rows


def _decode(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _text(content, encoding)
    try:
        return _text(content, "utf-8")
    except BadTable:
        if _SWEDISH_UTF8.search(content):
            raise BadTable("Filen blandar två teckenkodningar. Spara om den som CSV UTF-8.") from None
        return _text(content, "cp1252")


def _text(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as wrong:
        raise BadTable(_NOT_TEXT) from wrong
    if "\0" in text:
        raise BadTable(_NOT_TEXT)
    return text


def _delimiter(text: str) -> str:
    """Give the delimiter that stands most often in the first row, outside quotes; a semicolon where none does."""
    counts = dict.fromkeys(_DELIMITERS, 0)
    in_quotes = False
    for character in text.lstrip("\r\n"):
        if character == '"':
            in_quotes = not in_quotes
        elif in_quotes:
            continue
        elif character in "\r\n":
            break
        elif character in counts:
            counts[character] += 1
    return max(_DELIMITERS, key=lambda delimiter: counts[delimiter])
