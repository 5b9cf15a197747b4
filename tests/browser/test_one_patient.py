"""One patient, one chain: two nurses open the same patient, and make one chain of the two."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from contacts.rules.parties import Party
from outage.models import CareChain, ChainJoin, Outage
from outage.queries.care_chains import get_chain
from outage.rules.informing import CallOutcome
from tests.browser.conftest import Windows
from tests.browser.looking import faults, is_on_the_first_screen, looks_at_pages
from tests.browser.steps import calls_to_make, chain_row, follow, open_chain
from tests.factories import County, make_event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAME = "Asta Provberg"


def choose(page: Page, group: str | re.Pattern[str], answer: str | re.Pattern[str]) -> None:
    page.get_by_role("group", name=group).get_by_role("radio", name=answer).check()


@looks_at_pages
def test_who_opens_the_same_patient_is_told_and_two_chains_become_one_and_two_again(
    windows: Windows, county: County, outage: Outage
):
    windows.expect_answer(422)
    alva, esa = windows.open(county.alva), windows.open(county.esa)
    for page in (alva, esa):
        page.goto("/vardkedjor/ny/")
    open_chain(alva, number="19121212-1212", name=NAME)
    expect(alva.get_by_role("heading", level=1)).to_have_text(NAME)

    # Esa had begun before it was there, and writes the number in another way and the name wrong.
    open_chain(esa, number="121212+1212", name="Asta Prövberg")
    asked = esa.get_by_role("group", name=re.compile("^Patienten finns redan: vårdkedja 1"))
    expect(asked).to_contain_text("Samma nummer, olika namn! Här: Asta Prövberg. Där: Asta Provberg.")
    assert faults(esa) == []
    expect(asked.get_by_role("link", name="Visa vårdkedja 1")).to_be_visible()
    choose(esa, re.compile("^Patienten finns redan"), re.compile("det är samma patient"))
    esa.get_by_role("button", name="Öppna vårdkedjan").click()
    expect(esa.get_by_role("heading", level=1)).to_have_text("Asta Prövberg")
    first, second = CareChain.objects.order_by("number")
    for chain, to, ago in ((first, Party.MUNICIPALITY, 30), (second, Party.OUTPATIENT, 42)):
        here, at = get_chain(county.alva, chain.pk), timedelta(minutes=ago)
        make_event(county.alva, here, ago=at, to=to, outcome=CallOutcome.REACHED)
    alva.goto("/")
    expect(calls_to_make(alva)).to_have_count(2)

    alva.goto(f"/vardkedja/{first.pk}/")
    follow(alva.get_by_role("link", name="Samma patient som i en annan vårdkedja? Sammanför"))
    assert faults(alva) == []
    alva.get_by_role("radio", name=re.compile("Asta Prövberg")).check()
    alva.get_by_role("button", name="Visa båda").click()
    expect(alva.get_by_role("heading", level=1)).to_have_text("Sammanför vårdkedja 1 och 2")
    assert faults(alva) == []
    expect(alva.locator("input[type=radio]:checked")).to_have_count(0)
    alva.get_by_role("button", name="Sammanför").click()
    expect(alva.get_by_role("alert")).to_contain_text("Välj ja eller nej.")
    assert faults(alva) == []
    choose(alva, re.compile("^Namn"), re.compile("Provberg"))
    choose(alva, re.compile("samma händelse"), "Ja, det är samma händelse")
    alva.get_by_role("button", name="Sammanför").click()
    # Both logged it, at different times.
    when = re.compile("När det hände: vilket stämmer")
    expect(alva.get_by_role("group", name=when)).to_contain_text("Välj vilket som stämmer.")
    assert faults(alva) == []
    choose(alva, when, re.compile("vårdkedja 2"))
    alva.get_by_role("button", name="Sammanför").click()
    # The name was another, and somebody has been rung.
    choose(alva, re.compile("^Nummer eller namn skiljer"), re.compile("felskrivet"))
    alva.get_by_role("button", name="Sammanför").click()
    expect(alva.get_by_text("Sammanfört. Allt om patienten står nu i vårdkedja 1.")).to_be_visible()
    expect(alva.get_by_text("Räknas som samma händelse")).to_be_visible()
    assert faults(alva) == []

    esa.goto("/")
    expect(calls_to_make(esa)).to_have_count(0)
    expect(chain_row(esa, NAME)).to_have_count(1)
    expect(esa.get_by_text("Asta Prövberg")).to_have_count(0)
    esa.goto(f"/vardkedja/{second.pk}/")
    expect(esa.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(esa.get_by_text("Den vårdkedjan är sammanförd med den här, vårdkedja 1.")).to_be_visible()

    follow(esa.get_by_role("link", name="Upplös sammanföringen"))
    assert faults(esa) == []
    esa.get_by_label("Varför").fill("Det var två patienter.")
    esa.get_by_role("button", name="Upplös").click()
    expect(esa.get_by_text("Upplöst. Vårdkedja 2 står åter för sig.")).to_be_visible()
    esa.goto("/")
    expect(calls_to_make(esa)).to_have_count(2)
    assert ChainJoin.objects.count() == 2


def test_without_javascript_the_way_to_the_chain_there_is_opens_no_other(
    windows: Windows, county: County, outage: Outage
):
    windows.expect_answer(422)
    page = windows.open(county.alva, javascript=False)
    page.goto("/vardkedjor/ny/")
    open_chain(page, number="19121212-1212", name=NAME)
    page.goto("/vardkedjor/ny/")
    open_chain(page, number="1212121212", name=NAME)
    choose(page, re.compile("^Patienten finns redan"), "Gå till vårdkedja 1. Ingen ny öppnas")
    page.get_by_role("button", name="Öppna vårdkedjan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(page.get_by_text("Ingen ny vårdkedja är öppnad.")).to_be_visible()
    assert CareChain.objects.count() == 1


def test_all_of_the_page_that_opens_a_chain_stands_on_the_first_screen(
    windows: Windows, county: County, outage: Outage
):
    page = windows.open(county.alva)
    page.goto("/vardkedjor/ny/")
    for place in (
        page.get_by_label("Patientens namn"),
        page.get_by_label("Skyddade personuppgifter"),
        page.get_by_label("Vet inte", exact=True),
        page.get_by_role("combobox", name=re.compile("^Hälsocentral eller")),
        page.get_by_role("button", name="Öppna vårdkedjan"),
    ):
        assert is_on_the_first_screen(place), place
