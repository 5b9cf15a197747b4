"""A backup from before a purge, restored: the purge is made again, by a record that no backup takes away."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.at_rest.installation import database_of_its_own, empty_database, folders, run

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
LEFT = (
    "from contacts.models import DataKey, AuditEntry;"
    "print([k.name[-1] for k in DataKey.objects.filter(name__startswith='patients/').exclude(wrapped=b'')],"
    " AuditEntry.objects.filter(action='purge.repeated').count())"
)


class Place:
    def __init__(self, room: Path, address: str) -> None:
        self.room, self.address = room, address
        self.record = room / "var" / "trail" / "purges.jsonl"

    def does(self, *command: str, ends: int = 0) -> str:
        return run(self.room, self.address, "manage.py", *command, ends=ends).decode()

    def has_keys_of(self, other: "Place") -> None:
        shutil.copy(other.room / "var" / "data_key", self.room / "var" / "data_key")

    def runs(self, script: str) -> str:
        return self.does("shell", "-v0", "-c", script)

    def left(self) -> str:
        return self.runs(LEFT).strip()


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Place]:
    room = folders(tmp_path / "ours")
    with database_of_its_own(room) as address:
        yield Place(room, address)


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Place]:
    room = folders(tmp_path / "another")
    with empty_database(room) as address:
        yield Place(room, address)


def test_what_was_purged_since_is_purged_again_here_and_on_another_machine(
    ours: Place, another: Place, tmp_path: Path
):
    ours.runs(KEYS)
    backup = str(tmp_path / "before.backup")
    ours.does("backup", backup)
    assert ours.record.read_bytes() == b""
    ours.runs(PURGE)
    assert ours.left() == "['-'] 0"
    said = ours.does("restore", backup, "--replace")
    assert "Gallrat på nytt: 1." in said
    assert ours.left() == "['-'] 1"
    # The record outlives what was restored, and once more is as once.
    assert len(ours.record.read_text().splitlines()) == 1
    assert "Gallrat på nytt: 1." in ours.does("restore", backup, "--replace")
    # A machine that has no record of its own knows of no purge but those before the backup, and says so.
    another.has_keys_of(ours)
    said = another.does("restore", backup)
    assert "Det går inte att veta om något har gallrats sedan säkerhetskopian gjordes." in said
    assert another.left() == "['1', '-'] 0"
    said = another.does("restore", backup, "--replace", "--purges", str(ours.record))
    assert "Gallrat på nytt: 1." in said
    assert "går inte att veta" not in said
    assert another.left() == "['-'] 1"
    assert another.record.read_bytes() == ours.record.read_bytes()


def test_a_record_that_somebody_changed_is_told_and_not_followed(ours: Place, tmp_path: Path):
    ours.runs(KEYS)
    backup = str(tmp_path / "before.backup")
    ours.does("backup", backup)
    ours.runs(PURGE)
    line = json.loads(ours.record.read_text())
    line["keys"] = ["patients/1/-"]
    ours.record.write_text(json.dumps(line) + "\nwhat is this\n" + '{"purge": "unfin')
    said = ours.does("restore", backup, "--replace", ends=1)
    assert "Förteckningen över gallringar: 2 rader går inte att läsa eller är ändrade" in said
    assert ours.left() == "['1', '-'] 0"


def test_a_backup_from_after_the_purge_brings_its_record_along(ours: Place, another: Place, tmp_path: Path):
    ours.runs(KEYS)
    ours.runs(PURGE)
    backup = str(tmp_path / "after.backup")
    ours.does("backup", backup)
    another.has_keys_of(ours)
    another.does("restore", backup)
    assert another.left() == "['-'] 0"
    assert another.record.read_bytes() == ours.record.read_bytes()
