"""What somebody with all rights in the database, and without the environment's key, does to the trace."""

import hashlib
import random
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import DatabaseError, connection, models, transaction

from contacts.models import AuditEntry, PatientSet, TrailSeal
from contacts.models.ciphers import Cipher
from contacts.models.data_key import TRAIL, key_to_write_with
from contacts.trail.triggers import drop_statements

TABLES: list[type[models.Model]] = [AuditEntry, TrailSeal, PatientSet]
ROWS, SEALS, SETS = (model._meta.db_table for model in TABLES)


def drop_triggers() -> None:
    if connection.vendor == "postgresql":
        sql("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in drop_statements():
        sql(statement)


def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def trails_key() -> Cipher:
    cipher = key_to_write_with(TRAIL).cipher
    assert cipher is not None
    return cipher


def contents() -> list[Any]:
    return [sql(f"SELECT * FROM {model._meta.db_table} ORDER BY 1") for model in TABLES]


class Intruder:
    """One random mutation of what is sealed, chosen by `seed`. Who it is has everything but the key."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.ways: list[Callable[[], str]] = [
            self.changes_a_row,
            self.changes_a_row,
            self.changes_a_row,
            self.changes_a_seal,
            self.changes_a_set,
            self.removes,
            self.inserts_a_row,
            self.inserts_among_the_rows,
            self.inserts_a_seal,
            self.swaps_rows,
            self.swaps_seals,
            self.swaps_contents,
            self.rewrites_a_set,
            self.cuts_the_tail,
        ]

    def mutate(self) -> str:
        """What was done; what made no difference, or what the database refuses, is done otherwise."""
        before = contents()
        while True:
            with suppress(DatabaseError), transaction.atomic():
                done = self.random.choice(self.ways)()
                if contents() != before:
                    return done

    def key_in(self, table: str) -> Any:
        return self.random.choice(self.keys_in(table))

    def keys_in(self, table: str) -> list[Any]:
        key = "number" if table == SEALS else "id"
        return [row[0] for row in sql(f"SELECT {key} FROM {table} ORDER BY 1")]

    def changes_a_row(self) -> str:
        return self._changes(AuditEntry)

    def changes_a_seal(self) -> str:
        return self._changes(TrailSeal)

    def changes_a_set(self) -> str:
        return self._changes(PatientSet)

    def _changes(self, model: type[models.Model]) -> str:
        field = self.random.choice(model._meta.concrete_fields)
        key = self.key_in(model._meta.db_table)
        value = self._other(field, model, key)
        self._set(model._meta.db_table, str(field.column), value, key)
        return f"{model.__name__} {key}: {field.column} = {value!r}"

    def _set(self, table: str, column: str, value: Any, key: Any) -> None:
        name = "number" if table == SEALS else "id"
        sql(f"UPDATE {table} SET {column} = %s WHERE {name} = %s", value, key)

    def _other(self, field: "models.Field[Any, Any]", model: type[models.Model], key: Any) -> Any:
        """Another value of the same sort, now and then that of another row."""
        if field.null and self.random.random() < 0.2:
            return None
        now = model._base_manager.values_list(field.attname, flat=True).get(pk=key)
        if not field.unique and self.random.random() < 0.2:
            others = [v for v in model._base_manager.values_list(field.attname, flat=True) if v != now]
            if others:
                return field.get_db_prep_save(self.random.choice(others), connection)
        return field.get_db_prep_save(self._changed(field, now), connection)

    def _changed(self, field: "models.Field[Any, Any]", now: Any) -> Any:
        if isinstance(field, models.DateTimeField):
            assert isinstance(now, datetime)
            return now + timedelta(microseconds=self.random.choice([1, -1, 1_000_000, 86_400_000_000]))
        if isinstance(field, models.UUIDField):
            return uuid4()
        if isinstance(field, models.BinaryField):
            now = bytes(now)
            at = self.random.randrange(len(now) + 1)
            return self.random.choice([now[:at] + b"x" + now[at + 1 :], now[:-16], now + uuid4().bytes, b""])
        if isinstance(field, models.JSONField):
            return self.random.choice(
                [{**now, "x": [1, "å"]}, {"from": ["a", "b"]}, [], None, dict(list(now.items())[1:])]
            )
        if isinstance(field, models.BooleanField):
            return not now
        if isinstance(field, models.CharField | models.TextField):
            return self._text(now or "", getattr(field, "max_length", None))
        return self.random.choice([(now or 0) + 1, (now or 0) + self.random.randrange(2, 10_000), 1_000_000])

    def _text(self, now: str, longest: int | None) -> str:
        at = self.random.randrange(len(now) + 1)
        letter = self.random.choice(string.hexdigits.lower() + " ,-")
        changed = [
            now[:at] + letter + now[at + 1 :],
            now[:at] + now[at + 1 :],
            now + letter,
            "",
            now.swapcase(),
        ]
        return self.random.choice(changed)[:longest]

    def removes(self) -> str:
        table = self.random.choice([ROWS, ROWS, SEALS, SETS])
        keys = self.keys_in(table)
        first = self.random.randrange(len(keys))
        gone = keys[first : first + self.random.choice([1, 1, 2, 5])]
        if table == SEALS and gone[-1] == keys[-1]:
            gone = keys[1:3]
        name = "number" if table == SEALS else "id"
        sql(f"DELETE FROM {table} WHERE {name} >= %s AND {name} <= %s", gone[0], gone[-1])
        return f"{table}: {gone} removed"

    def _copy(self, table: str, key: Any, to: Any, **values: Any) -> None:
        columns = [
            row.name for row in connection.introspection.get_table_description(connection.cursor(), table)
        ]
        name = "number" if table == SEALS else "id"
        wanted = {name: to} | values
        listed = ", ".join(columns)
        told = ", ".join("%s" if column in wanted else column for column in columns)
        given = [wanted[column] for column in columns if column in wanted]
        sql(f"INSERT INTO {table} ({listed}) SELECT {told} FROM {table} WHERE {name} = %s", *given, key)

    def inserts_a_row(self) -> str:
        """Where there is none: after the last, before the first, in a gap. The copy says the same or something else."""
        keys = self.keys_in(ROWS)
        free = sorted({*range(-2, keys[-1] + 3)} - {*keys})
        to = self.random.choice(free)
        return f"row {to}: {self._inserted(to)}"

    def _inserted(self, to: int) -> str:
        key = self.random.choice([k for k in self.keys_in(ROWS) if k != to])
        more = self.random.choice([{}, {"action": "x"}, {"action": "x", "mac": self._made_up()}, {"mac": ""}])
        self._copy(ROWS, key, to, **more)
        return f"copy of {key} with {more}"

    def _made_up(self) -> str:
        return hashlib.sha256(b"x").hexdigest() + "0" * 16

    def inserts_among_the_rows(self) -> str:
        """The later ones move on."""
        at = self.random.choice(self.keys_in(ROWS)[1:])
        sql(f"UPDATE {ROWS} SET id = -id - 1000 WHERE id >= %s", at)
        sql(f"UPDATE {ROWS} SET id = -id - 999 WHERE id <= -1000")
        return f"row {at}, the later ones moved: {self._inserted(at)}"

    def inserts_a_seal(self) -> str:
        key, last = self.key_in(SEALS), self.keys_in(SEALS)[-1]
        to = self.random.choice([last + 1, last + 2, 0, -1])
        more: dict[str, Any] = self.random.choice([{}, {"digest": hashlib.sha256(b"x").hexdigest()}])
        self._copy(SEALS, key, to, **more)
        return f"seal {to}: copy of {key} with {more}"

    def _swap(self, table: str) -> str:
        one, other = self.random.sample(self.keys_in(table), 2)
        name = "number" if table == SEALS else "id"
        for before, after in ((one, -77), (other, one), (-77, other)):
            sql(f"UPDATE {table} SET {name} = %s WHERE {name} = %s", after, before)
        return f"{table}: {one} and {other} swapped"

    def swaps_rows(self) -> str:
        return self._swap(ROWS)

    def swaps_seals(self) -> str:
        return self._swap(SEALS)

    def swaps_contents(self) -> str:
        """One row gets all that the other says, its mac too."""
        one, other = self.random.sample(self.keys_in(ROWS), 2)
        sql(f"DELETE FROM {ROWS} WHERE id = %s", one)
        self._copy(ROWS, other, one)
        return f"row {one} says what {other} says"

    def rewrites_a_set(self) -> str:
        """Chains, size and digest all agree afterwards: the digest takes no key."""
        number = self.key_in(SETS)
        others = [one.bytes for one in PatientSet.objects.get(pk=number).chains[1:]]
        chains = others if others and self.random.random() < 0.5 else sorted([uuid4().bytes, *others])
        ids = b"".join(chains)
        changed = [hashlib.sha256(ids).hexdigest(), len(chains), ids]
        sql(f"UPDATE {SETS} SET digest = %s, size = %s, ids = %s WHERE id = %s", *changed, number)
        return f"set {number} rewritten"

    def cuts_the_tail(self) -> str:
        """As if nothing had been written since a seal."""
        seal = TrailSeal.objects.get(pk=self.random.choice(self.keys_in(SEALS)[:-1]))
        sql(f"DELETE FROM {SEALS} WHERE number > %s", seal.number)
        sql(f"DELETE FROM {ROWS} WHERE id > %s", seal.upto)
        told = f"SELECT 1 FROM {ROWS} r WHERE r.patients_id = {SETS}.id"
        sql(f"DELETE FROM {SETS} WHERE NOT EXISTS ({told})")
        return f"cut after seal {seal.number}"
