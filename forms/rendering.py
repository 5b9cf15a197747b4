"""The only door to WeasyPrint: HTML in, a tagged PDF with embedded fonts out, nothing else fetched.

Each page carries the code of its sheet twice. A document holds one sheet or many, each a section of its own:
`<section class="sheet" id="blad-SERIAL">`. Its head says what stands at the top of its other pages:
`<header data-title="Loggblad" data-serial="7K3-QX9-M2C" data-who="">`.
"""

import atexit
import ctypes
import gc
import re
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.resources import files
from itertools import count, groupby, pairwise
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
# Tagged, it is PDF/UA-1 as well: `_declare_pdf_ua` says so in its metadata.
PDF_VARIANT = "pdf/a-3a"
CODE_MM = 22
# From the edge of the page at its side, above the upper code, and from the lower one's upper edge to the bottom.
_CODE_SIDE_MM, _CODE_TOP_MM, _CODE_BOTTOM_MM = 20, 1, 25
_QUIET_ZONE = 4
_PT_OF_MM = 72 / 25.4
_PT_OF_PX = 0.75
_ENDING_SPACE = re.compile(r"\s+</(p|td|s|b)>")
_UNUSED = re.compile(r"(::(foot)?note|@(note|top|right|bottom|left))-[^}]*}")
# Returns freed memory to the operating system; some C libraries lack it.
_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
# A compressed stream that ends in a carriage return looks one byte shorter to a reader that looks for line ends.
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
    """A PDF as it is handed out, its number of pages, and that of each of its sheets, in order."""

    pdf: bytes
    pages: int
    sheet_pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Engine:
    html: Any
    shortcuts: Any
    fetcher: Any
    stylesheet: Any
    fonts: Any


_OPTIONS: dict[str, Any] = {"pdf_variant": PDF_VARIANT, "pdf_tags": True}
_ACCESSIBLE = (Path(__file__).parent / "accessible.xmp").read_bytes()
# WeasyPrint with a shared font configuration is not thread-safe; one lock is also the fastest way.
_lock = threading.Lock()
_engine: _Engine | None = None


def render(
    html: str, *, title: str, sheets: Sequence[CodedSheet] = (), pictures: Mapping[str, bytes] | None = None
) -> Rendered:
    """Typeset a whole HTML document as PDF/A-3a and PDF/UA-1 with `title` as its only metadata.

    `sheets` are its sections in order; each page is coded, and counted, as a page of the last section that has begun.
    `pictures` are the SVG of those that it shows, by their addresses, which begin with `picture:`.
    Characters without a glyph are written out as [U+…]; see `printable_html`. Raises PrintingUnavailable, with a
    Swedish sentence for the page, where Pango is missing.
    """
    text = printable_html(html)
    with _lock, _collecting_garbage():
        engine = _started()
        engine.fetcher.pictures = pictures or {}
        return _typeset(engine, text, title, sheets)


@contextmanager
def _collecting_garbage() -> Iterator[None]:
    """Run the garbage collector once, on what the document made: its boxes refer to each other, ten thousand a page.

    Left on, the collector would traverse them again and again while they are made, and free the last documents late.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if _trim is not None:
            _trim(0)
        if on:
            gc.enable()


def _typeset(engine: _Engine, text: str, title: str, sheets: Sequence[CodedSheet]) -> Rendered:
    with engine.shortcuts():
        document = _laid_out(engine, engine.html(string=text, url_fetcher=engine.fetcher, base_url=None))
        document.metadata.title = title
        pages = len(document.pages)
        lengths = _lengths(document, sheets)
        if len(sheets) > 1:
            _count_apart(document, lengths)
        codes = [
            page_code(sheet.serial, page, sheet.version) if page <= MOST_PAGES else ""
            for sheet, length in zip(sheets, lengths, strict=True)
            for page in range(1, length + 1)
        ]
        return Rendered(pdf=_written(document, codes), pages=pages, sheet_pages=lengths)


def _laid_out(engine: _Engine, source: Any) -> Any:
    return source.render(font_config=engine.fonts, stylesheets=[engine.stylesheet], **_OPTIONS)


def _lengths(document: Any, sheets: Sequence[CodedSheet]) -> tuple[int, ...]:
    """How many pages each sheet has: a document is one sheet, or each begins at its anchor."""
    begins: dict[str, int] = {}
    for number, page in enumerate(document.pages):
        for anchor in page.anchors:
            # A section that continues on the next page has its anchor there as well.
            begins.setdefault(anchor, number)
    first = [begins[f"blad-{sheet.serial}"] for sheet in sheets[1:]]
    return tuple(end - begin for begin, end in pairwise([0, *first, len(document.pages)])) if sheets else ()


def _count_apart(document: Any, lengths: Sequence[int]) -> None:
    """Number each page within its own sheet: the engine counts those of the document.

    Written when the lengths are known, so that nothing is laid out twice.
    """
    from weasyprint.formatting_structure.boxes import TextBox
    from weasyprint.text.line_break import split_first_line

    words = (f"Sida {page} av {length}" for length in lengths for page in range(1, length + 1))
    for page in document.pages:
        margins = (
            box for box in page._page_box.children if getattr(box, "at_keyword", "") == "@bottom-right"
        )
        said = next(found for box in margins for found in box.descendants() if isinstance(found, TextBox))
        said.text = next(words)
        said.pango_layout, _, _, width, _, _ = split_first_line(said.text, said.style, None, None, 0)
        said.translate(said.width - width)
        said.width = width


def _written(document: Any, codes: Sequence[str] = ()) -> bytes:
    for spare in count():
        pdf: bytes = document.write_pdf(**_OPTIONS, finisher=partial(_finish, codes=codes, spare=spare))
        # The engine compresses the last streams after finishing: one more empty object changes how they end.
        if AMBIGUOUS_END not in pdf:
            return pdf
    raise AssertionError("count() has no end")


def _finish(document: Any, pdf: Any, *, codes: Sequence[str], spare: int) -> None:
    mend_tags(document, pdf)
    _declare_pdf_ua(pdf)
    for page, number, text in zip(document.pages, pdf.pages["Kids"][::3], codes, strict=False):
        if text:
            contents = int(pdf.objects[number]["Contents"].split()[0])
            pdf.objects[contents].stream += _codes_of(page, text)
    for found in pdf.objects:
        if getattr(found, "compress", False):
            _pack(found)
    for _ in range(spare):
        pdf.add_object(type(pdf.catalog)())


def _codes_of(page: Any, text: str) -> Iterator[bytes]:
    """Drawing operators for the two codes of a page, in points from its upper left corner. Not read by a screen
    reader.
    """
    width, height, side = page.width * _PT_OF_PX, page.height * _PT_OF_PX, _CODE_SIDE_MM * _PT_OF_MM
    upper = (width - side - CODE_MM * _PT_OF_MM, _CODE_TOP_MM * _PT_OF_MM)
    lower = (side, height - _CODE_BOTTOM_MM * _PT_OF_MM)
    yield b"/Artifact BMC"
    for x, y in (upper, lower):
        yield f"q 1 0 0 1 {x:.3f} {y:.3f} cm".encode()
        yield code_shape(text)
        yield b"Q"
    yield b"EMC"


def _pack(stream: Any) -> None:
    """Compress a stream once: the engine would do it at each access, and at a level that costs more than it saves.

    One that would end in a carriage return stays as it is.
    """
    stream.compress = False
    content = stream.data.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
    packed = zlib.compress(content)
    if not packed.endswith(b"\r"):
        stream.stream = [packed]
        stream.extra["Filter"] = "/FlateDecode"


def _declare_pdf_ua(pdf: Any) -> None:
    """Declare PDF/UA-1 in the metadata too, with the extension schema that PDF/A requires. Stays uncompressed, as it
    requires.
    """
    stream = next(found for found in pdf.objects if getattr(found, "extra", {}).get("Type") == "/Metadata")
    stream.compress = False
    stream.stream = [b"".join(stream.stream).replace(b"</rdf:RDF>", _ACCESSIBLE + b"</rdf:RDF>")]


def printable_html(html: str) -> str:
    """`html` with the characters that the typeface lacks written out as [U+…], and without trailing white space in
    paragraphs and cells.

    The engine draws a missing glyph beside a line break that ends a text after a space on a full line.
    """
    return _ENDING_SPACE.sub(r"</\1>", printable(html, _glyphs()))


def lacks_glyphs(html: str) -> bool:
    """Whether `html` has a character that is written out as [U+…]."""
    return not all_print(html, _glyphs())


@lru_cache(maxsize=512)
def code_shape(text: str) -> bytes:
    """Drawing operators for the QR code of `text` with its quiet zone, CODE_MM wide, from its upper left corner down.

    Level H: readable more often under a pen stroke, a punch hole or a blot.
    """
    matrix = segno.make_qr(text, error="h").matrix
    module = CODE_MM * _PT_OF_MM / (len(matrix) + 2 * _QUIET_ZONE)
    shape = [f"{module:.5f} 0 0 {module:.5f} 0 0 cm"]
    for y, row in enumerate(matrix, _QUIET_ZONE):
        x = _QUIET_ZONE
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                shape.append(f"{x} {y} {length} 1 re")
            x += length
    return "\n".join([*shape, "f"]).encode()


def warm_up() -> None:
    """Load engine, typeface and stylesheet ahead of the first print: called when a worker starts."""
    with _lock:
        _started()


@cache
def _font_path() -> Path:
    return Path(str(files("fontpkg_source_sans_3") / "files" / "SourceSans3[wght].ttf"))


@cache
def font_of(weight: int) -> bytes:
    """The bundled typeface as a static font of one `weight`, 400 or 700.

    The engine would instantiate each weight of the variable font for every document: a third of its time.
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
    """The engine, started at the first call. The caller holds the lock."""
    global _engine
    if _engine is None:
        _engine = _start()
        atexit.register(_stop)
    return _engine


def _stop() -> None:
    # Released while the interpreter is still running: the font configuration removes its temporary folder.
    global _engine
    _engine = None


def _start() -> _Engine:
    # Imported here: it takes a second, and without Pango it fails, which must stop printing only.
    try:
        from weasyprint import CSS, HTML
        from weasyprint.html import UA
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse

        from forms.shortcuts import shortcuts
    except OSError as error:
        raise PrintingUnavailable(
            f"Utskrift är avstängd: servern saknar Pango. Be driften köra: sudo apt-get install {PACKAGES}"
        ) from error

    class BundledOnly(URLFetcher):  # type: ignore[misc]
        """Serves the bundled typeface and the pictures of a document; refuses all else, files and data: included."""

        pictures: Mapping[str, bytes] = {}

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            if url in self.pictures:
                return URLFetcherResponse(url, self.pictures[url], {"Content-Type": "image/svg+xml"})
            if url not in FONT_ADDRESSES:
                raise ValueError("only the bundled typeface may be fetched")
            return URLFetcherResponse(url, font_of(FONT_ADDRESSES[url]), {"Content-Type": "font/ttf"})

    class Sheets(HTML):  # type: ignore[misc]
        """A document without notes and empty margins: styles for each would be made beside every element and page."""

        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            return [defaults]

    found = finders.find(STYLESHEET)
    if found is None:
        raise FileNotFoundError(STYLESHEET)
    fetcher, fonts = BundledOnly(), FontConfiguration()
    defaults = CSS(string=_UNUSED.sub("", UA))
    css = Path(found).read_text(encoding="utf-8")
    stylesheet = CSS(string=css, url_fetcher=fetcher, base_url=None, font_config=fonts)
    kept: dict[Any, Any] = {}
    return _Engine(
        html=Sheets, shortcuts=partial(shortcuts, kept), fetcher=fetcher, stylesheet=stylesheet, fonts=fonts
    )
