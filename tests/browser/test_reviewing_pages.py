"""The pages of those who read what was done: as every page is looked at, with more than stands first."""

import pytest
from playwright.sync_api import expect

from contacts import audit
from tests.browser.every_page import Demo, Looker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_pages_of_those_who_read_what_was_done(demo: Demo, looker: Looker):
    alva = demo.acting("alva")
    for _ in range(12):
        # More than stand first, and with all that a row can carry.
        audit.record(
            by=alva,
            action="emergency_opened",
            chain=demo.chain("Tolvan").pk,
            changes={"reason": "not_reached"},
        )
    audit.record(by=demo.acting("regionadmin"), action="membership.changed", target=alva.membership)
    reviewer = demo.window("granskare")
    looker.look(reviewer, "/granskning/")
    reviewer.get_by_label("Person").fill("Alva")
    reviewer.keyboard.press("Enter")
    expect(reviewer.get_by_role("link", name="Ta bort valen")).to_be_visible()
    looker.look(reviewer)
    looker.look(reviewer, "/granskning/?visa=forst")
    reviewer.locator(".review-rows a").first.click()
    expect(reviewer.get_by_role("heading", name="Anteckningar")).to_be_visible()
    looker.look(reviewer, starts=False)
    reviewer.get_by_label("Ska följas upp").check()
    reviewer.get_by_label("Anteckning", exact=True).fill("Fråga Alva varför.")
    reviewer.get_by_role("button", name="Spara anteckningen").click()
    expect(reviewer.get_by_text("Fråga Alva varför.")).to_be_visible()
    looker.look(reviewer, "/granskning/stickprov/")
    reviewer.get_by_label("Antal rader").fill("5")
    reviewer.get_by_role("button", name="Dra stickprov").click()
    expect(reviewer.get_by_text("0 av 5 granskade")).to_be_visible()
    looker.look(reviewer, starts=False)
    looker.look(reviewer, "/granskning/rapport/", starts=False)
    looker.look(demo.window("rutinansvarig"), "/avgoranden/", starts=False)
