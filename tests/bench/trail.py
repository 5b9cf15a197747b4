"""python -m tests.bench.trail FILE: what sealing costs whoever writes in the trace, on a seeded database.

Each thing is done in turn with seals and without, over and over, in one process with commits as in use. FILE says what
was prepared, and afterwards what was found.
"""

import gc
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import django

TIMES, WARM_UP = 200, 20
IN_LIST = 35
# What sealing may add to a write, and what a list of patients may cost in all: milliseconds of the processor.
MOST_PART, MOST_MS = 0.05, 1.0
TITLE = "What sealing the trace costs"
LOOKS = (
    f"The row that a list of {IN_LIST} patients leaves",
    f"The row of {IN_LIST} that nobody has seen together before",
)


def main(file: str) -> None:
    django.setup()
    from django.conf import settings
    from django.test import Client

    from contacts.access import acting_in
    from contacts.models import Membership
    from contacts.trail.sealing import seal_everything

    from .targets import call_of

    told = json.loads(Path(file).read_text(encoding="utf-8"))
    seal_everything()
    client = Client(HTTP_HOST="127.0.0.1")
    client.cookies[settings.SESSION_COOKIE_NAME] = told["session"]
    acting = acting_in(
        Membership.objects.select_related("user", "unit__principal").get(user__username="seed.nurse")
    )
    chains = [UUID(chain) for chain in told["chains"]]
    to_ring = twice(told["chains"])
    lists, dice = twice([chains[at : at + IN_LIST] for at in range(5)]), Random(1)
    others = iter([dice.sample(chains, IN_LIST) for _ in range(2 * (WARM_UP + TIMES))])

    def write() -> None:
        (_, path, body, headers), _ = call_of(told, next(to_ring))
        answer = client.post(path, body, content_type=headers["Content-Type"], HTTP_COOKIE=headers["Cookie"])
        assert answer.status_code == 302, answer.content

    def look() -> None:
        leave_a_look(acting, next(lists))

    def look_at_others() -> None:
        leave_a_look(acting, next(others))

    found = {
        "Logga samtal (POST)": measured(write),
        "log_call alone": measured(log_calls(acting, told["chains"])),
        LOOKS[0]: measured(look),
        LOOKS[1]: measured(look_at_others),
    }
    window = told_of(windows(look)[WARM_UP:])
    told = {"engine": told["engine"], "found": found, "window": window}
    Path(file).write_text(json.dumps(told), encoding="utf-8")


def twice(some: Sequence[Any]) -> Iterator[Any]:
    """Each for both ways, over and over; an odd number of them, so that what is first with one is next time second."""
    return cycle([each for each in some[: len(some) - 1 | 1] for _ in range(2)])


def leave_a_look(acting: Any, chains: list[UUID]) -> None:
    from contacts.services.reading import note_look

    note_look(by=acting, action="patients.listed", patients=chains, page="chains")


def log_calls(acting: Any, chains: list[str]) -> Callable[[], None]:
    from outage.queries.care_chains import get_chain
    from outage.rules.handover import Message
    from outage.services.handovers import log_call
    from tests.factories import call_facts, make_event

    some = [get_chain(acting, UUID(chain)) for chain in chains[:20]]
    turns = twice([(chain, make_event(acting, chain)) for chain in some])

    def call() -> None:
        chain, event = next(turns)
        log_call(
            by=acting,
            chain=chain,
            client_id=uuid4(),
            facts=call_facts(),
            messages=[Message(event_id=event.pk)],
        )

    return call


@contextmanager
def never_sealed() -> Iterator[None]:
    with (
        patch("contacts.audit.seal_on_commit", lambda: None),
        patch("contacts.audit.seal_with_row", lambda: None),
    ):
        yield


@contextmanager
def without_seals() -> Iterator[None]:
    from contacts.models.trail import MacField

    with (
        never_sealed(),
        patch.object(MacField, "pre_save", lambda self, row, add: "0" * 80),
    ):
        yield


def measured(act: Callable[[], None]) -> dict[str, dict[str, float]]:
    """Milliseconds, and those of the processor, with and without."""
    taken: dict[str, list[tuple[float, float]]] = {"with": [], "without": []}
    gc.collect()
    gc.disable()
    for number in range(WARM_UP + TIMES):
        # Which comes first changes, so that what grows meets both alike.
        for way in ("with", "without") if number % 2 else ("without", "with"):
            if way == "with":
                taken[way].append(timed(act))
            else:
                with without_seals():
                    taken[way].append(timed(act))
        if number % 20 == 0:
            gc.collect()
    gc.enable()
    added = [one[0] - other[0] for one, other in zip(taken["with"], taken["without"], strict=True)]
    return {
        **{way: told_of(each[WARM_UP:]) for way, each in taken.items()},
        "added": {"p50": median(added[WARM_UP:])},
    }


def windows(act: Callable[[], None]) -> list[tuple[float, float]]:
    """From the commit of a row until its checkpoint is in the file."""
    from contacts.trail.sealing import seal_rows

    taken = []
    for _ in range(WARM_UP + TIMES):
        with never_sealed():
            act()
        taken.append(timed(seal_rows))
    return taken


def timed(act: Callable[[], object]) -> tuple[float, float]:
    wall, processor = perf_counter(), process_time()
    act()
    return (perf_counter() - wall) * 1000, (process_time() - processor) * 1000


def told_of(taken: list[tuple[float, float]]) -> dict[str, float]:
    wall = [each for each, _ in taken]
    return {
        "p50": median(wall),
        "p95": quantiles(wall, n=20)[-1],
        "processor": median(each for _, each in taken),
    }


def trail_section(engines: list[dict[str, Any]]) -> str:
    """What the file says; what is over its bound is marked."""
    parts = [
        f"## {TITLE}",
        "",
        (
            f"{date.today()}, on the ward's database, one process. Each is done in turn with macs and seals and"
            f" without, on the same chain, {TIMES} times (`tests/bench/trail.py`); the median of each, and of what the"
            f" one takes more than the other. Sealing may add {MOST_PART:.0%} to"
            f" a write. A list of patients may leave its row, seal and all, in {MOST_MS:g} ms of the processor: the"
            " last column says what it takes."
        ),
    ]
    for each in engines:
        parts += [
            "",
            f"{each['engine']}.",
            "",
            "| | without ms | with ms | processor without | processor with | added |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        parts += [_row(name, found) for name, found in each["found"].items()]
        window = each["window"]
        parts += [
            "",
            f"From a row's commit to its checkpoint: {window['p50']:.1f} ms, p95 {window['p95']:.1f} ms.",
        ]
    return "\n".join(parts)


def _row(name: str, found: dict[str, dict[str, float]]) -> str:
    ways = [found["without"], found["with"]]
    told = [f"{way['p50']:.2f}" for way in ways] + [f"{way['processor']:.2f}" for way in ways]
    part = found["added"]["p50"] / found["without"]["p50"]
    whole = found["with"]["processor"]
    is_over = whole > MOST_MS if name in LOOKS else part > MOST_PART
    words = f"{whole:.2f} ms" if name in LOOKS else f"{part:.1%}"
    return f"| {name} | {' | '.join(told)} | **{words}**{' **OVER**' if is_over else ''} |"


if __name__ == "__main__":
    main(*sys.argv[1:])
