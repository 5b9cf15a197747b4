"""The directory brought in by the service: all or nothing, and the same file twice changes nothing."""

import json
from datetime import time
from unittest.mock import patch

import pytest
from django.utils import timezone

from contacts.filing import write as directory_writes
from contacts.filing.bringing_in import BadDirectoryFile, import_directory
from contacts.filing.columns import COLUMNS
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import AuditEntry, DirectoryEntry, Principal
from contacts.rules.errors import NotAllowed
from contacts.rules.phone import Phone, PhoneKind
from contacts.services.directory import retire_entry

pytestmark = pytest.mark.django_db


def own_file() -> bytes:
    return OWN_FILE.read_bytes()


def changed_file(old: str, new: str) -> bytes:
    text = own_file().decode("utf-8-sig")
    assert old in text
    return text.replace(old, new).encode()


def everything() -> list[tuple]:
    """Every stored value of every row that an import may touch."""
    return [
        *Principal.objects.order_by("pk").values_list(),
        *DirectoryEntry.objects.order_by("pk").values_list(),
    ]


def test_the_own_file_fills_an_empty_database():
    report = import_directory(by=None, content=own_file())

    assert (report.new, report.changed, report.unchanged, report.problems) == (20, 0, 0, ())
    assert DirectoryEntry.objects.count() == 20
    mala = DirectoryEntry.objects.get(name="Växel Malå")
    assert mala.phones == (Phone(PhoneKind.SWITCHBOARD, "0953-140 00"),)
    assert (mala.availability, mala.friday_closes_at) == ("daytime", time(15))
    assert (mala.lunch_from, mala.lunch_to) == (time(12), time(13))
    assert mala.source == "Offentlig webbplats, ålder okänd"


@pytest.mark.clause("R1.1")
def test_all_principals_are_there_with_their_own_support():
    import_directory(by=None, content=own_file())

    region = Principal.objects.get(kind="region")
    assert (region.name, region.support_name, region.support_number) == (
        "Region Västerbotten",
        "Servicedesk",
        "59090",
    )
    municipalities = Principal.objects.filter(kind="municipality")
    assert municipalities.count() == 15
    assert set(municipalities.values_list("support_name", "support_number")) == {
        ("Kommunens egen IT-support", "")
    }


def test_the_principals_are_created_even_by_a_file_that_names_none_and_are_not_changed_later():
    import_directory(by=None, content=";".join(COLUMNS).encode())
    assert Principal.objects.count() == 16
    assert AuditEntry.objects.get(action="directory.import").changes["principals"] == 16
    Principal.objects.filter(short_name="Umeå").update(support_number="090-16 10 99")

    import_directory(by=None, content=own_file())

    assert Principal.objects.get(short_name="Umeå").support_number == "090-16 10 99"


def test_nothing_is_verified_whatever_the_file_says(directory):
    import_directory(by=None, content=changed_file("Rutin 2023-04-03;", "Rutin 2023-04-03;2026-11-01"))

    assert not DirectoryEntry.objects.filter(verified_at__isnull=False).exists()


def test_the_same_file_again_changes_nothing(directory):
    before, trace = everything(), AuditEntry.objects.count()

    report = import_directory(by=None, content=own_file())

    assert (report.new, report.changed, report.unchanged) == (0, 0, 20)
    assert everything() == before
    assert AuditEntry.objects.count() == trace


def test_a_changed_number_is_told_from_and_to_and_is_not_verified_any_more(directory, county):
    entry = DirectoryEntry.objects.get(name="Växel Umeå")
    entry.verified_at, entry.verified_by = timezone.now(), county.region_admin.user
    entry.save()

    report = import_directory(by=None, content=changed_file("090-16 10 00", "090-16 10 10"))

    entry.refresh_from_db()
    assert (report.changed, report.unchanged) == (1, 19)
    assert entry.first_number(PhoneKind.SWITCHBOARD) == "090-16 10 10"
    assert (entry.verified_at, entry.verified_by) == (None, None)
    assert "0901610" in entry.digits_key
    row = AuditEntry.objects.filter(action="directory.import").first()
    assert row.user is None
    told = row.changes["changed"][str(entry.pk)]
    assert [json.loads(side)[0]["number"] for side in told["numbers"]] == ["090-16 10 00", "090-16 10 10"]
    own = AuditEntry.objects.get(action="directoryentry.changed", target_id=str(entry.pk))
    assert own.changes == told


def test_an_unchanged_row_keeps_its_verification(directory, county):
    entry = DirectoryEntry.objects.get(name="Växel Umeå")
    entry.verified_at, entry.verified_by = timezone.now(), county.region_admin.user
    entry.save()

    import_directory(by=None, content=changed_file("0953-140 00", "0953-140 99"))

    entry.refresh_from_db()
    assert entry.verified_at is not None


def test_what_is_not_in_the_file_stays(directory):
    import_directory(by=None, content=own_file().splitlines(keepends=True)[0])

    assert DirectoryEntry.objects.filter(retired_at__isnull=True).count() == 20


def test_a_retired_entry_is_not_brought_back(county):
    retire_entry(by=county.region_admin, entry=DirectoryEntry.objects.get(name="Servicedesk"))

    report = import_directory(by=None, content=own_file())

    assert (report.new, report.unchanged, report.left) == (0, 19, 1)
    assert DirectoryEntry.objects.get(name="Servicedesk").retired_at is not None


def test_one_bad_row_and_nothing_is_written():
    with pytest.raises(BadDirectoryFile) as told:
        import_directory(
            by=None, content=changed_file("Region Västerbotten;Servicedesk", "Region Mars;Servicedesk")
        )

    assert [(bad.row, bad.column) for bad in told.value.problems] == [(3, "Huvudman")]
    assert "Region Mars" in told.value.problems[0].sentence
    assert everything() == []
    assert not AuditEntry.objects.exists()


def test_what_the_model_refuses_is_told_with_row_and_column():
    with pytest.raises(BadDirectoryFile) as told:
        import_directory(by=None, content=changed_file("Kundtjänst", "x" * 501))

    assert [(bad.row, bad.column) for bad in told.value.problems] == [(7, "Anmärkning")]


@pytest.mark.parametrize("action", ["directoryentry.added", "directoryentry.changed"])
def test_a_break_at_the_second_write_leaves_nothing(directory, action):
    before, trace = everything(), AuditEntry.objects.count()
    content = (
        changed_file("-140 00", "-140 11")
        + "Umeå kommun;Hemsjukvård Umeå;hemsjukvård;;;;;;;;;;;\r\n".encode()
    )
    leave = directory_writes._leave_traces

    def broken(by, told_action, *rest):
        if told_action == action:
            raise RuntimeError("disk full")
        leave(by, told_action, *rest)

    with (
        patch.object(directory_writes, "_leave_traces", broken),
        pytest.raises(RuntimeError),
    ):
        import_directory(by=None, content=content)
    assert everything() == before
    assert AuditEntry.objects.count() == trace


def test_a_break_in_the_middle_leaves_nothing(directory):
    before = everything()
    content = changed_file("-140 00", "-140 11")
    with (
        patch("contacts.audit.record_system", side_effect=RuntimeError("disk full")),
        pytest.raises(RuntimeError),
    ):
        import_directory(by=None, content=content)
    assert everything() == before


def test_a_dry_run_tells_everything_and_writes_nothing():
    content = changed_file("Region Västerbotten;Servicedesk", "Region Mars;Servicedesk")

    report = import_directory(by=None, content=content, dry_run=True)

    assert (report.new, len(report.problems)) == (19, 1)
    assert everything() == []


def test_an_administrator_changes_only_contacts_of_the_own_principal(county):
    header, *_ = own_file().decode("utf-8-sig").splitlines()
    row = "{};Ny växel;växel;;;;;0953-140 77;;;dygnet runt;;;"

    report = import_directory(by=county.mala_admin, content=f"{header}\n{row.format('Malå kommun')}".encode())
    assert report.new == 1
    trace = AuditEntry.objects.filter(action="directory.import").first()
    assert (trace.user, trace.unit, trace.principal) == (
        county.mala_admin.user,
        county.social_care,
        county.mala,
    )

    report = import_directory(by=county.mala_admin, content=f"{header}\n{row.format('Umeå kommun')}".encode())
    assert (report.new, report.changed, report.others) == (0, 0, 1)
    assert not DirectoryEntry.objects.filter(name="Ny växel", principal__short_name="Umeå").exists()


def test_staff_may_not_import(county):
    with pytest.raises(NotAllowed):
        import_directory(by=county.alva, content=own_file())


def test_what_is_missing_is_retired_only_when_asked_and_only_of_principals_in_the_file(directory, county):
    header, *rows = own_file().decode("utf-8-sig").splitlines()
    region = [row for row in rows if row.startswith("Region Västerbotten")]
    content = "\n".join([header, *region[1:]]).encode()

    report = import_directory(by=county.region_admin, content=content)
    assert (report.gone, report.retired) == (2, 0)
    assert DirectoryEntry.objects.get(name="Region Västerbottens växel").retired_at is None

    report = import_directory(by=county.region_admin, content=content, retire_missing=True)
    assert (report.gone, report.retired) == (2, 2)
    retired = DirectoryEntry.objects.get(name="Region Västerbottens växel")
    assert retired.retired_by == county.region_admin.user
    assert DirectoryEntry.objects.filter(retired_at__isnull=False).count() == 2
    own = AuditEntry.objects.get(action="directoryentry.retired", target_id=str(retired.pk))
    assert own.user == county.region_admin.user
    assert retired.pk in AuditEntry.objects.filter(action="directory.import").first().changes["retired"]


def test_a_file_of_headings_alone_retires_nothing(directory, county):
    content = ";".join(COLUMNS).encode()
    report = import_directory(by=county.region_admin, content=content, retire_missing=True)
    assert (report.gone, report.retired) == (0, 0)


def test_nobody_retires_without_a_name(directory):
    with pytest.raises(NotAllowed):
        import_directory(by=None, content=own_file(), retire_missing=True)
