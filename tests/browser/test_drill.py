"""A ward practises, and a real stop comes in the middle of it: from the quiet link to the first call in earnest."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from outage.models import CareChain, CareChainEvent, Outage
from outage.rules.drills import MARK
from outage.services.outages import end_outage
from tests.browser.conftest import Windows
from tests.browser.looking import DESKTOP, PHONE, show
from tests.browser.steps import (
    calls_to_make,
    choose_other_end,
    fill_in_moment,
    open_chain,
    press_to_print,
    report_outage,
    save_call,
    saved_note,
    speak_to,
    tick_message,
)
from tests.browser.test_banner_and_files import ONE_LINE, banner_height, cut
from tests.factories import County, make_chain, make_entry, make_event, make_outage
from tests.paper.reading import pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME, NUMBER = "Asta Provberg", "19121212-1212"
SOON = 20_000


def banner(page: Page) -> Locator:
    return page.get_by_role("region", name="Driftläge")


def start_drill(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Öva driftstopp").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Öva driftstopp i PRATOR")
    expect(page.get_by_role("main")).to_contain_text("PRATOR är i drift.")
    page.get_by_label("Båda huvudmännen").check()
    fill_in_moment(page, "När ska det ha börjat?", timezone.localtime() - timedelta(minutes=20))
    page.get_by_role("button", name="Starta övningen").click()
    expect(saved_note(page)).to_contain_text("Övningen är startad.")


def log_a_call(page: Page) -> None:
    expect(page.locator(".drill-mark")).to_contain_text("använd påhittade patienter")
    page.get_by_role("link", name="Jag ringer om patienten").click()
    expect(page.locator(".drill-mark")).to_contain_text("använd påhittade patienter")
    choose_other_end(page, "Skellefteå kommun")
    tick_message(page, "Inskrivning")
    speak_to(page, "Karin Påhittad")
    save_call(page)


def test_a_drill_from_its_start_until_a_real_stop_comes(windows: Windows, county: County):
    make_entry(county.municipality, "Skellefteå kommuns växel", "0910-00 00 00")
    coordinator, nurse, town, other = (
        windows.open(by) for by in (county.esa, county.alva, county.cissi, county.bo)
    )
    start_drill(coordinator)
    for page in (coordinator, nurse, town):
        page.goto("/")
        expect(banner(page)).to_contain_text(f"{MARK} Driftstopp i PRATOR sedan")
    nurse.goto("/vardkedjor/ny/")
    open_chain(nurse, number=NUMBER, name=NAME)
    log_a_call(nurse)
    chain = CareChain.objects.select_related("outage").get()
    assert chain.outage.drill
    printed = press_to_print(nurse, "Skriv ut listan")
    assert all(MARK in text for text in pages(printed))
    # One call is half written as it happens.
    writing = windows.open(county.esa)
    writing.goto(f"/vardkedja/{chain.pk}/")
    writing.get_by_role("link", name="Jag ringer om patienten").click()
    choose_other_end(writing, "Skellefteå kommun")
    tick_message(writing, "Utskrivningsmeddelande")
    speak_to(writing, "Karin Påhittad")

    other.goto("/")
    banner(other).get_by_role("link", name="Anmäl driftstopp").click()
    expect(other.get_by_role("main")).to_contain_text("avslutar övningen för alla")
    report_outage(other, timezone.localtime())
    expect(other.locator(".note-warning").first).to_contain_text("Det här är på riktigt.")

    # Nobody has touched the others' pages.
    for page in (coordinator, nurse):
        expect(banner(page)).not_to_contain_text(MARK, timeout=SOON)
        expect(banner(page)).to_contain_text("Driftstopp i PRATOR")
        expect(page.get_by_role("main")).not_to_contain_text(NAME)
        expect(page.locator(".drill-mark")).to_have_count(0)
    expect(calls_to_make(nurse)).to_have_count(0)
    windows.expect_answer(422)
    writing.get_by_role("button", name="Spara och nästa").click()
    expect(writing.get_by_text(re.compile("^Övningen är avslutad"))).to_be_visible()
    assert CareChainEvent.objects.filter(kind="discharge").count() == 0

    nurse.goto("/vardkedjor/ny/")
    open_chain(nurse, number=NUMBER, name=NAME)
    expect(nurse.get_by_role("heading", level=1)).to_contain_text(NAME)
    assert {c.outage.drill for c in CareChain.objects.select_related("outage")} == {True, False}
    nurse.goto(f"/vardkedja/{chain.pk}/")
    expect(nurse.locator(".drill-mark")).to_contain_text("inte till driftstoppet som pågår")
    assert Outage.objects.get(drill=True).closed_at


def test_it_is_started_and_ended_without_a_script(windows: Windows, county: County):
    page = windows.open(county.esa, javascript=False)
    start_drill(page)
    page.goto("/driftstopp/avsluta/")
    expect(page.get_by_role("main")).to_contain_text("slut för alla")
    page.get_by_role("button", name="Avsluta för Region Västerbotten").click()
    expect(banner(page)).to_contain_text(f"{MARK} PRATOR åter i drift")
    expect(page.get_by_role("main")).to_contain_text("Övning: för inte in något i PRATOR.")


def test_the_banner_of_a_drill_is_one_line_on_a_ward_pc(windows: Windows, county: County):
    page = windows.open(county.esa)
    start_drill(page)
    for address in ("/checklistor/", "/"):
        page.goto(address)
        assert banner_height(page) <= ONE_LINE
        assert cut(page) == []
        expect(page.locator("#stuck")).to_contain_text("Rutinen behövs inte än: avbrottet är kort")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    show(page, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_open_list_of_a_drill_that_is_interrupted_shows_nothing_more(windows: Windows, county: County):
    coordinator = windows.open(county.esa)
    start_drill(coordinator)
    drill = Outage.objects.get()
    chain = make_chain(county, drill, patient_name=NAME)
    make_event(county.alva, chain, ago=timedelta(minutes=5))
    end_outage(by=county.esa, outage=drill, ended_at=timezone.now())
    coordinator.goto("/ater-i-drift/")
    expect(coordinator.get_by_role("main")).to_contain_text(NAME)
    windows.expect_answer(404)
    make_outage(county.alva, timedelta(minutes=1))
    main = coordinator.get_by_role("main")
    expect(main).to_contain_text("Det som stod här är avslutat.", timeout=SOON)
    expect(main).not_to_contain_text(NAME)
    expect(banner(coordinator)).not_to_contain_text(MARK, timeout=SOON)
    main.get_by_role("link", name="Visa sidan på nytt").click()
    expect(banner(coordinator)).not_to_contain_text(MARK)


@pytest.mark.parametrize(
    "path", ["/vardkedjor/ny/", "/vardkedja/{}/samtal/?riktning=given", "/vardkedja/{}/andra/"]
)
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_an_open_form_of_a_drill_says_what_goes_on_now_and_keeps_what_is_typed(
    windows: Windows, county: County, path: str, size: Any
):
    coordinator, nurse = windows.open(county.esa), windows.open(county.alva)
    start_drill(coordinator)
    chain = make_chain(county, Outage.objects.get())
    show(nurse, size)
    nurse.clock.install()
    nurse.goto(path.format(chain.pk))
    expect(banner(nurse)).to_contain_text(MARK)
    field = nurse.locator("main input:visible, main textarea:visible").first
    field.focus()
    make_outage(county.alva, timedelta(minutes=1))
    with nurse.expect_response("**/sidhuvud/**"):
        nurse.clock.run_for(31_000)
    expect(banner(nurse)).not_to_contain_text(MARK)
    expect(nurse.locator(".drill-mark")).to_contain_text("Ring inget härifrån")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    end_outage(by=county.esa, outage=Outage.objects.get(drill=False), ended_at=timezone.now())
    with nurse.expect_response("**/sidhuvud/**"):
        nurse.clock.run_for(31_000)
    expect(banner(nurse)).to_contain_text("PRATOR åter i drift")
    expect(field).to_be_focused()
