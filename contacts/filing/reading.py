"""A file's bytes to rows of text. The format is detected from the content: a name can say anything."""

import re

from contacts.sandbox import Limits

from .book import Book, letter
from .child import read_in_child
from .collecting import EMPTY
from .errors import BadTable
from .limits import FILE_BYTES, MB
from .safety import restore

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ON_PAGE = "Läs in filen på sidan Läs in kontakter, där du väljer vad som ska med."
_USE_XLSX = "Spara om den som Excel-arbetsbok (.xlsx) eller CSV."

# Magic numbers of what people pick by mistake, by its name.
_OTHER_FILES: dict[str, tuple[bytes, ...]] = {
    "en PDF": (b"%PDF",),
    "ett program": (b"\x7fELF",),
    "en bild": (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*"),
    "ett textdokument": (b"{\\rtf",),
    "ett visitkort (vCard)": (b"BEGIN:VCARD", b"\xef\xbb\xbfBEGIN:VCARD"),
    "en packad fil": (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!"),
}
# Two letters may begin a table as well; a table in text has no zero byte.
_OTHER_BINARY_FILES: dict[str, tuple[bytes, ...]] = {"ett program": (b"MZ",), "en bild": (b"BM", b"RIFF")}
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")


def read_book(content: bytes, limits: Limits | None = None) -> Book:
    """Read a file into sheets of text, as a person sees them, whatever its format.

    CSV is UTF-8, UTF-16 with a byte order mark or Windows-1252, with semicolon, comma or tab between; it is one sheet.
    Workbooks (.xlsx, .xls, .ods) give all of theirs: numbers as they are written, dates in ISO form, nothing
    evaluated. A cell that was made harmless on export is given back. Raises BadTable.
    """
    if len(content) > FILE_BYTES:
        raise BadTable(f"Filen är större än {FILE_BYTES // MB} MB. Dela upp den.")
    if not content.strip():
        raise BadTable(EMPTY)
    _refuse_other_files(content)
    book = read_in_child(content, limits)
    for sheet in book.sheets:
        for row in sheet.rows:
            row[:] = map(restore, row)
    return book


def only_table(book: Book, advice: str = _ON_PAGE) -> list[list[str]]:
    """The rows of a file that can be read without asking anybody: one sheet, all of it visible.

    Raises BadTable, with `advice` on what to do with a file that is more.
    """
    first, *others = book.filled
    if others:
        names = ", ".join(sheet.name for sheet in book.filled)
        raise BadTable(f"Filen har flera blad: {names}. {advice}")
    if first.formulas:
        row, place = first.formulas[0]
        raise BadTable(
            f"Rad {row}, kolumn {letter(place)} har en formel. Klistra in cellerna som värden och spara igen."
        )
    if first.noted:
        raise BadTable(f"{first.noted[0]} har en anteckning, som inte läses. Ta bort den och spara igen.")
    if first.hidden or first.hidden_rows or first.hidden_columns or first.struck:
        raise BadTable(f"Filen har dolda delar eller överstruken text. {advice}")
    return first.rows


def read_table(content: bytes, advice: str = _ON_PAGE, limits: Limits | None = None) -> list[list[str]]:
    """Read a file that is one table into rows; row 1 is the first of the list. Raises BadTable as `only_table` does."""
    return only_table(read_book(content, limits), advice)


def _refuse_other_files(content: bytes) -> None:
    if content.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in content:
        raise BadTable("Filen är låst med lösenord. Ta bort lösenordet och spara igen.")
    others = [*_OTHER_FILES.items(), *(_OTHER_BINARY_FILES.items() if b"\0" in content[:1024] else ())]
    for what, starts in others:
        if content.startswith(starts):
            raise BadTable(f"Filen är {what}, inte en tabell. {_USE_XLSX}")
    if _MARKUP.match(content[:1024]):
        raise BadTable(f"Filen är en webbsida eller XML, inte en tabell. {_USE_XLSX}")
