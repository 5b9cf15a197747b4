"""How long the log-in page and /halsa take while clients guess passwords as fast as they are answered."""

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.client import HTTPConnection
from itertools import count
from statistics import quantiles
from urllib.parse import urlencode

from .load import Target, run_round
from .targets import CSRF

GUESSERS, MOST = 6, 3.0
TITLE = f"While {GUESSERS} clients guess passwords"
PAGES = {"Log-in page": "/logga-in/", "/halsa": "/halsa"}
_PERCENTILES = {"p50": 50, "p95": 95}


def guess(port: int, name: str) -> None:
    """Guess at one name, and go on whatever is answered. The processor is the server's: in use these are elsewhere."""
    os.nice(19)
    headers = {"Cookie": f"csrftoken={CSRF}", "Content-Type": "application/x-www-form-urlencoded"}
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for number in count():
        form = {"csrfmiddlewaretoken": CSRF, "login": name, "password": f"gissning nummer {number}"}
        connection.request("POST", "/logga-in/", urlencode(form).encode(), headers)
        connection.getresponse().read()


@contextmanager
def guessers(port: int) -> Iterator[None]:
    """In processes of their own, so that they do not slow the client that is measured."""
    started = [
        multiprocessing.Process(target=guess, args=(port, f"gissad{number}"), daemon=True)
        for number in range(GUESSERS)
    ]
    for process in started:
        process.start()
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.join()


def times(port: int, path: str, seconds: float) -> dict[str, float]:
    """Milliseconds of one client."""
    target = Target(path, lambda: ("GET", path, None, {}), 200)
    _, taken = run_round(port, target, 1, seconds)
    cuts = quantiles(taken, n=100, method="inclusive")
    return {name: cuts[percent - 1] * 1000 for name, percent in _PERCENTILES.items()}


def guessing_section(port: int, seconds: float) -> str:
    """What the file says; a page over its bound is marked."""
    alone = {name: times(port, path, seconds) for name, path in PAGES.items()}
    with guessers(port):
        beside = {name: times(port, path, seconds) for name, path in PAGES.items()}
    rows = [
        f"## {TITLE}",
        "",
        f"{date.today()}. One client asks; the median may be {MOST:g} times what it is alone.",
        "",
        "| | alone p50 ms | p95 ms | beside them p50 ms | p95 ms | times |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in PAGES:
        times_as_long = beside[name]["p50"] / alone[name]["p50"]
        mark = "" if times_as_long <= MOST else " **OVER**"
        told = [f"{each[name][key]:.1f}" for each in (alone, beside) for key in _PERCENTILES]
        rows.append(f"| {name} | {' | '.join(told)} | **{times_as_long:.1f}**{mark} |")
    return "\n".join(rows)
