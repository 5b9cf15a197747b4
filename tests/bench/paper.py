"""python -m tests.bench.paper FILE [--pages N]: measure the paper in one process, and write what was found to FILE.

The database is the one in the environment: made by `tests.bench`, empty, and gone afterwards.
"""

import argparse
import gc
import json
import resource
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import django

from .former import Former

BINDER_RUNS = 2
# As `percentile 95` of so many runs, taken in turns so that a noisy moment meets both.
RUNS = 20


def main() -> None:
    """Measure each thing in turn, telling on the way."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.paper")
    parser.add_argument("file", type=Path)
    parser.add_argument("--pages", type=int, default=1_000, help="pages that are spoilt and read again")
    arguments = parser.parse_args()
    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    from tests.paper.making import make_place

    place = make_place()
    as_a_worker()
    found: dict[str, Any] = {}
    for name, measure in (
        ("sheet", one_sheet),
        ("former_binder", a_binder_and_the_former),
        ("binder", a_binder),
    ):
        found[name] = measure(place)
        print(f"  {name}: {json.dumps(found[name], ensure_ascii=False)}", flush=True)
    found["decoding"] = decoding(arguments.pages)
    print(f"  decoding: {json.dumps(found['decoding'])}", flush=True)
    arguments.file.write_text(json.dumps(found), encoding="utf-8")


def one_sheet(place: Any) -> dict[str, dict[str, float]]:
    """Time a filled vårdkedjeblankett in processor ms: ours typeset, and from the query to the rows kept; the former
    layout typeset; bare WeasyPrint; Typst; ReportLab.
    """
    from forms.services import printing
    from outage.queries.care_chains import get_chain

    from .chains import usual_chain

    chain_id = usual_chain(place).pk
    kept: dict[str, Any] = {}
    typeset = printing.render

    def keeping(html: str, **options: Any) -> Any:
        kept.update(html=html, options=options)
        return typeset(html, **options)

    def ours() -> bytes:
        chain = get_chain(place.alva, chain_id)
        return printing.print_care_chain(by=place.alva, chain=chain, client_id=uuid4()).pdf

    printing.render = keeping
    try:
        ours()
    finally:
        printing.render = typeset
    bare = bare_weasyprint(kept["html"])
    peer = reportlab_of(kept["html"])
    former = Former()
    ways: dict[str, Callable[[], bytes]] = {
        "former": lambda: former.typeset("sheet"),
        "typeset": lambda: typeset(kept["html"], **kept["options"]).pdf,
        "bare": bare,
        "ours": ours,
        "reportlab": peer,
    }
    if find_spec("typst"):
        # 81 MB, and so not among the tools of every developer: `pip install typst` adds its row.
        ways["typst"] = typst_of(kept["html"])
    times: dict[str, list[float]] = {name: [] for name in ways}
    for run in range(RUNS + 2):
        for name, way in ways.items():
            # Garbage from one way is not to be collected in the next one's time.
            gc.collect()
            start = time.process_time()
            way()
            if run >= 2:
                times[name].append((time.process_time() - start) * 1000)
    return {
        name: {
            "p50": statistics.median(found),
            "p95": statistics.quantiles(found, n=20)[-1],
            "of bare": statistics.median(found) / statistics.median(times["bare"]),
            "of former": statistics.median(found) / statistics.median(times["former"]),
            "kilobytes": len(ways[name]()) / 1024,
        }
        for name, found in times.items()
    }


def bare_weasyprint(html: str) -> Callable[[], bytes]:
    """The call that somebody would write first: the same HTML and style, nothing cached."""
    from django.contrib.staticfiles import finders
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    from forms.rendering import FONT_ADDRESSES, STYLESHEET, font_of

    class FontOnly(URLFetcher):
        """Serves the typeface, as ours does."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            return URLFetcherResponse(url, font_of(FONT_ADDRESSES[url]), {"Content-Type": "font/ttf"})

    css = Path(finders.find(STYLESHEET)).read_text(encoding="utf-8")

    def call() -> bytes:
        fonts, fetcher = FontConfiguration(), FontOnly()
        sheet = CSS(string=css, font_config=fonts, url_fetcher=fetcher, base_url=None)
        document = HTML(string=html, url_fetcher=fetcher, base_url=None)
        return document.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")

    return call


def typst_of(html: str) -> Callable[[], bytes]:
    """The same texts in the same tables, set by Typst and tagged as PDF/UA-1; without codes."""
    import typst

    from forms.rendering import _font_path

    head, tables = _texts(html)
    lines = [
        '#set document(title: "Vårdkedjeblankett")',
        '#set page(paper: "a4", flipped: true, margin: 20mm, numbering: "1")',
        '#set text(font: "Source Sans 3", size: 9.5pt, lang: "sv")',
        *(f"#par[#{json.dumps(text, ensure_ascii=False)}]" for text in head),
    ]
    for rows in tables:
        width = max(sum(span for _, span in row) for row in rows)
        cells = [
            f"table.cell(colspan: {span})[#{json.dumps(text, ensure_ascii=False)}]"
            for row in rows
            for text, span in row
        ]
        lines.append(f"#table(columns: (1fr,) * {width}, {', '.join(cells)})")
    fonts = [str(_font_path().parent)]

    def call() -> bytes:
        # It keeps what it has set: a text of its own makes each run a new document.
        source = "\n".join([*lines, f"#par[{uuid4().hex}]"])
        made: bytes = typst.compile(source.encode(), format="pdf", font_paths=fonts, pdf_standards=["ua-1"])
        return made

    return call


def _texts(html: str) -> tuple[list[str], list[list[list[tuple[str, int]]]]]:
    """The texts above the tables, and for each table its rows: each cell's text and how many columns it spans."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "html.parser")
    head = [found.get_text(" ", strip=True) for found in soup.select("h1, header p, section > p")]
    tables = [
        [
            [
                (cell.get_text(" ", strip=True), int(str(cell.get("colspan", "1"))))
                for cell in row.find_all(["td", "th"])
            ]
            for row in table.find_all("tr")
        ]
        for table in soup.find_all("table")
    ]
    return head, tables


def reportlab_of(html: str) -> Callable[[], bytes]:
    """The same texts in the same tables, set by ReportLab; untagged, and without codes."""
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    from forms.rendering import _font_path

    pdfmetrics.registerFont(TTFont("SourceSans", str(_font_path())))
    style = ParagraphStyle("body", fontName="SourceSans", fontSize=9.5, leading=12)
    head, tables = _texts(html)

    def call() -> bytes:
        flow: list[Any] = [Paragraph(text, style) for text in head]
        for rows in tables:
            width = max(sum(span for _, span in row) for row in rows)
            cells, spans = [], [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")]
            for number, row in enumerate(rows):
                line: list[Any] = []
                for text, span in row:
                    if span > 1:
                        spans.append(("SPAN", (len(line), number), (len(line) + span - 1, number)))
                    line += [Paragraph(text, style), *[""] * (span - 1)]
                cells.append(line + [""] * (width - len(line)))
            flow.append(Table(cells, style=spans, repeatRows=1, colWidths=[770 / width] * width))
        out = BytesIO()
        SimpleDocTemplate(out, pagesize=landscape(A4), margin=30).build(flow)
        return out.getvalue()

    return call


def a_binder_and_the_former(place: Any) -> dict[str, float]:
    """Time the first binder of a unit and the same in the former layout, in processor seconds, in turns."""
    from forms.services import binder, printing

    kept: dict[str, Any] = {}
    typeset = printing.render

    def keeping(html: str, **options: Any) -> Any:
        kept.update(html=html, options=options)
        return typeset(html, **options)

    printing.render = keeping
    try:
        binder.print_binder(by=place.alva, unit=place.ward)
    finally:
        printing.render = typeset
    former = Former()
    times: dict[str, list[float]] = {"former": [], "typeset": []}
    ways: dict[str, Callable[[], Any]] = {
        "former": lambda: former.typeset("binder", times_laid_out=2),
        "typeset": lambda: typeset(kept["html"], **kept["options"]),
    }
    for _ in range(BINDER_RUNS):
        for name, way in ways.items():
            gc.collect()
            start = time.process_time()
            way()
            times[name].append(time.process_time() - start)
    best = {name: min(found) for name, found in times.items()}
    return best | {"of former": best["typeset"] / best["former"]}


def a_binder(place: Any) -> list[dict[str, float]]:
    """Time the binder of one unit as the directory that it prints grows."""
    from contacts.models import Unit
    from forms.services.binder import print_binder
    from tests.factories import make_entry

    by = place.alva
    rows = []
    made = 0
    for wanted in (0, 200, 400, 800):
        for number in range(made, wanted):
            unit = Unit.objects.create(principal=place.region, name=f"Avdelning {number}")
            make_entry(place.region, unit.name, f"090-785 {number // 100:02} {number % 100:02}", unit=unit)
        made = wanted
        start = time.perf_counter()
        printed = print_binder(by=by, unit=place.ward, client_id=uuid4())
        rows.append(
            {
                "units": wanted,
                "pages": printed.sheet.pages,
                "seconds": time.perf_counter() - start,
                "megabytes": _megabytes(),
            }
        )
    return rows


def decoding(pages: int) -> dict[str, float]:
    """Spoil so many scanned pages as a bad scanner does, and count those that are read, and read wrongly."""
    from tests.paper.scans_made import decode_rate

    start = time.perf_counter()
    read, wrong, total = decode_rate(pages, dpi=200, seed=1)
    return {
        "pages": total,
        "read": read,
        "wrong": wrong,
        "ms a page, spoiling included": (time.perf_counter() - start) * 1000 / total,
    }


def as_a_worker() -> None:
    """Do what a worker does when it starts."""
    from forms.rendering import warm_up

    warm_up()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _megabytes() -> float:
    """The peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
