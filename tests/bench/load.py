"""The load generator: a few clients, each asking as fast as it is answered."""

import asyncio
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from math import inf
from statistics import median, quantiles

Request = tuple[str, str, bytes | None, dict[str, str]]


class WrongAnswer(Exception):
    """A page answered otherwise than it must; what was measured would be the speed of an error."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for: `request` gives method, path, body and headers of the next one; `baseline` names another, of
    whose processor time this may take `at_most` times as much. `begin` is done before each round, and not measured.
    """

    name: str
    request: Callable[[], Request]
    status: int
    baseline: str = ""
    at_most: float = inf
    begin: Callable[[], object] = lambda: None


@dataclass(slots=True)
class Measured:
    """Of each round the requests a second and the processor's milliseconds for one; the seconds each request took."""

    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The median of the rounds."""
        return median(self.rates)

    @property
    def processor_ms(self) -> float:
        """What other programs cannot take away: the median of the rounds."""
        return median(self.processor)

    def percentile(self, percent: int) -> float:
        """How many milliseconds that part of the requests stayed under."""
        return quantiles(self.seconds, n=100, method="inclusive")[percent - 1] * 1000


def ask(connection: HTTPConnection, target: Target) -> None:
    """Make one request and read the answer; raise WrongAnswer where it is another than it must be."""
    method, path, body, headers = target.request()
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != target.status:
        start = content[:600].decode(errors="replace")
        raise WrongAnswer(f"{target.name}: {method} {path} answered {answer.status}: {start}")


async def ask_once(port: int, request: Request, expected: tuple[int, ...]) -> tuple[str, str]:
    """One request on a connection of its own; gives the version of what was answered, and what was wrong."""
    method, path, body, headers = request
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode() + (body or b""))
        head, _, content = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    status = int(head.split(b" ", 2)[1]) if head else 0
    version = re.search(rb'data-version="([^"]*)"', content)
    return version[1].decode() if version else "", "" if status in expected else f"{method} {path}: {status}"


def run_round(port: int, target: Target, clients: int, seconds: float) -> tuple[float, list[float]]:
    """Ask for `seconds` with `clients` at once; give requests a second and the seconds that each took."""
    taken: list[list[float]] = [[] for _ in range(clients)]
    problems: list[Exception] = []
    start = time.perf_counter()

    def client(own: list[float]) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            while (began := time.perf_counter()) - start < seconds:
                ask(connection, target)
                own.append(time.perf_counter() - began)
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=(own,)) for own in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - start
    if problems:
        raise problems[0]
    every = [one for own in taken for one in own]
    return len(every) / elapsed, every


def measure(
    port: int,
    targets: list[Target],
    *,
    processor: Callable[[], float],
    clients: int,
    rounds: int,
    seconds: float,
) -> dict[str, Measured]:
    """Measure the reads, then the writes, each in turns with their baseline, so that noise meets all of them alike.

    The writes come last because they lengthen what the reads read. `processor` gives the seconds of processor time
    that the server has used so far.
    """
    found = {target.name: Measured() for target in targets}
    for baseline in dict.fromkeys(target.baseline or target.name for target in targets):
        group = [target for target in targets if baseline in (target.name, target.baseline)]
        for target in group:
            target.begin()
            run_round(port, target, clients, min(seconds, 0.5))
        for target in group * rounds:
            target.begin()
            before = processor()
            rate, taken = run_round(port, target, clients, seconds)
            found[target.name].processor.append((processor() - before) / len(taken) * 1000)
            found[target.name].rates.append(rate)
            found[target.name].seconds += taken
    return found


def times(found: dict[str, Measured], target: Target) -> float:
    """A target's processor time as a multiple of its baseline's: the median over the rounds, each against its own."""
    pairs = zip(found[target.name].processor, found[target.baseline].processor, strict=True)
    return median(own / bare for own, bare in pairs)
