"""docs/benchmarks.md, rewritten by each run."""

import os
import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from .guessing import TITLE
from .load import Measured, Target, ratio
from .paper_report import HEADING
from .trail import TITLE as TRAIL_TITLE

FILE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"

_HEAD = """# Benchmarks

Written by `make bench` on {day}; do not edit by hand.

- Load: one outage of {chains} care chains and {handovers} calls, with their events, forms and trace, and a
  directory around it (`tests/seed.py`). A third of the chains still have somebody to ring.
- Server: uvicorn with the settings of `make run`, {workers} processes. The database has the product's own
  settings: SQLite in WAL with `synchronous=FULL`; PostgreSQL, where it was measured, with `fsync` on.
- Clients: {clients} at once, each asking again as soon as it is answered; {rounds} rounds of {seconds:g} s a row,
  in turns.
- Machine: {cpu}, {cores} cores, {memory} GiB; Python {python}, Django {django}, uvicorn {uvicorn}. The clients
  run on the same cores as the server.

## How to read it

The last column counts: requests a second as a part of what a bare Django view answers in the same worker and the same
round. The bare view has no middleware, session or template: it reads one row by its primary key, or inserts one row
for good. Rates and times move with the machine and with what else runs on it. *Processor ms* is what the server's
workers spent on one request; it moves less, and the page asked for alone takes no longer. It leaves the disk out, and
the work that PostgreSQL does in a process of its own. The times are those of {clients} clients for {workers} workers:
each request waits for another.

*Läge* is the first page; *Att ringa nu* its list of calls, which the page fetches again by itself. *Vårdkedja*
leaves an audit row each time somebody looks. *Logga samtal* writes five rows in one transaction: the form's
id, the call, the event, the message, the audit row. That the number of queries does not grow with the outage is held by
`tests/integration/outage/test_load_queries.py`.

*Sök* and *Avancerad* are the searches of the directory as they are answered while one types: {entries} entries in
{units} units (`tests/seed_directory.py`). A search has 50 ms at the 95th percentile with four clients; that its
queries do not grow with the directory is held by `tests/integration/contacts/test_directory_growth.py`."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One database measured: what it is, on which engine, and what was found."""

    title: str
    engine: str
    targets: list[Target]
    found: dict[str, Measured]


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a run is made."""

    chains: int
    handovers: int
    workers: int
    clients: int
    rounds: int
    seconds: float
    postgres: bool
    entries: int
    units: int


def write(scenes: Iterable[Scene], terms: Terms, *more: str) -> None:
    """Write the file."""
    parts = [_head(terms), *(_section(scene) for scene in scenes)]
    if not terms.postgres:
        parts.append(
            "The pages of a ward were not measured on PostgreSQL in this run; "
            "`python -m tests.bench --postgres` does."
        )
    FILE.write_text("\n\n".join([*parts, *more]) + "\n", encoding="utf-8")


def write_scenes(scenes: Iterable[Scene]) -> None:
    """Rewrite the sections of these scenes, each in its place."""
    text = FILE.read_text(encoding="utf-8")
    for scene in scenes:
        was = re.search(rf"## {re.escape(scene.title)}\n.*?\n\|---.*?(?=\n\n)", text, re.DOTALL)
        if was is None:
            raise ValueError(f"no section {scene.title!r} in {FILE.name}")
        text = text[: was.start()] + _section(scene) + text[was.end() :]
    FILE.write_text(text, encoding="utf-8")


def write_guessing(guessing: str) -> None:
    """Rewrite what the file says of guessing, which stands before sealing."""
    before, after = FILE.read_text(encoding="utf-8").split(f"\n## {TRAIL_TITLE}\n")
    before = before.partition(f"\n## {TITLE}\n")[0]
    FILE.write_text(f"{before.rstrip()}\n\n{guessing}\n\n## {TRAIL_TITLE}\n{after}", encoding="utf-8")


def write_trail(trail: str) -> None:
    """Rewrite what the file says of sealing, which stands between guessing and the paper."""
    before, paper = FILE.read_text(encoding="utf-8").split(f"\n{HEADING}\n")
    before = before.partition(f"\n## {TRAIL_TITLE}\n")[0]
    FILE.write_text(f"{before.rstrip()}\n\n{trail}\n\n{HEADING}\n{paper}", encoding="utf-8")


def write_paper(paper: str) -> None:
    """Rewrite the last part of the file: what it says of the paper."""
    before = FILE.read_text(encoding="utf-8").partition(f"\n{HEADING}\n")[0]
    FILE.write_text(f"{before.rstrip()}\n\n{paper}\n", encoding="utf-8")


def _head(terms: Terms) -> str:
    return _HEAD.format(
        day=date.today(),
        chains=_grouped(terms.chains),
        handovers=_grouped(terms.handovers),
        entries=_grouped(terms.entries),
        units=_grouped(terms.units),
        workers=terms.workers,
        clients=terms.clients,
        rounds=terms.rounds,
        seconds=terms.seconds,
        cpu=_cpu(),
        cores=os.cpu_count(),
        memory=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        python=platform.python_version(),
        django=version("django"),
        uvicorn=version("uvicorn"),
    )


def _section(scene: Scene) -> str:
    rows = [
        f"## {scene.title}",
        "",
        f"{scene.engine}, {date.today()}.",
        "",
        "| | a second | p50 ms | p95 ms | processor ms | ratio |",
    ]
    rows.append("|---|---:|---:|---:|---:|---:|")
    for target in scene.targets:
        measured = scene.found[target.name]
        part = f"**{ratio(scene.found, target):.3f}**" if target.baseline else "1"
        times = f"{measured.percentile(50):.1f} | {measured.percentile(95):.1f} | {measured.processor_ms:.1f}"
        rows.append(f"| {target.name} | {measured.rate:.1f} | {times} | {part} |")
    return "\n".join(rows)


def _grouped(number: int) -> str:
    return f"{number:,}"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )
