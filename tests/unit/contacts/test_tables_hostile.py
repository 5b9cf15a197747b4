"""Files made to harm: each is refused in one sentence, at once and in little memory."""

import io
import random
import struct
import time
import tracemalloc
import zipfile
from functools import cache
from itertools import product

import openpyxl
import pytest

from contacts.filing.errors import BadTable
from contacts.filing.limits import FILE_BYTES, MB, PARTS
from contacts.filing.reading import read_table
from contacts.filing.workbook import read_workbook
from tests.long import runs
from tests.unit.contacts.raw_workbooks import MAIN, OFFICE, raw_parts, raw_workbook, zipped

pytestmark = pytest.mark.slow

DAMAGED = "Filen är skadad."
TOO_LARGE = "Filen är för stor när den packas upp."
ONE_ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
# Of processor time: a bound, and no race. It takes two on a slow day.
SECONDS = 8


def refusal(content):
    assert len(content) <= FILE_BYTES, "the file itself is within the limit, else nothing is proved"
    started = time.process_time()
    with pytest.raises(BadTable) as refused:
        read_table(content)
    assert time.process_time() - started < SECONDS
    return refused.value.reason


def refusal_and_memory(content):
    """Also the most bytes in use meanwhile."""
    tracemalloc.start()
    try:
        return refusal(content), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def with_parts(**more):
    """A workbook that is right, with more parts or with others."""
    return zipped(raw_parts(ONE_ROW) | more)


def test_the_workbook_the_others_are_made_from_is_read():
    assert read_table(with_parts()) == [["1"]]


# What it is


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7\n", "Filen är en PDF"),
        (b"BEGIN:VCARD\r\nVERSION:4.0\r\n", "Filen är ett visitkort"),
        (b"MZ\x90\x00\x03\x00", "Filen är ett program"),
        (b"\x7fELF\x02", "Filen är ett program"),
        (b"\x89PNG\r\n\x1a\n", "Filen är en bild"),
        (b"\xff\xd8\xff\xe0", "Filen är en bild"),
        (b"GIF89a", "Filen är en bild"),
        (b"BM\x36\x00\x00\x00", "Filen är en bild"),
        (b"RIFF\x00\x00\x00\x00WEBP", "Filen är en bild"),
        (b"{\\rtf1", "Filen är ett textdokument"),
        (b"\x1f\x8b\x08", "Filen är en packad fil"),
        (b"7z\xbc\xaf\x27\x1c", "Filen är en packad fil"),
        (b"<!DOCTYPE html><table>", "Filen är en webbsida"),
        (b"\xef\xbb\xbf \r\n<HTML>", "Filen är en webbsida"),
        (b'<?xml version="1.0"?><Workbook/>', "Filen är en webbsida eller XML"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "Filen har ett äldre Excel-format (.xls)."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "Filen är låst med lösenord.",
        ),
        (zipped({"a.txt": "a;b"}), "Filen är en packad fil"),
        (zipped({"word/document.xml": "<a/>"}), "Filen är ett Word-dokument."),
        (zipped({"content.xml": "<a/>"}), "Filen är ett OpenDocument."),
        (zipped({"xl/workbook.bin": "x"}), "Filen är en binär Excel-arbetsbok (.xlsb)."),
        (b"PK\x03\x04" + b"x" * 100, DAMAGED),
        (zipped(raw_parts(ONE_ROW))[:-30], DAMAGED),
    ],
)
def test_what_is_no_table_is_called_by_its_name(content, words):
    assert refusal(content).startswith(words)


def test_two_letters_alone_are_text():
    assert read_table(b"MZ;BM\r\n1;2") == [["MZ", "BM"], ["1", "2"]]
    assert read_table(b"PK;MM\r\n1;2") == [["PK", "MM"], ["1", "2"]]


# What it could do


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("xl/vbaProject.bin", "Filen har makron."),
        ("xl/macrosheets/sheet1.xml", "Filen har makron."),
        ("xl/externalLinks/externalLink1.xml", "Filen har länkar till andra filer."),
    ],
)
def test_macros_and_links_are_refused(part, words):
    assert refusal(with_parts(**{part: "x"})).startswith(words)


def test_a_link_that_is_only_pointed_at_is_refused():
    relations = raw_parts("")["xl/_rels/workbook.xml.rels"].replace(
        f"{OFFICE}/sharedStrings", f"{OFFICE}/externalLinkPath"
    )
    assert refusal(with_parts(**{"xl/_rels/workbook.xml.rels": relations})).startswith("Filen har länkar")


def test_a_formula_is_refused_by_row_and_column():
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active["AB3"] = "=HYPERLINK(1)"
    file = io.BytesIO()
    book.save(file)
    assert refusal(file.getvalue()) == (
        "Rad 3, kolumn AB har en formel. Klistra in cellerna som värden och spara igen."
    )


def test_a_locked_archive_is_refused():
    content = bytearray(with_parts())
    for signature, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(signature)
        content[start + flags_at] |= 1
    assert refusal(bytes(content)).startswith("Filen är låst med lösenord.")


# Bombs


def test_a_part_that_is_squeezed_too_hard():
    assert refusal(with_parts(**{"xl/media/a.bin": b"\0" * 20 * MB})).startswith(TOO_LARGE)


def test_parts_that_are_too_large_together():
    parts = {f"xl/media/{i}.bin": random.Random(i).randbytes(50_000) + b"\0" * 9 * MB for i in range(7)}
    assert refusal(with_parts(**parts)).startswith(TOO_LARGE)


def test_a_bomb_in_a_bomb_is_never_unpacked():
    inner = zipped({"0": b"\0" * 50 * MB})
    assert read_table(with_parts(**{"xl/media/inner.zip": inner})) == [["1"]]
    assert refusal(zipped({f"{i}.zip": inner for i in range(50)})).startswith("Filen är en packad fil")


def test_too_many_parts():
    assert refusal(with_parts(**{f"xl/{i}.xml": "" for i in range(PARTS)})).startswith(
        "Filen har för många delar."
    )
    assert refusal(zipped({f"{i}": "" for i in range(40_000)})).startswith("Filen har för många delar.")


def test_two_parts_of_one_name():
    file = io.BytesIO(with_parts())
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/worksheets/sheet1.xml", "<a/>")
    assert refusal(file.getvalue()).startswith(DAMAGED)


def test_other_ways_to_squeeze():
    for compression in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert refusal(zipped(raw_parts(ONE_ROW), compression)).startswith(DAMAGED)


def lying(content, name, size):
    """The same archive, whose directory and part header say another size for one part."""
    changed = bytearray(content)
    for signature, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        start = changed.find(signature)
        while changed[start + name_at : start + name_at + len(name)] != name.encode():
            start = changed.find(signature, start + 1)
        struct.pack_into("<I", changed, start + size_at, size)
    return bytes(changed)


@cache
def padded():
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n * 7919 % 10007}</v></c></row>' for n in range(1, 19_000))
    return zipped(raw_parts(rows, after=f"<!--{' ' * 40 * MB}-->"))


@pytest.mark.parametrize("size", [0, 1, 300, 3 * MB])
def test_an_archive_that_lies_about_a_size_unpacks_no_more_than_it_said(size):
    content = lying(padded(), "xl/worksheets/sheet1.xml", size)
    words, memory = refusal_and_memory(content)
    assert words.startswith(DAMAGED)
    assert memory < 20 * MB


# XML

LAUGHS = (
    "<!DOCTYPE a [<!ENTITY l0 'ha'>"
    + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 11))
    + "]>"
)
QUADRATIC = f"<!DOCTYPE a [<!ENTITY q '{'x' * 100_000}'>]>"
OUTSIDE = '<!DOCTYPE a [<!ENTITY o SYSTEM "file:///etc/passwd">]>'


@pytest.mark.long
@pytest.mark.parametrize(
    ("part", "entity"),
    list(
        product(
            ["worksheets/sheet1.xml", "sharedStrings.xml", "workbook.xml", "_rels/workbook.xml.rels"],
            [(LAUGHS, "&l10;"), (QUADRATIC, "&q;" * 5_000), (OUTSIDE, "&o;"), ("<!DOCTYPE a>", "1")],
        )
    )[:: runs(5, full=1)],
)
def test_entities_are_refused_in_every_part_that_is_read(part, entity):
    parts, part, (doctype, text) = raw_parts(ONE_ROW, texts="<si><t>1</t></si>"), f"xl/{part}", entity
    assert read_table(zipped(parts)) == [["1"]]
    start, middle, rest = parts[part].partition(">")
    parts[part] = f"{doctype}{start}{middle}{text}{rest}"
    # Stored, not squeezed: it is the entities that are to be refused here.
    assert refusal(zipped(parts, zipfile.ZIP_STORED)).startswith(DAMAGED)


CELL = '<c r="{0}1"><v>1</v></c>'
SHEETS = [
    # rows or cells that openpyxl would pass over, or make up
    '<row r="2"/><row r="1"/>',
    '<row r="2"/><row r="2"/>',
    '<row r="0"/>',
    '<row r="1e3"/>',
    f'<row r="1">{CELL.format("B")}{CELL.format("A")}</row>',
    f'<row r="1">{CELL.format("A")}{CELL.format("A")}</row>',
    f'<row r="2">{CELL.format("A")}</row>',
    '<row r="1"><c r="ÅÄ1"><v>1</v></c></row>',
    '<row r="1"><c r="A99999999999"><v>1</v></c></row>',
    # elements where they would be taken for something else
    '<row r="1"><row r="2"/></row>',
    '<row r="1"><c r="A1"><c r="B1"><v>1</v></c></c></row>',
    '<row r="1"><x r="A1"><v>1</v></x></row>',
    f'<x>{ONE_ROW}</x>',
    # values that cannot be read
    '<row r="1"><c r="A1"><v>ett</v></c></row>',
    '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
    '<row r="1"><c r="A1" t="d"><v>igår</v></c></row>',
    '<row r="1"><c r="A1" s="x"><v>1</v></c></row>',
    # no XML
    '<row r="1">',
    '<row r="1"><c r="A1"><v>\x01</v></c></row>',
    "<row>" + "<x>" * 100_000 + "</x>" * 100_000 + "</row>",
    f'<row r="1" spans="{"1" * 100_000}"/>',
]  # fmt: skip


@pytest.mark.parametrize("rows", SHEETS)
def test_a_sheet_that_is_out_of_order_is_refused_and_no_cell_is_lost(rows):
    assert refusal(zipped(raw_parts(rows), zipfile.ZIP_STORED)).startswith(DAMAGED)


def test_rows_and_cells_outside_the_sheets_data_are_refused():
    assert refusal(raw_workbook("", after=ONE_ROW)).startswith(DAMAGED)
    assert refusal(raw_workbook("", before=f"<cols>{ONE_ROW}</cols>")).startswith(DAMAGED)


def test_a_sheet_of_another_kind_is_refused_and_not_read_as_empty():
    parts = {
        name: part.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
        for name, part in raw_parts(ONE_ROW).items()
    }
    assert refusal(zipped(parts)).startswith(DAMAGED)


@pytest.mark.parametrize("rows", ["", "<row/>", '<row r="1"><c r="A1" s="0"/></row>'])
def test_an_empty_sheet_is_told(rows):
    assert refusal(raw_workbook(rows)).startswith("Filens första kalkylblad är tomt.")


def test_a_workbook_without_a_sheet():
    hidden = raw_parts(ONE_ROW)["xl/workbook.xml"].replace('name="A"', 'name="A" state="hidden"')
    assert refusal(with_parts(**{"xl/workbook.xml": hidden})).startswith("Filen har inget kalkylblad")


def test_a_part_that_is_pointed_at_outside_the_archive_is_not_looked_for():
    relations = raw_parts("")["xl/_rels/workbook.xml.rels"]
    for target in ("../../../etc/passwd", "/etc/passwd", "http://127.0.0.1/", ""):
        changed = relations.replace("worksheets/sheet1.xml", target)
        assert refusal(with_parts(**{"xl/_rels/workbook.xml.rels": changed})).startswith(
            "Filen har inget kalkylblad"
        )


# Work without end


def many(count, piece):
    """So many pieces, each with its number, so that they are not squeezed past the ratio."""
    return "".join(piece.format(n) for n in range(1, count + 1))


@pytest.mark.long
def test_a_million_rows():
    rows = many(runs(60_000, full=1_000_000), "<row><c><v>{0}</v></c></row>")
    assert refusal(raw_workbook(rows)).startswith("Filen har fler än 20000 rader.")


def test_one_row_far_down():
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert refusal(raw_workbook(rows)).startswith("Filen har fler än 20000 rader.")
    assert refusal(raw_workbook('<row r="9"><c r="XFD9"><v>1</v></c></row>')).startswith(
        "Rad 9 har fler än 40 kolumner."
    )


@pytest.mark.long
def test_a_million_cells_in_one_row():
    cells = many(runs(420_000, full=1_000_000), '<c s="{0}"/>')
    assert refusal(raw_workbook(f"<row>{cells}</row>")).startswith("Filen har fler än 400000 celler.")


def test_a_million_texts():
    texts = many(1_000_000, "<si><t>{0}</t></si>")
    assert refusal(raw_workbook(ONE_ROW, texts=texts)).startswith("Filen har fler än 400000 celler.")


def test_one_text_in_a_million_pieces():
    texts = f"<si>{many(500_000, '<r><t>{0}</t></r>')}</si>"
    assert refusal(raw_workbook(ONE_ROW, texts=texts)).startswith("Filen har för mycket formatering.")
    pieces = many(500_000, "<r><t/></r><!--{0}-->")
    cell = f'<row><c t="inlineStr"><is>{pieces}</is></c></row>'
    assert refusal(raw_workbook(cell)).startswith("Filen har för mycket formatering.")


def test_a_million_styles():
    relations = raw_parts("")["xl/_rels/workbook.xml.rels"].replace("sharedStrings", "styles")
    elements = many(1_000_000, '<xf i="{0}"/>')
    styles = f'<styleSheet xmlns="{MAIN}">{elements}</styleSheet>'
    parts = {"xl/_rels/workbook.xml.rels": relations, "xl/styles.xml": styles}
    # Both attributes of the relation, kind and target, now say styles.
    assert refusal(with_parts(**parts)).startswith("Filen har för mycket formatering.")


@pytest.mark.parametrize(
    "content",
    [
        b"a;b\r\n" + b"\n" * 4_900_000 + b"1;2",
        b"a;b\r\n" + b";" * 4_900_000 + b"x",
        b"a;b\r\n" + b"1;2\n" * 1_200_000,
        b'a;b\r\n"' + b"x\n" * 2_400_000,
        b'"' + b"x\n" * 2_400_000,
        b'"' + b'""' * 2_400_000,
        b"x" * 4_900_000,
    ],
)
def test_text_without_end(content):
    words, memory = refusal_and_memory(content)
    assert words
    assert memory < 200 * MB


@pytest.mark.long
def test_damage_anywhere_gives_a_table_or_a_sentence_and_never_an_error():
    whole = with_parts(
        **raw_parts('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', texts="<si><t>a</t></si>")
    )
    chance = random.Random(7)
    refused = 0
    for _ in range(runs(500, full=1_500)):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(2, len(content))] = chance.randrange(256)
        try:
            # What the child does, here: fifteen hundred of them would take minutes to start.
            read_workbook(bytes(content))
        except BadTable:
            refused += 1
    assert refused > runs(500, full=1_500) / 3
