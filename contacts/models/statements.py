"""Statements whose SQL is put together already, run in fewer steps than Django takes for any."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter, methodcaller
from typing import Any, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX

Found = TypeVar("Found")

_MOST_KEPT = 2_000
# What is taken of a cursor: all its rows, the first of them or None, how many rows it was done to.
all_rows: Callable[[Any], list[Any]] = methodcaller("fetchall")
a_row: Callable[[Any], Any] = methodcaller("fetchone")
rows_done: Callable[[Any], int] = attrgetter("rowcount")


def answer(db: BaseDatabaseWrapper, sql: str, params: Sequence[Any], read: Callable[[Any], Found]) -> Found:
    """What `read` takes of the cursor that has run the statement. It raises what a cursor of Django's raises, which is
    the one that runs it where anybody counts or watches what is run.
    """
    if db.execute_wrappers or db.queries_logged:
        with db.cursor() as cursor:
            cursor.execute(sql, params)
            return read(cursor)
    db.close_if_health_check_failed()
    db.ensure_connection()
    db.validate_no_broken_transaction()
    with db.wrap_database_errors:
        if db.vendor == "sqlite":
            cursor = db.connection.cursor()
            sql = _of_sqlite(sql)
        else:
            cursor = db.create_cursor()
        try:
            cursor.execute(sql, params)
            return read(cursor)
        finally:
            cursor.close()


@lru_cache(maxsize=_MOST_KEPT)
def _of_sqlite(sql: str) -> str:
    """As the driver takes it: Django looks each statement through anew."""
    return FORMAT_QMARK_REGEX.sub("?", sql).replace("%%", "%")
