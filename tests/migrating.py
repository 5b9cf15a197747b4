"""Migrations tried on a database of their own: going back from today's tables takes far longer than coming to them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps

from tests.template import BEFORE, copy_before


def migrate(*targets: tuple[str, str]) -> StateApps:
    """Bring the tables to `targets` and what those rest on; give the models as they are there."""
    MigrationExecutor(connection).migrate(list(targets))
    return models_at(*targets)


def models_at(*targets: tuple[str, str]) -> StateApps:
    return MigrationExecutor(connection).loader.project_state(list(targets)).apps


@contextmanager
def database_before() -> Iterator[StateApps]:
    """As `empty_database`, with the tables of `BEFORE`; gives the models as they were."""
    with empty_database(copy_before):
        yield models_at(*BEFORE)


@contextmanager
def empty_database(make: Callable[[str], None] | None = None) -> Iterator[None]:
    """Let the connection lead to a database with no tables, or as `make` makes it; it is gone afterwards."""
    usual = connection.settings_dict["NAME"]
    # Of this process: the usual one may be that of all, before it is made.
    own = f"{usual}_empty_{os.getpid()}"
    connection.close()
    _drop(own)
    if make:
        make(own)
    elif connection.vendor != "sqlite":
        _say(f"CREATE DATABASE {connection.ops.quote_name(own)}")
    connection.settings_dict["NAME"] = own
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        _drop(own)


def _drop(name: str) -> None:
    if connection.vendor == "sqlite":
        Path(name).unlink(missing_ok=True)
    else:
        _say(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")


def _say(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
