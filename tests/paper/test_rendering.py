"""The door to the typesetter: what comes out, what is refused, what happens when it cannot print."""

import builtins
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pydyf
import pytest

from forms import rendering
from forms.rendering import CodedSheet, PrintingUnavailable, Rendered, printable_html, render
from forms.rules.serial import make_serial, shown_serial
from tests.paper.reading import everything, fonts, pages, read

PAGE = '<!doctype html><html lang="sv"><head><title>Prov</title></head><body>{}</body></html>'
LETTERS = "åäöÅÄÖéüČčĐđŊŋŠšŦŧŽž–’·…"


def test_the_typeface_prints_swedish_and_sami_letters_in_both_weights():
    made = render(PAGE.format(f"<p>{LETTERS}</p><p><strong>{LETTERS}</strong></p>"), title="Prov")
    assert everything(made.pdf).count(LETTERS) == 2
    assert made.pages == 1


def test_every_font_is_embedded_and_ours():
    made = render(PAGE.format("<h1>Rubrik</h1><p>Text</p><ul><li>Punkt</li></ul>"), title="Prov")
    found = list(fonts(made.pdf))
    assert len(found) >= 2
    for font in found:
        assert "Source-Sans-3" in font["/BaseFont"]
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor
        assert "/ToUnicode" in font


def test_the_file_is_tagged_in_swedish_and_says_its_title():
    reader = read(render(PAGE.format("<h1>Rubrik</h1>"), title="Vårdkedjeblankett").pdf)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a pypdf boolean
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "sv"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712 - a pypdf boolean
    assert reader.metadata.title == "Vårdkedjeblankett"
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_a_character_without_a_glyph_is_written_out_and_never_an_empty_box():
    made = render(PAGE.format("<p>Eva 😀 \u202eksA</p>"), title="Prov")
    assert "Eva[U+1F600][U+202E]ksA" in everything(made.pdf)


def test_text_that_prints_is_left_as_it_is():
    assert printable_html(PAGE.format(LETTERS)) == PAGE.format(LETTERS)


def test_a_line_break_that_ends_a_full_line_is_no_empty_box(caplog):
    for millimetres in range(50, 60):
        style = f"white-space: pre-wrap; width: {millimetres}mm"
        render(PAGE.format(f'<p style="{style}">{"W" * 20}, \n</p>'), title="Prov")
    assert not caplog.records


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/a.png", "https://example.org/a.png", "file:///etc/hostname", "data:text/css,p{}"],
)
def test_nothing_but_the_typeface_is_fetched(address, caplog):
    with caplog.at_level(logging.ERROR, logger="weasyprint"):
        made = render(PAGE.format(f'<img src="{address}" alt="bild"><p>Text</p>'), title="Prov")
    assert "only the bundled typeface may be fetched" in caplog.text
    assert "Text" in everything(made.pdf)
    assert "/XObject" not in read(made.pdf).pages[0]["/Resources"] or not read(made.pdf).pages[0].images


def test_threads_take_turns_and_each_gets_its_own_document():
    def one(number: int) -> tuple[int, str]:
        made = render(PAGE.format(f"<p>Blad {number}</p>"), title="Prov")
        return number, everything(made.pdf)

    with ThreadPoolExecutor(4) as pool:
        for number, text in pool.map(one, range(12)):
            assert text == f"Blad{number}Sida1av1"


def test_without_pango_the_reason_names_the_packages(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(rendering, "_engine", None)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(PrintingUnavailable) as refused:
        render(PAGE.format(""), title="Prov")
    for package in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"):
        assert package in refused.value.reason


def several(lengths: Sequence[int]) -> Rendered:
    """Typeset sheets that have so many pages each."""
    serials = [make_serial(n) for n in range(len(lengths))]
    sections = "".join(
        f'<section class="sheet portrait" id="blad-{serial}">'
        f'<div class="foot"><p>Råd</p></div><header data-serial="{shown_serial(serial)}" data-title="Prov" data-who="">'
        f"<h1>Prov {shown_serial(serial)}</h1></header>"
        + '<h1 class="new">Rubrik</h1>'.join(["", *["<p>Text</p>"] * length])
        + "</section>"
        for serial, length in zip(serials, lengths, strict=True)
    )
    style = "<style>.new + p + .new { break-before: page }</style>"
    sheets = [CodedSheet(serial, "1") for serial in serials]
    return render(PAGE.format(style + sections), title="Prov", sheets=sheets)


@pytest.mark.parametrize("lengths", [[1, 3, 2], [2, 2, 2], [2, 2, 3], [1, 1, 1], [3], [1, 12, 1]])
def test_each_sheet_of_a_document_counts_its_own_pages(lengths: list[int]):
    made = several(lengths)
    assert made.sheet_pages == tuple(lengths)
    assert made.pages == sum(lengths)
    expected = [
        (shown_serial(make_serial(place)), f"Sida {number} av {length}")
        for place, length in enumerate(lengths)
        for number in range(1, length + 1)
    ]
    for text, (serial, words) in zip(pages(made.pdf), expected, strict=True):
        assert f"Prov {serial}" in text
        assert words in text


def test_sheets_are_laid_out_once_however_long_each_is(monkeypatch):
    laid_out = []
    real = rendering._laid_out
    monkeypatch.setattr(rendering, "_laid_out", lambda *args: laid_out.append(args) or real(*args))
    several([1, 3, 2])
    assert len(laid_out) == 1


def test_typesetting_logs_nothing(caplog):
    with caplog.at_level(logging.WARNING):
        several([1, 2])
    assert caplog.text == ""


class TwoStreams:
    """Stands for a laid-out document: a file with its metadata and one packed stream."""

    def __init__(self, content: str, title: str) -> None:
        self.content, self.title = content, title
        self.pages: list[object] = []

    def write_pdf(self, *, finisher: Callable[[object, pydyf.PDF], None], **options: object) -> bytes:
        pdf = pydyf.PDF()
        pdf.add_object(pydyf.Stream([b"<rdf:RDF></rdf:RDF>"], {"Type": "/Metadata"}, compress=True))
        pdf.add_object(pydyf.Stream([self.content], compress=True))
        pdf.info["Title"] = pydyf.String(self.title)
        finisher(self, pdf)
        out = BytesIO()
        pdf.write(out, version=b"1.7", compress=True)
        return out.getvalue()


def test_no_packed_stream_ends_so_that_its_length_is_doubted():
    """One in 256 would end in a carriage return, which some readers take for a part of the line end after it."""
    doubted = 0
    for number in range(600):
        # The last byte of a packed stream is the sum of what it holds; this goes through them all.
        document = TwoStreams("y" * number, "y" * number)
        doubted += b"\r\nendstream" in document.write_pdf(finisher=lambda *_: None)
        assert b"\r\nendstream" not in rendering._written(document)
    assert doubted >= 4
