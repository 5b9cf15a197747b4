"""A second switchboard of the region, step by step: nothing changes until it is chosen, and then everything does."""

import pytest
from playwright.sync_api import Page, expect

from contacts.models import DirectoryEntry
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from tests.browser.conftest import Windows
from tests.factories import County, make_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OURS, OTHER = "090-785 00 00", "090-785 99 99"


@pytest.fixture
def ours(county: County) -> DirectoryEntry:
    DirectoryEntry.objects.filter(kind=EntryKind.SWITCHBOARD).delete()
    return make_entry(
        county.region, "Växeln", OURS, kind=EntryKind.SWITCHBOARD, availability=Availability.ALWAYS
    )


def head(page: Page) -> str:
    page.goto("/kontakter/")
    return page.locator(".page-head .tel").first.inner_text()


@pytest.mark.clause("R5.1")
def test_another_is_added_and_then_chosen(windows: Windows, county: County, ours: DirectoryEntry):
    page = windows.open(county.adam)
    page.goto("/kontakter/ny/")
    page.get_by_label("Typ").select_option("switchboard")
    page.get_by_label("Namn", exact=True).fill("AAA växel")
    page.get_by_label("Nummer 1", exact=True).fill(OTHER)
    page.get_by_role("radio", name="Dygnet runt").check()
    page.get_by_role("button", name="Lägg till kontakten").click()
    expect(page.get_by_text("AAA växel är tillagd.")).to_be_visible()
    assert head(page) == OURS

    page.get_by_role("link", name="Förvalta").click()
    page.get_by_role("link", name="Huvudväxel", exact=True).click()
    expect(page.get_by_role("radio", name=f"Växeln, {OURS}")).to_be_checked()
    page.get_by_role("radio", name=f"AAA växel, {OTHER}").check()
    page.get_by_role("button", name="Spara huvudväxel").click()
    expect(page.get_by_text("AAA växel är huvudväxel.")).to_be_visible()
    expect(page.get_by_text("Vald av er.")).to_be_visible()
    assert head(page) == OTHER
    nurse = windows.open(county.alva)
    assert head(nurse) == OTHER


def test_a_number_is_said_not_to_work_after_one_question_and_taken_back(
    windows: Windows, county: County, ours: DirectoryEntry
):
    page = windows.open(county.alva)
    page.goto(f"/kontakter/{ours.pk}/")
    yes = page.get_by_role("button", name="Ja, anmäl numret")
    expect(yes).to_be_hidden()
    page.get_by_text("Numret fungerar inte").click()
    yes.click()
    expect(page.get_by_text("Anmäld 090-785 00 00 fungerar inte")).to_be_visible()
    ours.refresh_from_db()
    assert ours.flagged
    page.get_by_role("button", name="Ångra").click()
    expect(page.get_by_text("Ångrat.")).to_be_visible()
    ours.refresh_from_db()
    assert not ours.flagged
