"""Tables in files: what is read from each format, and that what is written comes back."""

import datetime
import io
import zipfile
from itertools import product
from pathlib import Path

import openpyxl
import pytest

from contacts.filing.errors import BadTable
from contacts.filing.limits import CELL_CHARACTERS, COLUMNS, ROWS
from contacts.filing.reading import read_table
from contacts.filing.writing import shortened_title, write_book, write_csv, write_xlsx
from tests.long import runs
from tests.unit.contacts.raw_workbooks import raw_parts, raw_workbook, zipped

pytestmark = pytest.mark.slow

OWN_FILE = Path(__file__).parents[3] / "contacts" / "data" / "katalog-vasterbotten.csv"
OWN_TABLE = read_table(OWN_FILE.read_bytes())


def refusal(content):
    with pytest.raises(BadTable) as refused:
        read_table(content)
    return refused.value.reason


def workbook(*rows, change=lambda sheet: None):
    """A workbook as somebody else's program makes it, nothing of it ours."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book.active)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def plain_csv(delimiter, line_end="\r\n"):
    return line_end.join(
        delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [*OWN_TABLE, []]
    )


# The same in every format


def test_the_own_file_as_a_person_sees_it():
    assert len(OWN_TABLE) == 21
    assert OWN_TABLE[0][:3] == ["Huvudman", "Enhet", "Typ"]
    assert OWN_TABLE[7][11] == "Stängt 12–13; fredag till 15; kortare tider sommartid"
    assert all(len(row) == 14 for row in OWN_TABLE)


@pytest.mark.long
@pytest.mark.parametrize(
    ("line_end", "encoding", "delimiter"),
    # Of 36 every third meets each encoding with each delimiter, and both with each end of a line.
    [
        (line_end, encoding, delimiter)
        for (a, line_end), (b, encoding), (c, delimiter) in product(
            enumerate(["\r\n", "\n", "\r"]),
            enumerate(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
            enumerate([";", ",", "\t"]),
        )
        if (a + b + c) % runs(3, full=1) == 0
    ],
)
def test_every_encoding_and_delimiter_gives_the_same_table(encoding, delimiter, line_end):
    assert read_table(plain_csv(delimiter, line_end).encode(encoding)) == OWN_TABLE


def test_utf_16_of_either_order():
    text = "\ufeff" + plain_csv(";")
    assert read_table(text.encode("utf-16-le")) == read_table(text.encode("utf-16-be")) == OWN_TABLE


def test_a_number_that_is_kept_as_text_is_what_it_says():
    assert read_table('Namn;Nummer\nKöket;="0953-140 10"\nTvätten;"=""005"""\n'.encode()) == [
        ["Namn", "Nummer"],
        ["Köket", "0953-140 10"],
        ["Tvätten", "005"],
    ]


def test_a_workbook_gives_the_same_table():
    assert read_table(workbook(*OWN_TABLE)) == OWN_TABLE
    assert read_table(write_xlsx(OWN_TABLE)) == OWN_TABLE
    assert read_table(write_csv(OWN_TABLE)) == OWN_TABLE


def test_the_content_decides_and_not_the_name():
    assert read_table(workbook(*OWN_TABLE)) == OWN_TABLE
    assert read_table(OWN_FILE.read_bytes()) == OWN_TABLE


def test_a_workbook_with_a_table_of_texts():
    texts = ["Växel", "rich", "O_x000D_K"]
    sst = "".join(f"<si><t>{text}</t></si>" for text in (texts[0], texts[2]))
    sst += '<si><r><t>ri</t></r><r><rPr><b/></rPr><t xml:space="preserve">ch </t></r></si>'
    cells = "".join(f'<c r="{c}1" t="s"><v>{i}</v></c>' for i, c in enumerate("ABC"))
    assert read_table(raw_workbook(f"<row r='1'>{cells}</row>", texts=sst)) == [["Växel", "O\rK", "rich "]]


# Cells


def test_what_kinds_of_cells_are_read_as():
    values = [
        (8, "8"),
        (8.0, "8"),
        (907850000.0, "907850000"),
        (0.5, "0.5"),
        (True, "SANT"),
        (False, "FALSKT"),
        (datetime.date(2026, 11, 24), "2026-11-24"),
        (datetime.datetime(2026, 11, 24, 10, 52), "2026-11-24 10:52"),
        (datetime.time(7, 5), "07:05"),
        (None, ""),
        ("#N/A", "#N/A"),
        ("0907850000", "0907850000"),
        ("rad ett\nrad två", "rad ett\nrad två"),
    ]
    assert read_table(workbook([value for value, _ in values])) == [[text for _, text in values]]


def test_dates_counted_from_1904():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.MAC_EPOCH
    book.active.append([datetime.date(2026, 11, 24)])
    file = io.BytesIO()
    book.save(file)
    assert read_table(file.getvalue()) == [["2026-11-24"]]


def test_a_date_that_is_none_shows_as_an_error_the_reader_is_told_of():
    content = workbook([1e9], change=lambda sheet: setattr(sheet["A1"], "number_format", "yyyy-mm-dd"))
    assert read_table(content) == [["#VALUE!"]]


def test_empty_rows_stand_where_they_stood_in_both_formats():
    rows = [["a", "b"], [None], ["c"], [None], [" "]]
    assert read_table(workbook(*rows)) == [["a", "b"], [], ["c", ""]]
    assert read_table(b"a;b\r\n;\r\nc;\r\n;\r\n ;\r\n") == [["a", "b"], [], ["c", ""]]


def test_rows_and_cells_that_a_workbook_leaves_out_are_empty():
    content = raw_workbook('<row r="2"><c r="C2"><v>1</v></c></row><row><c><v>2</v></c></row>')
    assert read_table(content) == [[], ["", "", "1"], ["2", "", ""]]


def test_the_size_a_sheet_says_it_has_is_not_believed():
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    for said in ("A1:A1", "A1:XFD1048576", "C7:D9"):
        assert read_table(raw_workbook(rows, before=f'<dimension ref="{said}"/>')) == [["1", "2"]]


def test_formatting_far_beyond_the_last_text_is_passed_over():
    def format_far_away(sheet):
        sheet["A1048576"].font = sheet["XFD3"].font = openpyxl.styles.Font(bold=True)

    assert read_table(workbook(["a"], ["b"], change=format_far_away)) == [["a"], ["b"]]


def test_line_breaks_in_quotes_belong_to_their_cell():
    assert read_table(b'a;b\r\n"1\r\n2;3";"c ""d"""\r\ne;f') == [
        ["a", "b"],
        ["1\r\n2;3", 'c "d"'],
        ["e", "f"],
    ]


def test_the_delimiter_is_that_of_the_heading_row():
    assert read_table(b'"a;b;c",d\r\n1;2,3;4') == [["a;b;c", "d"], ["1;2", "3;4"]]
    assert read_table(b"\r\n\r\na\tb\r\n1;2;3\t4") == [[], [], ["a", "b"], ["1;2;3", "4"]]
    assert read_table(b"a\r\n1,2") == [["a"], ["1,2"]]


# There and back

HEADING = ["Huvudman", "Enhet"]
HOSTILE = [
    'citat " och "" och """',
    "semi;kolon, komma\ttab",
    "rad ett\nrad två",
    "rad ett\r\nrad två\rrad tre",
    "'apostrof",
    "''=två",
    "=1+1",
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "+46 90 785 00 00",
    "-",
    "\t=1",
    "\r=1",
    "  =1",
    "＝1",
    "'\u200b＋1",
    "0907850000",
    "#N/A",
    "TRUE",
    "2026-11-24",
    "åäöÅÄÖ",
    "Ubmejen tjeälddie Đđ Ŋŋ Ŧŧ Šš",
    "👩‍⚕️🏥",
    "_x000D_ _x005F_ x005F_",
    "<b>&amp;]]>",
    " blanksteg runt ",
    "\u00a0",
]


@pytest.mark.long
@pytest.mark.parametrize(
    ("write", "cell"), list(product([write_csv, write_xlsx], HOSTILE))[:: runs(4, full=1)]
)
def test_any_cell_comes_back_as_it_was(write, cell):
    rows = [HEADING, [cell, "b"], ["a", cell], ["x", "y"]]
    assert read_table(write(rows)) == rows


def test_all_of_them_in_one_file_come_back():
    rows = [HEADING, *([cell, f"b{i}"] for i, cell in enumerate(HOSTILE))]
    assert read_table(write_csv(rows)) == read_table(write_xlsx(rows)) == rows


def test_csv_is_written_as_a_spreadsheet_expects_it():
    assert write_csv([["Namn", "Nr"], ['a;"b"', "=1"]]) == '\ufeffNamn;Nr\r\n"a;""b""";\'=1\r\n'.encode()
    assert write_csv([]) == b"\xef\xbb\xbf"
    assert read_table(write_csv([["a", "b"], ["c"]])) == [["a", "b"], ["c", ""]]


def test_a_workbook_is_written_as_text_with_its_heading_in_sight():
    content = write_xlsx([["Namn", "Nr"], ["=1+1", "0907850000"], ["#N/A", "x" * 300]])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet.title == "Kontakter"
    assert [cell.value for row in sheet for cell in row][2:5] == ["'=1+1", "0907850000", "#N/A"]
    assert {(cell.data_type, cell.number_format) for row in sheet for cell in row} == {("s", "@")}
    assert [[cell.font.bold for cell in row] for row in sheet] == [[True] * 2, [False] * 2, [False] * 2]
    assert sheet.freeze_panes == "A2"
    assert 5 < sheet.column_dimensions["A"].width < sheet.column_dimensions["B"].width <= 60


def test_an_empty_workbook_is_written_too():
    assert openpyxl.load_workbook(io.BytesIO(write_xlsx([]))).active.max_row == 1


# Limits


def test_as_many_rows_as_there_may_be_and_no_more():
    full = b"a;b\r\n" + b"1;2\r\n" * ROWS
    assert len(read_table(full + b";\r\n" * 1000)) == ROWS + 1
    assert refusal(full + b"1;2\r\n") == "Filen har fler än 20000 rader. Dela upp den."
    assert refusal(b"a;b\r\n" + b"\r\n" * ROWS + b"1;2") == "Filen har fler än 20000 rader. Dela upp den."


def test_rows_of_a_workbook():
    row = '<row r="{0}"><c r="A{0}"><v>1</v></c></row>'.format
    assert len(read_table(raw_workbook(row(1) + row(ROWS + 1)))) == ROWS + 1
    assert refusal(raw_workbook(row(1) + row(ROWS + 2))) == "Filen har fler än 20000 rader. Dela upp den."


def test_columns():
    wide = ["x"] * COLUMNS
    for content in (";".join(wide).encode(), workbook(wide), (";".join(wide) + ";; ;").encode()):
        assert read_table(content) == [wide]
    too_wide = "Rad 2 har fler än 40 kolumner. Ta bort de kolumner som inte hör till katalogen."
    assert refusal(b"a;b\r\n" + ";".join([*wide, "x"]).encode()) == too_wide
    assert refusal(workbook(["a"], [*wide, "x"])) == too_wide


def test_characters_of_a_cell():
    longest = "å" * CELL_CHARACTERS
    for write in (lambda cell: write_csv([["a", cell]]), lambda cell: workbook(["a", cell])):
        assert read_table(write(longest)) == [["a", longest]]
        assert refusal(write(f"{longest}x")) == "Rad 1, kolumn B har fler än 2000 tecken."


def test_characters_of_all_cells_together():
    row = "<row>" + '<c t="s"><v>0</v></c>' * 30 + "</row>"
    cells = row * 400
    content = zipped(raw_parts(cells, texts=f"<si><t>{'x' * 2000}</t></si>"), zipfile.ZIP_STORED)
    assert refusal(content) == "Filen har för mycket text. Dela upp den."


def test_bytes_of_the_file():
    assert refusal(b"a;b\r\n" + b"x" * 5_000_000) == "Filen är större än 5 MB. Dela upp den."


# What is refused in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Filen är tom."),
        (b" \r\n\t", "Filen är tom."),
        (b"\xef\xbb\xbf", "Filen är tom."),
        (b"\xff\xfe", "Filen är tom."),
        (b";;\r\n;;\r\n", "Filen är tom."),
        (b'a;b\r\n1;"2', "Citattecknen går inte ihop på rad 2."),
        (b'a;b\r\n1;2\r\n"3"x;4', "Citattecknen går inte ihop på rad 3."),
        ("a;b\r\nåäö;".encode() + b"\xe5", "Filen blandar två teckenkodningar."),
        (b"a;b\r\n\x81;c", "Filen går inte att läsa som text."),
        (b"a;b\r\n1\x002;c", "Filen går inte att läsa som text."),
        ("a;b".encode("utf-16-le"), "Filen går inte att läsa som text."),
        ("a;b".encode("utf-32"), "Filen går inte att läsa som text."),
        (b"\xff\xfea", "Filen går inte att läsa som text."),
    ],
)
def test_text_that_is_no_table_is_refused_in_one_sentence(content, words):
    assert refusal(content).startswith(words)


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Händelser efter slag och avsändare", "Händelser efter slag"),
        ("Lämnade samtal: återläsning inte besvarad", "Lämnade samtal: återläsning"),
        ("Registrerat och avgjort, timmar efter att", "Registrerat och avgjort, timmar"),
        ("x" * 40, "x" * 31),
    ],
)
def test_a_long_title_of_a_sheet_is_cut_at_a_word(title, short):
    assert shortened_title(title) == short


def test_a_book_has_its_sheets_numbers_stay_numbers_and_nothing_runs():
    rows = [("Vad", "Antal"), ("=1+1", 3), ("#N/A", 0)]
    content = write_book([("En titel som är längre än den får vara", rows), ("Två", rows)])
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["En titel som är längre än den", "Två"]
    cells = [[cell.value for cell in row] for row in book.worksheets[1]]
    assert [row[1] for row in cells] == ["Antal", 3, 0]
    assert not any(cell.data_type == "f" for sheet in book for row in sheet for cell in row)
