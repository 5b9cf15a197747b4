"""Does the long work that waits in line: prints, scans, files to read in. Started by `make run`, or by the host."""

import logging
import os
import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from contacts.services.work import watch_by
from contacts.services.work_sweep import sweep_work
from contacts.services.work_watching import hear_signals, watching
from contacts.unfinished import stop_where_unfinished
from forms.rendering import warm_up
from outage.checks import check_printing

logger = logging.getLogger(__name__)

_LOOK_EVERY = 0.5
_SWEEP_EVERY = 15.0
# After the database did not answer.
_WAIT = 5.0
# How long a process may take to give its work back when the server stops.
_END_WITHIN = 10.0
# It gives way to those who log calls.
_NICE = 10


class Command(BaseCommand):
    help = (
        "Gör de långa arbetena: utskrifter, skanningar och inläsningar. Varje arbete görs i en egen process, som "
        "slutar när det är klart. LONG_WORK säger hur många som pågår samtidigt."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--while", dest="server", type=int, help="Sluta när processen med det numret slutar."
        )

    def handle(self, *, server: int | None, **options: Any) -> None:
        self._stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        # Before the processes part, so that each has it at once. It is one thread, and must be: it forks.
        if not check_printing(None):
            warm_up()
        self._children: set[int] = set()
        swept = -_SWEEP_EVERY
        while not self._stopping and (server is None or Path(f"/proc/{server}").exists()):
            self._reap()
            wait = _LOOK_EVERY
            try:
                if time.monotonic() - swept >= _SWEEP_EVERY:
                    swept = time.monotonic()
                    stop_where_unfinished()
                    sweep_work()
                if len(self._children) < settings.LONG_WORK and DBTaskResult.objects.ready().exists():
                    self._begin()
            except DatabaseError as error:
                logger.warning("the database does not answer: %s", type(error).__name__)
                connections.close_all()
                wait = _WAIT
            time.sleep(wait)
        self._end()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _begin(self) -> None:
        """Fork: what the child has made goes back to the machine when it ends."""
        # No connection is shared by two processes.
        connections.close_all()
        child = os.fork()
        if child:
            self._children.add(child)
            return
        status = 1
        try:
            os.setsid()
            os.nice(_NICE)
            hear_signals()
            watch_by(watching)
            _one_task()
            status = 0
        except BaseException as error:
            logger.error("a worker ended: %s", type(error).__name__)
        finally:
            connections.close_all()
            os._exit(status)

    def _reap(self) -> None:
        for child in list(self._children):
            if os.waitpid(child, os.WNOHANG)[0]:
                self._children.discard(child)

    def _end(self) -> None:
        for child in self._children:
            os.kill(child, signal.SIGTERM)
        until = time.monotonic() + _END_WITHIN
        while self._children and time.monotonic() < until:
            time.sleep(0.1)
            self._reap()
        for child in self._children:
            os.kill(child, signal.SIGKILL)


def _one_task() -> None:
    Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=f"{os.uname().nodename[:40]}-{os.getpid()}",
        excluded_queue_names=[],
    ).run()
