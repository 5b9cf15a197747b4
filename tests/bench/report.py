"""docs/benchmarks.md, rewritten by each run."""

import os
import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from math import inf
from pathlib import Path

from .guessing import TITLE
from .load import Measured, Target, times
from .paper_report import HEADING
from .trail import TITLE as TRAIL_TITLE
from .watching import TITLE as WATCHING_TITLE

FILE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"

WORSE = 1.25
_HEAD = """# Benchmarks

Written by `make bench` on {day}; do not edit by hand.

- Load: one outage of {chains} care chains and {handovers} calls, with their events, forms and trace, and a
  directory around it (`tests/seed.py`). A third of the chains still have somebody to ring.
- Server: uvicorn with the settings of `make run`, {workers} processes. The database has the product's own
  settings: SQLite in WAL with `synchronous=FULL`; PostgreSQL with `fsync` on.
- Clients: {clients} at once, each asking again as soon as it is answered; {rounds} rounds of {seconds:g} s a row,
  in turns.
- Machine: {cpu}, {cores} cores, {memory} GiB; Python {python}, Django {django}, uvicorn {uvicorn}. The clients
  run on the same cores as the server.

## How to read it

*Times* counts: the processor time of one request as a multiple of what a bare Django view takes in the same worker and
the same round. The bare view has no middleware, session or template: it reads one row by its primary key, or inserts
one row for good. What is over its limit is marked, and the run fails; so is what takes a quarter more than in the last
run. *Processor ms* is what the server's workers spent on one request. It leaves the disk out, and the work that
PostgreSQL does in a process of its own. Rates and p50, p95 move with the machine and with what else runs on it: they
are those of {clients} clients for {workers} workers, where each request waits for another.

*Läge* is the first page; *Att ringa nu* its list of calls, which the page fetches again by itself. What a unit is
shown there, in *PRATOR åter i drift* and *Överlämning*, on a chain's page and in the form of a call is made once a
minute in each worker, as long as nothing changes: who asks first waits for it. Each look at patients leaves an audit
row. *Logga samtal* writes five rows in one transaction: the form's id, the call, the event, the message, the audit row.
That the number of queries does not grow with the outage is held by `tests/integration/outage/test_load_queries.py`.

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
    entries: int
    units: int


def write_head(terms: Terms) -> None:
    """Rewrite what stands before the first scene, how to read them among it."""
    _, *sections = FILE.read_text(encoding="utf-8").split("\n## ")
    scenes = [section for section in sections if not section.startswith("How to read it\n")]
    FILE.write_text("\n## ".join([f"{_head(terms)}\n", *scenes]), encoding="utf-8")


def write_scenes(scenes: Iterable[Scene]) -> None:
    """Rewrite the sections of these scenes, each in its place."""
    text = FILE.read_text(encoding="utf-8")
    for scene in scenes:
        was = re.search(rf"## {re.escape(scene.title)}\n.*?\n\|---.*?(?=\n\n)", text, re.DOTALL)
        if was:
            text = text[: was.start()] + _section(scene) + text[was.end() :]
        else:
            text = text.replace(f"\n## {TITLE}\n", f"\n{_section(scene)}\n\n## {TITLE}\n")
    FILE.write_text(text, encoding="utf-8")


def write_watching(watching: str) -> None:
    """Rewrite what the file says of those who watch, which stands before guessing."""
    before, after = FILE.read_text(encoding="utf-8").split(f"\n## {TITLE}\n")
    before = before.partition(f"\n## {WATCHING_TITLE}\n")[0]
    FILE.write_text(f"{before.rstrip()}\n\n{watching}\n\n## {TITLE}\n{after}", encoding="utf-8")


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
        f"{scene.engine}, {date.today()}, {_cpu()}.",
        "",
        "| | a second | p50 ms | p95 ms | processor ms | times | at most | |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for target in scene.targets:
        measured = scene.found[target.name]
        part = f"**{times(scene.found, target):.1f}**" if target.baseline else "1"
        took = f"{measured.percentile(50):.1f} | {measured.percentile(95):.1f} | {measured.processor_ms:.1f}"
        limit = f"{target.at_most:.3g}" if target.at_most < inf else ""
        marks = ", ".join(mark for mark in (_over(scene, target), _worse(scene, target)) if mark)
        rows.append(f"| {target.name} | {measured.rate:.1f} | {took} | {part} | {limit} | {marks} |")
    return "\n".join(rows)


def _over(scene: Scene, target: Target) -> str:
    return "**over**" if target.baseline and times(scene.found, target) > target.at_most else ""


def _worse(scene: Scene, target: Target) -> str:
    """Against the last run that the file tells of."""
    last = _LAST.get((scene.title, target.name))
    if not last or not target.baseline or (now := times(scene.found, target)) <= last * WORSE:
        return ""
    return f"was {last:.1f}: {now / last - 1:+.0%}"


def found_wrong(scenes: Iterable[Scene]) -> list[str]:
    """What is over its limit, and what takes a quarter more than when it was last measured."""
    return [
        f"{scene.title}: {target.name} takes {times(scene.found, target):.1f} times the bare view ({mark})"
        for scene in scenes
        for target in scene.targets
        for mark in (_over(scene, target), _worse(scene, target))
        if mark
    ]


def over_in(*sections: str) -> list[str]:
    """The rows of what the file says that are over their bound."""
    return [line for section in sections for line in section.splitlines() if "**OVER**" in line]


def _last_run() -> dict[tuple[str, str], float]:
    found, title = {}, ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            title = line[3:]
        elif row := re.fullmatch(r"\| ([^|]+) \|(?: [\d.]+ \|){4} \*\*([\d.]+)\*\* \|.*", line):
            found[title, row[1]] = float(row[2])
    return found


# Before this run writes its own.
_LAST = _last_run()


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
