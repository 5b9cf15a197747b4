"""Rows of the trace are sealed as soon as they are committed, by whoever is first; nobody waits for another.

A seal has the number after the last one, which only one of those who seal at once gets; the others look what is left.
A seal that fails is made up for by the next one, and never stops what left the row.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction
from django.utils import timezone

from contacts.models import TrailSeal
from contacts.models.statements import a_row, all_rows, answer, rows_done
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
# So many seals one makes, and so many others may be first each time, before one leaves the rest to the next.
MOST_SEALS = MOST_TRIES = 20


def seal_on_commit() -> None:
    """Call it when a row has been written: once the transaction is committed the row is sealed."""
    if not any(hook[1] is _seal_or_log for hook in connection.run_on_commit):
        transaction.on_commit(_seal_or_log)


def seal_with_row() -> None:
    """Call it when a row about patients has been written, as each page and each call waits for the seal. On SQLite,
    where whoever writes is alone, it is sealed in the very transaction of the row: one commit in the place of two.
    Elsewhere, within a savepoint, which may be taken back alone, and where it fails, it is sealed on commit.
    """
    if connection.vendor != "sqlite" or not connection.in_atomic_block or connection.savepoint_ids:
        return
    try:
        sealed = _make_seal()
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


def seal_rows() -> int:
    """Seal what is committed and not sealed; the number of seals made."""
    for made in range(MOST_SEALS):
        sealed = _seal_alone()
        if sealed is None:
            return made
        seal, digest = sealed
        add_checkpoint(seal, digest)
        if how_many(read(seal.ranges)) < MOST_ROWS:
            return made + 1
    return MOST_SEALS


def seal_everything(**more: Any) -> None:
    """After `migrate`: also what a migration has written."""
    if TrailSeal._meta.db_table in connection.introspection.table_names():
        while seal_rows():
            pass


# In SQL, as each write waits for it: the same by the ORM takes three times as long.
_LAST = "SELECT number, upto, gaps, digest FROM contacts_trailseal ORDER BY number DESC LIMIT 1"
_ROWS = "SELECT id, mac FROM contacts_auditentry WHERE id > %s{gaps} ORDER BY id LIMIT %s"
# The last seal, the rows after it and who is under way, as they are at one moment.
_READ = (
    "SELECT pg_snapshot_xmin(s)::text, pg_snapshot_xmax(s)::text, l.number, l.upto, l.gaps, l.digest, r.id, r.mac"
    " FROM pg_current_snapshot() s"
    " LEFT JOIN LATERAL (SELECT * FROM contacts_trailseal ORDER BY number DESC LIMIT 1) l ON true"
    " LEFT JOIN LATERAL (SELECT id, mac FROM contacts_auditentry WHERE id > COALESCE(l.upto, 0)"
    " ORDER BY id LIMIT %s) r ON true ORDER BY r.id"
)
_ADDED = (
    "INSERT INTO contacts_trailseal (number, at, upto, ranges, gaps, from_before, former, digest)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
# Its commit does not wait for the disk: a seal that a power cut takes is made anew with the next row.
_ADDED_UNLESS_THERE = (
    f"{_ADDED} ON CONFLICT (number) DO NOTHING RETURNING set_config('synchronous_commit', 'off', true)"
)


class _Sealed(NamedTuple):
    """How far the last seal goes."""

    number: int = 0
    upto: int = 0
    gaps: str = ""
    digest: str = ""


def _read() -> tuple[_Sealed, list[tuple[int, str]], Transactions | None]:
    """The last seal; number and mac of the rows that are in no seal, in order; who is under way, if others can be."""
    db = connections[DEFAULT_DB_ALIAS]
    if db.vendor == "sqlite":
        last, rows, under_way = _Sealed(*answer(db, _LAST, (), a_row) or ()), None, None
    else:
        found = answer(db, _READ, [MOST_ROWS], all_rows)
        oldest, following, *columns = found[0][:6]
        last = _Sealed() if columns[0] is None else _Sealed(*columns)
        rows = [row[6:] for row in found if row[6] is not None]
        under_way = Transactions(int(oldest), int(following))
    if rows is None or last.gaps:
        gaps = [gap.numbers for gap in read_gaps(last.gaps)]
        statement = _ROWS.format(gaps=" OR id BETWEEN %s AND %s" * len(gaps))
        params = [last.upto, *(n for gap in gaps for n in gap), MOST_ROWS]
        rows = answer(db, statement, params, all_rows)
    return last, rows, under_way


def _make_seal() -> tuple[TrailSeal, str] | None:
    """The seal, and the digest of its rows; None where there is nothing to seal."""
    for _ in range(MOST_TRIES):
        last, rows, under_way = _read()
        if not rows:
            return None
        cipher = trails_cipher()
        seal = _seal_after(last, rows, under_way)
        digest = rows_digest(cipher, rows)
        seal.digest = seal_digest(cipher, content_of(seal, digest))
        if _is_added(seal):
            return seal, digest
    return None


def _seal_after(last: _Sealed, rows: list[tuple[int, str]], under_way: Transactions | None) -> TrailSeal:
    now = timezone.now()
    gaps = read_gaps(last.gaps)
    upto = max(last.upto, rows[-1][0])
    covered = ranges_of(number for number, _ in rows)
    due: list[Range] = [gap.numbers for gap in gaps]
    unseen = without([*due, (last.upto + 1, upto)] if upto > last.upto else due, covered)
    return TrailSeal(
        number=last.number + 1,
        at=now,
        upto=upto,
        ranges=written(covered),
        gaps=written_gaps(open_gaps(gaps, unseen, now, under_way)),
        former=last.digest,
    )


def _is_added(seal: TrailSeal) -> bool:
    """False where another got its number."""
    db = connections[DEFAULT_DB_ALIAS]
    at = db.ops.adapt_datetimefield_value(seal.at)
    columns = [seal.number, at, seal.upto, seal.ranges, seal.gaps, False, seal.former, seal.digest]
    if db.vendor == "sqlite":
        return answer(db, _ADDED, columns, rows_done) == 1
    return answer(db, _ADDED_UNLESS_THERE, columns, a_row) is not None


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
    """None where another has the lock of SQLite, or there is nothing to seal."""
    if connection.vendor == "postgresql" or connection.in_atomic_block:
        return _make_seal()
    with impatient():
        try:
            with transaction.atomic():
                return _make_seal()
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            return None


@contextmanager
def impatient(milliseconds: int = 0) -> Iterator[None]:
    """The lock is SQLite's own, which one writes under: whoever has not got it at once, or within so many, does
    without.
    """
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    patience = round(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    # Past Django's cursors: five statements that are no queries, as each page with patients waits for them.
    execute: Callable[[str], Any] = connection.connection.execute
    execute(f"PRAGMA busy_timeout = {milliseconds}")
    try:
        with not_waiting_for_disk():
            yield
    finally:
        execute(f"PRAGMA busy_timeout = {patience}")


@contextmanager
def not_waiting_for_disk() -> Iterator[None]:
    """On SQLite what is committed meanwhile may be taken by a power cut."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    execute: Callable[[str], Any] = connection.connection.execute
    (synchronous,) = execute("PRAGMA synchronous").fetchone()
    execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        execute(f"PRAGMA synchronous = {synchronous}")
