"""What a request shows of patients and is refused, and from where it came: collected while it is answered.

A page says whom it shows by naming them, as every page does it (`outage.queries.naming`); the middleware leaves the row
of the trace before the page is sent. Outside a request, in commands and tests of services, nothing is collected.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

ON_THE_SERVER = "server"
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was not allowed: `why` is a right or one of a closed list of words."""

    why: str
    target: Model | None = None


@dataclass(slots=True)
class Seen:
    """`action` and `target` are what the look is called where the page says it; chains are those shown. `found` is what
    was read once for all of a request that only reads.
    """

    origin: Callable[[], str]
    chains: set[UUID] = field(default_factory=set)
    action: str = ""
    target: Model | None = None
    refusal: Refusal | None = None
    found: dict[Hashable, Any] | None = None


_seen: ContextVar[Seen | None] = ContextVar("seen", default=None)


@contextmanager
def seeing(origin: Callable[[], str], *, only_reads: bool = False) -> Iterator[Seen]:
    """Collect within the block; `origin` is asked only where a row is written."""
    found = Seen(origin, found={} if only_reads else None)
    token = _seen.set(found)
    try:
        yield found
    finally:
        _seen.reset(token)


def shows(chains: Iterable[UUID]) -> None:
    """What is being made for the answer names the patients of these chains."""
    if (found := _seen.get()) is not None:
        found.chains.update(chains)


@contextmanager
def showing() -> Iterator[set[UUID]]:
    """The chains whose patients are named within the block, by which what was made in it can be shown once more."""
    found = _seen.get()
    if found is None:
        yield set()
        return
    before, found.chains = found.chains, set()
    try:
        yield found.chains
    finally:
        # The very set that a block around this one was given.
        before |= found.chains
        found.chains = before


@contextmanager
def counting() -> Iterator[None]:
    """What is made within the block counts patients and compares what was typed of them, and names none to anybody."""
    with showing() as shown:
        yield
        shown.clear()


def looks_as(action: str, target: Model | None = None) -> None:
    """What this look is called in the trace; with a `target` it leaves a row though no chain is shown."""
    if (found := _seen.get()) is not None:
        found.action, found.target = action, target


def refuses(why: str, target: Model | None = None) -> None:
    """Something was not allowed. The first reason counts."""
    if (found := _seen.get()) is not None and found.refusal is None:
        found.refusal = Refusal(why, target)


def once(key: Hashable, read: Callable[[], Found]) -> Found:
    """What `read` finds: in a request that only reads, what it found the first time."""
    seen = _seen.get()
    if seen is None or seen.found is None:
        return read()
    if key not in seen.found:
        seen.found[key] = read()
    known: Found = seen.found[key]
    return known


def in_request() -> bool:
    return _seen.get() is not None


def only_reads() -> bool:
    """Whether what is being done is a request, and one that writes nothing but the trace."""
    found = _seen.get()
    return found is not None and found.found is not None


def where_from() -> str:
    """From where what is written is done: the address of the client and the mark of a known PC, else the server."""
    found = _seen.get()
    return found.origin() if found is not None else ON_THE_SERVER
