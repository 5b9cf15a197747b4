"""Rows saved, retired and taken back, each with its row in the audit log."""

import json
from dataclasses import replace
from datetime import time
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.models import AuditEntry, DirectoryEntry, Membership, User
from contacts.queries.search import search_entries
from contacts.rules.errors import NotAllowed, RuleError
from contacts.rules.phone import Phone, PhoneKind
from contacts.services.directory import note_password_change, restore_entry, retire_entry, save_row
from contacts.services.keeping import add_entry

from .keeping import FACTS

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
    umea.phones = [Phone(PhoneKind.SWITCHBOARD, "090-16 10 10")]
    umea.flagged = ["090161000"]
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
    assert [json.loads(value) for value in trace.changes["numbers"]] == [
        [{"kind": "switchboard", "number": "090-16 10 00"}],
        [{"kind": "switchboard", "number": "090-16 10 10"}],
    ]
    # What was said of a number that stands there no more is done with.
    assert umea.flagged == []
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
        phones=[Phone(PhoneKind.DIRECT, "0953-140 01")],
        availability="unknown",
    )
    save_row(by=county.mala_admin, row=entry)
    trace = last_trace()
    assert trace.action == "directoryentry.added"
    assert trace.changes["numbers"] == ["", '[{"kind": "direct", "number": "0953-140 01"}]']
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


@pytest.mark.parametrize("field", ["user", "unit", "role"])
def test_an_assignment_stays_the_persons_the_units_and_the_roles(county, field):
    """Signatures, emergency log-ins and what is held point at it."""
    row = Membership.objects.get(pk=county.alva.membership.pk)
    setattr(row, field, {"user": county.cissi.user, "unit": county.social_care, "role": "coordinator"}[field])
    with pytest.raises(RuleError, match="är ett annat uppdrag"):
        save_row(by=county.mala_admin.user, row=row)


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


@pytest.fixture
def mala(county) -> DirectoryEntry:
    return DirectoryEntry.objects.get(name="Växel Malå")


def test_retired_and_taken_back(mala, county):
    retire_entry(by=county.mala_admin, entry=mala)
    assert search_entries("växel malå").entries == []
    assert DirectoryEntry.objects.get(pk=mala.pk).retired_by == county.mala_admin.user
    retire_entry(by=county.mala_admin, entry=mala)

    restore_entry(by=county.mala_admin, entry=mala)
    restore_entry(by=county.mala_admin, entry=mala)
    assert [e.pk for e in search_entries("växel malå").entries] == [mala.pk]
    rows = AuditEntry.objects.filter(target_type="contacts.DirectoryEntry", target_id=str(mala.pk))
    actions = [row.action for row in rows.order_by("pk") if row.user == county.mala_admin.user]
    assert actions == ["directoryentry.retired", "directoryentry.restored"]


def test_a_contact_whose_number_can_not_be_read_is_retired_all_the_same(mala, county):
    DirectoryEntry.objects.filter(pk=mala.pk).update(numbers=[{"kind": "direct", "number": "0953-1"}])
    retire_entry(by=county.mala_admin, entry=mala)
    mala.refresh_from_db()
    assert mala.retired_at is not None


def test_only_the_owners_administrator_retires_and_takes_back(mala, county):
    for by in (county.region_admin, county.cissi):
        with pytest.raises(NotAllowed):
            retire_entry(by=by, entry=mala)
        with pytest.raises(NotAllowed):
            restore_entry(by=by, entry=mala)
    mala.refresh_from_db()
    assert mala.retired_at is None


def test_a_namesake_stops_an_entry_from_being_taken_back(mala, county):
    retire_entry(by=county.mala_admin, entry=mala)
    DirectoryEntry.objects.create(
        principal=mala.principal,
        name=mala.name,
        department=mala.department,
        kind="switchboard",
        availability="unknown",
    )
    with pytest.raises(RuleError, match="Växel Malå"):
        restore_entry(by=county.mala_admin, entry=mala)


def test_a_contacts_unit_is_known_by_its_name_and_is_of_the_own_principal(county):
    by, own = county.mala_admin, replace(FACTS, unit=county.social_care.name)
    assert add_entry(by=by, client_id=uuid4(), facts=own).unit == county.social_care
    with pytest.raises(RuleError) as refusal:
        add_entry(by=by, client_id=uuid4(), facts=replace(FACTS, name="Annat", unit=county.ward.name))
    assert (refusal.value.field, refusal.value.reason) == ("unit", "Välj en av huvudmannens egna enheter.")
    assert not DirectoryEntry.objects.filter(name="Annat").exists()
