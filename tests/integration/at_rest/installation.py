"""A whole installation beside the tests' own: its folders, its database, and commands run in it."""

import json
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


# Each command has a process of its own, which begins as a new one would: as a copy of one that has read the settings
# and the product and done nothing. Reading them takes most of what a command takes.
_BEGUN = """
import json, os, runpy, sys
import django
django.setup()
for line in sys.stdin:
    sys.argv, said = json.loads(line)
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for channel in (1, 2):
        os.dup2(os.open(said, os.O_WRONLY | os.O_APPEND), channel)
    runpy.run_path(sys.argv[0], run_name="__main__")
    sys.exit()
"""


class Installation:
    def __init__(self, room: Path, address: str) -> None:
        self.room, self.address = room, address
        self.file = room / "var" / "driftstopp.sqlite3"
        self.process: subprocess.Popen[bytes] | None = None

    def says(self, *command: str, ends: int = 0) -> bytes:
        """What the program says on both channels; it has to end so."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _BEGUN],
                cwd=ROOT,
                env=environment_of(self.room, self.address),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        said = self.room / "said"
        said.write_bytes(b"")
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([command, str(said)]).encode() + b"\n")
        self.process.stdin.flush()
        end, words = int(self.process.stdout.readline()), said.read_bytes()
        assert end == ends, words.decode()[-3000:]
        return words

    def does(self, *command: str, ends: int = 0) -> str:
        return self.says("manage.py", *command, ends=ends).decode()

    def runs(self, script: str) -> str:
        return self.does("shell", "-v0", "-c", script)

    def asks(self, statement: str) -> list[Any]:
        """Without a process of its own, which takes a second."""
        database: Any = psycopg2.connect(self.address) if self.address else sqlite3.connect(self.file)
        with closing(database) as opened, opened, closing(opened.cursor()) as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def has_keys_of(self, other: "Installation") -> None:
        # Keys are among the settings.
        self.close()
        (self.room / "var" / "data_key").write_bytes((other.room / "var" / "data_key").read_bytes())

    def close(self) -> None:
        if self.process:
            self.process.communicate()
        self.process = None


@contextmanager
def begun(room: Path, address: str) -> Iterator[Installation]:
    made = Installation(room, address)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def installed(room: Path) -> Iterator[Installation]:
    with database_of_its_own(folders(room)) as address, begun(room, address) as made:
        yield made


@contextmanager
def not_installed(room: Path) -> Iterator[Installation]:
    """Its folders and no tables."""
    with empty_database(folders(room)) as address, begun(room, address) as made:
        yield made
