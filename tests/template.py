"""A database with today's tables, made once: every process of a run copies it, where migrating takes it seconds.

`python -m tests.template` makes it. On SQLite it is a file that the next run finds again, named after everything that
has a part in it; PostgreSQL is new in each run, and so is the template on it.
"""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".pytest_cache" / "migrated"
DATABASE = "migrated"


def start_making() -> subprocess.Popen[bytes]:
    """Begin to make it, in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "tests.template"], cwd=ROOT)


def copy_template() -> None:
    """Let the test database of this process be a copy, once the template is made."""
    test = connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        copy_file(test["NAME"])
        return
    _wait_for_it()
    test["TEMPLATE"] = DATABASE


def copy_file(path: str | Path) -> None:
    """Let an SQLite file at `path` be a copy."""
    _wait_for_it()
    shutil.copyfile(_file(), path)


def _wait_for_it() -> None:
    if not _is_made():
        start_making().wait()


def make() -> None:
    """Make it, unless another process has: of those that try at once the first makes it, and all wait for that."""
    with _alone():
        if not _is_made():
            (_make_file if connection.vendor == "sqlite" else _make_database)()


def _file() -> Path:
    return FOLDER / f"{_key()}.sqlite3"


@cache
def _key() -> str:
    """A name that changes with anything that decides what the tables are."""
    told = sha256(f"{django.VERSION} {sys.version} {sqlite3.sqlite_version}".encode())
    for app in ("contacts", "outage", "forms"):
        for path in sorted((ROOT / app).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                told.update(f"{path.relative_to(ROOT)} {path.stat().st_size} ".encode())
                told.update(path.read_bytes())
    told.update(Path(__file__).read_bytes())
    return told.hexdigest()[:32]


def _is_made() -> bool:
    if connection.vendor == "sqlite":
        return _file().exists()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        return cursor.fetchone() is not None


@contextmanager
def _alone() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{connection.vendor}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_file() -> None:
    for old in FOLDER.glob("*.sqlite3*"):
        old.unlink()
    unfinished = FOLDER / f"unfinished.sqlite3.{os.getpid()}"
    _migrate(str(unfinished))
    unfinished.rename(_file())


def _make_database() -> None:
    unfinished = f"{DATABASE}_{os.getpid()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {unfinished}")
        _migrate(unfinished)
        cursor.execute(f"ALTER DATABASE {unfinished} RENAME TO {DATABASE}")


def _migrate(name: str) -> None:
    connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()


if __name__ == "__main__":
    django.setup()
    make()
