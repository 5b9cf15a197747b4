"""Rows of the trace are sealed as soon as they are committed, by whoever is first; nobody waits for another.

Two writers at once leave one seal: the second finds the lock taken and goes on, and the first looks once more when it
is done. A seal that fails is made up for by the next one, and never stops what left the row.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from contacts.models import TrailSeal
from contacts.models.trail import rows_digest, seal_digest, trails_cipher
from contacts.rules.trail import (
    Range,
    Transactions,
    how_many,
    open_gaps,
    ranges_of,
    read,
    read_gaps,
    sealed_content,
    without,
    written,
    written_gaps,
)

from .checkpoints import add_checkpoint

logger = logging.getLogger("trail")

MOST_ROWS = 10_000
# How many seals whoever holds the lock makes for others, before going on with what it is there for.
MOST_SEALS = 20
LOCK = 7_214_620_037


def seal_on_commit() -> None:
    """Call it when a row has been written: once the transaction is committed the row is sealed."""
    if not any(hook[1] is _seal_or_log for hook in connection.run_on_commit):
        transaction.on_commit(_seal_or_log)


def seal_with_row() -> None:
    """Call it last in a transaction that has written no more than its row, such as a look, for each page with patients
    waits for the seal. On SQLite, where whoever writes is alone, the row is sealed in that very transaction: one commit
    in the place of two. Elsewhere, and where it fails, it is sealed on commit.
    """
    if connection.vendor != "sqlite" or connection.savepoint_ids:
        return
    try:
        sealed = _make_seal(None)
    except Exception:
        logger.exception("Loggen förseglades inte. Det görs om när raden är sparad.")
        return
    connection.run_on_commit = [hook for hook in connection.run_on_commit if hook[1] is not _seal_or_log]
    if sealed is not None:
        transaction.on_commit(lambda: _with_log(lambda: add_checkpoint(*sealed)))


def _seal_or_log() -> None:
    _with_log(seal_rows)


def _with_log(seal: Callable[[], object]) -> None:
    try:
        seal()
    except Exception:
        # Whoever wrote the row has what was asked for; the next row is sealed together with this one.
        logger.exception("Loggen förseglades inte. Nästa rad förseglar även den här.")


def seal_rows(*, at_most: int = MOST_SEALS) -> int:
    """Seal what is committed and not sealed; the number of seals made."""
    for made in range(at_most):
        sealed = _seal_alone()
        if sealed is None:
            return made
        seal, digest = sealed
        add_checkpoint(seal, digest)
        # Who was committed meanwhile found the lock taken; on SQLite one is not committed meanwhile.
        is_full = how_many(read(seal.ranges)) == MOST_ROWS
        if not is_full and (connection.vendor == "sqlite" or not _unsealed(seal, 1)):
            return made + 1
    return at_most


def seal_everything(**more: Any) -> None:
    """After `migrate`: also what a migration has written."""
    if TrailSeal._meta.db_table in connection.introspection.table_names():
        while seal_rows():
            pass


# In SQL, as each write waits for it: the same by the ORM takes three times as long.
_LAST = "SELECT number, upto, gaps, digest FROM contacts_trailseal ORDER BY number DESC LIMIT 1"
_ROWS = "SELECT id, mac FROM contacts_auditentry WHERE id > %s{gaps} ORDER BY id LIMIT %s"
_ADDED = (
    "INSERT INTO contacts_trailseal (number, at, upto, ranges, gaps, from_before, former, digest)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)


class _Sealed(NamedTuple):
    """How far the last seal goes."""

    number: int
    upto: int
    gaps: str
    digest: str


def _last_seal() -> _Sealed | None:
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
        found = cursor.fetchone()
    return _Sealed(*found) if found else None


def _unsealed(last: "_Sealed | TrailSeal | None", at_most: int) -> list[tuple[int, str]]:
    """Number and mac of the rows that are in no seal, in order."""
    gaps = [gap.numbers for gap in read_gaps(last.gaps)] if last else []
    statement = _ROWS.format(gaps=" OR id BETWEEN %s AND %s" * len(gaps))
    numbers = [number for gap in gaps for number in gap]
    with connection.cursor() as cursor:
        cursor.execute(statement, [last.upto if last else 0, *numbers, at_most])
        return list(cursor.fetchall())


def _make_seal(under_way: Transactions | None) -> tuple[TrailSeal, str] | None:
    """The seal, and the digest of its rows."""
    last = _last_seal()
    rows = _unsealed(last, MOST_ROWS)
    if not rows:
        return None
    now = timezone.now()
    before = last.upto if last else 0
    gaps = read_gaps(last.gaps) if last else []
    upto = max(before, rows[-1][0])
    covered = ranges_of(number for number, _ in rows)
    due: list[Range] = [gap.numbers for gap in gaps]
    unseen = without([*due, (before + 1, upto)] if upto > before else due, covered)
    seal = TrailSeal(
        number=last.number + 1 if last else 1,
        at=now,
        upto=upto,
        ranges=written(covered),
        gaps=written_gaps(open_gaps(gaps, unseen, now, under_way)),
        former=last.digest if last else "",
    )
    cipher = trails_cipher()
    digest = rows_digest(cipher, rows)
    seal.digest = seal_digest(cipher, content_of(seal, digest))
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        columns = [seal.number, at, seal.upto, seal.ranges, seal.gaps, False, seal.former, seal.digest]
        cursor.execute(_ADDED, columns)
    return seal, digest


def content_of(seal: TrailSeal, rows: str) -> bytes:
    return sealed_content(
        number=seal.number,
        at=seal.at,
        upto=seal.upto,
        ranges=seal.ranges,
        gaps=seal.gaps,
        from_before=seal.from_before,
        former=seal.former,
        rows=rows,
    )


def _seal_alone() -> tuple[TrailSeal, str] | None:
    """The seal of whoever gets the lock; None where another has it, or there is nothing to seal.

    Its commit does not wait for the disk: a seal that a power cut takes is made anew with the next row.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic():
            under_way = _under_way()
            return _make_seal(under_way) if under_way else None
    if connection.in_atomic_block:
        return _make_seal(None)
    connection.ensure_connection()
    with _impatient():
        try:
            with transaction.atomic():
                return _make_seal(None)
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            return None


def _under_way() -> Transactions | None:
    """None where another has the lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s), pg_snapshot_xmin(s)::text, pg_snapshot_xmax(s)::text,"
            " set_config('synchronous_commit', 'off', true) FROM pg_current_snapshot() s",
            [LOCK],
        )
        got, oldest, following, _ = cursor.fetchone()
    return Transactions(int(oldest), int(following)) if got else None


@contextmanager
def _impatient() -> Iterator[None]:
    """The lock is SQLite's own, which one writes under: whoever has not got it at once does without."""
    patience = round(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    # Past Django's cursors: five statements that are no queries, as each page with patients waits for them.
    execute: Callable[[str], Any] = connection.connection.execute
    (synchronous,) = execute("PRAGMA synchronous").fetchone()
    execute("PRAGMA busy_timeout = 0")
    execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        execute(f"PRAGMA synchronous = {synchronous}")
        execute(f"PRAGMA busy_timeout = {patience}")
