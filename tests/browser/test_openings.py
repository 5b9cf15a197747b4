"""Protected personal data, and a chain of another unit in an emergency: one is asked why, by keyboard, in seconds."""

import re

import pytest
from playwright.sync_api import Page, expect

from outage.models import CareChain, Opening, Outage
from tests.browser.conftest import Windows, script_or_none
from tests.browser.looking import faults
from tests.browser.steps import call_to, choose_other_end, follow, save_call, speak_to
from tests.factories import County, make_chain, make_event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME, NUMBER = "Hemlig Provberg", "19121212-9801"


@pytest.fixture
def hidden(county: County, outage: Outage) -> CareChain:
    chain = make_chain(county, outage, identity=NUMBER, patient_name=NAME, protected_identity=True)
    make_event(county.alva, chain, "discharge")
    return chain


def search(page: Page, text: str) -> None:
    page.goto("/vardkedjor/")
    page.get_by_role("searchbox").fill(text)
    page.keyboard.press("Enter")


@script_or_none
def test_a_protected_patient_is_rung_about_with_one_press_more(
    windows: Windows, county: County, hidden: CareChain, javascript: bool
):
    windows.expect_answer(422)
    esa = windows.open(county.esa, javascript=javascript)
    esa.goto("/")
    expect(esa.locator("body")).not_to_contain_text("Hemlig")
    follow(call_to(esa, "Kommun").get_by_role("link", name="Nådd"))
    expect(esa.get_by_role("heading", level=1)).to_contain_text("Skyddad patient")
    if javascript:
        assert faults(esa) == []
        # The question has the focus and no answer: whoever presses Enter twice has said nothing.
        esa.keyboard.press("Enter")
        assert not Opening.objects.exists()
        esa.keyboard.press("Tab")
    else:
        esa.get_by_role("button", name="Jag ringer om patienten").focus()
    with esa.expect_navigation():
        esa.keyboard.press("Enter")
    expect(esa.get_by_text(NAME).first).to_be_visible()
    assert Opening.objects.get().reason == "rings"
    # All that Läge filled in is still there.
    speak_to(esa, "Karin")
    esa.get_by_role("button", name="Spara och nästa").click()
    expect(esa.get_by_text(re.compile("står inte i katalogen|Sparat på servern")).first).to_be_visible()


def test_who_takes_a_call_is_asked_to_ring_back(windows: Windows, county: County, hidden: CareChain):
    esa = windows.open(county.esa)
    esa.goto(f"/vardkedja/{hidden.pk}/samtal/?riktning=received")
    follow(esa.get_by_role("button", name="Jag tar emot ett samtal om patienten"))
    choose_other_end(esa, "Heimdalls hälsocentral")
    back = esa.get_by_role("group", name="Motringd på nummer ur katalogen?")
    expect(back.get_by_role("link", name=re.compile("0980-319 206"))).to_be_visible()
    expect(back.get_by_text("Skellefteå kommun")).to_be_hidden()
    esa.get_by_role("group", name="Vad sägs?").get_by_role("checkbox").locator("visible=true").first.check()
    back.get_by_role("radio", name="Motringd på nummer ur katalogen").check()
    assert faults(esa) == []
    speak_to(esa, "Karin")
    save_call(esa)
    assert hidden.handovers.latest("recorded_at").checked == "called_back"


def test_another_units_chain_is_opened_in_an_emergency(windows: Windows, county: County, outage: Outage):
    windows.expect_answer(422)
    chain = make_chain(county, outage, identity=NUMBER, patient_name="Asta Provberg")
    make_event(county.alva, chain, "discharge")
    bo = windows.open(county.bo)
    search(bo, "Asta")
    expect(bo.get_by_text("Ingen vårdkedja stämmer")).to_be_visible()
    search(bo, NUMBER)
    expect(bo.get_by_text("Patienten finns hos annan enhet")).to_be_visible()
    expect(bo.get_by_text("Ingen vårdkedja stämmer")).to_have_count(0)
    assert faults(bo) == []
    follow(bo.get_by_role("button", name="Nödöppna hos Medicin 2"))
    expect(bo.get_by_role("heading", level=1)).to_have_text("Nödöppna vårdkedja hos Medicin 2")
    assert faults(bo) == []
    bo.get_by_label("Annat skäl").fill("Asta är här")
    bo.keyboard.press("Enter")
    expect(bo.get_by_role("alert")).to_contain_text("utan patientens namn")
    assert faults(bo) == []
    follow(bo.get_by_role("button", name="Patienten är hos oss eller på väg hit"))
    expect(bo.get_by_role("heading", level=1)).to_have_text("Asta Provberg")
    mark = bo.get_by_text(re.compile(r"Nödöppnad till \d\d\.\d\d – granskas\."))
    expect(mark).to_be_visible()
    expect(bo.get_by_role("link", name="Ändra uppgifter")).to_have_count(0)
    assert faults(bo) == []
    follow(bo.get_by_role("link", name="Jag ringer om patienten"))
    expect(mark).to_be_visible()
    alva = windows.open(county.alva)
    alva.goto(f"/vardkedja/{chain.pk}/")
    expect(alva.get_by_text(re.compile(r"av Bo Påhittad, Ortopeden, \d\d\.\d\d"))).to_be_visible()
    assert faults(alva) == []
