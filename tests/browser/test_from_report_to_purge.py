"""A stop of two principals from the report to the purge: three people in three windows, each says only what is so."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from contacts.access import Acting
from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from forms.models import Sheet
from outage.models import CareChain, Outage, RegistrationMark
from outage.rules.handover import Message
from outage.rules.paper import PaperMark
from tests.browser.conftest import Windows
from tests.browser.steps import (
    call_to,
    choose_other_end,
    follow,
    group,
    open_chain,
    press_to_print,
    ready,
    report_outage,
    save_call,
    saved_note,
    speak_to,
    tick_message,
)
from tests.clock import TUESDAY, Clock
from tests.factories import County, call_facts, make_entry, person
from tests.integration.forms.entering import enter
from tests.integration.forms.purging import account_for, run, scanned_sheet, second
from tests.integration.forms.sheets_made import decide
from tests.paper.reading import everything, squashed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME, NUMBER = "Asta Provberg", "19121212-1212"
LIVE = 6_000


def begin(nurse: Page) -> None:
    nurse.goto("/driftstopp/anmal/")
    report_outage(nurse, TUESDAY - timedelta(minutes=52))
    expect(saved_note(nurse)).to_contain_text("Driftstoppet är anmält")
    nurse.goto("/vardkedjor/ny/")
    open_chain(nurse, number=NUMBER, name=NAME)
    nurse.get_by_role("link", name="Jag ringer om patienten").click()
    choose_other_end(nurse, "Skellefteå kommun")
    tick_message(nurse, "Inskrivning")
    speak_to(nurse, "Karin Påhittad")
    save_call(nurse)
    call_to(nurse, "Heimdalls hälsocentral").get_by_role("link", name="Nådd").click()
    speak_to(nurse, "Disa Påhittad")
    save_call(nurse)


def hand_over(nurse: Page, coordinator: Page) -> None:
    nurse.goto("/overlamning/lamna-over/")
    nurse.get_by_label("Att tänka på").fill("Papper från i morse ligger i facket.")
    nurse.get_by_role("button", name="Lämna över").click()
    expect(nurse.get_by_text("Överlämningen är sparad.")).to_be_visible()
    coordinator.goto("/overlamning/")
    expect(coordinator.get_by_role("main")).to_contain_text("Papper från i morse ligger i facket.")
    coordinator.get_by_role("button", name="Jag tar över").click()
    expect(coordinator.get_by_text("Du har tagit över från Alva Påhittad.")).to_be_visible()


def end(page: Page, principal: str) -> None:
    page.goto("/driftstopp/avsluta/")
    page.get_by_role("button", name=f"Avsluta för {principal}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("PRATOR åter i drift")


def leave_open(coordinator: Page) -> None:
    ways = coordinator.get_by_role("link", name=re.compile("^Lämna öppet"))
    ready(coordinator, ways.first)
    while ways.count():
        follow(ways.first)
        for box in coordinator.get_by_role("group", name="Vad lämnas öppet?").get_by_role("checkbox").all():
            box.check()
        coordinator.get_by_label("Vem tar hand om det?").fill("Esa Påhittad")
        coordinator.get_by_label("Varför lämnas det öppet?").fill("Görs i morgon.")
        coordinator.get_by_role("button", name="Lämna öppet").click()
        expect(coordinator.get_by_text("Antecknat: det lämnas öppet.")).to_be_visible()
        coordinator.wait_for_load_state("domcontentloaded")


def close(coordinator: Page, outage: Outage) -> None:
    coordinator.goto(f"/stangning/{outage.pk}/")
    expect(coordinator.get_by_text("Det går inte att stänga än.")).to_be_visible()
    expect(coordinator.get_by_role("button", name="Stäng driftstoppet")).to_have_count(0)
    expect(coordinator.get_by_role("main")).not_to_contain_text(NAME)
    leave_open(coordinator)
    press_close(coordinator)


def press_close(page: Page) -> None:
    page.get_by_role("button", name="Stäng driftstoppet").click()
    expect(page.get_by_text("Driftstoppet är stängt", exact=True)).to_be_visible()


def enter_discharge(county: County, sheet: Sheet, chain: CareChain) -> None:
    """The paper from 11.30 says that the patient went home."""
    at = TUESDAY + timedelta(minutes=38)
    enter(
        county,
        sheet,
        chain,
        facts=call_facts(at=at),
        messages=[Message(kind="discharge", sender=Party.INPATIENT, happened_at=at)],
        paper=PaperMark(sheet.serial, at + timedelta(minutes=2), "N.N."),
    )


def later(windows: Windows, clock: Clock, by: timedelta, *people: tuple[Acting, Page]) -> list[Page]:
    for _, page in people:
        page.close()
    clock.shift(by)
    return [windows.open(who) for who, _ in people]


def test_from_the_report_to_the_purge(
    windows: Windows, county: County, clock: Clock, settings: Any, tmp_path: Path
):
    settings.SCAN_DIR, settings.TRAIL_CHECKPOINTS = (
        tmp_path / "scans",
        tmp_path / "trail" / "checkpoints.jsonl",
    )
    make_entry(county.municipality, "Skellefteå kommuns växel", "0910-00 00 00")
    decide(county.adam)
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    people = county.alva, county.esa, cilla
    pages = nurse, coordinator, town = [windows.open(by) for by in people]
    begin(nurse)
    outage, chain = Outage.objects.get(), CareChain.objects.select_related("outage").get()
    town.goto("/")
    expect(town.get_by_role("region", name="Driftläge")).to_contain_text("Driftstopp i PRATOR")
    # What she may not see is not there.
    expect(town.get_by_role("main")).not_to_contain_text(NAME)
    coordinator.goto("/lagesbild/")
    expect(coordinator.get_by_role("main")).not_to_contain_text(NAME)
    sheet = scanned_sheet(county, chain)

    # 15.00: who has not touched the PC for hours logs in anew.
    nurse, coordinator, town = later(
        windows, clock, timedelta(hours=4, minutes=8), *zip(people, pages, strict=True)
    )
    hand_over(nurse, coordinator)

    end(coordinator, "Region Västerbotten")
    town.goto("/")
    expect(town.get_by_role("region", name="Driftläge")).to_contain_text("Är ni också inne i PRATOR?")
    end(town, "Skellefteå kommun")

    nurse.goto("/ater-i-drift/")
    coordinator.goto("/ater-i-drift/")
    register = group(nurse, "Registrera")
    expect(register).to_contain_text("Skriv in patienten")
    register.get_by_role("button", name="Markera som klart").click()
    expect(nurse.locator("#count-all")).to_have_text("1 av 1 klara")
    expect(coordinator.locator("#count-all")).to_have_text("1 av 1 klara", timeout=LIVE)

    # The late sheet: what was done is wrong now, and both open pages say so.
    enter_discharge(county, sheet, chain)
    for page in (nurse, coordinator):
        undo = page.get_by_role("region", name=re.compile("^Ångra"))
        expect(undo).to_contain_text(NAME, timeout=LIVE)
        expect(undo).to_contain_text("Ångra det som gjordes i PRATOR.")
    undo = nurse.get_by_role("region", name=re.compile("^Ångra"))
    undo.get_by_role("button", name=re.compile("^(Inte klart ändå|Markera|Ångrat)")).click()
    expect(coordinator.get_by_role("region", name=re.compile("^Ångra"))).to_have_count(0, timeout=LIVE)
    assert list(RegistrationMark.objects.order_by("pk").values_list("done", flat=True)) == [True, False]
    account_for(county, sheet, rows=1)

    close(coordinator, outage)
    # The municipality logged nothing.
    town.goto(f"/stangning/{outage.pk}/")
    press_close(town)
    nurse.reload()
    expect(nurse.get_by_role("main")).to_contain_text("Driftstoppet är stängt för Region Västerbotten")

    coordinator.goto(f"/rapport/{outage.pk}/")
    coordinator.get_by_role("button", name="Gör rapporten").or_(
        coordinator.get_by_role("heading", name="Översikt")
    ).first.wait_for()
    expect(coordinator.get_by_role("heading", name="Översikt")).to_be_visible()
    printed = squashed(everything(press_to_print(coordinator, "Skriv ut rapporten")))
    assert squashed("Avvikelser") in printed
    assert squashed(NAME) not in printed
    before = coordinator.get_by_role("main").inner_text()

    admin, owner = windows.open(county.adam), windows.open(second(county))
    admin.goto(f"/gallring/{outage.pk}/")
    admin.get_by_label("Gallras den dag").fill("2026-11-25")
    # What was left open at the closing is of a discharge: each says that it goes all the same.
    admin.get_by_label("Gallra fast det finns utskrivningar som alla inte vet om").check()
    admin.get_by_role("button", name="Föreslå gallringen").click()
    expect(admin.get_by_text("Gallringen är föreslagen.")).to_be_visible()
    owner.goto(f"/gallring/{outage.pk}/")
    owner.get_by_label("Gallra fast det finns utskrivningar som alla inte vet om").check()
    owner.get_by_role("button", name="Bekräfta gallringen").click()
    expect(owner.get_by_text("Gallras ons 25 nov 2026").first).to_be_visible()
    for page in (admin, owner):
        page.close()
    pages = nurse, coordinator, town
    nurse, coordinator, town = later(windows, clock, timedelta(days=1), *zip(people, pages, strict=True))
    assert len(run().done) == 1
    nurse.goto(f"/vardkedja/{chain.pk}/")
    expect(nurse.get_by_role("main")).to_contain_text("Gallrad patient")
    expect(nurse.get_by_role("main")).not_to_contain_text(NAME)
    coordinator.goto(f"/rapport/{outage.pk}/")
    purged = coordinator.get_by_text("Driftstoppet är gallrat. Rapporten är gjord")
    shown = coordinator.get_by_role("main").inner_text().replace(purged.inner_text(), "")
    assert shown.split() == before.split(), "all else is as it was"
    coordinator.goto(f"/stangning/{outage.pk}/")
    expect(coordinator.get_by_role("main")).to_contain_text("Driftstoppet är stängt")
    assert timezone.localtime().day == 25
