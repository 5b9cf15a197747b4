"""A database copied as it is at one moment while others write, and put in the place of another."""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from contacts.rules.errors import RuleError
from contacts.unfinished import MARK

Counts = dict[str, int]

_BESIDE = ("-wal", "-shm", "-journal")
_BUSY = "Databasen används. Stoppa servern och `python manage.py work` först, och försök igen."
_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}
_OTHERS = (
    # Of another role's session one who is no superuser sees the database and the role, and not what kind it is.
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND usesysid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'"
)
_LOOKS = 20
_EMPTIED = "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"
# In the copy before it is anybody's: it is marked as unfinished, and who had logged out since, or was shut out, is not
# let in again.
_MARKED = f"DELETE FROM django_session; CREATE TABLE IF NOT EXISTS {MARK} (since text);"  # noqa: S608
# What a connection of Django's calls it, and what PostgreSQL's own programs do.
_VARIABLES = {
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


def copy_to(path: Path) -> Counts:
    """The rows of each table of the copy. Raises RuleError."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
            return _counts(lambda statement: copy.execute(statement).fetchall())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        counts = rows_of_tables()
        _run(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--file={path}",
        )
    return counts


def rows_of_tables() -> Counts:
    """Those of the database in use; none where it has no tables. Raises DatabaseError where it cannot be read."""

    def ask(statement: str) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    return _counts(ask)


def _counts(ask: Callable[[str], list[Any]]) -> Counts:
    tables = [row[0] for row in ask(_TABLES[connection.vendor])]
    return {table: ask(f'SELECT count(*) FROM "{table}"')[0][0] for table in sorted(tables)}  # noqa: S608


def put_in_place(copy: Path, aside: Path) -> None:
    """What was there of SQLite is moved to the folder `aside`. On PostgreSQL the schema is replaced in one transaction:
    what fails leaves it as it was. The copy is marked as unfinished, for `unmark` to end. Raises RuleError.
    """
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(copy)) as alone:
            alone.executescript(_MARKED)
        _put_file(copy, aside)
        return
    script = copy.with_suffix(".sql")
    _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(copy))
    emptied = copy.with_suffix(".empty.sql")
    emptied.write_text(_EMPTIED, encoding="utf-8")
    marked = copy.with_suffix(".marked.sql")
    marked.write_text(f"SET search_path TO public; {_MARKED}", encoding="utf-8")
    connection.close()
    _run(
        "psql",
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        f"--file={emptied}",
        f"--file={script}",
        f"--file={marked}",
    )


def unmark() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {MARK}")


def _put_file(copy: Path, aside: Path) -> None:
    name = Path(connection.settings_dict["NAME"])
    connection.close()
    # What a lost database has left beside it would be taken for the copy's own.
    for there in (Path(f"{name}{end}") for end in _BESIDE):
        if there.exists():
            aside.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.move(there, aside / there.name)
    if name.exists():
        aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        # It stands until the other takes its place: where there is none, the next start would make an empty one.
        try:
            os.link(name, aside / name.name)
        except OSError:
            shutil.copy2(name, aside / name.name)
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    copy.replace(name)
    folder = os.open(name.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def check_nobody_else() -> None:
    """Raises RuleError where a server is at work in the database. What cannot be read is in nobody's use."""
    if connection.vendor == "sqlite":
        name = Path(connection.settings_dict["NAME"])
        connection.close()
        if name.exists():
            with (
                suppress(sqlite3.DatabaseError),
                closing(sqlite3.connect(name, timeout=0)) as alone,
                _or_busy(),
            ):
                # Leaving WAL asks to be alone; what stands in the log comes into the file.
                alone.execute("PRAGMA journal_mode = DELETE")
        return
    with connection.cursor() as cursor:
        # A connection that was just closed, our own too, is seen for a moment more.
        for _ in range(_LOOKS):
            cursor.execute(_OTHERS)
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.1)
    raise RuleError(_BUSY)


@contextmanager
def _or_busy() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise RuleError(_BUSY) from error
        raise


def faults_of_file() -> list[str]:
    """What SQLite itself finds wrong; PostgreSQL has checked each row as it came in."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        found = [str(row[0]) for row in cursor.fetchall() if row[0] != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        return found + [f"{row[0]}, rad {row[1]}: pekar på en rad som saknas" for row in cursor.fetchall()]


def _run(program: str, *arguments: str) -> None:
    told = connection.get_connection_params()
    # The password goes by the environment, which other users of the machine do not see.
    env = os.environ | {name: str(told[key]) for key, name in _VARIABLES.items() if told.get(key)}
    try:
        done = subprocess.run([program, *arguments], env=env, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise RuleError(f"{program} saknas på servern. Kör: sudo apt-get install postgresql-client") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["inget sades"]
        raise RuleError(f"{program} misslyckades: {lines[0]}")
