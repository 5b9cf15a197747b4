"""A backup from before a purge, restored: the purge is made again, by a record that no backup takes away."""

import json
from pathlib import Path

import pytest

from tests.integration.at_rest.installation import Installation

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

KEYS = """
from contacts.models.data_key import key_to_write_with
from contacts.models.encrypted import encrypted
for name in ("patients/1/00000000-0000-4000-8000-000000000001", "patients/1/-"):
    encrypted("Hemligsson", name, b"x")
"""
PURGE = """
from contacts.services.data_keys import destroy_keys
from contacts.trail.purge_record import Purged, tell_purged
name = "patients/1/00000000-0000-4000-8000-000000000001"
tell_purged(Purged("one", "2026-11-24", (name, "scan/another")))
destroy_keys(by=None, names=[name])
"""


def record_of(place: Installation) -> Path:
    return place.room / "var" / "trail" / "purges.jsonl"


def left(place: Installation) -> tuple[list[str], int]:
    """The last letter of the name of each key that is there, and how many purges were made again."""
    keys = place.asks(
        "SELECT name FROM contacts_datakey WHERE name LIKE 'patients/%' AND length(wrapped) > 0"
    )
    again = place.asks("SELECT count(*) FROM contacts_auditentry WHERE action = 'purge.repeated'")
    return sorted(name[-1] for (name,) in keys), again[0][0]


def test_what_was_purged_since_is_purged_again_here_and_on_another_machine(
    ours: Installation, another: Installation, tmp_path: Path
):
    ours.runs(KEYS)
    backup = str(tmp_path / "before.backup")
    ours.does("backup", backup)
    assert record_of(ours).read_bytes() == b""
    ours.runs(PURGE)
    assert left(ours) == (["-"], 0)
    said = ours.does("restore", backup, "--replace")
    assert "Gallrat på nytt: 1." in said
    assert left(ours) == (["-"], 1)
    # The record outlives what was restored, and once more is as once.
    assert len(record_of(ours).read_text().splitlines()) == 1
    assert "Gallrat på nytt: 1." in ours.does("restore", backup, "--replace")
    # A machine that has no record of its own knows of no purge but those before the backup, and says so.
    another.has_keys_of(ours)
    said = another.does("restore", backup)
    assert "Det går inte att veta om något har gallrats sedan säkerhetskopian gjordes." in said
    assert left(another) == (["-", "1"], 0)
    said = another.does("restore", backup, "--replace", "--purges", str(record_of(ours)))
    assert "Gallrat på nytt: 1." in said
    assert "går inte att veta" not in said
    assert left(another) == (["-"], 1)
    assert record_of(another).read_bytes() == record_of(ours).read_bytes()


def test_a_record_that_somebody_changed_is_told_and_not_followed(ours: Installation, tmp_path: Path):
    ours.runs(KEYS)
    backup = str(tmp_path / "before.backup")
    ours.does("backup", backup)
    ours.runs(PURGE)
    line = json.loads(record_of(ours).read_text())
    line["keys"] = ["patients/1/-"]
    record_of(ours).write_text(json.dumps(line) + "\nwhat is this\n" + '{"purge": "unfin')
    said = ours.does("restore", backup, "--replace", ends=1)
    assert "Förteckningen över gallringar: 2 rader går inte att läsa eller är ändrade" in said
    assert left(ours) == (["-", "1"], 0)


def test_a_backup_from_after_the_purge_brings_its_record_along(
    ours: Installation, another: Installation, tmp_path: Path
):
    ours.runs(KEYS)
    ours.runs(PURGE)
    backup = str(tmp_path / "after.backup")
    ours.does("backup", backup)
    another.has_keys_of(ours)
    another.does("restore", backup)
    assert left(another) == (["-"], 0)
    assert record_of(another).read_bytes() == record_of(ours).read_bytes()
