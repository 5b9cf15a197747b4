"""The archive a workbook is: looked over before anything is unpacked, and held to its word while it is.

Only the parts that are asked for are unpacked, in pieces; an archive's own figures are believed for refusing it and
never for trusting it.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from .errors import BadTable
from .limits import MB, PART_RATIO, PARTS, UNPACKED_BYTES

DAMAGED = "Filen är skadad. Öppna den i ett kalkylprogram och spara om den som Excel-arbetsbok (.xlsx)."
_TOO_LARGE = "Filen är för stor när den packas upp. Kopiera kontakterna till en ny arbetsbok."
_WORKBOOK = "xl/workbook.xml"
_SMALL_PART = 1 * MB
_PIECE = 65_536
_ENCRYPTED = 0x1
_ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)


class Archive:
    """A workbook's archive that keeps within the limits. Raises BadTable for any other."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            parts = self._zip.infolist()
        except Exception as wrong:  # zipfile gives whatever a hostile directory makes of it
            raise BadTable(DAMAGED) from wrong
        self._unpacked = 0
        self._names = {part.filename for part in parts}
        _check_size(parts)
        self._check_kind()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def _check_kind(self) -> None:
        """Refuse what is no workbook, and the workbooks that could do something."""
        names = {name.lower() for name in self._names}
        if _WORKBOOK not in self._names:
            raise BadTable(f"{_kind_of(names)} Spara om den som Excel-arbetsbok (.xlsx) eller CSV.")
        if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
            raise BadTable("Filen har makron. Spara om den utan makron, som Excel-arbetsbok (.xlsx).")
        if any("/externallinks/" in name for name in names):
            raise BadTable("Filen har länkar till andra filer. Ta bort länkarna och spara igen.")

    def pieces(self, name: str) -> Iterator[bytes]:
        """Unpack one part, piece by piece. Raises BadTable where it is not what the archive said."""
        try:
            with self._zip.open(name) as part:
                while piece := part.read(_PIECE):
                    self._unpacked += len(piece)
                    if self._unpacked > UNPACKED_BYTES:
                        raise BadTable(_TOO_LARGE)
                    yield piece
        except (*_ARCHIVE_ERRORS, KeyError) as wrong:
            raise BadTable(DAMAGED) from wrong

    def tree(self, name: str) -> Element:
        """Give a small part as XML: no document type, so no entities. Raises BadTable."""
        content = bytearray()
        for piece in self.pieces(name):
            content += piece
            if len(content) > _SMALL_PART:
                raise BadTable(DAMAGED)
        try:
            tree: Element = fromstring(bytes(content), forbid_dtd=True)
        except (DefusedXmlException, ParseError, ValueError, LookupError) as wrong:
            raise BadTable(DAMAGED) from wrong
        return tree


def _check_size(parts: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive by its own figures, before any of it is unpacked."""
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


def _kind_of(names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        return "Filen är en binär Excel-arbetsbok (.xlsb)."
    if "content.xml" in names:
        return "Filen är ett OpenDocument."
    if any(name.startswith("word/") for name in names):
        return "Filen är ett Word-dokument."
    return "Filen är en packad fil, inte en tabell."


_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Contents:
    """Where a workbook keeps its first sheet that is shown, its texts and its styles ("" where it has none)."""

    def __init__(self, archive: Archive) -> None:
        workbook = archive.tree(_WORKBOOK)
        targets = _targets(archive)
        by_kind = {kind: target for kind, target in targets.values() if target in archive}
        shown = [
            target
            for sheet in _named(workbook, "sheet")
            if sheet.get("state", "visible") == "visible"
            for kind, target in [targets.get(sheet.get(f"{{{_RELATION}}}id", ""), ("", ""))]
            if kind == "worksheet" and target in archive
        ]
        if not shown:
            raise BadTable(
                "Filen har inget kalkylblad som går att läsa. Spara om den som Excel-arbetsbok (.xlsx)."
            )
        self.sheet = shown[0]
        self.texts = by_kind.get("sharedStrings", "")
        self.styles = by_kind.get("styles", "")
        self.from_1904 = any(
            properties.get("date1904") in ("1", "true") for properties in _named(workbook, "workbookPr")
        )


def _targets(archive: Archive) -> dict[str, tuple[str, str]]:
    """Give kind and part of each thing the workbook points at, by its id."""
    targets: dict[str, tuple[str, str]] = {}
    for relation in _named(archive.tree("xl/_rels/workbook.xml.rels"), "Relationship"):
        kind = relation.get("Type", "").rpartition("/")[2]
        if kind.startswith("externalLink"):
            raise BadTable("Filen har länkar till andra filer. Ta bort länkarna och spara igen.")
        target = posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
        targets[relation.get("Id", "")] = (kind, target)
    return targets


def _named(tree: Element, name: str) -> Iterator[Any]:
    return (element for element in tree.iter() if element.tag.rpartition("}")[2] == name)
