"""What long work ends with, against whoever cancels it at that very moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

_bind: ContextVar[Callable[[], None] | None] = ContextVar("bind", default=None)


@contextmanager
def bound_by(bind: Callable[[], None]) -> Iterator[None]:
    """What ends work in the block calls `bind` last in its transaction, which is rolled back by what that raises."""
    token = _bind.set(bind)
    try:
        yield
    finally:
        _bind.reset(token)


@contextmanager
def whole() -> Iterator[None]:
    """The transaction in which all is written that work says was not done where it was cancelled. It is cancelled
    before the commit, and nothing is written, or it is too late. Where no worker does it, a transaction as any.
    """
    with transaction.atomic():
        yield
        if bind := _bind.get():
            bind()
