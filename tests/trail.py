"""What somebody with all rights in the database, and without the environment's key, does to the trace."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from contacts.models.ciphers import Cipher
from contacts.models.data_key import TRAIL, key_to_write_with
from contacts.trail.triggers import drop_statements


def drop_triggers() -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE") if connection.vendor == "postgresql" else None
    for statement in drop_statements():
        sql(statement)


def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def undone() -> Iterator[None]:
    """What is done within is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def trails_key() -> Cipher:
    cipher = key_to_write_with(TRAIL).cipher
    assert cipher is not None
    return cipher
