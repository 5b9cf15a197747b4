"""Everything by plain forms: the browser runs no script."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from outage.models import Acknowledgement, ChecklistTick, Handover, Outage, RegistrationMark
from outage.rules.back_registration import Before
from outage.services.outages import end_outage
from tests.browser.conftest import HOURS, Windows
from tests.browser.steps import (
    SAVED,
    choose_other_end,
    group,
    log_in,
    note,
    open_chain,
    report_outage,
    saved_note,
    speak_to,
    tick_message,
)
from tests.factories import County, make_chain, make_event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def tell_of_the_admission(page: Page, place: str, number: str) -> None:
    choose_other_end(page, place)
    page.get_by_label("Nummer", exact=True).fill(number)
    tick_message(page, "Inskrivning")
    speak_to(page, "Karin Påhittad")
    page.get_by_label("Deras enhet").fill(place)
    page.get_by_role("button", name="Spara och nästa").click()
    expect(saved_note(page)).to_have_text(SAVED)


@pytest.mark.parametrize("clock", [HOURS["sunday 00.05"]], indirect=True)
def test_an_outage_is_reported_logged_and_followed_up_without_script(windows: Windows, county: County):
    page = windows.open(javascript=False)
    page.goto("/")
    log_in(page, "esa")
    page.locator("main").get_by_role("link", name="Anmäl driftstopp").click()
    report_outage(page, timezone.localtime() - timedelta(minutes=30))
    page.get_by_role("button", name="Logga att supporten är uppringd").click()
    expect(note(page, "supporten är underrättad")).to_be_visible()

    page.get_by_role("link", name="Lägg till vårdkedja").click()
    open_chain(page, number="19380214-9805", name="Asta Provberg")
    page.get_by_role("link", name="Jag ringer om patienten").click()
    tell_of_the_admission(page, "Skellefteå kommun", "0980-319 210")
    # A try and a call by the buttons of Läge.
    page.get_by_role("button", name="Inget svar").click()
    expect(note(page, "Försöket är sparat")).to_be_visible()
    page.get_by_role("link", name="Nådd").click()
    speak_to(page, "Disa Hällvik")
    page.get_by_role("button", name="Spara och nästa").click()
    expect(saved_note(page)).to_have_text(SAVED)
    expect(page.get_by_text("Inget att ringa")).to_be_visible()

    tick = page.get_by_role("button", name=re.compile("^Bocka av")).first
    item = (tick.get_attribute("aria-label") or "").removeprefix("Bocka av: ")
    tick.click()
    expect(page.get_by_role("button", name=f"Bocka av: {item}")).to_have_attribute("aria-pressed", "true")

    page.goto("/")
    page.get_by_role("link", name="PRATOR är åter i drift").click()
    page.get_by_role("button", name="Avsluta för Region Västerbotten").click()
    task = group(page, "Registrera").locator(".task")
    task.get_by_role("button", name="Markera som klart").click()
    expect(task).to_contain_text("Klart")
    page.get_by_role("button", name="Logga att enheten har kvitterat").click()
    expect(note(page, "meddelandena är kvitterade")).to_be_visible()

    assert sorted(Handover.objects.values_list("outcome", flat=True)) == ["no_answer", "reached", "reached"]
    assert [m.objects.count() for m in (ChecklistTick, RegistrationMark, Acknowledgement)] == [1, 1, 1]


def test_what_is_typed_about_a_task_is_saved_or_stays_whichever_button_is_pressed(
    windows: Windows, county: County, outage: Outage
):
    make_event(county.alva, make_chain(county, outage, before=Before.UNKNOWN), "discharge")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    page = windows.open(county.alva, javascript=False)
    windows.expect_answer(422)
    page.goto("/ater-i-drift/")
    task = group(page, "Avgör själv").locator(".task").first
    task.get_by_label("Vad bestämdes?").fill("Registreras")
    task.get_by_label("Inte infört").check()
    task.get_by_role("button", name="Jag gör den").click()
    expect(task).to_contain_text("Du gör den sedan 10.52")
    expect(task.get_by_label("Vad bestämdes?")).to_have_value("Registreras")
    expect(task.get_by_label("Inte infört")).to_be_checked()
    task.get_by_text("Lämna över eller anteckna").click()
    task.get_by_label("Anteckning").fill("Läkaren vet")
    for press in (
        lambda: task.get_by_role("button", name="Markera som klart").click(),
        lambda: task.get_by_label("Anteckning").press("Enter"),
    ):
        press()
        expect(task.get_by_role("alert")).to_contain_text("Spara anteckningen först, eller ta bort den.")
        expect(task.get_by_label("Anteckning")).to_have_value("Läkaren vet")
        expect(task.get_by_label("Vad bestämdes?")).to_have_value("Registreras")
    task.get_by_role("button", name="Spara").click()
    expect(task).to_contain_text("Läkaren vet (10.52 Alva Påhittad)")
    task.get_by_role("button", name="Markera som klart").click()
    expect(task).to_contain_text("Klart 10.52 Alva Påhittad: Registreras (inte infört)")
