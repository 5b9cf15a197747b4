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
_INTRO = """Processes with the settings of a worker, on SQLite (`tests/bench/paper.py`, `tests/bench/growth.py`). Ours
may take 1.3 times the bare call, and typeset 0.4 of what the former layout takes, which is kept in
`tests/bench/former.json.gz`; both are measured in processor time, as other work on the machine moves it less, each way
in turn with no garbage left by the one before. The time of the batch, of the list and of the binder grows in
a straight line. What a process holds after 20 parts of a batch is to be within a tenth of what it held after the first,
and a list of 10,000 entries may take twice the memory of one of 1,000; a binder, which is one file, takes more with its
pages. Ten thousand sheets of hostile values are part of `make test-long`."""


def paper_section(found: Mapping[str, Any]) -> str:
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
            f"{row['part']}",
            f"{row['seconds']:.1f}",
            f"{row['seconds'] / row['part']:.1f}",
            f"{row['megabytes']:.0f}",
            f"{row['now']:.0f}",
        ]
        for row in found["batch"]
    ]
    lists = [
        [
            f"{row['entries']:,}",
            f"{row['parts']}",
            f"{row['pages']}",
            f"{row['contents']:.2f}",
            f"{row['seconds']:.1f}",
            f"{row['seconds'] / row['entries'] * 1000:.1f}",
            f"{row['megabytes']:.0f}",
        ]
        for row in found["lists"]
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
    growth = found["batch"][-1]["now"] / found["batch"][0]["now"]
    short, long = found["lists"]
    of_short = long["megabytes"] / short["megabytes"]
    slower = long["seconds"] / long["entries"] / (short["seconds"] / short["entries"])
    part = decoding["read"] / decoding["pages"] * 100
    told = f"{decoding['read']:,} read ({part:.2f} %), {decoding['wrong']} wrong"
    parts = [
        HEADING,
        _INTRO,
        "### One vårdkedjeblankett with six rows from the log",
        _table(["", "p50 ms", "p95 ms", "kB", "of bare", "of former"], sheet),
        "### A batch of 500 blank vårdkedjeblanketter, printed part after part by one process",
        _table(["parts printed", "seconds", "seconds a part", "most memory, MB", "held, MB"], batch),
        f"After the last part the process holds **{growth:.2f}** of what it held after the first.",
        "### A contact list of all principals, all its parts one after another in a new process",
        _table(
            ["entries", "parts", "pages", "contents, s", "all, s", "ms an entry", "most memory, MB"], lists
        ),
        f"Ten times the list takes **{of_short:.2f}** of the memory, and **{slower:.2f}** of the time an entry.",
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
