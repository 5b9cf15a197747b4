"""The door to the typesetter: what comes out, what is refused, what happens when it can not print."""

import builtins
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from forms import rendering
from forms.rendering import PrintingUnavailable, printable_html, render
from tests.paper.reading import everything, fonts, read

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
