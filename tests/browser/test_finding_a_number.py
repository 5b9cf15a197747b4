"""Kontakter in a real browser: results as one types, by keyboard.

Where the typing itself is not tried, a text is inserted whole: what was found for the first letters of it, if that
comes late, would be taken for the answer.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.factories import make_entry
from tests.integration.contacts.conftest import County, county, directory
from tests.long import runs

__all__ = ["county", "directory"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


SEALED = re.compile(r"\?(visa=\w+&)?s=[^&]+$")
SATURDAY_EVENING = datetime(2026, 11, 28, 19, 0, tzinfo=ZoneInfo("Europe/Stockholm"))


@pytest.fixture
def saturday_evening(clock):
    """Make it Saturday evening; named before the page, so that the log-in happens then."""
    clock.move_to(SATURDAY_EVENING)


@pytest.fixture
def contacts_page(windows: Windows, county: County) -> Page:
    page = windows.open(county.alva)
    page.goto(reverse("contacts"))
    expect(page.get_by_role("searchbox")).to_be_focused()
    return page


@pytest.mark.clause("R5.5")
def test_five_letters_find_the_hemsjukvard_and_no_letters_bring_the_switchboards_back(contacts_page):
    contacts_page.keyboard.type("nordm")
    expect(contacts_page.get_by_role("status").filter(has_text="träffar")).to_have_text(
        "Totalt antal träffar: 3"
    )
    expect(contacts_page.get_by_role("row").nth(1)).to_contain_text("Växel Nordmaling")
    expect(contacts_page.get_by_role("row").nth(2)).to_contain_text("Hemsjukvård Nordmaling dagtid")
    expect(contacts_page).to_have_url(SEALED)

    contacts_page.keyboard.press("Control+a")
    contacts_page.keyboard.press("Delete")
    expect(contacts_page.get_by_role("heading", name="Växlar")).to_be_visible()
    expect(contacts_page.get_by_text("träffar")).to_have_count(0)
    expect(contacts_page).to_have_url(re.compile(rf"{reverse('contacts')}$"))


def test_a_search_by_enter_has_an_address_of_its_own(contacts_page):
    contacts_page.keyboard.insert_text("servicedesk")
    contacts_page.keyboard.press("Enter")
    expect(contacts_page.get_by_role("row").nth(1)).to_contain_text("internt 59090")
    expect(contacts_page).to_have_url(SEALED)
    contacts_page.reload()
    expect(contacts_page.get_by_role("row").nth(1)).to_contain_text("internt 59090")
    expect(contacts_page.get_by_role("searchbox")).to_have_value("servicedesk")


@pytest.mark.long
@pytest.mark.parametrize(
    ("search", "javascript"),
    [
        ("contacts", True),
        ("advanced_search", True),
        ("keep_contacts", False),
        ("contacts", False),
        ("advanced_search", False),
        ("keep_contacts", True),
    ][: runs(3, full=6)],
)
def test_what_is_typed_is_in_no_address_and_back_leads_to_the_hits(windows, county, search, javascript):
    """A number of a patient, typed in the wrong box, is in no history and no log of addresses."""
    windows.expect_no_waiting()
    page = windows.open(county.region_admin, javascript=javascript)
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("framenavigated", lambda frame: addresses.append(frame.url))
    page.goto(reverse(search))
    box = (
        page.get_by_label("Söktext 4", exact=True)
        if search == "advanced_search"
        else page.get_by_role("searchbox")
    )
    box.fill("19121212-1212")
    if javascript:
        # Answered as one types, where the page does that.
        page.wait_for_timeout(600)
    box.press("Enter")
    expect(page).to_have_url(SEALED)
    box.fill("servicedesk")
    box.press("Enter")
    hit = page.get_by_role("link", name="Servicedesk").last
    hit.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Servicedesk")
    page.go_back()
    expect(box).to_have_value("servicedesk")
    expect(hit).to_be_visible()
    page.reload()
    expect(hit).to_be_visible()
    assert not [address for address in addresses if "1212" in address or "service" in address]


def test_back_leads_to_what_was_found_while_one_typed(contacts_page):
    contacts_page.keyboard.insert_text("servicedesk")
    hit = contacts_page.get_by_role("link", name="Servicedesk").last
    expect(contacts_page).to_have_url(SEALED)
    hit.click()
    expect(contacts_page.get_by_role("heading", level=1)).to_have_text("Servicedesk")
    contacts_page.go_back()
    expect(contacts_page.get_by_role("searchbox")).to_have_value("servicedesk")
    expect(hit).to_be_visible()


def test_a_near_spelling_is_offered_and_taken_by_keyboard(contacts_page):
    contacts_page.keyboard.insert_text("växel skelefteå")
    note = contacts_page.locator("#results .note")
    expect(note).to_contain_text("Menade du Växel Skellefteå?")
    expect(contacts_page.get_by_role("row").nth(1)).to_contain_text("Växel Skellefteå")
    contacts_page.keyboard.press("ArrowDown")
    contacts_page.keyboard.press("Enter")
    expect(contacts_page.get_by_role("searchbox")).to_have_value("Växel Skellefteå")
    expect(note).to_have_count(0)


def test_a_server_that_is_gone_is_told_and_whoever_types_is_left_there(contacts_page):
    box = contacts_page.get_by_role("searchbox")
    contacts_page.route("**/kontakter/", lambda route: route.abort())
    contacts_page.keyboard.type("nord")
    expect(box).to_be_focused()
    expect(contacts_page.locator("[data-alert]")).to_have_count(0)


@pytest.mark.clause("R5.4")
def test_four_keys_find_whom_to_ring_for_nordmaling_on_a_saturday_evening(saturday_evening, contacts_page):
    for key in "nord":
        contacts_page.keyboard.press(key)
    card = contacts_page.locator(".ring-card")
    # Three letters find two.
    expect(card.get_by_role("heading")).to_have_text(["Nordmalings kommun"])
    expect(card.locator(".ring-best").get_by_role("link").first).to_have_attribute("href", "tel:+46907850000")
    expect(card).to_contain_text("öppet nu")
    expect(card).to_contain_text("Be om Hemsjukvård Nordmaling kväll/helg")
    expect(card.locator(".ring-best")).to_be_in_viewport()


def test_arrows_walk_the_answers_enter_opens_one_and_escape_goes_back(contacts_page):
    box = contacts_page.get_by_role("searchbox")
    contacts_page.keyboard.insert_text("nord")
    expect(contacts_page.locator(".ring-card")).to_be_visible()
    contacts_page.keyboard.press("ArrowDown")
    expect(contacts_page.locator(".ring-best a.tel")).to_be_focused()
    contacts_page.keyboard.press("ArrowDown")
    first = contacts_page.get_by_role("link", name="Växel Nordmaling").last
    expect(first).to_be_focused()
    contacts_page.keyboard.press("ArrowUp")
    contacts_page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    contacts_page.keyboard.press("ArrowDown")
    contacts_page.keyboard.press("ArrowDown")
    contacts_page.keyboard.press("Escape")
    expect(box).to_be_focused()
    expect(box).to_have_value("nord")
    contacts_page.keyboard.press("ArrowDown")
    contacts_page.keyboard.press("ArrowDown")
    contacts_page.keyboard.press("Enter")
    expect(contacts_page.get_by_role("heading", level=1)).to_have_text("Växel Nordmaling")


@pytest.mark.parametrize("clipboard", [True, False])
def test_a_number_is_copied_and_said_to_be(contacts_page, clipboard):
    if not clipboard:
        contacts_page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined});")
        contacts_page.reload()
        expect(contacts_page.get_by_role("searchbox")).to_be_focused()
    else:
        contacts_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    contacts_page.keyboard.insert_text("malå")
    # The button stands among the switchboards too, until what was found takes their place.
    expect(contacts_page.get_by_role("status").filter(has_text="träffar")).to_have_text(
        "Totalt antal träffar: 1"
    )
    button = contacts_page.get_by_role("button", name="Kopiera 0953-140 00").first
    button.click()
    expect(contacts_page.get_by_role("status").filter(has_text="Kopierat")).to_have_text(
        "Kopierat: 0953-140 00"
    )
    expect(button).to_be_focused()
    contacts_page.get_by_role("searchbox").fill("")
    contacts_page.keyboard.press("Control+v")
    expect(contacts_page.get_by_role("searchbox")).to_have_value("0953-140 00")


@pytest.mark.clause("R5.6")
def test_the_advanced_search_answers_as_one_types_and_opens_all_numbers_in_place(contacts_page, county):
    make_entry(county.region, "Anna Öberg", "51101", first_name="Anna", last_name="Öberg", title="Kurator")
    contacts_page.goto(reverse("advanced_search"))
    expect(contacts_page.get_by_label("Söktext 1", exact=True)).to_be_focused()
    contacts_page.keyboard.insert_text("ann")
    hits = contacts_page.get_by_role("status").filter(has_text="träffar")
    expect(hits).to_have_text("Totalt antal träffar: 1")
    contacts_page.get_by_label("Söktext 3", exact=True).fill("läkare")
    expect(hits).to_have_text("Totalt antal träffar: 0")
    contacts_page.get_by_label("Söktext 3 gäller").select_option("Efternamn")
    contacts_page.get_by_label("Söktext 3", exact=True).fill("oberg")
    expect(hits).to_have_text("Totalt antal träffar: 1")
    contacts_page.keyboard.press("ArrowDown")
    expect(contacts_page.get_by_role("link", name="Anna Öberg")).to_be_focused()
    contacts_page.keyboard.press("Tab")
    contacts_page.keyboard.press("Enter")
    opened = contacts_page.locator("details.all-numbers")
    expect(opened.get_by_text("internt 51101")).to_be_visible()
    contacts_page.keyboard.press("Escape")
    expect(contacts_page.get_by_label("Söktext 3", exact=True)).to_be_focused()
    contacts_page.wait_for_timeout(500)
    expect(opened.get_by_text("internt 51101")).to_be_visible()


def test_chosen_columns_come_back_with_the_search(contacts_page):
    contacts_page.goto(reverse("advanced_search"))
    contacts_page.get_by_label("Söktext 4", exact=True).fill("växel")
    contacts_page.keyboard.press("Enter")
    expect(contacts_page).to_have_url(SEALED)
    contacts_page.get_by_text("Välj kolumner").click()
    contacts_page.get_by_label("Huvudman").check()
    contacts_page.get_by_role("button", name="Visa valda kolumner").click()
    expect(contacts_page.get_by_role("columnheader", name="Huvudman")).to_be_visible()
    expect(contacts_page.get_by_label("Söktext 4", exact=True)).to_have_value("växel")


def test_all_of_it_works_without_javascript(windows: Windows, county: County):
    page = windows.open(county.alva, javascript=False)
    page.goto(reverse("contacts"))
    page.get_by_role("searchbox").fill("nord")
    page.get_by_role("button", name="Sök").click()
    expect(page.locator(".ring-card")).to_contain_text("Nordmalings kommun")
    expect(page.locator("[data-copy]").first).to_be_hidden()
    page.get_by_text("Fler vägar").click()
    expect(page.locator(".ring-others")).to_be_visible()
    page.goto(reverse("advanced_search"))
    page.get_by_label("Söktext 4", exact=True).fill("servicedesk")
    page.get_by_role("button", name="Sök").click()
    page.locator("details.all-numbers summary").click()
    expect(page.locator("details.all-numbers").get_by_text("internt 59090")).to_be_visible()
