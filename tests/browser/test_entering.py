"""From paper to log by hand: one row after the other with the keyboard, beside the sheet."""

import pytest
from playwright.sync_api import Page, expect

from forms.models import PaperEntry
from outage.models import Handover, Outage
from tests.browser.conftest import Windows
from tests.browser.steps import focused
from tests.factories import County, make_chain
from tests.integration.forms.entering import make_sheet

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def type_row(page: Page, at: str, number: str, to: str) -> None:
    """Type a row of the sheet from the first choice to the name spoken to."""
    expect(focused(page)).to_have_attribute("name", "recipient")
    page.get_by_role("radio", name=to).press("Space")
    page.locator("[name=at_kl]").fill(at)
    page.get_by_label("Nummer", exact=True).fill(number)
    page.get_by_role("radio", name="Nådd").press("Space")
    page.get_by_role("radio", name="Nådd").press("Enter")
    expect(focused(page)).to_have_attribute("name", "messages")


def test_two_rows_are_entered_by_keyboard_and_the_second_starts_from_the_first(
    windows: Windows, county: County, outage: Outage
):
    sheet = make_sheet(county.alva)
    make_chain(county, outage, patient_name="Birger Testlund")
    make_chain(county, outage, patient_name="Asta Provberg")
    page = windows.open(county.alva)
    page.goto(f"/blad/{sheet.serial}/for-in/")
    expect(focused(page)).to_have_attribute("name", "vardkedja")
    page.keyboard.type("Asta")
    page.get_by_role("button", name="Lämnat: vi ringde").press("Enter")
    expect(page.get_by_role("region", name="Patient")).to_contain_text("Asta Provberg")

    type_row(page, "09.40", "0910-73 50 00", "Skellefteå kommun")
    # A row is as a rule written when the call is: its time is offered, and what is typed instead is left alone.
    expect(page.locator("[name=written_at_kl]")).to_have_value("09.40")
    expect(page.get_by_label("Deras enhet")).to_have_value("Skellefteå kommun")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(focused(page)).to_have_attribute("name", "spoken_to")
    page.keyboard.type("Karin Påhittad")
    page.get_by_role("radio", name="Upprepat", exact=True).press("Space")
    page.keyboard.press("Enter")
    expect(focused(page)).to_have_attribute("name", "signed_by")
    page.keyboard.type("N.N.")
    page.locator("[name=written_at_kl]").fill("09.45")
    page.locator("[name=at_kl]").fill("09.41")
    page.locator("[name=at_kl]").press("Tab")
    expect(page.locator("[name=written_at_kl]")).to_have_value("09.45")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Raden är sparad på servern")).to_be_visible()
    # The page puts the focus there when it has come, whatever has it by then.
    expect(focused(page)).to_have_attribute("name", "vardkedja")
    page.get_by_role("button", name="Lämnat: vi ringde").press("Enter")
    expect(page.get_by_label("Signatur på bladet")).to_have_value("N.N.")
    type_row(page, "09.50", "090-785 00 00", "Heimdalls hälsocentral")
    page.get_by_role("checkbox", name="Inskrivning").first.press("Space")
    page.get_by_label("Talade med").fill("Disa Påhittad")
    page.get_by_label("Talade med").press("Enter")

    expect(page.get_by_role("heading", name="Infört från bladet (2)")).to_be_visible()
    calls = list(Handover.objects.order_by("at"))
    assert [f"{call.at:%H.%M} {call.written_at:%H.%M}" for call in calls] == ["08.41 08.45", "08.50 08.50"]
    assert {call.paper_signature for call in calls} == {"N.N."}
    assert {call.messages.get().event_id for call in calls} == {calls[0].messages.get().event_id}
    assert PaperEntry.objects.count() == 2
    expect(focused(page)).to_have_attribute("name", "vardkedja")
    page.get_by_role("button", name="Alla rader är införda").press("Enter")
    expect(page.get_by_text("Alla rader är införda i loggen.")).to_be_visible()
    expect(page).to_have_url(f"{page.url.split('/blad/')[0]}/blad/{sheet.serial}/")
    expect(page.get_by_text("Alla rader är införda enligt Alva Påhittad")).to_be_visible()
