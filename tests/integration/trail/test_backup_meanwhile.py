"""A backup that is made while others write agrees with itself."""

import json
from pathlib import Path

import pytest
from pytest_django import Settings

from contacts import audit
from contacts.models import AuditEntry
from forms.backup import making
from forms.backup.engines import Counts
from forms.backup.restoring import opened
from tests.factories import County

pytestmark = pytest.mark.django_db(transaction=True)


def test_its_checkpoints_tell_of_no_row_that_its_database_has_not(
    county: County, checkpoints: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings.VAR_DIR = tmp_path
    settings.SCAN_DIR = tmp_path / "scans"
    copy = making.copy_to

    def while_others_write(path: Path) -> Counts:
        audit.record(by=county.alva, action="look.before")
        counts = copy(path)
        audit.record(by=county.alva, action="look.after")
        return counts

    audit.record(by=county.alva, action="look.first")
    monkeypatch.setattr(making, "copy_to", while_others_write)
    account = making.back_up(tmp_path / "it.backup")
    assert AuditEntry.objects.count() == account.counts["contacts_auditentry"] + 1
    with opened(tmp_path / "it.backup") as found:
        lines = (found.room / making.CHECKPOINTS).read_text(encoding="utf-8").splitlines()
    made = AuditEntry.objects.get(action="backup.made")
    assert [json.loads(line)["rows"] for line in lines][-1] == str(made.pk)
    assert len(checkpoints.read_text().splitlines()) == len(lines) + 2
