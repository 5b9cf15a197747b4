"""Two contacts, and two units, that are one: joined and taken apart in the browser."""

import pytest
from playwright.sync_api import expect

from contacts.models import DirectoryEntry, Unit
from contacts.rules.entry_facts import EntryKind
from contacts.rules.parties import WardKind
from contacts.rules.permissions import Role
from tests.browser.conftest import Windows
from tests.browser.join_steps import join_contacts, join_units
from tests.factories import County, make_entry, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
A, B = "090-785 40 01", "090-785 40 02"


def test_the_whole_way_of_contacts_and_of_units(windows: Windows, county: County):
    kept = make_entry(county.region, "Hjälpmedel", A, kind=EntryKind.OTHER, owner="IT")
    other = make_entry(county.region, "Hjelpmedel", B, kind=EntryKind.OTHER, owner="Vaktmästeriet")
    page = windows.open(county.adam)
    for step in join_contacts(page, kept, other):
        if step == "both":
            page.get_by_role("group", name="Ägare som gäller sedan").get_by_label("Vaktmästeriet").check()
        if step == "joined":
            row = DirectoryEntry.objects.get(pk=kept.pk)
            assert ([phone.number for phone in row.phones], row.owner) == ([A, B], "Vaktmästeriet")
            nurse = windows.open(county.alva)
            nurse.goto("/kontakter/")
            nurse.get_by_role("searchbox").fill("Hjelpmedel")
            expect(nurse.get_by_role("link", name="Hjälpmedel", exact=True)).to_be_visible()
    assert [phone.number for phone in DirectoryEntry.objects.get(pk=kept.pk).phones] == [A]

    double = Unit.objects.create(principal=county.region, name="Medicin två", ward_kind=WardKind.SOMATIC)
    eva = person("eva", double, Role.STAFF)
    for step in join_units(page, county.ward, double):
        if step == "joined":
            colleague = windows.open(eva)
            colleague.goto("/")
            expect(colleague.get_by_text("Medicin 2").first).to_be_visible()
    double.refresh_from_db()
    assert double.active
