"""The only door to WeasyPrint: HTML in, a tagged PDF with embedded fonts out, nothing else fetched."""

import atexit
import threading
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

from contacts.rules.errors import RuleError
from forms.rules.glyphs import printable

STYLESHEET = "css/paper.css"
FONT_ADDRESS = "bundled:SourceSans3.ttf"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
PDF_VARIANT = "pdf/ua-1"


class PrintingUnavailable(RuleError):
    """The server lacks what WeasyPrint needs; everything but printing works."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A PDF as it is given out, and how many pages it has."""

    pdf: bytes
    pages: int


@dataclass(frozen=True, slots=True)
class _Engine:
    html: Any
    fetcher: Any
    stylesheet: Any
    fonts: Any


# WeasyPrint with a shared font configuration is not safe under threads; one lock is also the fastest way.
_lock = threading.Lock()
_engine: _Engine | None = None


def render(html: str, *, title: str) -> Rendered:
    """Typeset a whole HTML document as PDF/UA-1 with `title` as its only metadata.

    Characters without a glyph are written out as [U+…]; see `printable_html`. Raises PrintingUnavailable,
    with a Swedish sentence for the page, where Pango is missing.
    """
    text = printable_html(html)
    with _lock:
        engine = _started()
        options = {"stylesheets": [engine.stylesheet], "pdf_variant": PDF_VARIANT}
        source = engine.html(string=text, url_fetcher=engine.fetcher, base_url=None)
        document = source.render(font_config=engine.fonts, **options)
        document.metadata.title = title
        return Rendered(pdf=document.write_pdf(**options), pages=len(document.pages))


def printable_html(html: str) -> str:
    """Give `html` with the characters that the typeface lacks written out as [U+…], the rest as it is."""
    return printable(html, _glyphs())


def warm_up() -> None:
    """Load engine, typeface and stylesheet ahead of the first print: a worker calls it when it starts."""
    with _lock:
        _started()


@cache
def _font_path() -> Path:
    return Path(str(files("fontpkg_source_sans_3") / "files" / "SourceSans3[wght].ttf"))


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
        """Gives the bundled typeface and refuses every other address, local files and data: included."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            if url != FONT_ADDRESS:
                raise ValueError("only the bundled typeface may be fetched")
            return URLFetcherResponse(url, _font_path().read_bytes(), {"Content-Type": "font/ttf"})

    found = finders.find(STYLESHEET)
    if found is None:
        raise FileNotFoundError(STYLESHEET)
    fetcher, fonts = BundledOnly(), FontConfiguration()
    css = Path(found).read_text(encoding="utf-8")
    stylesheet = CSS(string=css, url_fetcher=fetcher, base_url=None, font_config=fonts)
    return _Engine(html=HTML, fetcher=fetcher, stylesheet=stylesheet, fonts=fonts)
