"""python -m tests.bench.watching: what those who watch Lägesbild cost those who log calls, on the ward's database.

In turns with the watchers and without, calls are logged at an even pace, each when its time has come. An open page asks
as static/js/fresh.js does, and a call is logged between nearly all of its questions.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from itertools import cycle
from statistics import median
from time import perf_counter
from typing import Any

from .load import WrongAnswer, ask_once
from .targets import call_of, cookies_of

WATCHERS, EVERY, CALLS, ROUNDS = 200, 3.0, 10, 5
MOST = 0.10
TITLE = f"While {WATCHERS} watch Lägesbild"


def watching_section(port: int, prepared: dict[str, Any], seconds: float, used: Callable[[], float]) -> str:
    """What the file says; a cost over its bound is marked. `used` gives the server's seconds of processor time."""
    found = asyncio.run(_measured(port, prepared, seconds, used))
    alone, beside = found[False], found[True]
    # Of each round against its own, for the machine is not as fast in all of them.
    added = median(b / a for a, b in zip(alone["median"], beside["median"], strict=True)) - 1
    share = median(b / a for a, b in zip(alone["processor"], beside["processor"], strict=True)) - 1
    mark = " **OVER**" if added > MOST else ""
    return "\n".join(
        [
            f"## {TITLE}",
            "",
            f"{date.today()}, SQLite. {CALLS} calls a second are logged, and {WATCHERS} open pages of a coordinator",
            f"ask each {EVERY:g} s; {ROUNDS} rounds of {seconds:g} s with them and without",
            f"(`tests/bench/watching.py`). The median of a call may take {MOST:.0%} more.",
            "",
            "| | alone | beside them | added |",
            "|---|---:|---:|---:|",
            _row("Logga samtal (POST), p50 ms", alone["median"], beside["median"], f"**{added:+.1%}**{mark}"),
            _row(
                "Processor of the server, ms a second",
                alone["processor"],
                beside["processor"],
                f"{share:+.0%}",
            ),
        ]
    )


def _row(name: str, alone: list[float], beside: list[float], added: str) -> str:
    return f"| {name} | {median(alone):.1f} | {median(beside):.1f} | {added} |"


async def _measured(
    port: int, prepared: dict[str, Any], seconds: float, used: Callable[[], float]
) -> dict[bool, dict[str, list[float]]]:
    chains = cycle(prepared["chains"])
    found: dict[bool, dict[str, list[float]]] = {
        way: {"median": [], "processor": []} for way in (False, True)
    }
    for number in range(ROUNDS + 1):
        # Which comes first changes, so that what grows meets both alike.
        for watched in (False, True) if number % 2 else (True, False):
            before, taken = used(), list[float]()
            watching = [_watch(port, prepared, n, seconds) for n in range(WATCHERS if watched else 0)]
            await asyncio.gather(_log(port, prepared, chains, seconds, taken), *watching)
            # The first round warms up.
            if number:
                found[watched]["median"].append(median(taken) * 1000)
                found[watched]["processor"].append((used() - before) / seconds * 1000)
    return found


async def _log(port: int, prepared: dict[str, Any], chains: Any, seconds: float, taken: list[float]) -> None:
    async def call() -> None:
        request, _ = call_of(prepared, next(chains))
        began = perf_counter()
        _right(await ask_once(port, request, (302,)))
        taken.append(perf_counter() - began)

    await _at_a_pace(call, 0.0, 1 / CALLS, seconds)


async def _watch(port: int, prepared: dict[str, Any], number: int, seconds: float) -> None:
    version = ""
    headers = cookies_of(prepared["coordinator"]) | {"HX-Request": "true", "HX-Trigger": "calls"}

    async def ask() -> None:
        nonlocal version
        asked = ("GET", "/lagesbild/nu/", None, headers | {"X-Shown": version})
        version = _right(await ask_once(port, asked, (200, 204))) or version

    # The pages were opened at one time and another.
    await _at_a_pace(ask, EVERY * number / WATCHERS, EVERY, seconds)


def _right(answer: tuple[str, str]) -> str:
    version, wrong = answer
    if wrong:
        raise WrongAnswer(wrong)
    return version


async def _at_a_pace(act: Callable[[], Awaitable[None]], first: float, every: float, seconds: float) -> None:
    """However the one before was answered."""
    began, doing, at = perf_counter(), [], first
    while at < seconds:
        await asyncio.sleep(max(0.0, began + at - perf_counter()))
        doing.append(asyncio.ensure_future(act()))
        at += every
    await asyncio.gather(*doing)
