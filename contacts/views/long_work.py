"""Long-running work: printing hundreds of pages, importing files. Never takes all workers from those who log calls."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from contacts.rules.errors import RuleError


class Busy(RuleError):
    """The server already runs as much long-running work as it does at a time."""

    def __init__(self) -> None:
        super().__init__(
            "Servern skriver ut eller läser in åt andra just nu. Vänta en halv minut och försök igen."
        )


@contextmanager
def long_work() -> Iterator[None]:
    """Run long-running work, one of `settings.LONG_WORK` at a time in all workers; raises Busy beyond that.

    Who comes too late is told at once: waiting would occupy the worker that is left for others.
    """
    folder = settings.VAR_DIR / "long-work"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(settings.LONG_WORK):
        # The operating system releases the lock when the file is closed, also where the worker is killed.
        with (folder / str(number)).open("wb") as place:
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield
            return
    raise Busy
