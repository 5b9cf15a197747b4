"""Workbooks with all that is in them: sheets, what is hidden, struck through or merged, and the older formats."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font

from contacts import sandbox
from contacts.filing import child
from contacts.filing.archive import DAMAGED
from contacts.filing.errors import BadTable
from contacts.filing.limits import SHEETS
from contacts.filing.reading import read_book, read_table
from tests.long import runs
from tests.unit.contacts.other_workbooks import ods, xls
from tests.unit.contacts.raw_workbooks import MAIN, raw_parts, zipped

pytestmark = pytest.mark.slow


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(change, *rows):
    book = openpyxl.Workbook()
    for row in rows or [["a", "b"], ["c", "d"], ["e", "f"]]:
        book.active.append(row)
    change(book.active)
    return saved(book)


def only_sheet(content):
    (sheet,) = read_book(content).sheets
    return sheet


def refusal(content):
    with pytest.raises(BadTable) as refused:
        read_book(content)
    return refused.value.reason


def table_or_sentence(content):
    """The last cell of the first sheet, else the refusal."""
    try:
        return (read_book(content).sheets[0].rows or [["tom"]])[-1][-1] or "tom"
    except BadTable as wrong:
        return wrong.reason


def test_every_sheet_is_read_and_named():
    book = openpyxl.Workbook()
    book.active.title = "Växlar"
    book.active.append(["a"])
    book.create_sheet("Tomt")
    hidden = book.create_sheet("Dolt")
    hidden.append(["b"])
    hidden.sheet_state = "veryHidden"
    book.create_chartsheet("Diagram")
    book.create_sheet("Jour").append(["c"])
    read = read_book(saved(book))
    assert [(s.name, s.rows, s.hidden) for s in read.sheets] == [
        ("Växlar", [["a"]], False),
        ("Tomt", [], False),
        ("Dolt", [["b"]], True),
        ("Jour", [["c"]], False),
    ]
    assert [sheet.name for sheet in read.filled] == ["Växlar", "Dolt", "Jour"]
    assert not read.blind


def test_a_sheet_that_can_not_be_found_is_named_and_not_passed_over():
    parts = raw_parts('<row r="1"><c r="A1"><v>1</v></c></row>')
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        "</sheets>", '<sheet name="Borta" sheetId="2" r:id="c"/></sheets>'
    )
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        '<Relationship Id="c" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet9.xml"/></Relationships>',
    )
    first, lost = read_book(zipped(parts)).sheets
    assert (first.rows, lost.name, lost.rows) == ([["1"]], "Borta", [])
    assert lost.refused.startswith("Bladet går inte att läsa.")


def test_what_is_wrong_with_one_sheet_is_said_of_it_and_the_others_are_read():
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.create_sheet("Brett").append(["x"] * 41)
    first, wide = read_book(saved(book)).sheets
    assert (first.rows, first.refused) == ([["a"]], "")
    assert wide.refused.startswith("Rad 1 har fler än 40 kolumner.")


def test_more_sheets_than_anybody_looks_through():
    book = openpyxl.Workbook()
    for number in range(SHEETS):
        book.create_sheet(f"{number}").append(["x"])
    assert refusal(saved(book)) == f"Filen har fler än {SHEETS} blad. Dela upp den."


def test_hidden_rows_and_columns_are_named_where_they_hold_anything():
    def hide(sheet):
        sheet.row_dimensions[2].hidden = sheet.row_dimensions[9].hidden = True
        sheet.column_dimensions["B"].hidden = sheet.column_dimensions["Z"].hidden = True

    sheet = only_sheet(workbook(hide))
    assert (sheet.hidden_rows, sheet.hidden_columns) == ((2,), (1,))
    assert sheet.rows[1] == ["c", "d"]


def test_columns_hidden_together_are_each_named():
    cols = '<cols><col min="1" max="2" hidden="1"/><col min="3" max="3" hidden="0"/></cols>'
    cells = "".join(f'<c r="{letter}1"><v>1</v></c>' for letter in "ABC")
    content = zipped(raw_parts(f'<row r="1">{cells}</row>', before=cols))
    assert only_sheet(content).hidden_columns == (0, 1)


def test_struck_through_cells_are_named_whole_or_in_part():
    def strike(sheet):
        sheet["A2"].font = Font(strike=True)
        sheet["B3"] = CellRichText(TextBlock(InlineFont(strike=True), "090-1 "), "090-2")
        sheet["C9"].font = Font(strike=True)

    sheet = only_sheet(workbook(strike))
    assert sheet.struck == ((2, 0), (3, 1))
    assert sheet.rows[2] == ["e", "090-1 090-2"]


def test_cells_with_notes_are_named():
    def note(sheet):
        for cell in ("B2", "A3"):
            sheet[cell].comment = Comment("Ring aldrig före 9", "Anna")

    assert sorted(only_sheet(workbook(note)).noted) == ["A3", "B2"]
    assert only_sheet(workbook(lambda sheet: None)).noted == ()


def test_struck_through_texts_of_the_table_of_texts():
    sst = "<si><t>rak</t></si><si><r><rPr><strike/></rPr><t>gammal</t></r><r><t> ny</t></r></si>"
    sst += '<si><r><rPr><strike val="0"/></rPr><t>inte</t></r></si>'
    cells = "".join(f'<c r="{c}1" t="s"><v>{i}</v></c>' for i, c in enumerate("ABC"))
    sheet = only_sheet(zipped(raw_parts(f'<row r="1">{cells}</row>', texts=sst)))
    assert (sheet.rows, sheet.struck) == ([["rak", "gammal ny", "inte"]], ((1, 1),))


def test_merged_cells_have_their_text_on_each_row_and_never_in_another_column():
    def merge(sheet):
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("A5:B5")

    content = workbook(
        merge, ["Kommun", "Namn"], ["Malå", "a"], [None, "b"], ["Åsele", "c"], ["Rubrik", None]
    )
    sheet = only_sheet(content)
    assert sheet.merged == ("A2:A3",)
    assert sheet.rows[1:] == [["Malå", "a"], ["Malå", "b"], ["Åsele", "c"], ["Rubrik", ""]]


def test_cells_merged_past_the_last_row_make_no_rows():
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row>'
    after = '<mergeCells><mergeCell ref="A1:A900000"/></mergeCells>'
    assert only_sheet(zipped(raw_parts(cells, after=after))).rows == [["1", ""], ["1", "2"]]


@pytest.mark.parametrize("reference", ["A1", "", "A1:XFD1048576", "ÅÄÖ", "B2:A1", "A1:A2 A3"])
def test_a_strange_merge_is_a_table_or_a_sentence(reference):
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row>'
    after = f'<mergeCells><mergeCell ref="{reference}"/></mergeCells>'
    assert table_or_sentence(zipped(raw_parts(cells, after=after))) in ("2", DAMAGED)


def test_a_formula_is_empty_and_named_by_its_place():
    sheet = only_sheet(workbook(lambda sheet: sheet.__setitem__("B3", "=SUM(A1:A2)")))
    assert (sheet.formulas, sheet.rows[2]) == (((3, 1),), ["e", ""])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda sheet: sheet.parent.create_sheet("två").append(["x"]), "Filen har flera blad: Sheet, två."),
        (
            lambda sheet: sheet.parent.create_sheet("två").__setitem__("A1", "=1"),
            "Filen har flera blad: Sheet, två.",
        ),
        (lambda sheet: setattr(sheet.row_dimensions[2], "hidden", True), "Filen har dolda delar"),
        (lambda sheet: setattr(sheet["A2"], "font", Font(strike=True)), "Filen har dolda delar"),
    ],
)
def test_where_nobody_can_be_asked_nothing_goes_unread_in_silence(change, words):
    with pytest.raises(BadTable, match=words):
        read_table(workbook(change))


# The older and the open format


@pytest.mark.parametrize("write", [xls, ods])
def test_the_older_and_the_open_format(write):
    book = read_book(write({"Växlar": [["Namn", "Nr"], ["", "090-785 00 00"]], "Två": [["å"]]}))
    assert book.blind
    assert [(s.name, s.rows) for s in book.sheets] == [
        ("Växlar", [["Namn", "Nr"], ["", "090-785 00 00"]]),
        ("Två", [["å"]]),
    ]


MERGED_ROWS = [["Kommun", "Namn"], ["Malå", "a"], ["", "b"], ["Åsele", "c"]]


@pytest.mark.parametrize(
    "content",
    [
        xls({"Blad": MERGED_ROWS}, merged=[(1, 2, 0, 0)]),
        ods({"Blad": [MERGED_ROWS[0], [("Malå", 2), "a"], [None, "b"], ["Åsele", "c"]]}),
    ],
)
def test_merged_cells_of_the_other_formats_have_their_text_on_each_row(content):
    sheet = only_sheet(content)
    assert sheet.merged == ("A2:A3",)
    assert sheet.rows[1:] == [["Malå", "a"], ["Malå", "b"], ["Åsele", "c"]]


def test_merges_of_the_open_format_beside_rows_that_are_repeated():
    rows = [["Kommun", "Namn"], [("Malå", 3), "a"], [None, "b"]]
    assert only_sheet(ods({"Blad": rows}, repeated=2)).rows[1:] == [
        ["Malå", "a"],
        ["Malå", "b"],
        ["Malå", "b"],
    ]


def test_merged_ranges_are_told_from_the_top():
    def merge(sheet):
        sheet.merge_cells("A4:A5")
        sheet.merge_cells("A2:A3")

    rows = [["Kommun", "Namn"], ["Malå", "a"], [None, "b"], ["Åsele", "c"], [None, "d"]]
    assert only_sheet(workbook(merge, *rows)).merged == ("A2:A3", "A4:A5")


def test_a_hidden_sheet_of_the_older_format():
    assert [s.hidden for s in read_book(xls({"a": [["x"]], ".b": [["y"]]})).sheets] == [False, True]


@pytest.mark.parametrize("content", [xls({"a": [[]]}), ods({"a": [[""]]})])
def test_an_empty_one_of_them_is_told(content):
    assert refusal(content).startswith("Filens första kalkylblad är tomt.")


@pytest.mark.long
@pytest.mark.parametrize("repeated", [20_000, 1_000_000_000, 2**40, 100_000][: runs(3, full=4)])
def test_rows_repeated_without_end_are_refused(repeated):
    assert refusal(ods({"a": [["x" * 500] * 30]}, repeated=repeated))


def test_entities_in_the_open_format_are_never_unfolded():
    bomb = "<!DOCTYPE a [<!ENTITY a 'xxxxxxxxxx'>" + "".join(
        f"<!ENTITY a{n} '{f'&a{n - 1 or chr(0)};'.replace(chr(0), '') * 10}'>" for n in range(1, 12)
    )
    with zipfile.ZipFile(io.BytesIO(ods({"a": [["x"]]}))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    parts["content.xml"] = bomb + "]>" + parts["content.xml"].replace(">x<", ">&a11;<")
    try:
        length = len(str(read_book(zipped(parts)).sheets))
    except BadTable:
        length = 0
    assert length < 1_000


@pytest.mark.long
def test_a_damaged_one_of_the_older_format_is_a_table_or_a_sentence():
    whole = xls({"a": [["b", "c"]]})
    for start in range(8, len(whole) - 4, runs(993, full=331)):
        content = whole[:start] + b"\xff\xff\xff\x7f" + whole[start + 4 :]
        assert table_or_sentence(content)


# The child


def test_a_strict_workbook_is_refused_and_not_read_as_empty():
    parts = {
        n: p.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main") for n, p in raw_parts("").items()
    }
    assert refusal(zipped(parts)).startswith("Filen är skadad.")


def strange_child(monkeypatch, tmp_path, code):
    (tmp_path / "strange_worker.py").write_text(code)
    monkeypatch.setattr(child, "WORKER", "strange_worker")
    monkeypatch.setattr(sandbox, "ROOT", tmp_path)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import time; time.sleep(300)", "Filen tog för lång tid"),
        ("import os; os.kill(os.getpid(), 6)", "Filen går inte att läsa"),
        ("print('not json')", "Filen går inte att läsa"),
        ("print('{}')", "Filen går inte att läsa"),
        ("print('{\"book\": true, \"bytes\": 2}'); print('[]')", "Filen går inte att läsa"),
        ('print(\'{"book": true, "bytes": 900000000}\')', "Filen går inte att läsa"),
        ("import sys; sys.exit(1)", "Filen går inte att läsa"),
    ],
)
def test_a_child_that_hangs_dies_or_talks_nonsense_is_a_sentence(monkeypatch, tmp_path, code, words):
    strange_child(monkeypatch, tmp_path, code)
    monkeypatch.setattr(child, "CHILD", replace(child.CHILD, silent_seconds=2))
    assert refusal(zipped(raw_parts(""))).startswith(words)


def test_the_child_has_little_memory_and_none_of_our_secrets(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "hemligt")
    told = tmp_path / "told"
    code = f"""
import os, sys
sys.path.insert(0, {str(Path.cwd())!r})
from contacts import sandbox
from contacts.filing.limits import CHILD
sandbox.confine(CHILD)
try:
    bytes(2_000_000_000)
    much = True
except MemoryError:
    much = False
open({str(told)!r}, "w").write(repr((much, "SECRET_KEY" in os.environ, "django" in sys.modules)))
"""
    strange_child(monkeypatch, tmp_path, code)
    assert refusal(zipped(raw_parts(""))).startswith("Filen går inte att läsa")
    assert told.read_text() == "(False, False, False)"


@pytest.mark.parametrize("content", [b"a;b\r\n1;2", "å\tö".encode("cp1252"), "sep=,\na,b".encode("utf-16")])
def test_text_files_are_read_in_the_child_too(monkeypatch, content):
    assert read_table(content)
    monkeypatch.setattr(child, "WORKER", "no_such_module")
    assert refusal(content).startswith("Filen går inte att läsa")
