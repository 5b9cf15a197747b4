"""Two people at two computers, at the same time, about the same patient."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from outage.models import Handover, Outage
from tests.browser.conftest import Windows
from tests.browser.steps import (
    SAVED,
    call_to,
    calls_to_make,
    chain_row,
    open_chain,
    report_outage,
    saved_note,
    speak_to,
)
from tests.factories import County, make_chain, make_event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def begin_to_tell(page: Page, place: str, spoken_to: str) -> None:
    page.goto("/")
    call_to(page, place).get_by_role("link", name="Nådd").click()
    speak_to(page, spoken_to)


def save(page: Page) -> None:
    page.get_by_role("button", name="Spara och nästa").click()
    expect(saved_note(page)).to_have_text(SAVED)


def test_each_rings_one_party_and_both_see_both(windows: Windows, county: County, outage: Outage):
    chain = make_chain(county, outage, patient_name="Asta Provberg")
    make_event(county.alva, chain)
    alva, esa = windows.open(county.alva), windows.open(county.esa)
    begin_to_tell(alva, "Skellefteå kommun", "Karin Påhittad")
    begin_to_tell(esa, "Heimdalls hälsocentral", "Disa Hällvik")
    save(esa)
    save(alva)

    assert sorted(Handover.objects.filter(outcome="reached").values_list("spoken_to", "user__username")) == [
        ("Disa Hällvik", "esa"),
        ("Karin Påhittad", "alva"),
    ]
    for page in (alva, esa):
        page.goto("/")
        expect(calls_to_make(page)).to_have_count(0)
        expect(chain_row(page, "Asta Provberg").get_by_text("Underrättad")).to_have_count(2)


def test_both_ring_the_same_party_and_neither_call_is_lost(windows: Windows, county: County, outage: Outage):
    chain = make_chain(county, outage, patient_name="Asta Provberg")
    make_event(county.alva, chain)
    alva, esa = windows.open(county.alva), windows.open(county.esa)
    begin_to_tell(alva, "Skellefteå kommun", "Karin Påhittad")
    begin_to_tell(esa, "Skellefteå kommun", "Kristina Påhittad")
    save(alva)
    windows.expect_answer(422)
    esa.get_by_role("button", name="Spara och nästa").click()
    esa.get_by_label("Ja, ett samtal till").check()
    save(esa)

    assert Handover.objects.filter(outcome="reached").count() == 2
    for page in (alva, esa):
        page.goto("/")
        expect(calls_to_make(page)).to_have_count(1)
        chain_row(page, "Asta Provberg").get_by_role("link").click()
        timeline = page.get_by_role("region", name="Tidslinje")
        expect(timeline).to_contain_text("Karin Påhittad")
        expect(timeline).to_contain_text("Kristina Påhittad")


def test_two_report_the_same_outage_and_it_is_one(windows: Windows, county: County):
    alva, cissi = windows.open(county.alva), windows.open(county.cissi)
    for page in (alva, cissi):
        page.goto("/driftstopp/anmal/")
    now = timezone.localtime()
    report_outage(alva, now)
    expect(saved_note(alva)).to_contain_text("Driftstoppet är anmält")
    report_outage(cissi, now)
    expect(saved_note(cissi)).to_contain_text("Ett driftstopp pågår redan. Din anmälan är tillagd.")
    assert Outage.objects.count() == 1
    # The region's number is not the municipality's.
    expect(alva.get_by_text("internt 59090")).to_be_visible()
    expect(cissi.get_by_text("59090")).to_have_count(0)
    expect(cissi.get_by_text("Ring kommunens egen IT-support")).to_be_visible()


def test_neighbours_patient_is_not_theirs_to_see(windows: Windows, county: County, outage: Outage):
    alva, cissi = windows.open(county.alva), windows.open(county.cissi)
    windows.expect_answer(404)
    alva.goto("/vardkedjor/ny/")
    open_chain(alva, number="19380214-9805", name="Asta Provberg")
    expect(alva.get_by_role("heading", level=1)).to_have_text("Asta Provberg")
    cissi.goto("/vardkedjor/")
    expect(cissi.locator("body")).not_to_contain_text("Asta")
    cissi.goto(alva.url)
    expect(cissi.get_by_role("heading", level=1)).to_have_text("Sidan finns inte")
