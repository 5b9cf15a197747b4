"""The run is on the engine it was asked for: a suite that falls back to SQLite unseen proves nothing."""

import os

import pytest
from django.db import connection


def asked_for() -> str:
    url = os.environ.get("DATABASE_URL", "sqlite:")
    return os.environ.get("EXPECT_VENDOR") or ("postgresql" if url.startswith("postgres") else "sqlite")


@pytest.mark.django_db
def test_the_engine_is_the_one_that_was_asked_for():
    assert connection.vendor == asked_for()
    assert connection.introspection.table_names()


@pytest.mark.django_db
def test_sqlite_keeps_what_it_has_called_saved():
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        found = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
