"""A whole installation beside the tests' own: its folders, its database, and commands run in it."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2
from django.db import connection

from tests.architecture.tree import ROOT
from tests.template import STATIC, copy_database, copy_file


def folders(room: Path) -> Path:
    for name in ("var", "temporary"):
        (room / name).mkdir(mode=0o700, parents=True)
    return room


@contextmanager
def database_of_its_own(room: Path) -> Iterator[str]:
    """The address of an empty one, "" for the file in `room`."""
    if connection.vendor == "sqlite":
        copy_file(room / "var" / "driftstopp.sqlite3")
        yield ""
        return
    name = f"at_rest_{uuid4().hex}"
    copy_database(name)
    yield from _address_of(name)


def _address_of(name: str) -> Iterator[str]:
    try:
        yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def empty_database(room: Path) -> Iterator[str]:
    """The address of one without tables, "" for a file in `room` that is not there."""
    if connection.vendor == "sqlite":
        yield ""
        return
    name = f"empty_{uuid4().hex}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield from _address_of(name)


def environment_of(room: Path, address: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    environment = kept | {
        "DEMO": "1",
        "WORK_AT_ONCE": "1",
        "SECRET_KEY": "only-for-tests-" + "z" * 50,
        "VAR_DIR": str(room / "var"),
        "STATIC_ROOT": str(STATIC),
        "TMPDIR": str(room / "temporary"),
        "DJANGO_SETTINGS_MODULE": "outage.project.settings",
    }
    return environment | {"DATABASE_URL": address} if address else environment


def run(room: Path, address: str, *command: str, ends: int = 0) -> bytes:
    """What it says on both channels; it has to end so."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment_of(room, address),
        check=False,
        capture_output=True,
    )
    assert done.returncode == ends, done.stderr.decode()[-3000:]
    return done.stdout + done.stderr


class Installation:
    def __init__(self, room: Path, address: str) -> None:
        self.room, self.address = room, address
        self.file = room / "var" / "driftstopp.sqlite3"

    def does(self, *command: str, ends: int = 0) -> str:
        return run(self.room, self.address, "manage.py", *command, ends=ends).decode()

    def runs(self, script: str) -> str:
        return self.does("shell", "-v0", "-c", script)

    def asks(self, statement: str) -> list[Any]:
        """Without a process of its own, which takes a second."""
        database: Any = psycopg2.connect(self.address) if self.address else sqlite3.connect(self.file)
        with closing(database) as opened, opened, closing(opened.cursor()) as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def has_keys_of(self, other: "Installation") -> None:
        (self.room / "var" / "data_key").write_bytes((other.room / "var" / "data_key").read_bytes())


@contextmanager
def installed(room: Path) -> Iterator[Installation]:
    with database_of_its_own(folders(room)) as address:
        yield Installation(room, address)


@contextmanager
def not_installed(room: Path) -> Iterator[Installation]:
    """Its folders and no tables."""
    with empty_database(folders(room)) as address:
        yield Installation(room, address)
