"""The trace read in pieces, whatever stands in it: a row that cannot be read is a row that is wrong."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, models, transaction

from contacts.models import AuditEntry, TrailSeal
from contacts.models.ciphers import Cipher
from contacts.models.trail import hashed_fields, is_mac_of, told
from contacts.rules.trail import Range, merged

PIECE = 1_000
# Rows so near each other are asked for together.
_NEAR = 64
_COLUMNS = [field.attname for field in hashed_fields(AuditEntry)]
_SEAL_COLUMNS = [field.attname for field in TrailSeal._meta.concrete_fields]

Values = tuple[Any, ...]
# What Django raises where a column holds what it cannot.
UNREADABLE = (ValueError, TypeError, OverflowError, ArithmeticError, AttributeError, DatabaseError)


@dataclass(frozen=True, slots=True)
class Row:
    """`is_whole`: what it says is what its mac is of."""

    number: int
    mac: str
    is_whole: bool


@contextmanager
def as_at_one_moment() -> Iterator[None]:
    """What others write meanwhile is not seen, and nobody waits."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            # Django's own would take the lock that one writes under.
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def rows_in(ranges: Iterable[Range], cipher: Cipher) -> Iterator[Row]:
    """The rows with these numbers, in order."""
    near: list[Range] = []
    for one in merged(ranges):
        if near and one[0] - near[-1][1] > _NEAR:
            yield from _rows_of(near, cipher)
            near = []
        near.append(one)
    if near:
        yield from _rows_of(near, cipher)


def _rows_of(ranges: Sequence[Range], cipher: Cipher) -> Iterator[Row]:
    left = iter(ranges)
    first, last = next(left)
    for row in rows_between(first, ranges[-1][1], cipher):
        while row.number > last:
            first, last = next(left)
        if row.number >= first:
            yield row


def rows_between(first: int | None, last: int | None, cipher: Cipher) -> Iterator[Row]:
    """None: without limit on that side."""
    entries = AuditEntry.objects.all()
    for values in pieces_of(entries, ["mac", *_COLUMNS, "patients__digest"], first, last):
        number, mac, *columns = values
        if len(values) == 1:
            yield Row(number, "", is_whole=False)
            continue
        said = dict(zip(_COLUMNS, columns[:-1], strict=True))
        if said["patients_id"] is not None:
            # A set that is not there is something too.
            said["patients_id"] = columns[-1] or False
        yield Row(number, str(mac), is_mac_of(mac, cipher, told(AuditEntry, said)))


def all_seals() -> Iterator[tuple[int, TrailSeal | None]]:
    """In order, with their numbers; None for one that cannot be read."""
    for values in pieces_of(TrailSeal.objects.all(), _SEAL_COLUMNS[1:]):
        number, *columns = values
        yield number, TrailSeal(**dict(zip(_SEAL_COLUMNS, values, strict=True))) if columns else None


def pieces_of(
    rows: "models.QuerySet[Any]", columns: Sequence[str], first: int | None = None, last: int | None = None
) -> Iterator[Any]:
    """The key and the columns of each, in order; of a row that cannot be read the key alone."""
    rows = rows.order_by("pk") if last is None else rows.order_by("pk").filter(pk__lte=last)
    piece = rows if first is None else rows.filter(pk__gte=first)
    while True:
        keys = piece.values_list("pk", flat=True)[:PIECE]
        try:
            found: list[Any] = list(piece.values_list("pk", *columns)[:PIECE])
        except UNREADABLE:
            found = [_readable(rows, key, columns) for key in keys]
        yield from found
        if len(found) < PIECE:
            return
        piece = rows.filter(pk__gt=found[-1][0])


def _readable(rows: "models.QuerySet[Any]", key: Any, columns: Sequence[str]) -> Values:
    try:
        return tuple(rows.filter(pk=key).values_list("pk", *columns).get())
    except UNREADABLE:
        return (key,)
