"""What many tests begin with: made by the product's own services once in each process, then laid as it was.

Making a county, an outage and a care chain takes longer than what many a test does with them. The next test gets the
same rows, and objects of its own as they were given, where it begins as the first one did: at the same moment of the
one clock, on the same rows and on no others, with nothing of the product or its settings replaced. Anywhere else they
are made anew.
"""

import copyreg
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from tests.clock import TUESDAY, Clock

T = TypeVar("T")
Rows = dict[str, list[tuple[Any, ...]]]
# The first of a process also imports what it needs, and a seed takes its time: not so late does the next one begin.
_AT_MOST = timedelta(seconds=5)
# Who has been logged in before them is nothing to what is made.
_OF_LOG_IN = {"django_session", "usersessions_usersession"}


@dataclass(frozen=True)
class _Kept:
    """What was made upon `on`, when each table had as many rows as in `before`; the clock then showed `at`."""

    on: object
    before: dict[str, int]
    rows: Rows
    given: bytes
    at: datetime

    def lay(self, clock: Clock) -> Any:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in self.rows.items():
                row = f"({', '.join(['%s'] * len(rows[0]))})"
                # SQLite gives a time of day as one, and takes it as text only.
                values = [str(value) if isinstance(value, time) else value for one in rows for value in one]
                cursor.execute(f"INSERT INTO {_quoted(table)} VALUES {', '.join([row] * len(rows))}", values)
        clock.move_to(self.at)
        return pickle.loads(self.given)


_kept: dict[str, _Kept] = {}


def _unchangeable(items: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(items)


# `pickle` knows no such dictionary by itself.
copyreg.pickle(MappingProxyType, lambda proxy: (_unchangeable, (dict(proxy),)))


@dataclass(frozen=True)
class Keeper:
    """Gives what was kept. `changes`: the test has changed something that what is made may come of."""

    clock: Clock
    changes: bool

    def __call__(self, name: str, make: Callable[[], T], on: Model | None = None) -> T:
        """What `make` gives, with its rows. `on` is what was made before, and is there when it is laid."""
        if self.changes:
            return make()
        last, pk = _kept.get(name), on and on.pk
        now = timezone.now()
        if (
            last
            and last.on == pk
            and TUESDAY <= now <= last.at
            and _counts(tuple(last.before)) == last.before
        ):
            laid: T = last.lay(self.clock)
            return laid
        if not TUESDAY <= now < TUESDAY + _AT_MOST:
            return make()
        before = _rows()
        made = make()
        if timezone.now() < TUESDAY + _AT_MOST:
            counts = {table: len(rows) for table, rows in before.items() if table not in _OF_LOG_IN}
            added = dict(_added(before, _rows()))
            _kept[name] = _Kept(pk, counts, added, pickle.dumps(made), timezone.now())
        return made


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)


def _counts(tables: tuple[str, ...]) -> dict[str, int]:
    """How many rows each of the tables has now."""
    with connection.cursor() as cursor:
        cursor.execute(_counting(tables))
        return dict(zip(tables, cursor.fetchone(), strict=True))


@cache
def _counting(tables: tuple[str, ...]) -> str:
    return "SELECT " + ", ".join(f"(SELECT COUNT(*) FROM {_quoted(table)})" for table in tables)


def _rows() -> Rows:
    """Every row there is."""
    rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f"SELECT * FROM {_quoted(table)}")
            rows[table] = cursor.fetchall()
    return rows


def _added(before: Rows, after: Rows) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """The rows that are new, by table. What changes a row that was there before is not for keeping."""
    for table, rows in after.items():
        known = set(before[table])
        assert known <= set(rows), f"a row of {table} was changed"
        if new := [row for row in rows if row not in known]:
            yield table, new
