"""The real server, with a database of its own, that a test can kill and start again."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from tests.template import STATIC, copy_file, static_files

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 60.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """The server over the demo, as `make run` starts it. `room` is an empty folder that becomes its own."""

    room: Path
    workers: int = 1
    more: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=_free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """That of a machine where nothing is set but where to store data."""
        kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG"}}
        return kept | {
            "VAR_DIR": str(self.room),
            "STATIC_ROOT": str(STATIC),
            "SECRET_KEY": "only-for-tests-" + "y" * 50,
            "DEMO": "1",
            "PORT": str(self.port),
            "WORKERS": str(self.workers),
            **self.more,
        }

    def prepare(self) -> None:
        """Make the database, the static files and the demo; the tables are a copy of those of the tests."""
        copy_file(self.room / "driftstopp.sqlite3")
        with static_files():
            subprocess.run(
                [sys.executable, ".ci/prepare.py"],
                cwd=ROOT,
                env=self.environment,
                check=True,
                capture_output=True,
            )

    def start(self) -> None:
        """Start, and come back when it answers."""
        command = [sys.executable, "-m", "outage.project.serving"]
        with (self.room / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        deadline = monotonic() + _PATIENCE
        while not self._answers(within=deadline - monotonic()):
            if self.process.poll() is not None or monotonic() > deadline - 1:
                raise AssertionError((self.room / "server.log").read_text(encoding="utf-8"))
            sleep(0.05)

    def kill(self) -> None:
        """Die as in a power cut: nothing is tidied."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """As by Ctrl-C: what has begun is answered."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=_PATIENCE)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Read the database file, past the server."""
        with sqlite3.connect(self.room / "driftstopp.sqlite3") as database:
            return database.execute(sql).fetchall()

    def _answers(self, within: float) -> bool:
        """Whether it answers in so many seconds; one question waits for the first worker, however long it takes.

        A new one each second would be answered after it was given up, and a worker that is replaced after each answer
        would never be heard.
        """
        try:
            with urllib.request.urlopen(f"{self.origin}/halsa", timeout=within) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False
