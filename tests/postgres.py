"""python -m tests.postgres COMMAND…: runs it against a PostgreSQL of its own, which is gone afterwards.

The server comes from Debian's package, runs as an ordinary user in a folder of its own and answers on a Unix
socket in that folder only, so no port can clash. DATABASE_URL stands in the environment before the command
starts: Django reads its settings long before any conftest.py.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

SERVER_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "timezone": "UTC",
    "jit": "off",
    # It would count the rows between the tests, where there are none, and plan for as many in a test with thousands.
    "autovacuum": "off",
}
START_SECONDS = 30


class PostgresProblem(Exception):
    """There is no server, or it did not start; the text is for the person who ran the tests."""


def find_binaries() -> Path:
    """The folder of the newest PostgreSQL on this machine; raises PostgresProblem when there is none."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name))
    found = shutil.which("postgres")
    if found is None:
        raise PostgresProblem(
            "PostgreSQL saknas. Kör: sudo apt-get install --no-install-recommends postgresql"
        )
    return Path(found).resolve().parent


def server_user() -> str | None:
    """The user to run the server as: None for the current one, another for root, whom PostgreSQL refuses."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Server:
    """A PostgreSQL server in a temporary folder. `url` is its DATABASE_URL."""

    def __init__(self) -> None:
        self.binaries = find_binaries()
        self.user = server_user()
        self.folder = Path(tempfile.mkdtemp(prefix="driftstopp-pg-", dir="/tmp"))
        if self.user is not None:
            shutil.chown(self.folder, self.user)
        self.url = f"postgres://tests@{quote(str(self.folder), safe='')}/postgres"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster and wait until it answers; raises PostgresProblem with the server's last words."""
        data = self.folder / "data"
        made = self._run(
            *("initdb", "--username=tests", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"),
            *("--no-sync", "--pgdata", str(data)),
        )
        if made.returncode:
            raise PostgresProblem(f"initdb: {made.stderr.decode(errors='replace').strip()}")
        options = [f"--{name}={value}" for name, value in SERVER_SETTINGS.items()]
        log = self.folder / "log"
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", data, "-k", self.folder, *options],
                stdout=out,
                stderr=out,
                # Its own session: Ctrl-C goes to the tests, and the server is stopped afterwards, in order.
                start_new_session=True,
                **self._as_user(),
            )
        deadline = time.monotonic() + START_SECONDS
        while self._run("pg_isready", "-q", "-h", str(self.folder)).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise PostgresProblem(log.read_text(errors="replace").strip())
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server at once and remove its folder."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [self.binaries / program, *arguments], check=False, capture_output=True, **self._as_user()
        )

    def _as_user(self) -> dict[str, Any]:
        own: dict[str, Any] = {"cwd": self.folder, "stdin": subprocess.DEVNULL}
        if self.user is None:
            return own
        return own | {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}


def main(command: list[str]) -> int:
    """Run `command` against a server of its own; give the command's exit code."""
    server = None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        server = Server()
        server.start()
        environment = os.environ | {"DATABASE_URL": server.url, "EXPECT_VENDOR": "postgresql"}
        return subprocess.run(command, env=environment, check=False).returncode
    except PostgresProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if server is not None:
            server.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
