"""`verify_trail` says in words what it found, and ends with 0 or 1."""

from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import transaction
from pytest_django import Settings

from contacts import audit
from contacts.models import AuditEntry, DataKey, PatientSet
from contacts.models.data_key import forget_keys
from contacts.trail import reading, verifying
from contacts.trail.sealing import seal_rows
from tests.factories import County
from tests.trail import ROWS, SEALS, SETS, drop_triggers, sql, undone


@pytest.fixture
def rows(county: County) -> list[int]:
    """Eight, two in each seal; the fifth is of a list."""
    for number in range(8):
        patients = [uuid4(), uuid4()] if number == 4 else []
        # Within a transaction of the test's, so that the row about patients is not sealed by itself.
        with transaction.atomic():
            audit.record(by=county.alva, action=f"look.{number}", patients=patients)
        if number % 2:
            assert seal_rows() == 1
    drop_triggers()
    return list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))


def verified(*arguments: object) -> tuple[int, list[str]]:
    """Status, and all lines."""
    out, status = StringIO(), 0
    try:
        call_command("verify_trail", *map(str, arguments), stdout=out, stderr=out)
    except SystemExit as ended:
        status = int(ended.code or 0)
    return status, out.getvalue().splitlines()


def test_a_whole_trail(rows: list[int], checkpoints: Path, county: County):
    call_command("migrate", verbosity=0)
    audit.record(by=county.alva, action="look.unsealed")
    status, lines = verified()
    assert status == 0
    assert lines == [
        "Rader i loggen: 9. Förseglade: 8, i 4 förseglingar.",
        "Ännu inte förseglade: 1.",
        (
            "Ingen fil med kontrollpunkter angavs (--checkpoints): att de sista raderna har klippts av, "
            "tillsammans med sina förseglingar, kan då inte ses."
        ),
        "Loggen är hel.",
    ]
    status, lines = verified("--checkpoints", checkpoints)
    assert status == 0
    assert lines[2] == (
        f"Kontrollpunkter: 4, till och med rad {rows[-1]}. Om rader efter den har klippts av kan inte ses."
    )


def test_each_fault_is_told_with_its_row_and_its_kind(rows: list[int], checkpoints: Path):
    number, last = PatientSet.objects.get().pk, rows[-1]
    for done, expected in (
        ([f"UPDATE {ROWS} SET action = 'x' WHERE id = {rows[2]}"], [f"Rad {rows[2]}: ändrad."]),
        ([f"UPDATE {ROWS} SET origin = 'x'"], [f"Rad {rows[0]}–{last}: ändrade."]),
        ([f"DELETE FROM {ROWS} WHERE id = {rows[0]}"], [f"Rad {rows[0]}: borttagen."]),
        (
            [f"UPDATE {ROWS} SET id = {last + 9} WHERE id = {rows[3]}"],
            [f"Rad {rows[3]}: borttagen."],
        ),
        ([f"UPDATE {ROWS} SET id = -3 WHERE id = {last}"], ["Rad -3: inskjuten.", f"Rad {last}: borttagen."]),
        (
            [
                f"UPDATE {ROWS} SET id = -1 WHERE id = {rows[0]}",
                f"UPDATE {ROWS} SET id = {rows[0]} WHERE id = {rows[1]}",
                f"UPDATE {ROWS} SET id = {rows[1]} WHERE id = -1",
            ],
            [
                f"Försegling 1: ändrad – rad {rows[0]}–{rows[1]} omkastade eller utbytta, eller förseglingen ändrad."
            ],
        ),
        ([f"DELETE FROM {SEALS} WHERE number IN (2, 3)"], ["Försegling 2–3: borttagna."]),
        (
            [f"UPDATE {SETS} SET ids = '{uuid4().hex}'"],
            [f"Patientmängd {number}: ändrad."],
        ),
        ([f"UPDATE {SETS} SET digest = 'x'"], [f"Rad {rows[4]}: ändrad."]),
        (
            [f"INSERT INTO {SETS} (digest, size, ids) VALUES ('{'e' * 64}', 0, '')"],
            [f"Patientmängd {number + 1}: inskjuten."],
        ),
        (
            [f"DELETE FROM {SEALS} WHERE number > 2", f"DELETE FROM {ROWS} WHERE id > {rows[5]}"],
            [f"Rad {rows[6]}–{last}: avklippt svans – finns bland kontrollpunkterna."],
        ),
    ):
        with undone():
            for statement in done:
                sql(statement)
            status, lines = verified("--checkpoints", checkpoints)
            assert status == 1, done
            assert {*expected} <= {*lines}, (done, lines)
            assert lines[-1].startswith("Loggen är inte hel: ")
    assert verified("--checkpoints", checkpoints)[0] == 0


def test_without_checkpoints_a_cut_tail_is_not_seen_and_what_is_written_after_it_is_by_them(
    rows: list[int], checkpoints: Path, county: County
):
    kept = checkpoints.read_text()
    sql(f"DELETE FROM {SEALS} WHERE number > 3")
    sql(f"DELETE FROM {ROWS} WHERE id > {rows[5]}")
    assert verified()[0] == 0
    audit.record(by=county.alva, action="look.later")
    seal_rows()
    assert verified()[0] == 0
    checkpoints.write_text(kept + '{"seal": 4, "ro')
    status, lines = verified("--checkpoints", checkpoints)
    assert status == 1
    assert any(line.startswith(("Rad 7", f"Rad {rows[6]}")) for line in lines)
    checkpoints.write_text("x\n" + kept)
    assert "Kontrollpunkt, rad 1: ändrad – går inte att läsa." in verified("--checkpoints", checkpoints)[1]


def test_where_it_cannot_be_verified_it_is_not_called_whole(
    rows: list[int], settings: Settings, tmp_path: Path
):
    status, lines = verified("--checkpoints", tmp_path / "none")
    assert (status, lines) == (1, [f"{tmp_path / 'none'} går inte att läsa."])
    mine, settings.DATA_KEYS = settings.DATA_KEYS, [Fernet.generate_key().decode()]
    forget_keys()
    assert verified() == (1, ["DATA_KEYS är inte de nycklar som loggen är förseglad med."])
    settings.DATA_KEYS = mine
    DataKey.objects.all().delete()
    forget_keys()
    assert verified()[0] == 1


def test_an_empty_trail(db: None):
    assert verified() == (0, ["Loggen är tom."])


def test_a_long_trail_is_read_in_pieces(rows: list[int], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "PIECE", 3)
    monkeypatch.setattr(verifying, "MOST_ROWS", 3)
    assert verified()[0] == 0
    sql(f"UPDATE {ROWS} SET action = 'x' WHERE id IN ({rows[1]}, {rows[6]})")
    assert {f"Rad {rows[1]}: ändrad.", f"Rad {rows[6]}: ändrad."} <= {*verified()[1]}
