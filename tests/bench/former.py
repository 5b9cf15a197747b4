"""The former layout, kept to be measured against: HTML and CSS of the same chain and binder as they were printed before
each sheet became one paper, and the former way to typeset them.
"""

import gzip
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import segno

_CODED_PAGES = 400
_KEPT = json.loads(gzip.decompress((Path(__file__).parent / "former.json.gz").read_bytes()))
_OPTIONS: dict[str, Any] = {"pdf_variant": "pdf/a-3a", "pdf_tags": True}


class Former:
    """Typesets what was kept as it was typeset then: style and typeface read once, codes as pictures in the margins."""

    def __init__(self) -> None:
        from weasyprint import CSS
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse

        from forms.rendering import FONT_ADDRESSES, font_of

        class Fetcher(URLFetcher):
            """Serves the typeface and the codes."""

            def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
                if url in FONT_ADDRESSES:
                    return URLFetcherResponse(url, font_of(FONT_ADDRESSES[url]), {"Content-Type": "font/ttf"})
                return URLFetcherResponse(url, _picture(url), {"Content-Type": "image/svg+xml"})

        rules = (
            f"@page :nth({n}) {{ @top-right {{ content: url('code:{n}') }}"
            f" @bottom-left {{ content: url('code:{n}') }} }}"
            for n in range(1, _CODED_PAGES + 1)
        )
        self._fonts, self._fetcher = FontConfiguration(), Fetcher()
        css = "\n".join([_KEPT["css"], *rules])
        self._sheet = CSS(string=css, font_config=self._fonts, url_fetcher=self._fetcher, base_url=None)

    def typeset(self, which: str, *, times_laid_out: int = 1) -> bytes:
        """Typeset "sheet" or "binder"; a unit's first binder was laid out twice, to learn where each sheet began."""
        from weasyprint import HTML

        source = HTML(string=_KEPT[which], url_fetcher=self._fetcher, base_url=None)
        for _ in range(times_laid_out):
            document = source.render(font_config=self._fonts, stylesheets=[self._sheet], **_OPTIONS)
        made: bytes = document.write_pdf(**_OPTIONS)
        return made


def _picture(text: str) -> bytes:
    out = BytesIO()
    code = segno.make_qr(text.ljust(20, "0"), error="h")
    code.save(out, kind="svg", scale=22 / code.symbol_size(border=4)[0], unit="mm", xmldecl=False, svgns=True)
    return out.getvalue()
