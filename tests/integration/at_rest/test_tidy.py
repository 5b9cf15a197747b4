"""What has had its time goes by one command, and nothing else does."""

from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from contacts.models import AuditEntry, DataKey, DirectoryFile, LoginCode
from contacts.models.data_key import key_to_write_with
from contacts.services.passwords import make_code
from forms import scan_store
from forms.scanning import child
from outage.models import HeldForm
from outage.services.held_forms import hold_form
from tests.factories import County


@pytest.fixture(autouse=True)
def rooms(settings, tmp_path, monkeypatch):
    settings.SCAN_DIR = tmp_path / "scans"
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(child.tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path


def leave_everything(county: County) -> Client:
    """One of each."""
    client = Client()
    client.force_login(county.alva.user)
    client.get("/")
    UserSession.objects.get_or_create(
        user=county.alva.user, session_key=client.session.session_key, defaults={"ip": "10.0.0.1"}
    )
    hold_form(by=county.alva.membership, path="/x/", content={"patient_name": ["Tolvan"]})
    cache.set("what", "was", 600)
    make_code(None, county.bo.user)
    DirectoryFile.objects.create(principal=county.region, book={"sheets": []})
    scan_store.save(uuid4(), b"\xff\xd8\xff", upload_id=uuid4())
    return client


def left() -> dict[str, int]:
    return {
        "held": HeldForm.objects.count(),
        "log-ins": Session.objects.count() + UserSession.objects.count(),
        "codes": LoginCode.objects.count(),
        "files": DirectoryFile.objects.count(),
        "keys": DataKey.objects.filter(name__startswith="scan/").count(),
        "pictures": len(scan_store.left_unkept(before=timezone.now() + timedelta(days=1))),
    }


def tidy(capsys, verbosity: int = 1) -> str:
    call_command("tidy", verbosity=verbosity)
    return capsys.readouterr().out


def test_nothing_goes_before_its_time(county: County, capsys):
    client = leave_everything(county)
    before = left()
    assert tidy(capsys) == ""
    assert tidy(capsys, 2) == "Inget att ta bort.\n"
    assert left() == before
    assert cache.get("what") == "was"
    assert client.get("/").status_code == 200


def test_all_of_it_goes_and_the_trace_tells_what_was_about_patients(county: County, capsys, clock, rooms):
    leave_everything(county)
    (rooms / "temporary" / "driftstopp-scan-x").mkdir()
    clock.shift(timedelta(days=38))
    key_to_write_with(scan_store.key_name(uuid4()))
    assert tidy(capsys) == (
        "Borttaget: 1 sparat formulär äldre än tolv timmar, 1 bild av en avbruten skanning, 1 nyckel till en avbruten "
        "skanning, 1 uppladdad fil som ingen läste in, 1 inloggning som gått ut, 1 engångskod som gått ut, 1 gammal "
        "rad i mellanlagret, 1 gammal tillfällig mapp.\n"
    )
    assert left() == dict.fromkeys(left(), 0) | {"keys": 1}
    rows = AuditEntry.objects.filter(action__in=["held_form.outdated", "scan.left_over"])
    assert sorted((row.action, row.changes["count"]) for row in rows) == [
        ("held_form.outdated", 1),
        ("scan.left_over", 1),
    ]
    count = AuditEntry.objects.count()
    assert tidy(capsys) == ""
    assert AuditEntry.objects.count() == count
