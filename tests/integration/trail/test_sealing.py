"""A row is sealed when it is committed; whatever hinders that stops nobody."""

import json
import logging
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from contacts import audit
from contacts.models import AuditEntry, PatientSet, TrailSeal
from contacts.models.trail import rows_digest
from contacts.rules.trail import read_gaps
from contacts.services.reading import note_look
from contacts.trail import sealing
from contacts.trail.sealing import seal_rows
from contacts.trail.verifying import verify
from tests.clock import Clock
from tests.factories import County, at_once
from tests.trail import ROWS, sql, trails_key

pytestmark = pytest.mark.django_db(transaction=True)


def look(county: County, **more: object) -> AuditEntry:
    return audit.record(by=county.alva, action="status.read", **more)


def faults() -> list[str]:
    return [str(fault) for fault in verify(trails_key()).faults]


@contextmanager
def told_to_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """As where a log server is told."""
    logger = logging.getLogger("trail.seals")
    logger.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.INFO, "trail.seals"):
            yield
    finally:
        logger.removeHandler(caplog.handler)


def test_a_transaction_is_sealed_once_as_it_is_committed_and_told_elsewhere(
    county: County, checkpoints: Path, caplog: pytest.LogCaptureFixture
):
    with told_to_logs(caplog), transaction.atomic():
        first = look(county)
        last = look(county)
        assert not TrailSeal.objects.exists()
    seal = TrailSeal.objects.get()
    assert (seal.number, seal.ranges, seal.upto) == (1, f"{first.pk}-{last.pk}", last.pk)
    (line,) = checkpoints.read_text().splitlines()
    digest = rows_digest(trails_key(), [(first.pk, first.mac), (last.pk, last.mac)])
    told = {"seal": 1, "at": seal.at.isoformat(), "rows": seal.ranges, "digest": digest}
    assert json.loads(line) == told == json.loads(caplog.messages[0])
    assert stat.S_IMODE(checkpoints.stat().st_mode) == 0o600
    assert stat.S_IMODE(checkpoints.parent.stat().st_mode) == 0o700
    look(county)
    assert TrailSeal.objects.count() == len(checkpoints.read_text().splitlines()) == 2
    assert faults() == []


def test_what_is_rolled_back_leaves_no_seal_and_its_number_is_no_fault(county: County):
    with transaction.atomic():
        look(county)
        transaction.set_rollback(True)
    assert not TrailSeal.objects.exists()
    look(county)
    assert faults() == []


def test_a_failing_seal_or_checkpoint_stops_nobody_and_is_made_up_for(
    county: County,
    checkpoints: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
):
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "seal_digest", lambda *_: 1 / 0)
        look(county)
    assert "förseglades inte" in caplog.text
    assert verify(trails_key()).unsealed == 1
    settings.TRAIL_CHECKPOINTS = Path("/proc/nowhere/checkpoints.jsonl")
    look(county)
    assert verify(trails_key()).unsealed == 0
    assert TrailSeal.objects.count() == 1
    settings.TRAIL_CHECKPOINTS = checkpoints
    look(county)
    assert faults() == []


def test_a_look_is_sealed_at_once_and_not_before_its_row_stands(county: County, checkpoints: Path):
    before = note_look(by=county.alva, action="patients.listed", patients=[uuid4(), uuid4()], page="chains")
    seal = TrailSeal.objects.get()
    assert (seal.ranges, len(checkpoints.read_text().splitlines())) == (str(before.pk), 1)
    # Within another transaction it waits for that one.
    with transaction.atomic():
        note_look(by=county.alva, action="chain.read", chain=uuid4())
        assert TrailSeal.objects.count() == 1
    assert TrailSeal.objects.count() == len(checkpoints.read_text().splitlines()) == 2
    assert faults() == []


def test_what_is_written_about_patients_is_sealed_with_its_transaction_and_goes_with_it(
    county: County, checkpoints: Path
):
    for kept in (False, True):
        with transaction.atomic():
            rows = [look(county, chain=uuid4()), look(county), look(county, patients=[uuid4(), uuid4()])]
            # Elsewhere others write at the same time: there it waits for the commit.
            assert TrailSeal.objects.count() == (2 if connection.vendor == "sqlite" else 0)
            transaction.set_rollback(not kept)
        assert TrailSeal.objects.exists() == checkpoints.exists() == kept
    sealed = [seal.ranges for seal in TrailSeal.objects.order_by("number")]
    first, second, third = (row.pk for row in rows)
    each = [str(first), f"{second}-{third}"] if connection.vendor == "sqlite" else [f"{first}-{third}"]
    assert sealed == each == [json.loads(line)["rows"] for line in checkpoints.read_text().splitlines()]
    assert verify(trails_key()).unsealed == 0
    assert faults() == []


def test_a_look_stands_though_its_seal_or_checkpoint_fails(
    county: County,
    checkpoints: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
):
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "seal_digest", lambda *_: 1 / 0)
        note_look(by=county.alva, action="chain.read", chain=uuid4())
    assert "förseglades inte" in caplog.text
    assert verify(trails_key()).unsealed == 1
    settings.TRAIL_CHECKPOINTS = Path("/proc/nowhere/checkpoints.jsonl")
    note_look(by=county.alva, action="chain.read", chain=uuid4())
    assert (verify(trails_key()).unsealed, TrailSeal.objects.count()) == (0, 1)
    with transaction.atomic():
        note_look(by=county.alva, action="chain.read", chain=uuid4())
        transaction.set_rollback(True)
    assert (AuditEntry.objects.count(), TrailSeal.objects.count()) == (2, 1)
    settings.TRAIL_CHECKPOINTS = checkpoints
    note_look(by=county.alva, action="chain.read", chain=uuid4())
    assert faults() == []


def test_who_sees_the_same_set_for_the_first_time_at_the_same_moment_shares_it(county: County):
    chains = [uuid4(), uuid4()]
    written, commit = Event(), Event()

    def sees() -> None:
        with transaction.atomic():
            look(county, patients=chains)
            written.set()
            commit.wait(20 if connection.vendor == "sqlite" else 1)
        connections.close_all()

    other = Thread(target=sees)
    other.start()
    written.wait(20)
    if connection.vendor == "sqlite":
        # Writers take turns there.
        commit.set()
    with transaction.atomic():
        look(county, patients=chains)
    other.join()
    assert PatientSet.objects.get().entries.count() == 2
    assert PatientSet.objects.get().chains == sorted(chains)
    assert faults() == []


def test_a_set_that_was_rolled_back_is_stored_when_it_is_seen_again(county: County):
    chains = [uuid4(), uuid4()]
    for kept in (False, True, True):
        with transaction.atomic():
            look(county, patients=chains)
            transaction.set_rollback(not kept)
    stored = PatientSet.objects.get()
    assert (stored.chains, stored.entries.count()) == (sorted(chains), 2)
    assert faults() == []


def test_who_seals_at_the_same_moment_as_another_seals_nothing_twice(
    county: County, checkpoints: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """Between what one reads and the seal that one writes, another writes a row and seals both."""
    if connection.vendor != "postgresql":
        # Writers take turns there.
        return
    made = sealing.seal_digest
    rows: list[int] = []

    def another_is_first(*content: Any) -> str:
        if len(rows) == 1:
            rows.append(0)
            at_once([lambda: rows.append(look(county).pk)])
        return made(*content)

    look(county)
    monkeypatch.setattr(sealing, "seal_digest", another_is_first)
    with transaction.atomic():
        rows.append(look(county).pk)
    first, _, other = rows
    assert TrailSeal.objects.latest("number").ranges == f"{first}-{other}"
    assert TrailSeal.objects.count() == len(checkpoints.read_text().splitlines()) == 2
    look(county)
    assert verify(trails_key()).unsealed == 0
    assert faults() == caplog.messages == []


def test_nobody_waits_for_the_lock_of_sqlite(county: County, monkeypatch: pytest.MonkeyPatch):
    """Somebody writes: a row that is committed already is sealed with the next one."""
    if connection.vendor == "postgresql":
        return
    held, let_go = Event(), Event()

    def holds() -> None:
        with transaction.atomic():
            held.set()
            let_go.wait(20)
        connections.close_all()

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "seal_digest", lambda *_: 1 / 0)
        look(county)
    other = Thread(target=holds)
    other.start()
    held.wait(20)
    assert seal_rows() == 0
    let_go.set()
    other.join()
    assert verify(trails_key()).unsealed == 1
    look(county)
    assert verify(trails_key()).unsealed == 0


def left_open(row: int, seal: TrailSeal) -> bool:
    return any(first <= row <= last for first, last in (gap.numbers for gap in read_gaps(seal.gaps)))


def close_gaps(county: County, clock: Clock) -> None:
    """Also what former tests left: a number counts as never used when it is old, by the clock, and all that had begun
    has ended. Other tests write on the same server.
    """
    until = monotonic() + 60
    while TrailSeal.objects.latest("number").gaps and monotonic() < until:
        sleep(0.05)
        clock.shift(timedelta(minutes=20))
        look(county)


def test_a_row_committed_late_is_sealed_and_one_that_turns_up_after_all_have_ended_was_put_in(
    county: County, clock: Clock
):
    if connection.vendor != "postgresql":
        # Writers take turns there, and a number that was rolled back is used again.
        return
    written, commit = Event(), Event()
    late: list[int] = []

    def writes_late() -> None:
        with transaction.atomic():
            late.append(look(county).pk)
            written.set()
            commit.wait(20)
        connections.close_all()

    look(county)
    close_gaps(county, clock)
    other = Thread(target=writes_late)
    other.start()
    written.wait(20)
    for minutes in (0, 1, 20, 40):
        clock.shift(timedelta(minutes=minutes))
        look(county)
    seals = list(TrailSeal.objects.order_by("number"))[-5:]
    assert [left_open(late[0], seal) for seal in seals] == [False, True, True, True, True]
    commit.set()
    other.join()
    assert verify(trails_key()).unsealed == 0
    last = TrailSeal.objects.latest("number")
    assert (last.ranges, last.gaps) == (str(late[0]), "")
    with transaction.atomic():
        gone = look(county).pk
        transaction.set_rollback(True)
    for minutes in (0, 1, 20):
        clock.shift(timedelta(minutes=minutes))
        look(county)
    close_gaps(county, clock)
    assert TrailSeal.objects.latest("number").gaps == ""
    assert faults() == []
    columns = "at, user_id, unit_id, principal_id, origin, action, target_type, target_id, changes, mac"
    sql(f"INSERT INTO {ROWS} (id, {columns}) SELECT %s, {columns} FROM {ROWS} WHERE id = %s", gone, late[0])
    assert faults() == [f"Rad {gone}: inskjuten.", f"Rad {gone}: inskjuten – avskrift av rad {late[0]}."]


def test_a_directory_file_that_is_brought_in_is_sealed(county: County):
    from django.core.management import call_command

    call_command("import_directory", stdout=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    verdict = verify(trails_key())
    assert verdict.rows == verdict.sealed > 10
