"""python -m tests.bench.capacity: the first minutes of a region-wide stop, against the server of `make run`.

1,500 people of 70 units open Läge within a minute; their pages ask again every minute, and each tenth logs a call a
minute. Then 50 calls are logged a second. Bounded, on this machine only; writes its part of docs/benchmarks.md.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter
from typing import Any

from tests import postgres

from .__main__ import ROOT, environment, processor_seconds, serving
from .load import Request, ask_once
from .targets import call_of, cookies_of

PEOPLE, LOGGING, MINUTE, BURST = 1_500, 10, 60.0, 50
MOST_CORES, MOST_TIMES = 1.0, 5.0
LAGE, POLL, FORM, CALL = "Läge", "Att ringa nu", "Logga samtal, formuläret", "Logga samtal (POST)"


@dataclass(slots=True)
class Asked:
    """The seconds that each request took, by its name, and the ids of the calls that were answered as logged."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    logged: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def percentile(self, percent: int, name: str = "") -> float:
        """In milliseconds."""
        of_all = [one for each in self.seconds.values() for one in each]
        return (
            quantiles(self.seconds[name] if name else of_all, n=100, method="inclusive")[percent - 1] * 1000
        )


class Crowd:
    """People at their PCs."""

    def __init__(self, port: int, people: list[dict[str, Any]]) -> None:
        self.port = port
        self.people = people
        self.rng = Random(7)
        self.asked = Asked()
        self.shown: dict[str, str] = {}

    async def timed(self, name: str, request: Request, *expected: int) -> str:
        began = perf_counter()
        try:
            version, wrong = await ask_once(self.port, request, expected)
        except OSError as error:
            version, wrong = "", f"{name}: {error}"
        self.asked.seconds.setdefault(name, []).append(perf_counter() - began)
        if wrong:
            self.asked.wrong.append(wrong)
        return version

    async def look(self, person: dict[str, Any]) -> None:
        self.shown[person["session"]] = await self.timed(LAGE, ("GET", "/", None, cookies_of(person)), 200)

    async def poll(self, person: dict[str, Any]) -> None:
        """As static/js/fresh.js asks."""
        shown = self.shown.get(person["session"], "")
        headers = cookies_of(person) | {"HX-Request": "true", "HX-Trigger": "calls", "X-Shown": shown}
        version = await self.timed(POLL, ("GET", "/att-ringa/", None, headers), 200, 204)
        self.shown[person["session"]] = version or shown

    async def open_form(self, person: dict[str, Any]) -> None:
        chain = self.rng.choice(person["chains"])
        await self.timed(FORM, ("GET", f"/vardkedja/{chain}/samtal/", None, cookies_of(person)), 200)

    async def log(self, person: dict[str, Any]) -> None:
        request, client_id = call_of(person, self.rng.choice(person["chains"]))
        wrong = len(self.asked.wrong)
        await self.timed(CALL, request, 302)
        if len(self.asked.wrong) == wrong:
            self.asked.logged.append(client_id)

    async def alone(self, times: int) -> None:
        """One client, one thing at a time, in the proportions of the crowd."""
        loggers = [person for person in self.people if person["chains"]]
        for number in range(times):
            person, logger = self.people[number % len(self.people)], loggers[number % len(loggers)]
            await self.look(person)
            await self.poll(person)
            if number % 5 == 0:
                await self.open_form(logger)
                await self.log(logger)

    async def day(self, seconds: float) -> None:
        """The first minute and what follows, for so long."""
        doing = []
        loggers = [person for person in self.people if person["chains"]]
        loggers = self.rng.sample(loggers, min(len(loggers), len(self.people) // LOGGING))
        for person in self.people:
            opened = self.rng.uniform(0, MINUTE)
            doing.append((opened, self.look, person))
            doing += [(at, self.poll, person) for at in _each_minute(opened + MINUTE, seconds)]
        for person in loggers:
            for at in _each_minute(self.rng.uniform(0, MINUTE), seconds):
                doing += [(at, self.open_form, person), (at + 20, self.log, person)]
        await _at_their_times([each for each in doing if each[0] < seconds])

    async def burst(self, seconds: float) -> None:
        """`BURST` calls a second, each when its time has come, however the others are answered."""
        loggers = [person for person in self.people if person["chains"]]
        doing = [
            (number / BURST, self.log, loggers[number % len(loggers)])
            for number in range(int(seconds * BURST))
        ]
        await _at_their_times(doing)


def _each_minute(begins: float, ends: float) -> list[float]:
    return [begins + MINUTE * number for number in range(int(max(0.0, ends - begins) // MINUTE) + 1)]


async def _at_their_times(doing: list[tuple[float, Callable[[Any], Awaitable[None]], Any]]) -> None:
    began = perf_counter()
    tasks = []
    for at, what, person in sorted(doing, key=lambda each: each[0]):
        await asyncio.sleep(max(0.0, began + at - perf_counter()))
        tasks.append(asyncio.ensure_future(what(person)))
    await asyncio.gather(*tasks)


def measure(engine: str, seconds: float, people: int) -> dict[str, Any]:
    """Seed, serve and ask on one engine."""
    with tempfile.TemporaryDirectory(prefix="driftstopp-bench-") as name:
        room = Path(name)
        server = None
        url = f"sqlite:///{room / 'bench.sqlite3'}"
        if engine == "PostgreSQL":
            # As safe as in use.
            postgres.SERVER_SETTINGS.update(fsync="on", synchronous_commit="on", full_page_writes="on")
            server = postgres.Server()
            server.start()
            url = server.url
        try:
            env = environment(room, url)
            told = room / "prepared.json"
            command = ["-m", "tests.bench.prepare", str(told), "crowd", str(people)]
            subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=True)
            prepared = json.loads(told.read_text(encoding="utf-8"))
            size = _megabytes(env)
            with serving(env, max(2, len(os.sched_getaffinity(0)))) as (port, workers):
                pid = server.process.pid if server and server.process else 0
                found = asyncio.run(
                    _measured(port, prepared["people"], seconds, lambda: _used(workers(), pid))
                )
            found["lost"] = _lost(env, found.pop("ids"))
        finally:
            if server:
                server.stop()
    return found | {"engine": prepared["engine"], "megabytes": size}


def _used(workers: list[str], database: int) -> tuple[float, float]:
    """Seconds of the server's processes, and of the database's where it has its own."""
    if not database:
        return processor_seconds(workers), 0.0
    backends = Path(f"/proc/{database}/task/{database}/children").read_text(encoding="utf-8").split()
    return processor_seconds(workers), processor_seconds(backends)


async def _measured(
    port: int, people: list[dict[str, Any]], seconds: float, used: Callable[[], tuple[float, float]]
) -> dict[str, Any]:
    alone, crowd, burst = (Crowd(port, people) for _ in range(3))
    await alone.alone(100)
    before, began = used(), perf_counter()
    await crowd.day(seconds)
    after, took = used(), perf_counter() - began
    await alone.alone(50)
    first = perf_counter()
    await burst.burst(seconds / 2)
    burst_took = perf_counter() - first
    kinds = {
        name: [len(times), crowd.asked.percentile(50, name), crowd.asked.percentile(95, name)]
        for name, times in sorted(crowd.asked.seconds.items())
        if len(times) > 1
    }
    return {
        "kinds": kinds,
        "requests": sum(map(len, crowd.asked.seconds.values())),
        "seconds": took,
        "per_core": round(len(people) * took / sum(after[i] - before[i] for i in (0, 1))),
        "cores": (after[0] - before[0]) / took,
        "database_cores": (after[1] - before[1]) / took,
        "p50": crowd.asked.percentile(50),
        "p95": crowd.asked.percentile(95),
        "alone_p50": alone.asked.percentile(50),
        "alone_p95": alone.asked.percentile(95),
        "burst": len(burst.asked.seconds[CALL]),
        "burst_seconds": burst_took,
        "burst_p50": burst.asked.percentile(50),
        "burst_p95": burst.asked.percentile(95),
        "alone_call_p95": alone.asked.percentile(95, CALL),
        "wrong": alone.asked.wrong + crowd.asked.wrong + burst.asked.wrong,
        "ids": alone.asked.logged + crowd.asked.logged + burst.asked.logged,
    }


def _megabytes(env: dict[str, str]) -> int:
    """What the database takes, seeded: one outage, the directory, the people and their log-ins."""
    if env["DATABASE_URL"].startswith("sqlite"):
        return sum(each.stat().st_size for each in Path(env["VAR_DIR"]).glob("bench.sqlite3*")) // 10**6
    code = (
        "import django; django.setup(); from django.db import connection as c; c.ensure_connection();"
        "k = c.cursor(); k.execute('SELECT pg_database_size(current_database())'); print(k.fetchone()[0] // 10**6)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def _lost(env: dict[str, str], ids: list[str]) -> int:
    """How many of the calls that were answered as logged are not in the database."""
    code = (
        "import django, json, sys; django.setup(); from outage.models import Handover;"
        "ids = set(json.load(sys.stdin)); found = {str(pk) for pk in Handover.objects.values_list('pk', flat=True)};"
        "print(len(ids - found))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=env,
        input=json.dumps(ids),
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def problems_of(found: dict[str, Any]) -> list[str]:
    """What is not as it must be."""
    told = []
    if found["cores"] + found["database_cores"] > MOST_CORES:
        told.append(f"{found['cores'] + found['database_cores']:.2f} cores, at most {MOST_CORES:g}")
    crowd, burst = (
        ("", found["p95"], found["alone_p95"]),
        ("burst: ", found["burst_p95"], found["alone_call_p95"]),
    )
    for which, p95, alone in (crowd, burst):
        if p95 > MOST_TIMES * alone:
            told.append(f"{which}p95 is {p95 / alone:.1f} times what one client sees, at most {MOST_TIMES:g}")
    if found["lost"]:
        told.append(f"{found['lost']} calls lost")
    if found["wrong"]:
        told.append(f"{len(found['wrong'])} wrong answers, the first: {found['wrong'][0]}")
    return told


_FILE = ROOT / "docs" / "scale.md"
_TITLE = "## Measured: the first minutes"


def _write(people: int, all_found: list[dict[str, Any]]) -> None:
    """Rewrite what the file says of it, up to the next heading."""
    lines = [
        _TITLE,
        "",
        f"Written by `make bench-capacity` on {date.today()}; do not edit by hand.",
        f"{people:,} people of 70 units open Läge within a minute, their pages ask again every minute, and each tenth",
        "opens the form of a call and logs one a minute, in an outage of 2,000 chains and 25,000 calls. Then 50 calls",
        "are logged a second. The clients run on the same cores as the server.",
        "",
        "| | " + " | ".join(found["engine"] for found in all_found) + " |",
        "|---|" + "---|" * len(all_found),
    ]
    for name, told in _ROWS.items():
        lines.append(f"| {name} | " + " | ".join(told.format(**found) for found in all_found) + " |")
    for kind in all_found[0]["kinds"]:
        cells = [f"{each['kinds'][kind][1]:.0f} / {each['kinds'][kind][2]:.0f} ms" for each in all_found]
        lines.append(f"| {kind}: p50 / p95 | " + " | ".join(cells) + " |")
    lines.append(
        "| over its limit | " + " | ".join("; ".join(each["problems"]) or "–" for each in all_found) + " |"
    )
    before, _, rest = _FILE.read_text(encoding="utf-8").partition(f"{_TITLE}\n")
    after = rest.partition("\n## ")[2]
    _FILE.write_text(f"{before}" + "\n".join(lines) + f"\n\n## {after}", encoding="utf-8")


_ROWS = {
    "seconds, requests": "{seconds:.0f}, {requests}",
    "cores of two that the server used": "{cores:.2f}",
    "cores of two that the database used": "{database_cores:.2f}",
    "people that one core of both serves at this load": "{per_core:,}",
    "p50 / p95 of all": "{p50:.0f} / {p95:.0f} ms",
    "p50 / p95 of one client alone, in the same run": "{alone_p50:.0f} / {alone_p95:.0f} ms",
    "calls logged at 50 a second": "{burst} in {burst_seconds:.0f} s",
    "p50 / p95 of them": "{burst_p50:.0f} / {burst_p95:.0f} ms",
    "p95 of one that is logged alone": "{alone_call_p95:.0f} ms",
    "calls answered as logged and not there": "{lost}",
    "the database with the outage, directory and people": "{megabytes} MB",
}


def main() -> int:
    """Measure both engines and write it down; 1 where a figure is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.capacity", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=120.0, help="how long; the calls of each second half of it"
    )
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument(
        "--engine", choices=["SQLite", "PostgreSQL"], help="one of them alone, and nothing is written"
    )
    arguments = parser.parse_args()
    all_found, is_over = [], False
    for engine in [arguments.engine] if arguments.engine else ["SQLite", "PostgreSQL"]:
        found = measure(engine, arguments.seconds, arguments.people)
        found["problems"] = problems_of(found)
        is_over |= bool(found["problems"])
        all_found.append(found)
        print(json.dumps({**found, "wrong": found["wrong"][:3]}, ensure_ascii=False, indent=1), flush=True)
    if not arguments.engine:
        _write(arguments.people, all_found)
    return int(is_over)


if __name__ == "__main__":
    sys.exit(main())
