"""Kontakter in a real browser: results as one types, by keyboard."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def contacts_page(page: Page, client, county, live_server) -> Page:
    client.force_login(county.alva.user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page.goto(reverse("contacts"))
    return page


@pytest.mark.clause("R5.5")
def test_five_letters_find_the_hemsjukvard_and_no_letters_bring_the_switchboards_back(contacts_page):
    contacts_page.keyboard.type("nordm")
    expect(contacts_page.get_by_role("status").filter(has_text="träffar")).to_have_text(
        "Totalt antal träffar: 3"
    )
    expect(contacts_page.get_by_role("row").nth(1)).to_contain_text("Hemsjukvård Nordmaling dagtid")
    assert contacts_page.url.endswith(reverse("contacts"))

    contacts_page.keyboard.press("Control+a")
    contacts_page.keyboard.press("Delete")
    expect(contacts_page.get_by_role("heading", name="Växlar")).to_be_visible()
    expect(contacts_page.get_by_text("träffar")).to_have_count(0)


def test_a_search_by_enter_has_an_address_of_its_own(contacts_page):
    contacts_page.keyboard.type("servicedesk")
    contacts_page.keyboard.press("Enter")
    expect(contacts_page).to_have_url(re.compile(r"\?q=servicedesk$"))
    expect(contacts_page.get_by_role("row").nth(1)).to_contain_text("internt 59090")


@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize("query", ["", "?q=växel", "?q=atlantis"])
def test_accessible_and_never_wider_than_the_window(contacts_page, width, query):
    contacts_page.set_viewport_size({"width": width, "height": 800})
    contacts_page.goto(reverse("contacts") + query)
    assert Axe().run(contacts_page).violations_count == 0
    assert contacts_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
