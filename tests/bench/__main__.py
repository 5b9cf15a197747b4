"""python -m tests.bench: measure, and write docs/benchmarks.md. It makes its own databases and leaves none."""

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests import postgres

from .guessing import guessing_section
from .load import Target, WrongAnswer, measure, times
from .paper_report import paper_section
from .report import (
    FILE,
    Scene,
    Terms,
    found_wrong,
    over_in,
    write_guessing,
    write_head,
    write_paper,
    write_scenes,
    write_trail,
    write_watching,
)
from .targets import AFTER_START, MATRIX, directory_targets_of, targets_of
from .trail import trail_section
from .watching import watching_section

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
WORST, USUAL = 1.0, 0.02
BATCH, LISTS = 500, (1_000, 10_000)
# How many times as large an outage may be, and how many times as much a page may then take.
LARGER, GROWTH = 10, 1.3


def environment(room: Path, database_url: str) -> dict[str, str]:
    """With a database and a server of their own; nothing of the checkout's var/ is touched."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "outage.project.settings",
        "VAR_DIR": str(room),
        "STATIC_ROOT": str(room / "static"),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": database_url,
        "DEMO": "0",
        "PRODUCTION": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
    }


@contextmanager
def database(room: Path, with_postgres: bool) -> Iterator[str]:
    """The address of an empty database."""
    if not with_postgres:
        yield f"sqlite:///{room / 'bench.sqlite3'}"
        return
    # As safe as in use: the tests' server forgets what it has not written yet.
    postgres.SERVER_SETTINGS.update(fsync="on", synchronous_commit="on", full_page_writes="on")
    server = postgres.Server()
    try:
        server.start()
        yield server.url
    finally:
        server.stop()


@contextmanager
def serving(env: dict[str, str], workers: int) -> Iterator[tuple[int, Callable[[], list[str]]]]:
    """Serve product and bare views with the settings of `make run`; give the port, and what tells its workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "outage.project.serving", "tests.bench.asgi:application"]
    server = subprocess.Popen(
        command, cwd=ROOT, env=env | {"PORT": str(port), "WORKERS": str(workers)}, stdout=subprocess.DEVNULL
    )
    try:
        _wait(server, port)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
        yield port, lambda: children.read_text(encoding="utf-8").split()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def processor_seconds(workers: list[str]) -> float:
    """The processor time that the workers of a server have used, in seconds."""
    ticks = 0
    for worker in workers:
        # The name in brackets may hold spaces; utime and stime are the 12th and 13th field after it.
        fields = Path(f"/proc/{worker}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/halsa")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise SystemExit("the server did not start; its own words stand above.")


@contextmanager
def prepared_room(
    *seeding: str, with_postgres: bool = False
) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Seed a database as `seeding` says; give the environment that it is in, and what to ask for."""
    with (
        tempfile.TemporaryDirectory(prefix="driftstopp-bench-") as name,
        database(Path(name), with_postgres) as url,
    ):
        env = environment(Path(name), url)
        told = Path(name) / "prepared.json"
        subprocess.run(
            [sys.executable, "-m", "tests.bench.prepare", str(told), *seeding], cwd=ROOT, env=env, check=True
        )
        yield env, json.loads(told.read_text(encoding="utf-8"))


def scene(
    title: str,
    seeding: list[str],
    aim: Callable[[dict[str, Any]], list[Target]],
    terms: Terms,
    *,
    with_postgres: bool = False,
) -> Scene:
    """Seed a database as `seeding` says, serve it, measure what `aim` gives for it."""
    print(f"{title} …", flush=True)
    with prepared_room(*seeding, with_postgres=with_postgres) as (env, prepared):
        ports: list[int] = []

        def read_page(path: str, headers: dict[str, str]) -> str:
            connection = HTTPConnection("127.0.0.1", ports[0], timeout=60)
            connection.request("GET", path, headers=headers)
            return connection.getresponse().read().decode()

        targets = aim(prepared | {"read_page": read_page})
        with serving(env, terms.workers) as (port, workers):
            ports.append(port)
            found = measure(
                port,
                targets,
                processor=lambda: processor_seconds(workers()),
                clients=terms.clients,
                rounds=terms.rounds,
                seconds=terms.seconds,
            )
    for target in targets:
        measured = found[target.name]
        print(
            f"  {target.name:30} {measured.rate:8.1f}/s  p50 {measured.percentile(50):7.1f} ms"
            f"  p95 {measured.percentile(95):7.1f} ms"
            f"  processor {measured.processor_ms:6.1f} ms",
            flush=True,
        )
    return Scene(title=title, engine=prepared["engine"], targets=targets, found=found)


def grown(usual: Scene, targets: list[Target]) -> list[Target]:
    """What a page may take where the outage is larger and what it shows is not; reads of all chains are left out."""
    return [
        replace(target, at_most=GROWTH * times(usual.found, target)) if target.baseline else target
        for target in targets
        if target.name != MATRIX and not target.name.endswith(AFTER_START)
    ]


def guessing(terms: Terms) -> str:
    """Measure on a database with nobody in it: a name that is not there takes as long as one that is."""
    print("Guessing …", flush=True)
    with (
        prepared_room("directory", "100", "10") as (env, _),
        serving(env, terms.workers) as (port, _workers),
    ):
        found = guessing_section(port, terms.seconds * terms.rounds)
    print(found, flush=True)
    return found


def watching(terms: Terms) -> str:
    """Measure what those who watch Lägesbild cost those who log calls."""
    print("Watching …", flush=True)
    seeding = ["outage", str(USUAL), str(terms.chains), str(terms.handovers)]
    with prepared_room(*seeding) as (env, prepared), serving(env, terms.workers) as (port, workers):
        found = watching_section(port, prepared, 2 * terms.seconds, lambda: processor_seconds(workers()))
    print(found, flush=True)
    return found


def trail(terms: Terms) -> str:
    """Measure what sealing costs, on both engines."""
    print("Sealing …", flush=True)
    found = []
    for with_postgres in (False, True):
        seeding = ["outage", str(USUAL), str(terms.chains), str(terms.handovers)]
        with prepared_room(*seeding, with_postgres=with_postgres) as (env, prepared):
            found.append(_told_by("trail", env, prepared))
    section = trail_section(found)
    print(section, flush=True)
    return section


def paper() -> str:
    """Measure the paper, each thing in a process and a database of its own; give what the file says of it."""
    print("The paper …", flush=True)
    with prepared_room("batch", str(BATCH)) as (env, prepared):
        batch = _told_by("growth", env, {name: prepared[name] for name in ("who", "batch", "parts")})
    print(f"  batch: {json.dumps(batch)}", flush=True)
    lists = []
    for entries in LISTS:
        with prepared_room("directory", str(entries), str(entries // 9)) as (env, _):
            lists.append(_told_by("growth", env))
        print(f"  list: {json.dumps(lists[-1])}", flush=True)
    with tempfile.TemporaryDirectory(prefix="driftstopp-bench-") as name:
        found = _told_by("paper", environment(Path(name), f"sqlite:///{Path(name) / 'bench.sqlite3'}"))
    return paper_section(found | {"batch": batch, "lists": lists})


def _told_by(module: str, env: dict[str, str], prepared: dict[str, Any] | None = None) -> Any:
    told = Path(env["VAR_DIR"]) / f"{module}.json"
    told.write_text(json.dumps(prepared), encoding="utf-8")
    subprocess.run([sys.executable, "-m", f"tests.bench.{module}", str(told)], cwd=ROOT, env=env, check=True)
    return json.loads(told.read_text(encoding="utf-8"))


def main() -> int:
    """Measure all scenes and write the file."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--chains", type=int, default=2_000)
    parser.add_argument("--handovers", type=int, default=25_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--seconds", type=float, default=2.0, help="how long each row is asked for in a round"
    )
    parser.add_argument(
        "--only-wards", action="store_true", help="measure the wards' pages alone, and write their part"
    )
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--units", type=int, default=1_100)
    parser.add_argument(
        "--only-directory",
        action="store_true",
        help="measure the searches alone, and write their part of the file",
    )
    parser.add_argument(
        "--only-paper", action="store_true", help="measure the paper alone, and write its part of the file"
    )
    parser.add_argument(
        "--only-guessing", action="store_true", help="measure pages while clients guess passwords, alone"
    )
    parser.add_argument("--only-trail", action="store_true", help="measure what sealing costs, alone")
    parser.add_argument(
        "--only-watching", action="store_true", help="measure what those who watch Lägesbild cost, alone"
    )
    arguments = vars(parser.parse_args())
    only_directory, only_wards = arguments.pop("only_directory"), arguments.pop("only_wards")
    if arguments.pop("only_paper"):
        write_paper(paper())
        return 0
    parts = {
        "watching": (watching, write_watching),
        "guessing": (guessing, write_guessing),
        "trail": (trail, write_trail),
    }
    chosen = [name for name in parts if arguments.pop(f"only_{name}")]
    terms = Terms(**arguments)

    def part(name: str) -> list[str]:
        """What is over its bound."""
        measured, write = parts[name]
        section = measured(terms)
        write(section)
        return over_in(section)

    if chosen:
        return _told_wrong([line for name in chosen for line in part(name)])
    usual = f"A ward among others: {round(terms.chains * USUAL)} chains of its own"

    def outage(title: str, share: float, with_postgres: bool = False) -> Scene:
        seeding = ["outage", str(share), str(terms.chains), str(terms.handovers)]
        return scene(title, seeding, targets_of, terms, with_postgres=with_postgres)

    def larger(usual: Scene) -> Scene:
        seeding = ["outage", str(USUAL / LARGER), str(terms.chains * LARGER), str(terms.handovers * 4)]
        title = f"The same ward in an outage of {terms.chains * LARGER:,} chains"
        return scene(title, seeding, lambda prepared: grown(usual, targets_of(prepared)), terms)

    def directory(title: str, with_postgres: bool = False) -> Scene:
        seeding = ["directory", str(terms.entries), str(terms.units)]
        return scene(title, seeding, directory_targets_of, terms, with_postgres=with_postgres)

    try:
        scenes = []
        if not only_directory:
            scenes.append(outage(f"Every chain in one unit's view: {terms.chains:,}", WORST))
            scenes.append(outage(usual, USUAL))
            scenes.append(larger(scenes[-1]))
            scenes.append(outage(f"{usual}, on PostgreSQL", USUAL, True))
        if not only_wards:
            scenes.append(directory(f"The directory: {terms.entries:,} entries in {terms.units:,} units"))
            scenes.append(directory("The directory, on PostgreSQL", True))
    except (WrongAnswer, postgres.PostgresProblem) as problem:
        print(problem, file=sys.stderr)
        return 1
    wrong = found_wrong(scenes)
    # Each part as soon as it is measured: one that fails takes no other with it.
    write_scenes(scenes)
    if not (only_directory or only_wards):
        write_head(terms)
        wrong += [line for name in parts for line in part(name)]
        write_paper(paper())
    return _told_wrong(wrong)


def _told_wrong(wrong: list[str]) -> int:
    print(f"Written: {FILE.relative_to(ROOT)}")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
