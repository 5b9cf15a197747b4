"""What `docs/benchmarks.md` says of the paper."""

from collections.abc import Iterable, Mapping
from typing import Any

HEADING = "## The paper"
_NAMES = {
    "former": "The former layout of the same chain, typeset as it was then",
    "typeset": "Ours, typeset alone: PDF/A-3a and UA-1, codes",
    "typst": "Typst, the same texts in tables, tagged as PDF/UA-1; no codes",
    "bare": "Bare WeasyPrint on the same HTML and style, tagged as PDF/UA-1",
    "ours": "Ours: queries, template, PDF/A-3a and UA-1, codes, seal, rows kept",
    "reportlab": "ReportLab, the same texts in tables; not tagged, no codes",
}
_INTRO = """One process with the settings of a worker, on SQLite (`tests/bench/paper.py`). Ours may take 1.3 times the
bare call, and typeset 0.4 of what the former layout takes, which is kept in `tests/bench/former.json.gz`; both are
measured in processor time, as other work on the machine moves it less. The time of the batch and of the binder grows
in a straight line. What a worker holds after 20 parts of a batch is to be within a tenth of what it held after the
first; a binder, which is one file, takes more with its pages. Ten thousand sheets of hostile values are part of
`make test-long`."""


def paper_section(found: Mapping[str, Any]) -> str:
    """Give the part of the file that tells of the paper."""
    sheet = [
        [
            _NAMES[name],
            f"{row['p50']:.0f}",
            f"{row['p95']:.0f}",
            f"{row['kilobytes']:.0f}",
            f"**{row['of bare']:.2f}**",
            f"**{row['of former']:.2f}**",
        ]
        for name, row in found["sheet"].items()
    ]
    batch = [
        [
            f"{row['sheets']:.0f}",
            f"{row['seconds']:.1f}",
            f"{row['seconds'] / row['sheets'] * 1000:.0f}" if row["sheets"] else "–",
            f"{row['megabytes']:.0f}",
            f"{row['now']:.0f}",
        ]
        for row in found["batch"]
    ]
    binder = [
        [
            f"{row['units']:.0f}",
            f"{row['pages']:.0f}",
            f"{row['seconds']:.1f}",
            f"{row['seconds'] / row['pages'] * 1000:.0f}",
            f"{row['megabytes']:.0f}",
        ]
        for row in found["binder"]
    ]
    decoding, former = found["decoding"], found["former_binder"]
    of_former = former["of former"]
    batch_growth = found["batch"][-1]["now"] / found["batch"][1]["now"]
    part = decoding["read"] / decoding["pages"] * 100
    told = f"{decoding['read']:,} read ({part:.2f} %), {decoding['wrong']} wrong"
    parts = [
        HEADING,
        _INTRO,
        "### One vårdkedjeblankett with six rows from the log",
        _table(["", "p50 ms", "p95 ms", "kB", "of bare", "of former"], sheet),
        "### A batch of blank vårdkedjeblanketter, printed part after part",
        _table(["sheets printed", "seconds", "ms a sheet", "most memory, MB", "held, MB"], batch),
        f"Twenty parts later a worker holds **{batch_growth:.2f}** of what it held after the first.",
        "### A binder, first print",
        f"Former {former['former']:.1f} s of processor time, ours {former['typeset']:.1f}: **{of_former:.2f}**.",
        "### A binder, as the directory that it prints grows",
        _table(["units more", "pages", "seconds", "ms a page", "most memory, MB"], binder),
        "### Reading scanned pages",
        f"{decoding['pages']:,} pages at 200 dpi grey, up to 3° askew, JPEG 40: {told}.",
    ]
    return "\n\n".join(parts)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)
