"""Gallring in a real browser: what holds it up, two people, the day, and what a nurse writes afterwards."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from outage.models import Outage
from tests.browser.conftest import Windows
from tests.browser.every_page import Looker
from tests.factories import County
from tests.integration.forms.purging import NAME, account_for, log_it, purgeable, run, scanned_sheet, second
from tests.integration.forms.sheets_made import decide

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_pages_of_gallring(
    county: County,
    outage: Outage,
    windows: Windows,
    looker: Looker,
    settings: Any,
    tmp_path: Path,
    clock: Any,
):
    settings.SCAN_DIR, settings.TRAIL_CHECKPOINTS = (
        tmp_path / "scans",
        tmp_path / "trail" / "checkpoints.jsonl",
    )
    decide(county.adam)
    chain = log_it(county, outage)
    sheet = scanned_sheet(county, chain)
    outage = purgeable(county, outage)
    rut = second(county)
    admin, owner = windows.open(county.adam), windows.open(rut)
    looker.look(admin, "/gallring/", starts=False)
    admin.get_by_role("main").get_by_role("link", name="2026").click()
    expect(admin.get_by_text("Det går inte att gallra än.")).to_be_visible()
    looker.look(admin, starts=False)
    account_for(county, sheet)
    admin.reload()
    looker.look(admin, starts=False)
    admin.get_by_label("Gallras den dag").fill("2026-11-25")
    admin.get_by_role("button", name="Föreslå gallringen").click()
    expect(admin.get_by_text("Du har föreslagit gallringen.")).to_be_visible()
    expect(admin.get_by_role("button", name="Bekräfta gallringen")).to_have_count(0)
    owner.goto("/")
    owner.get_by_role("link", name="Gallring").click()
    owner.get_by_role("main").get_by_role("link", name="2026").click()
    looker.look(owner, starts=False)
    owner.get_by_role("button", name="Bekräfta gallringen").click()
    expect(owner.get_by_text("Gallras ons 25 nov 2026").first).to_be_visible()
    owner.get_by_role("link", name="Ta tillbaka gallringen").click()
    expect(owner.get_by_label("Varför tas gallringen tillbaka?")).to_be_focused()
    looker.look(owner)
    clock.shift(timedelta(days=1))
    assert len(run().done) == 1
    admin = windows.open(county.adam)
    admin.goto(f"/gallring/{outage.pk}/")
    expect(admin.get_by_text("Driftstoppet är gallrat.")).to_be_visible()
    looker.look(admin, starts=False)
    nurse = windows.open(county.alva)
    looker.look(nurse, f"/vardkedja/{chain.pk}/", starts=False)
    expect(nurse.get_by_role("main")).not_to_contain_text(NAME)
    looker.look(nurse, "/sena-uppgifter/", starts=False)
    nurse.get_by_label("Vem gäller det?").fill(NAME)
    nurse.get_by_label("När hände det?").fill("24 nov 11.30")
    nurse.get_by_label("Vad hände").fill("Hemtjänsten fick veta att hon kommer hem.")
    nurse.get_by_role("button", name="Spara till samordnaren").click()
    expect(nurse.get_by_text("Din anteckning är sparad och går till samordnaren.")).to_be_visible()
    coordinator = windows.open(county.esa)
    coordinator.goto("/sena-uppgifter/")
    coordinator.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    looker.look(coordinator, starts=False)
    coordinator.get_by_label("Införs i journalen").check()
    coordinator.get_by_label("Varför?").fill("Står inte i journalen.")
    coordinator.get_by_role("button", name="Spara avgörandet").click()
    expect(coordinator.get_by_text("Uppgiften är avgjord.")).to_be_visible()
    looker.look(coordinator, starts=False)
    looker.look(coordinator, "/sena-uppgifter/", starts=False)
