"""The product's main job, from the first minute of an outage to the last entry, as a new user would do it."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from contacts.models import AuditEntry
from outage.models import CareChainEvent, Handover
from outage.rules.informing import CallOutcome
from outage.rules.wording import STOCKHOLM, clock_time
from tests.browser.conftest import Windows, at_awkward_hours
from tests.browser.steps import (
    call_to,
    calls_to_make,
    choose_other_end,
    go_to_patient,
    group,
    log_in,
    note,
    open_chain,
    press_to_print,
    report_outage,
    save_call,
    saved_note,
    speak_to,
    tick_message,
)
from tests.factories import County
from tests.paper.reading import everything, squashed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEALTH_CENTRE, MUNICIPALITY = "Heimdalls hälsocentral", "Skellefteå kommun"
OUT, STILL_IN = "Tolvan Tolvansson", "Asta Provberg"


def the_latest_ten_forty() -> datetime:
    """Today's 10.40, or yesterday's where it is earlier than that."""
    now = timezone.localtime(timezone.now(), STOCKHOLM)
    today = now.replace(hour=10, minute=40, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def log_in_at_the_door(windows: Windows, username: str) -> Page:
    page = windows.open()
    page.goto("/")
    log_in(page, username)
    return page


def report_and_note_support(page: Page) -> None:
    began = the_latest_ten_forty()
    expect(page.get_by_role("heading", level=1)).to_have_text("PRATOR i drift")
    page.locator("main").get_by_role("link", name="Anmäl driftstopp").click()
    report_outage(page, began)
    expect(saved_note(page)).to_have_text(re.compile("Driftstoppet är anmält"))

    expect(page.get_by_text("internt 59090")).to_be_visible()
    page.get_by_label("Ärendenummer").fill("INC-0052713")
    page.get_by_role("button", name="Logga att supporten är uppringd").click()
    expect(note(page, "supporten är underrättad")).to_be_visible()

    banner = page.get_by_role("region", name="Driftläge")
    expect(banner).to_contain_text("Driftstopp i PRATOR")
    expect(banner).to_contain_text("10.40")
    expect(page.get_by_text("ärende INC-0052713")).to_be_visible()


def admit(page: Page, number: str, name: str) -> None:
    """Open a chain for a patient who came in the outage, and tell the municipality."""
    page.goto("/")
    page.get_by_role("link", name="Lägg till vårdkedja").click()
    open_chain(page, number=number, name=name)
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    page.get_by_role("link", name="Jag ringer om patienten").click()
    choose_other_end(page, MUNICIPALITY)
    tick_message(page, "Inskrivning")
    speak_to(page, "Karin Påhittad")
    save_call(page)


def reach(page: Page, place: str, spoken_to: str) -> None:
    """Press Nådd on the call to `place`; all but the name and the read-back is filled in."""
    call_to(page, place).get_by_role("link", name="Nådd").click()
    speak_to(page, spoken_to)
    save_call(page)


def tell_the_health_centre_at_the_second_try(page: Page) -> None:
    row = call_to(page, HEALTH_CENTRE)
    expect(row).to_contain_text("Inskrivning")
    row.get_by_role("button", name="Upptaget").click()
    expect(note(page, "Försöket är sparat")).to_be_visible()
    expect(row).to_contain_text("Ringd, inte nådd")
    expect(row).to_contain_text("1 försök")
    reach(page, HEALTH_CENTRE, "Disa Hällvik")
    expect(calls_to_make(page)).to_have_count(0)


def be_rung_by_the_municipality(page: Page, patient: str) -> None:
    page.get_by_role("link", name="Någon ringer oss").click()
    page.get_by_role("searchbox").fill(patient)
    page.get_by_role("button", name="Sök").click()
    choose_other_end(page, MUNICIPALITY)
    tick_message(page, "Svar på inskrivning kommun")
    page.get_by_label("Aktuella insatser").locator("visible=true").fill("Trygghetslarm, hemtjänst")
    speak_to(page, "Karin Påhittad")
    save_call(page)
    received = page.get_by_role("region", name="Mottagna samtal")
    expect(received).to_contain_text("Svar på inskrivning")
    expect(received).to_contain_text("Karin Påhittad")


def discharge(page: Page, patient: str) -> None:
    go_to_patient(page, patient)
    page.get_by_role("link", name="Jag ringer om patienten").click()
    choose_other_end(page, MUNICIPALITY)
    tick_message(page, "Utskrivningsmeddelande")
    speak_to(page, "Karin Påhittad")
    save_call(page)
    expect(calls_to_make(page)).to_have_count(1)
    expect(call_to(page, HEALTH_CENTRE)).to_contain_text("Utskrivning")
    reach(page, HEALTH_CENTRE, "Disa Hällvik")
    go_to_patient(page, patient)
    page.get_by_role("button", name="Avsluta utskrivningen").click()
    expect(note(page, "Alla är underrättade")).to_be_visible()


def print_the_sheet(page: Page) -> str:
    """All text of the blankett."""
    return everything(press_to_print(page, re.compile("^Skriv ut blankett")))


@at_awkward_hours
@pytest.mark.clause("R1.1")
@pytest.mark.clause("R3.1")
@pytest.mark.clause("R4.1")
@pytest.mark.clause("R4.3")
def test_an_outage_from_the_first_call_to_the_last_entry(windows: Windows, county: County):
    nurse = log_in_at_the_door(windows, "alva")
    report_and_note_support(nurse)

    admit(nurse, "19121212-1212", OUT)
    tell_the_health_centre_at_the_second_try(nurse)
    be_rung_by_the_municipality(nurse, OUT)
    discharge(nurse, OUT)

    paper = print_the_sheet(nurse)
    for text in (
        OUT,
        "19121212-1212",
        "Karin Påhittad",
        "Disa Hällvik",
        "Alva Påhittad, Sjuksköterska",
        "Medicin 2",
    ):
        assert squashed(text) in paper
    for call in Handover.objects.all():
        assert clock_time(call.at) in paper

    admit(nurse, "19380214-9805", STILL_IN)
    reach(nurse, HEALTH_CENTRE, "Disa Hällvik")

    coordinator = log_in_at_the_door(windows, "esa")
    coordinator.get_by_role("link", name="PRATOR är åter i drift").click()
    coordinator.get_by_role("button", name="Avsluta för Region Västerbotten").click()
    expect(coordinator.get_by_role("heading", level=1)).to_contain_text("PRATOR åter i drift")

    nurse.goto("/ater-i-drift/")
    not_entered = group(nurse, "Registrera inte").get_by_role("listitem").filter(has_text="R4.3")
    expect(not_entered).to_have_count(1)
    expect(not_entered).to_contain_text(OUT)
    to_enter = group(nurse, "Registrera").locator(".task")
    expect(to_enter).to_have_count(1)
    expect(to_enter).to_contain_text(STILL_IN)
    expect(to_enter).to_contain_text("R4.1")
    expect(group(nurse, "Avgör själv")).to_contain_text("Inget här.")

    to_enter.get_by_role("button", name="Markera som klart").click()
    expect(to_enter).to_contain_text(re.compile(r"Klart .*Alva Påhittad"))
    nurse.reload()
    expect(nurse.get_by_role("heading", level=1)).to_contain_text("1 av 1 klara")

    assert Handover.objects.filter(outcome=CallOutcome.BUSY).count() == 1
    assert Handover.objects.count() == 8
    assert sorted(CareChainEvent.objects.values_list("kind", flat=True)) == [
        "admission",
        "admission",
        "admission_reply",
        "discharge",
    ]
    assert AuditEntry.objects.filter(action="outage.ended").count() == 1
