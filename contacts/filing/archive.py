"""The zip archive of a workbook, checked before it is parsed. In the child only.

An archive's declared sizes can refuse it but never vouch for it: what it unpacks to is limited by them.
"""

import io
import zipfile

from .errors import BadTable
from .limits import CELLS, PART_RATIO, PARTS, STYLE_ELEMENTS, UNPACKED_BYTES

DAMAGED = "Filen är skadad. Öppna den i ett kalkylprogram och spara om den som Excel-arbetsbok (.xlsx)."
TOO_MANY_CELLS = f"Filen har fler än {CELLS} celler. Dela upp den."
TOO_MUCH_STYLE = "Filen har för mycket formatering. Kopiera kontakterna till en ny arbetsbok."
_TOO_LARGE = "Filen är för stor när den packas upp. Kopiera kontakterna till en ny arbetsbok."
_LINKS = "Filen har länkar till andra filer. Ta bort länkarna och spara igen."
_WORKBOOK = "xl/workbook.xml"
_TEXTS = "xl/sharedStrings.xml"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_ENCRYPTED = 0x1


def kind_of(content: bytes) -> str:
    """Whether an archive is a workbook ("xlsx") or an OpenDocument table ("ods"). Raises BadTable for all else."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except Exception as wrong:  # zipfile raises anything at a hostile central directory
        raise BadTable(DAMAGED) from wrong
    _check_size(parts)
    names = {part.filename for part in parts}
    _check_harmless({name.lower() for name in names})
    try:
        if _WORKBOOK in names:
            _check_contents(archive)
            return "xlsx"
        if "content.xml" in names and archive.read("mimetype").startswith(_ODS):
            return "ods"
    except BadTable:
        raise
    except KeyError:
        pass
    except Exception as wrong:  # zlib.error, and anything else a broken part causes
        raise BadTable(DAMAGED) from wrong
    raise BadTable(f"{_called(names)} Spara om den som Excel-arbetsbok (.xlsx) eller CSV.")


def _check_size(parts: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive by its declared sizes, before any of it is unpacked."""
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise BadTable("Filen är låst med lösenord. Ta bort lösenordet och spara igen.")
    if len(parts) > PARTS:
        raise BadTable("Filen har för många delar. Kopiera kontakterna till en ny arbetsbok.")
    if len({part.filename for part in parts}) < len(parts):
        raise BadTable(DAMAGED)
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise BadTable(DAMAGED)
    if sum(part.file_size for part in parts) > UNPACKED_BYTES:
        raise BadTable(_TOO_LARGE)
    if any(part.file_size > PART_RATIO * max(part.compress_size, 1) for part in parts):
        raise BadTable(_TOO_LARGE)


def _check_harmless(names: set[str]) -> None:
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise BadTable("Filen har makron. Spara om den utan makron, som Excel-arbetsbok (.xlsx).")
    if any("/externallinks/" in name for name in names):
        raise BadTable(_LINKS)


def _check_contents(archive: zipfile.ZipFile) -> None:
    """Refuse what no workbook needs: a document type, external links, more texts and styles than cells."""
    for name in archive.namelist():
        if not name.endswith((".xml", ".rels")):
            continue
        part = archive.read(name)
        if b"<!DOCTYPE" in part:
            raise BadTable(DAMAGED)
        if name.endswith("workbook.xml.rels") and b"/externalLink" in part:
            raise BadTable(_LINKS)
        if name == _TEXTS and part.count(b"<si") > CELLS:
            raise BadTable(TOO_MANY_CELLS)
        if name == _TEXTS and part.count(b"<r>") + part.count(b"<r ") > STYLE_ELEMENTS:
            raise BadTable(TOO_MUCH_STYLE)
        if name == "xl/styles.xml" and part.count(b"<") > 3 * STYLE_ELEMENTS:
            raise BadTable(TOO_MUCH_STYLE)


def _called(names: set[str]) -> str:
    lower = {name.lower() for name in names}
    if "xl/workbook.bin" in lower:
        return "Filen är en binär Excel-arbetsbok (.xlsb)."
    if "content.xml" in lower:
        return "Filen är ett OpenDocument."
    if any(name.startswith("word/") for name in lower):
        return "Filen är ett Word-dokument."
    return "Filen är en packad fil, inte en tabell."
