"""The only door to the chart library: a chart in, an SVG out. Loaded where long work is done, never by the server.

An SVG has neither styles nor scripts nor letters of a font: it shows the same wherever it is shown, also under a
Content-Security-Policy without `unsafe-inline`, and in black and white, for each series has its own pattern.
"""

import io
import os
import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from django.conf import settings

from outage.rules.report_tables import Chart

# The colours of static/css/tokens.css, in its light scheme; a chart lies on white in both.
INK, LINE, PAPER = "#14201f", "#bac6c3", "#ffffff"
FILLS = ("#0b4f79", "#f5edc4", "#dcf0e2")
PATTERNS = ("", "////", "---")
_SVG = "http://www.w3.org/2000/svg"
_WIDTH, _BAR, _ROOM, _HEIGHT = 7.2, 0.42, 1.3, 3.4
_MOST_LABELS = 16


def svg_of(chart: Chart) -> str:
    """The same chart is the same text. Takes a second the first time."""
    # Where it keeps which typefaces there are; else it looks for them all each time.
    os.environ.setdefault("MPLCONFIGDIR", str(settings.VAR_DIR / "charts"))
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_SETTINGS):
        height = _ROOM + _BAR * len(chart.places) if chart.lying else _HEIGHT
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        axes = figure.subplots()
        _draw(axes, chart)
        written = io.StringIO()
        # No date, nor a random id: what did not change is not another.
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return _plain(written.getvalue())


# The library's own typeface, drawn: ours comes as one font of all weights, which it takes for the thinnest.
_SETTINGS: Any = {
    "font.size": 9,
    "svg.fonttype": "path",
    "svg.hashsalt": "report",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.color": INK,
    "hatch.linewidth": 0.6,
    "figure.facecolor": PAPER,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def _draw(axes: Any, chart: Chart) -> None:
    places = range(len(chart.places))
    # Else the highest bar ends at the edge, where it is stacked.
    axes.use_sticky_edges = False
    if chart.line:
        axes.step(
            places, chart.series[0].values, where="mid", color=FILLS[0], linewidth=2, marker="o", markersize=4
        )
    else:
        _bars(axes, chart, places)
    numbers, names = (axes.xaxis, axes.yaxis) if chart.lying else (axes.yaxis, axes.xaxis)
    numbers.set_label_text(chart.axis)
    numbers.get_major_locator().set_params(integer=True)
    numbers.grid(visible=True, color=LINE, linewidth=0.6)
    (axes.set_xlim if chart.lying else axes.set_ylim)(0, None)
    axes.set_axisbelow(True)
    every = 1 if chart.lying else -(-len(chart.places) // _MOST_LABELS)
    names.set_ticks(list(places)[::every], labels=chart.places[::every])
    if chart.lying:
        axes.invert_yaxis()
    elif len(chart.places) > 6:
        axes.tick_params(axis="x", rotation=45)
    if len(chart.series) > 1:
        axes.figure.legend(loc="outside upper left", ncols=len(chart.series), frameon=False)


def _bars(axes: Any, chart: Chart, places: Sequence[int]) -> None:
    whole = 0.8
    each = whole if chart.stacked else whole / len(chart.series)
    under = [0.0] * len(places)
    for number, series in enumerate(chart.series):
        shift = 0 if chart.stacked else (number - (len(chart.series) - 1) / 2) * each
        look = {
            "label": series.label,
            "color": FILLS[number],
            "hatch": PATTERNS[number],
            "edgecolor": INK,
            "linewidth": 0.8,
        }
        at = [place + shift for place in places]
        if chart.lying:
            axes.barh(at, series.values, each, left=under, **look)
        else:
            axes.bar(at, series.values, each, bottom=under, **look)
        if chart.stacked:
            under = [low + value for low, value in zip(under, series.values, strict=True)]


_STYLE = re.compile(r"\s*([\w-]+)\s*:\s*([^;]+?)\s*(?:;|$)")


def _plain(svg: str) -> str:
    """Without a document type, comments, styles and metadata: what they say of looks stands as attributes."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    # Written by the library a moment ago, of labels of ours: nobody's text.
    root = ElementTree.fromstring(svg)  # noqa: S314
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}style", f"{{{_SVG}}}metadata"):
                parent.remove(child)
        for name, value in _STYLE.findall(parent.attrib.pop("style", "")):
            parent.set(name, value)
    # What the style element said of everything.
    root.set("stroke-linejoin", "round")
    root.set("stroke-linecap", "butt")
    return ElementTree.tostring(root, encoding="unicode")
