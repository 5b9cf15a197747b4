"""An XLSX file's first sheet, as text.

openpyxl never sees the file that came in: it is given a new workbook of one sheet, with the three parts that have been
looked through and nothing else.
"""

import datetime
import io
import itertools
import re
import warnings
import zipfile

from openpyxl import load_workbook

from .archive import DAMAGED, Archive, Contents
from .collecting import Rows
from .errors import BadTable
from .sheet_scan import Scan, SheetScan, StylesScan, TextsScan

_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PART = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = f"""{_XML}<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_PART}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_PART}.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{_PART}.styles+xml"/>
{{texts}}</Types>"""
_TEXTS_TYPE = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_PART}.sharedStrings+xml"/>'
_RELATIONS = f"""{_XML}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"""
_WORKBOOK = f"""{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="{{from_1904}}"/>
<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>"""

_READING_ERRORS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    SyntaxError,
    RecursionError,
    OSError,
    zipfile.BadZipFile,
)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_workbook(content: bytes) -> list[list[str]]:
    """Read the first sheet that is shown; every row is as wide as the widest. Raises BadTable."""
    archive = Archive(content)
    contents = Contents(archive)
    new_file = io.BytesIO()
    sheet_scan = SheetScan()
    with zipfile.ZipFile(new_file, "w", zipfile.ZIP_STORED) as target:
        target.writestr("[Content_Types].xml", _TYPES.format(texts=_TEXTS_TYPE if contents.texts else ""))
        target.writestr("xl/workbook.xml", _WORKBOOK.format(from_1904=int(contents.from_1904)))
        target.writestr("xl/_rels/workbook.xml.rels", _RELATIONS)
        _copy(archive, contents.sheet, target, "xl/worksheets/sheet1.xml", sheet_scan)
        if contents.texts:
            _copy(archive, contents.texts, target, "xl/sharedStrings.xml", TextsScan())
        if contents.styles:
            _copy(archive, contents.styles, target, "xl/styles.xml", StylesScan())
    rows = Rows()
    if sheet_scan.rows:
        _read(new_file, sheet_scan, rows)
    if not rows.rows:
        raise BadTable("Filens första kalkylblad är tomt. Lägg kontakterna i det första bladet.")
    return rows.rows


def _copy(archive: Archive, name: str, target: zipfile.ZipFile, new_name: str, scan: Scan) -> None:
    with target.open(new_name, "w") as new_part:
        for piece in archive.pieces(name):
            scan.feed(piece)
            new_part.write(piece)
    scan.close()


def _read(file: io.BytesIO, scan: SheetScan, rows: Rows) -> None:
    try:
        with warnings.catch_warnings():
            # What openpyxl warns of is no concern of ours (extensions), or is told in the cell (a date out of range).
            warnings.simplefilter("ignore")
            workbook = load_workbook(file, read_only=True, keep_links=False)
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()
            found = sheet.iter_rows(max_row=scan.rows, max_col=scan.columns, values_only=True)
            # No further than the last cell: what comes after the cells of a sheet is of no use here.
            for values in itertools.islice(found, scan.rows):
                rows.add([_text(value) for value in values])
    except _READING_ERRORS as wrong:
        raise BadTable(DAMAGED) from wrong


def _text(value: object) -> str:
    """Give a cell as a person would write it."""
    match value:
        case None:
            return ""
        case str():
            return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value
        case bool():
            return "SANT" if value else "FALSKT"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime.datetime() if value.time() == datetime.time():
            return value.date().isoformat()
        case datetime.datetime():
            return value.isoformat(" ", timespec="minutes")
        case datetime.time():
            return value.isoformat(timespec="minutes")
        case _:
            return str(value)
