"""python -m outage.project.serving: one process a core, two at least, on this machine only.

Nothing is loaded before they part: each opens its own database connection and keeps it. Requests are not logged; what
happened stands in the trace. See docs/decisions/0040.
"""

import asyncio
import errno
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from uvicorn import Config, Server

from outage.project.connections import Protocol
from outage.project.environment import number

# How long a connection is kept for the next request: a page asks for its style sheets and scripts.
_KEEP_SECONDS = 5
# How long a worker that is asked to stop answers what it has begun.
_STOP_SECONDS = 20
# How often what has had its time is removed.
_TIDY_SECONDS = 3600
_BACKLOG = 2048
_CONNECTIONS = 16_384
_STOPPED_BY = {signal.SIGTERM, signal.SIGINT}
# A worker that has grown asks for another in its place.
_GROWN = signal.SIGUSR1
_HEARD = _STOPPED_BY | {signal.SIGHUP, signal.SIGCHLD, _GROWN}
_PAGE = resource.getpagesize()

logger = logging.getLogger("driftstopp.server")


class Worker(Server):
    """Tells the supervisor when it answers, and when it has grown; ends when there is no supervisor any more."""

    def __init__(self, config: Config, tell: int, supervisor: int) -> None:
        super().__init__(config)
        self._tell = tell
        self._supervisor = supervisor
        # Above this, a process is replaced by a new one.
        self._most_memory = number("MOST_MEMORY_MB", 700) * 2**20

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for each in sockets or []:
            # asyncio has set it to how many are taken at a time.
            each.listen(_BACKLOG)
        os.write(self._tell, b".")

    async def on_tick(self, counter: int) -> bool:
        if os.getppid() != self._supervisor:
            return True
        # Not before it has answered anybody: a limit that is too low would else keep everybody waiting.
        if counter % 10 == 0 and self.server_state.total_requests and _memory() > self._most_memory:
            with suppress(ProcessLookupError):
                os.kill(self._supervisor, _GROWN)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for each in self.servers:
            each.close()
        # What was accepted just now has a connection when the loop has gone round.
        await asyncio.sleep(0.1)
        await super().shutdown(sockets)


class Supervisor:
    """Starts the workers, puts another in the place of one that ends, and stops them all."""

    def __init__(self, application: str, port: int, workers: int) -> None:
        self._application = application
        self._workers = workers
        self._running: set[int] = set()
        # It ends when the one in its place answers.
        self._leaving: set[int] = set()
        self._is_ready = False
        # With its protocol, by which asyncio knows that an answer is not to wait for the client's word on its head.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", port))
        except OSError as wrong:
            taken = wrong.errno == errno.EADDRINUSE
            told = "är upptagen" if taken else f"går inte att använda (fel {wrong.errno})"
            raise ImproperlyConfigured(f"Port {port} {told}. Välj en annan: PORT={port + 1}") from None
        except OverflowError:
            raise ImproperlyConfigured(f"PORT={port} är ingen port.") from None
        self._socket.listen(_BACKLOG)
        self._told, self._tell = os.pipe()
        os.set_blocking(self._told, False)

    def run(self) -> int:
        """Until it is told to stop; 1 where the application could not be loaded."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        tidied = time.monotonic()
        while self._is_ready or not self._reap():
            while len(self._running) < self._workers:
                self._start()
            heard = signal.sigtimedwait(_HEARD, 5 if self._is_ready else 0.05)
            if heard and heard.si_signo in _STOPPED_BY:
                break
            if heard and heard.si_signo == signal.SIGHUP:
                self._end(signal.SIGTERM)
            if heard and heard.si_signo == _GROWN:
                self._replace(heard.si_pid)
            self._note_ready()
            if self._is_ready and self._reap():
                # Whatever it died of is not tried again and again.
                time.sleep(0.5)
            if time.monotonic() - tidied >= _TIDY_SECONDS:
                tidied = time.monotonic()
                # It gives way to who logs calls.
                for command in (["tidy"], ["purge", "--where-allowed"]):
                    subprocess.Popen(["nice", "-n", "19", sys.executable, "manage.py", *command])
        self._stop()
        if self._is_ready:
            _say("\nDriftstopp är stoppat.")
        return 0 if self._is_ready else 1

    def _start(self) -> None:
        supervisor = os.getpid()
        if child := os.fork():
            self._running.add(child)
            return
        status = 1
        try:
            # Ctrl-C reaches the whole group; the supervisor then stops its workers, once and in order.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
            config = _config(self._application)
            # Before there is an event loop, which Django would not touch the database in.
            config.load()
            Worker(config, self._tell, supervisor).run([self._socket])
            status = 0
        except SystemExit as end:
            if isinstance(end.code, str):
                _complain(end.code)
        except BaseException as error:
            from outage.project.told import sentence

            if isinstance(error, Exception) and (said := sentence(error)):
                _complain(said)
            else:
                logger.exception("a worker broke")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _replace(self, child: int) -> None:
        """One at a time: the others answer meanwhile."""
        if not self._leaving and child in self._running:
            self._running.remove(child)
            self._leaving.add(child)

    def _note_ready(self) -> None:
        try:
            os.read(self._told, 4096)
        except BlockingIOError:
            return
        for child in self._leaving:
            os.kill(child, signal.SIGTERM)
        if self._is_ready:
            return
        self._is_ready = True
        host, port = self._socket.getsockname()
        _say(f"\nDriftstopp är igång. Öppna http://{host}:{port}/ i webbläsaren.\nAvsluta med Ctrl-C.")

    def _reap(self) -> bool:
        """Whether a worker has ended."""
        ended = False
        while True:
            try:
                child, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return ended
            if not child:
                return ended
            if child in self._running | self._leaving:
                ended |= child in self._running
                self._running.discard(child)
                self._leaving.discard(child)
                code = os.waitstatus_to_exitcode(status)
                if code not in {0, -signal.SIGTERM}:
                    _complain(f"En serverprocess slutade ({code}). En ny tar vid.")

    def _end(self, by: signal.Signals) -> None:
        for child in self._running | self._leaving:
            os.kill(child, by)

    def _stop(self) -> None:
        self._end(signal.SIGTERM)
        until = time.monotonic() + _STOP_SECONDS + 5
        while (self._running or self._leaving) and time.monotonic() < until:
            signal.sigtimedwait([signal.SIGCHLD], 0.2)
            self._reap()
        self._end(signal.SIGKILL)


def _memory() -> int:
    """Bytes of memory that the process has now."""
    return int(Path("/proc/self/statm").read_bytes().split()[1]) * _PAGE


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _complain(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def _config(application: str) -> Config:
    return Config(
        application,
        loop="asyncio",
        http=Protocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        # How many connections are taken at a time: a worker that was busy just now leaves the next to the other.
        backlog=1,
        log_config=None,
        access_log=False,
        # Believed by the settings, where BEHIND_PROXY says that there is a proxy; here, anybody would be.
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_SECONDS,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )


def main() -> int:
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, _CONNECTIONS)), hard))
    application = sys.argv[1] if len(sys.argv) > 1 else "outage.project.asgi:application"
    workers = number("WORKERS", 0) or max(2, len(os.sched_getaffinity(0)))
    # Where the processes count what they answer, for metrics.py to sum.
    with tempfile.TemporaryDirectory(prefix="driftstopp-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        return Supervisor(application, number("PORT", 8000), workers).run()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ImproperlyConfigured as wrong:
        sys.exit(str(wrong))
