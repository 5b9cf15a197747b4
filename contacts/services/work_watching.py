"""What goes on in a worker beside its work: it says that it is alive and how far it has come, and hears of the end."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, repeat

from django.db import DatabaseError, connection
from django.utils import timezone

from contacts.models import Work
from contacts.rules.work import BEAT_EVERY, LONGEST, TOO_LONG, WorkState

from .work import Interrupted, Lost, Stopping, TooLong, Watch

logger = logging.getLogger(__name__)

# How long work may go on after it was told to end, where it does not hear.
_DEAF_SECONDS = 30.0
_SOON = 0.3
# Why the work is to end, and whether it is in hand: what is raised elsewhere would be stored with what it broke in on.
_why: list[Interrupted] = []
_in_hand = threading.Event()


def hear_signals() -> None:
    """In the main thread, where work is done: SIGTERM stops the worker, SIGUSR1 ends its work for the reason told."""
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGUSR1, _interrupt)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def stop(*_: object) -> None:
    _why.append(Stopping())
    _interrupt()


def _interrupt(*_: object) -> None:
    if _why and _in_hand.is_set():
        raise _why.pop()


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Beats while the block goes on, and raises in it what ends the work."""
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(watch, over), daemon=True)
    thread.start()
    try:
        _in_hand.set()
        # The worker may have been stopped before it came here.
        _interrupt()
        yield
    finally:
        _in_hand.clear()
        over.set()
        thread.join(BEAT_EVERY.total_seconds())


def _beat(watch: Watch, over: threading.Event) -> None:
    began = timezone.now()
    try:
        # The first one soon: who waits sees at once what is being done.
        pauses = chain([_SOON], repeat(BEAT_EVERY.total_seconds()))
        while not over.wait(next(pauses)):
            why = _why_to_end(watch) or (TooLong(TOO_LONG) if timezone.now() - began > LONGEST else None)
            if why is not None and not over.is_set():
                _why.append(why)
                os.kill(os.getpid(), signal.SIGUSR1)
                if not over.wait(_DEAF_SECONDS):
                    # Somewhere that no signal is heard: the sweep finds it.
                    os._exit(1)
                return
    finally:
        connection.close()


def _why_to_end(watch: Watch) -> Interrupted | None:
    ours = Work.objects.filter(pk=watch.work.pk, tries=watch.work.tries, state=WorkState.RUNNING)
    step = watch.step
    try:
        if not ours.exists():
            return Lost()
        told = {"words": step.words, "done": step.done, "total": step.total}
        ours.update(beat_at=timezone.now(), **told)
    except DatabaseError:
        # On SQLite, for as long as the work itself writes: the sweep sees that the process is there.
        logger.info("a beat was left out")
    return None
