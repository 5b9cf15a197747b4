"""Text files with semicolons, commas or tabs between the cells. In the child only."""

import codecs
import csv
import io
import re

from .collecting import EMPTY, Rows
from .errors import BadTable
from .letters import WINDOWS, repair_for

# Byte order marks, the longer first: that of UTF-16 is a prefix of that of UTF-32.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# å ä ö é in UTF-8. In Windows-1252 they would be "Ã¥", "Ã¤": nobody writes that.
_SWEDISH_UTF8 = re.compile(rb"\xc3[\xa4\xa5\xb6\x84\x85\x96\xa9\x89]")
_NOT_TEXT = "Filen går inte att läsa som text. Spara om den som CSV UTF-8 eller Excel-arbetsbok (.xlsx)."
_DELIMITERS = ";\t,"
_SEPARATOR = re.compile(r"sep=(.)[ \t;,]*(?:\r\n|\r|\n)", re.IGNORECASE)
# How a table in text keeps a spreadsheet from making a number of a cell.
_AS_TEXT = re.compile(r'\A="([^"]*)"\Z')
_NO_LETTER = re.compile(r"[\x80-\x9f]")
_LOOKED_AT = 20_000
_FIRST_ROWS = 30


def read_separated(content: bytes) -> list[list[str]]:
    """Read a CSV file. Raises BadTable."""
    text = _decode(content)
    rows = Rows()
    number = 0
    delimiter = _delimiter(text)
    if said := _SEPARATOR.match(text):
        # A line for the spreadsheet, which it does not show; it is counted, as where it is looked at as text.
        delimiter, text, number = said[1], text[said.end() :], 1
        rows.add([])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            number += 1
            rows.add([_AS_TEXT.sub(r"\1", cell) for cell in cells])
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
        text = _text(content, WINDOWS)
        if _NO_LETTER.search(text) and not repair_for([text]):
            raise BadTable(_NOT_TEXT) from None
        return text


def _text(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as wrong:
        raise BadTable(_NOT_TEXT) from wrong
    if "\0" in text:
        raise BadTable(_NOT_TEXT)
    return text


def _delimiter(text: str) -> str:
    """The delimiter that divides the most of the first rows alike; where that is none, a semicolon.

    One that is not in the first row, which may be a title, divides two rows at least.
    """
    counts = _counts_of_first_rows(text)
    best, most = _DELIMITERS[0], 0
    for delimiter in _DELIMITERS:
        found = [count[delimiter] for count in counts if count[delimiter]]
        alike = max((found.count(number) for number in found), default=0)
        if alike > most and (counts[0][delimiter] or alike > 1):
            best, most = delimiter, alike
    return best


def _counts_of_first_rows(text: str) -> list[dict[str, int]]:
    counts = [dict.fromkeys(_DELIMITERS, 0)]
    in_quotes = False
    for character in text.lstrip("\r\n")[:_LOOKED_AT]:
        if character == '"':
            in_quotes = not in_quotes
        elif in_quotes:
            continue
        elif character in "\r\n":
            if any(counts[-1].values()) or len(counts) == 1:
                counts.append(dict.fromkeys(_DELIMITERS, 0))
        elif character in counts[-1]:
            counts[-1][character] += 1
    return counts[:_FIRST_ROWS]
