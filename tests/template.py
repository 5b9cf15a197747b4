"""A database with today's tables, made once: every process of a run copies it, where migrating takes it seconds.

`python -m tests.template` makes it. On SQLite it is a file that the next run finds again, named after everything that
has a part in it; PostgreSQL is new in each run, and so is the template on it. On the way it passes the tables of a
version before, which are kept beside it: the tests of an upgrade begin with them.
"""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".pytest_cache" / "migrated"
DATABASE = "migrated"
STATIC = ROOT / ".pytest_cache" / "static"
# The last before patient text was encrypted and the trace sealed.
BEFORE = [("contacts", "0012_trace_and_keys"), ("outage", "0003_openings"), ("blanketter", "0001_tables")]


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


def lay_template() -> None:
    """Let the SQLite database that is open be as it was made."""
    connection.ensure_connection()
    with closing(sqlite3.connect(_file())) as made:
        made.backup(connection.connection)


def copy_database(name: str) -> None:
    """Let the database `name` of PostgreSQL, which is not there, be a copy."""
    _wait_for_it()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)} TEMPLATE {DATABASE}")


@contextmanager
def static_files() -> Iterator[None]:
    """While an installation is made over `STATIC`: whoever is first collects the files, and the others find them."""
    with _alone("static"):
        yield


def copy_before(name: str) -> None:
    """Let the database `name`, which is not there, be a copy of what there was in `BEFORE`."""
    _wait_for_it()
    if connection.vendor == "sqlite":
        shutil.copyfile(_before(_file()), name)
        return
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)} TEMPLATE {DATABASE}_before")


def _wait_for_it() -> None:
    if not _is_made():
        start_making().wait()


def make() -> None:
    """Make it, unless another process has: of those that try at once the first makes it, and all wait for that."""
    with _alone(connection.vendor):
        if not _is_made():
            (_make_file if connection.vendor == "sqlite" else _make_database)()


def _file() -> Path:
    return FOLDER / f"{_key()}.sqlite3"


def _before(file: Path) -> Path:
    return file.with_suffix(".before.sqlite3")


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
def _alone(at: str) -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{at}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_file() -> None:
    for old in FOLDER.glob("*.sqlite3*"):
        old.unlink()
    unfinished = FOLDER / f"unfinished.sqlite3.{os.getpid()}"
    _migrate(str(unfinished), *BEFORE)
    shutil.copyfile(unfinished, _before(_file()))
    _migrate(str(unfinished))
    unfinished.rename(_file())


def _make_database() -> None:
    unfinished = f"{DATABASE}_{os.getpid()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {unfinished}")
        _migrate(unfinished, *BEFORE)
        cursor.execute(f"CREATE DATABASE {DATABASE}_before TEMPLATE {unfinished}")
        _migrate(unfinished)
        cursor.execute(f"ALTER DATABASE {unfinished} RENAME TO {DATABASE}")


def _migrate(name: str, *targets: tuple[str, str]) -> None:
    connection.settings_dict["NAME"] = name
    if targets:
        MigrationExecutor(connection).migrate(list(targets))
    else:
        call_command("migrate", verbosity=0, interactive=False)
    connection.close()


if __name__ == "__main__":
    django.setup()
    make()
