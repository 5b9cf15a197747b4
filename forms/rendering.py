"""The only door to WeasyPrint: HTML in, a tagged PDF with embedded fonts out, nothing else fetched.

Each page carries the code of its sheet twice. A document holds one sheet or many, each a section of its own:
`<section class="sheet" id="blad-SERIAL">`. Its head says what stands at the top of its other pages:
`<header data-title="Loggblad" data-serial="7K3-QX9-M2C" data-who="">`.
"""

import atexit
import re
import threading
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.resources import files
from io import BytesIO
from itertools import accumulate, count
from pathlib import Path
from typing import Any

import segno
import uharfbuzz
from django.contrib.staticfiles import finders

from contacts.rules.errors import RuleError
from forms.rules.glyphs import all_print, printable
from forms.rules.serial import MOST_PAGES, page_code
from forms.tags import mend_tags

STYLESHEET = "css/paper.css"
FONT_ADDRESSES = {"bundled:SourceSans3-400.ttf": 400, "bundled:SourceSans3-700.ttf": 700}
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
# Tagged, it is PDF/UA-1 as well: `_say_that_it_is_accessible` says so in its metadata.
PDF_VARIANT = "pdf/a-3a"
CODED_PAGES = 400
CODE_MM = 22
_CODE_ADDRESS = "code:"
_ENDING_SPACE = re.compile(r"\s+</(p|td|s|b)>")
# A packed stream that ends in a carriage return is taken for one byte shorter by a reader that looks for line ends.
AMBIGUOUS_END = b"\r\nendstream"


class PrintingUnavailable(RuleError):
    """The server lacks what WeasyPrint needs; everything but printing works."""


@dataclass(frozen=True, slots=True)
class CodedSheet:
    """A sheet in a document: its serial and the version of its content file, for the codes on its pages."""

    serial: str
    version: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A PDF as it is given out, how many pages it has, and how many of them each of its sheets has, in order."""

    pdf: bytes
    pages: int
    sheet_pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Engine:
    html: Any
    css: Any
    fetcher: Any
    stylesheet: Any
    fonts: Any


_OPTIONS: dict[str, Any] = {"pdf_variant": PDF_VARIANT, "pdf_tags": True}
_ACCESSIBLE = (Path(__file__).parent / "accessible.xmp").read_bytes()
# WeasyPrint with a shared font configuration is not safe under threads; one lock is also the fastest way.
_lock = threading.Lock()
_engine: _Engine | None = None


def render(
    html: str, *, title: str, sheets: Sequence[CodedSheet] = (), pages_each: int | Sequence[int] | None = None
) -> Rendered:
    """Typeset a whole HTML document as PDF/A-3a and PDF/UA-1 with `title` as its only metadata.

    `sheets` are its sections in order; each page is coded as a page of the last section that has begun. Where there
    are several, `pages_each` says how long all are, or each is; without it, or where that was not so, the document is
    laid out twice, the first time to learn where each begins. Characters without a glyph are written out as [U+…]; see
    `printable_html`. Raises PrintingUnavailable, with a Swedish sentence for the page, where Pango is missing.
    """
    text = printable_html(html)
    with _lock:
        engine = _started()
        source = engine.html(string=text, url_fetcher=engine.fetcher, base_url=None)
        codes = _Codes(sheets, pages_each)
        document = _laid_out(engine, source, codes)
        if not codes.right_for(document):
            document = _laid_out(engine, source, codes)
        document.metadata.title = title
        pages = len(document.pages)
        return Rendered(pdf=_written(document), pages=pages, sheet_pages=codes.lengths())


class _Codes:
    """Which sheet, and which of its pages, each page of one document is: known, or supposed until it is laid out.

    `begins` has the first page of each sheet, and is empty where nothing is known.
    """

    def __init__(self, sheets: Sequence[CodedSheet], pages_each: int | Sequence[int] | None) -> None:
        self.sheets = sheets
        self.begins: list[int] = []
        self.pages = 0
        if len(sheets) == 1:
            self.begins = [1]
        elif pages_each:
            lengths = [pages_each] * len(sheets) if isinstance(pages_each, int) else pages_each
            *self.begins, end = accumulate(lengths, initial=1)
            self.pages = end - 1

    def right_for(self, document: Any) -> bool:
        """Learn from a document as it was laid out; tell whether it was laid out by what is so."""
        begins, pages = _beginnings(document, self.sheets), len(document.pages)
        beyond = bool(begins) and pages > max(self.pages, CODED_PAGES)
        right = begins == self.begins and not beyond and (len(begins) < 2 or pages == self.pages)
        self.begins, self.pages = begins, pages
        return right

    def on_page(self, number: int) -> str:
        """Give the text of the code on page `number` of the document, "" where there is none."""
        place = bisect_right(self.begins, number) - 1
        if place < 0:
            return ""
        sheet, page = self.sheets[place], number - self.begins[place] + 1
        return page_code(sheet.serial, page, sheet.version) if page <= MOST_PAGES else ""

    def lengths(self) -> tuple[int, ...]:
        """Give how many pages each sheet has."""
        ends = [*self.begins[1:], self.pages + 1]
        return tuple(end - begin for begin, end in zip(self.begins, ends, strict=False))

    def rules(self) -> str:
        """Give the style that this document needs beside what all have.

        Each sheet's pages are counted apart: the engine counts those of the document.
        """
        rules = [_code_rules(CODED_PAGES + 1, self.pages)]
        if len(self.begins) > 1:
            pages = ((page, length) for length in self.lengths() for page in range(1, length + 1))
            rules += [
                f'@page :nth({number}) {{ @bottom-right {{ content: "Sida {page} av {length}" }} }}'
                for number, (page, length) in enumerate(pages, 1)
            ]
        return "\n".join(rules).strip()


def _laid_out(engine: _Engine, source: Any, codes: _Codes) -> Any:
    engine.fetcher.codes = codes
    sheets = [engine.stylesheet]
    if rules := codes.rules():
        sheets.append(engine.css(string=rules, url_fetcher=engine.fetcher, font_config=engine.fonts))
    return source.render(font_config=engine.fonts, stylesheets=sheets, **_OPTIONS)


def _beginnings(document: Any, sheets: Sequence[CodedSheet]) -> list[int]:
    if len(sheets) < 2:
        return [1] * len(sheets)
    begins: dict[str, int] = {}
    for number, page in enumerate(document.pages, 1):
        for anchor in page.anchors:
            # A section that goes on over a page has its anchor there as well.
            begins.setdefault(anchor, number)
    return [begins[f"blad-{sheet.serial}"] for sheet in sheets]


def _written(document: Any) -> bytes:
    for spare in count():
        pdf: bytes = document.write_pdf(**_OPTIONS, finisher=partial(_finish, spare=spare))
        # The engine packs the last streams after it has been finished: an empty object more and they end otherwise.
        if AMBIGUOUS_END not in pdf:
            return pdf
    raise AssertionError("count() has no end")


def _finish(document: Any, pdf: Any, *, spare: int) -> None:
    mend_tags(document, pdf)
    _say_that_it_is_accessible(pdf)
    for found in pdf.objects:
        if getattr(found, "compress", False) and found.data.endswith(AMBIGUOUS_END):
            found.compress = False
    for _ in range(spare):
        pdf.add_object(type(pdf.catalog)())


def _say_that_it_is_accessible(pdf: Any) -> None:
    """Say in the metadata that the file is PDF/UA-1 too, and explain the word to PDF/A. Left readable, as it asks."""
    stream = next(found for found in pdf.objects if getattr(found, "extra", {}).get("Type") == "/Metadata")
    stream.compress = False
    stream.stream = [b"".join(stream.stream).replace(b"</rdf:RDF>", _ACCESSIBLE + b"</rdf:RDF>")]


def printable_html(html: str) -> str:
    """Give `html` with the characters that the typeface lacks written out as [U+…], without white space that ends a
    paragraph or a cell, the rest as it is.

    Of a line break that ends a text, after a space on a full line, the engine makes a missing letter beside the line.
    """
    return _ENDING_SPACE.sub(r"</\1>", printable(html, _glyphs()))


def lacks_glyphs(html: str) -> bool:
    """Tell whether `html` has a character that is written out as [U+…]."""
    return not all_print(html, _glyphs())


@lru_cache(maxsize=512)
def code_picture(text: str) -> bytes:
    """Give the QR code of `text` as SVG with its quiet zone, CODE_MM wide; an empty picture for "".

    Level H: what a pen stroke, a punch hole or a blot takes away is more often still read.
    """
    if not text:
        return b'<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"></svg>'
    out = BytesIO()
    code = segno.make_qr(text, error="h")
    modules = code.symbol_size(border=4)[0]
    code.save(out, kind="svg", border=4, scale=CODE_MM / modules, unit="mm", xmldecl=False, svgns=True)
    return out.getvalue()


def warm_up() -> None:
    """Load engine, typeface and stylesheet ahead of the first print: a worker calls it when it starts."""
    with _lock:
        _started()


@cache
def _font_path() -> Path:
    return Path(str(files("fontpkg_source_sans_3") / "files" / "SourceSans3[wght].ttf"))


@cache
def font_of(weight: int) -> bytes:
    """Give the bundled typeface as a font of one `weight`, 400 or 700.

    The engine would make one of each weight out of the variable font anew for each document: a third of its time.
    """
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(_font_path())))
    wanted = uharfbuzz.SubsetInput()
    wanted.keep_everything()
    wanted.pin_axis_location(face, "wght", weight)
    made: bytes = uharfbuzz.subset(face, wanted).blob.data
    return made


@cache
def _glyphs() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(_font_path(), lazy=True) as font:
        return frozenset(font.getBestCmap())


def _started() -> _Engine:
    """Give the engine, started at the first call. The caller holds the lock."""
    global _engine
    if _engine is None:
        _engine = _start()
        atexit.register(_stop)
    return _engine


def _stop() -> None:
    # Let go while the interpreter still stands: the font configuration removes its temporary folder.
    global _engine
    _engine = None


def _start() -> _Engine:
    # Imported here: it takes a second, and without Pango it fails, which must stop printing only.
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        raise PrintingUnavailable(
            f"Utskrift är avstängd: servern saknar Pango. Be driften köra: sudo apt-get install {PACKAGES}"
        ) from error

    class BundledOnly(URLFetcher):
        """Gives the bundled typeface and the codes, and refuses every other address, files and data: included."""

        codes: _Codes | None = None

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            if url in FONT_ADDRESSES:
                return URLFetcherResponse(url, font_of(FONT_ADDRESSES[url]), {"Content-Type": "font/ttf"})
            number = url.removeprefix(_CODE_ADDRESS)
            if not url.startswith(_CODE_ADDRESS) or not number.isdecimal() or self.codes is None:
                raise ValueError("only the bundled typeface may be fetched")
            picture = code_picture(self.codes.on_page(int(number)))
            return URLFetcherResponse(url, picture, {"Content-Type": "image/svg+xml"})

    found = finders.find(STYLESHEET)
    if found is None:
        raise FileNotFoundError(STYLESHEET)
    fetcher, fonts = BundledOnly(), FontConfiguration()
    # Read once: a rule for a page costs nothing until the page is there, and no second layout is needed.
    css = Path(found).read_text(encoding="utf-8") + _code_rules(1, CODED_PAGES)
    stylesheet = CSS(string=css, url_fetcher=fetcher, base_url=None, font_config=fonts)
    return _Engine(html=HTML, css=CSS, fetcher=fetcher, stylesheet=stylesheet, fonts=fonts)


def _code_rules(first: int, last: int) -> str:
    return "\n".join(
        f"@page :nth({n}) {{ @top-right {{ content: url('{_CODE_ADDRESS}{n}') }}"
        f" @bottom-left {{ content: url('{_CODE_ADDRESS}{n}') }} }}"
        for n in range(first, last + 1)
    )
