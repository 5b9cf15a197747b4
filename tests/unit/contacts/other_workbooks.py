"""Workbooks of the older and the open format, written by hand."""

import struct

from tests.unit.contacts.raw_workbooks import zipped

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def xls(sheets, merged=()):
    """A BIFF8 workbook: sheet names with their rows of texts. A name that begins with a dot is hidden.

    `merged` are ranges of each sheet: the first and last row and the first and last column, from 0.
    """
    names = [(name.removeprefix("."), name.startswith(".")) for name in sheets]
    head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    length = len(head) + sum(len(_bound(0, *name)) for name in names) + 4
    bodies = [_sheet(rows, merged) for rows in sheets.values()]
    bounds, place = b"", length
    for name, body in zip(names, bodies, strict=True):
        bounds += _bound(place, *name)
        place += len(body)
    return _compound(head + bounds + _record(0x000A, b"") + b"".join(bodies))


def _record(kind, data):
    return struct.pack("<HH", kind, len(data)) + data


def _bound(place, name, hidden):
    return _record(
        0x0085, struct.pack("<IBBBB", place, int(hidden), 0, len(name), 1) + name.encode("utf-16-le")
    )


def _sheet(rows, merged):
    cells = b"".join(
        _record(0x0204, struct.pack("<HHHHB", r, c, 0, len(text), 1) + text.encode("utf-16-le"))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
        if text
    )
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0))
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows), default=0), 0)
    if merged:
        cells += _record(
            0x00E5, struct.pack("<H", len(merged)) + b"".join(struct.pack("<HHHH", *m) for m in merged)
        )
    return begin + _record(0x0200, size) + cells + _record(0x000A, b"")


def _compound(stream):
    """The stream as a compound file: its sectors, one of the directory, one of the table of sectors."""
    stream += bytes(max(4096, -(-len(stream) // _SECTOR) * _SECTOR) - len(stream))
    count = len(stream) // _SECTOR
    assert count + 2 <= _SECTOR // 4
    table = [*range(1, count), _END, _END, _FAT]
    table += [_FREE] * (_SECTOR // 4 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, count, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<I", count + 1) + b"\xff\xff\xff\xff" * 108
    directory = _entry("Root Entry", 5, _END, 0, child=1) + _entry("Workbook", 2, 0, len(stream))
    return header + stream + directory.ljust(_SECTOR, b"\0") + struct.pack(f"<{_SECTOR // 4}I", *table)


def _entry(name, kind, start, size, child=_FREE):
    text = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<III", _FREE, _FREE, child)
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text), kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def _open_cell(cell):
    if cell is None:
        return "<table:covered-table-cell/>"
    text, rows = cell if isinstance(cell, tuple) else (cell, 1)
    span = f' table:number-rows-spanned="{rows}" table:number-columns-spanned="1"' if rows > 1 else ""
    return f'<table:table-cell office:value-type="string"{span}><text:p>{text}</text:p></table:table-cell>'


def ods(sheets, repeated=1):
    """An OpenDocument table: sheet names with their rows of texts, the last row so many times.

    A text with a number is of a cell that is merged over so many rows; None is one that another covers.
    """
    tables = ""
    for name, rows in sheets.items():
        shown = [
            f"<table:table-row{f' table:number-rows-repeated={chr(34)}{repeated}{chr(34)}' if row is rows[-1] else ''}>"
            + "".join(map(_open_cell, row))
            + "</table:table-row>"
            for row in rows
        ]
        tables += f'<table:table table:name="{name}">{"".join(shown)}</table:table>'
    spaces = " ".join(f'xmlns:{name}="{_OFFICE}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>{tables}</office:spreadsheet>"
    )
    content += "</office:body></office:document-content>"
    manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})
