"""A file's bytes to rows of text. What a file is, is decided by its content: a name can say anything."""

import re
from collections.abc import Mapping

from .collecting import EMPTY
from .columns import BadRow
from .errors import BadTable
from .limits import FILE_BYTES, MB
from .rows import DirectoryRow, read_rows
from .safety import restore
from .separated import read_separated
from .workbook import read_workbook

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_USE_XLSX = "Spara om den som Excel-arbetsbok (.xlsx) eller CSV."

# The first bytes of what people pick by mistake, and what it is called.
_OTHER_FILES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "en PDF"),
    (b"\x7fELF", "ett program"),
    (b"\x89PNG", "en bild"),
    (b"\xff\xd8\xff", "en bild"),
    (b"GIF8", "en bild"),
    (b"II*\x00", "en bild"),
    (b"MM\x00*", "en bild"),
    (b"{\\rtf", "ett textdokument"),
    (b"\x1f\x8b", "en packad fil"),
    (b"7z\xbc\xaf", "en packad fil"),
    (b"Rar!", "en packad fil"),
)
# Two letters may begin a table as well; a table in text has no zero byte.
_OTHER_BINARY_FILES: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "ett program"),
    (b"BM", "en bild"),
    (b"RIFF", "en bild"),
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")


def read_table(content: bytes, *, name: str = "") -> list[list[str]]:
    """Read a CSV or XLSX file into rows of text, as a person sees them; row 1 is the first of the list.

    CSV is UTF-8, UTF-16 with a byte order mark or Windows-1252, with semicolon, comma or tab between. Of an
    XLSX the first sheet is read: numbers as they are written, dates in ISO form, nothing evaluated. Empty rows
    stand where they stood; none are given after the last text. A cell that was made harmless on export is
    given back. `name` is what the file was called, and decides nothing. Raises BadTable.
    """
    if len(content) > FILE_BYTES:
        raise BadTable(f"Filen är större än {FILE_BYTES // MB} MB. Dela upp den.")
    if not content.strip():
        raise BadTable(EMPTY)
    _refuse_other_files(content)
    rows = read_workbook(content) if content.startswith(_ZIP) else read_separated(content)
    return [[restore(cell) for cell in row] for row in rows]


def _refuse_other_files(content: bytes) -> None:
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise BadTable("Filen är låst med lösenord. Ta bort lösenordet och spara igen.")
        raise BadTable(f"Filen har ett äldre Excel-format (.xls). {_USE_XLSX}")
    for start, what in _OTHER_FILES:
        if content.startswith(start):
            raise BadTable(f"Filen är {what}, inte en tabell. {_USE_XLSX}")
    for start, what in _OTHER_BINARY_FILES:
        if content.startswith(start) and b"\0" in content[:1024]:
            raise BadTable(f"Filen är {what}, inte en tabell. {_USE_XLSX}")
    if _MARKUP.match(content[:1024]):
        raise BadTable(f"Filen är en webbsida eller XML, inte en tabell. {_USE_XLSX}")


def read_file(content: bytes, kinds: Mapping[str, str]) -> tuple[list[DirectoryRow], list[BadRow]]:
    """Read a whole directory file into its entries and everything that is wrong with it.

    `kinds` gives the stored value for each Swedish label of the column "Typ". A file that is no table at all
    is told as a BadRow on row 1.
    """
    try:
        table = read_table(content)
    except BadTable as wrong:
        return [], [BadRow(1, "", wrong.reason)]
    rows: list[DirectoryRow] = []
    bad: list[BadRow] = []
    for read in read_rows(table, kinds):
        if isinstance(read, BadRow):
            bad.append(read)
        else:
            rows.append(read)
    return rows, bad
