"""Rows saved, retired and taken back, each with its row in the trace."""

from datetime import time

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.models import AuditEntry, DirectoryEntry, User
from contacts.queries import search_entries
from contacts.rules.errors import RuleError
from contacts.services.directory import note_password_change, restore_entry, retire_entry, save_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def umea(county) -> DirectoryEntry:
    entry = DirectoryEntry.objects.get(name="Växel Umeå")
    entry.verified_at, entry.verified_by = timezone.now(), county.region_admin.user
    entry.save()
    return entry


def last_trace() -> AuditEntry:
    return AuditEntry.objects.order_by("-pk")[0]


def test_a_changed_number_loses_its_verification_and_leaves_from_and_to(umea, county):
    umea.phone = "090-16 10 10"
    save_row(by=county.region_admin, row=umea)

    umea.refresh_from_db()
    assert umea.verified_at is None
    trace = last_trace()
    assert (trace.user, trace.unit, trace.action) == (
        county.region_admin.user,
        county.ward,
        "directoryentry.changed",
    )
    assert (trace.target_type, trace.target_id) == ("contacts.DirectoryEntry", str(umea.pk))
    assert trace.changes["phone"] == ["090-16 10 00", "090-16 10 10"]
    assert "verified_at" in trace.changes


def test_a_changed_remark_keeps_the_verification(umea, county):
    umea.remark = "Ny anmärkning"
    save_row(by=county.region_admin, row=umea)
    umea.refresh_from_db()
    assert umea.verified_at is not None


def test_saving_with_nothing_changed_leaves_no_trace(umea, county):
    before = AuditEntry.objects.count()
    save_row(by=county.region_admin, row=umea)
    assert AuditEntry.objects.count() == before


def test_a_new_row_is_told_by_what_it_starts_with(county):
    entry = DirectoryEntry(
        principal=county.mala,
        name="Hemsjukvård Malå",
        kind="home_nursing",
        phone="0953-1",
        availability="unknown",
    )
    save_row(by=county.mala_admin, row=entry)
    trace = last_trace()
    assert trace.action == "directoryentry.added"
    assert trace.changes["phone"] == ["", "0953-1"]
    assert "remark" not in trace.changes


def test_hours_that_can_not_be_meant_are_refused_and_nothing_is_left(umea, county):
    before = AuditEntry.objects.count()
    umea.lunch_from, umea.lunch_to = time(13), time(12)
    with pytest.raises(ValidationError) as told:
        save_row(by=county.region_admin, row=umea)
    assert list(told.value.message_dict) == ["lunch_to"]
    umea.refresh_from_db()
    assert umea.lunch_from is None
    assert AuditEntry.objects.count() == before


def test_a_principals_new_name_is_searched_by(county):
    county.mala.name = "Málaga kommun"
    save_row(by=county.region_admin, row=county.mala)
    assert [e.name for e in search_entries("malaga").entries] == ["Växel Malå"]


def test_a_password_never_stands_in_the_trace(county):
    person = User.objects.get(pk=county.alva.user.pk)
    person.set_password("hemligt-hemligt-1")
    save_row(by=county.region_admin.user, row=person)

    trace = last_trace()
    assert (trace.user, trace.unit, trace.action) == (county.region_admin.user, None, "user.changed")
    assert trace.changes == {"password": ["", ""]}
    assert User.objects.get(pk=person.pk).check_password("hemligt-hemligt-1")


def test_a_password_set_in_the_admin_pages_is_noted(county):
    note_password_change(by=county.region_admin, person=county.alva.user)
    assert last_trace().action == "user.password_set"
    assert last_trace().target_id == str(county.alva.user.pk)


def test_retired_and_taken_back(umea, county):
    retire_entry(by=county.region_admin, entry=umea)
    assert search_entries("växel umeå").entries == []
    assert DirectoryEntry.objects.get(pk=umea.pk).retired_by == county.region_admin.user
    retire_entry(by=county.region_admin, entry=umea)

    restore_entry(by=county.region_admin, entry=umea)
    restore_entry(by=county.region_admin, entry=umea)
    assert [e.pk for e in search_entries("växel umeå").entries] == [umea.pk]
    actions = [row.action for row in AuditEntry.objects.order_by("pk") if row.target_id == str(umea.pk)]
    assert actions == ["directoryentry.retired", "directoryentry.restored"]


def test_a_namesake_stops_an_entry_from_being_taken_back(umea, county):
    retire_entry(by=county.region_admin, entry=umea)
    DirectoryEntry.objects.create(
        principal=umea.principal,
        name=umea.name,
        department=umea.department,
        kind="switchboard",
        availability="unknown",
    )
    with pytest.raises(RuleError, match="Växel Umeå"):
        restore_entry(by=county.region_admin, entry=umea)
