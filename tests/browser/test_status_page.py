"""Läge on a ward PC and on a telephone: the next call to make is the first thing one sees; and the banner above it."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from outage.models import Outage
from outage.rules.outage_status import OutageScope
from outage.rules.wording import STOCKHOLM, moment
from outage.services.outages import end_outage, reopen_outage
from tests.browser.conftest import HOURS, Windows, at_awkward_hours
from tests.browser.looking import PHONE, focus_ring, is_on_the_first_screen
from tests.browser.steps import calls_to_make
from tests.factories import County, make_chain, make_event, make_outage, tell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WARD_PC = (1366, 768)


def banner(page: Page) -> Locator:
    return page.get_by_role("region", name="Driftläge")


@pytest.fixture
def busy_ward(county: County, outage: Outage) -> Outage:
    """Twelve patients on the ward, each with calls to make; the youngest of the events is a discharge."""
    for number in range(12):
        make_event(county.alva, make_chain(county, outage), ago=timedelta(minutes=90 - number))
    urgent = make_chain(county, outage, patient_name="Asta Provberg", before="admitted")
    make_event(county.alva, urgent, "discharge", ago=timedelta(minutes=1))
    return outage


@pytest.mark.clause("R1.6")
@pytest.mark.parametrize(
    ("size", "clock"),
    [(WARD_PC, HOURS["tuesday 11.59"]), (WARD_PC, HOURS["sunday 00.05"]), (PHONE, HOURS["tuesday 11.59"])],
    ids=["ward PC on a weekday", "ward PC on a Sunday", "telephone"],
    indirect=["clock"],
)
def test_the_first_call_to_make_stands_on_the_first_screen(
    windows: Windows, county: County, busy_ward: Outage, size: tuple[int, int]
):
    page = windows.open(county.alva, size=size)
    page.goto("/")
    first = calls_to_make(page).first
    expect(first).to_contain_text("Utskrivning")
    expect(first).to_contain_text("Asta Provberg")
    for place in (
        first.get_by_role("heading"),
        first.locator("a.tel").first,
        first.get_by_role("link", name="Nådd"),
        first.get_by_role("link", name="Förmedlat"),
        first.get_by_role("button", name="Inget svar"),
        first.get_by_role("button", name="Upptaget"),
    ):
        assert is_on_the_first_screen(place), place
    assert re.fullmatch(r"tel:\+46\d+", first.locator("a.tel").first.get_attribute("href") or "")


@pytest.mark.clause("R5.4")
@pytest.mark.parametrize(
    ("clock", "answer"),
    [(HOURS["tuesday 11.59"], "Nådd"), (HOURS["sunday 00.05"], "Förmedlat")],
    ids=HOURS.keys(),
    indirect=["clock"],
)
def test_the_focus_is_on_the_answer_that_the_number_can_give(
    windows: Windows, county: County, outage: Outage, answer: str
):
    chain = make_chain(county, outage)
    admission = make_event(county.alva, chain)
    tell(county.alva, chain, admission, to="outpatient")
    page = windows.open(county.alva)
    page.goto("/")
    expect(calls_to_make(page)).to_have_count(1)
    expect(calls_to_make(page).locator(":focus")).to_have_text(answer)
    assert focus_ring(page) == {"outlineStyle": "solid", "outlineWidth": "3px"}


def test_nothing_is_written_smaller_than_sixteen_pixels(windows: Windows, county: County, busy_ward: Outage):
    page = windows.open(county.alva)
    page.goto("/")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 16
    small = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
          .filter((e) => e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 16)
          .map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_the_banner_without_an_outage_is_a_quiet_line(windows: Windows, county: County):
    page = windows.open(county.alva)
    page.goto("/kontakter/")
    expect(banner(page)).to_contain_text("PRATOR i drift")
    expect(banner(page).get_by_role("link")).to_have_text("Anmäl driftstopp")
    expect(page.get_by_role("link", name="Jag ringer")).to_have_count(0)


@at_awkward_hours
@pytest.mark.clause("R1.7")
def test_the_banner_in_an_outage_says_since_when_for_whom_and_what_the_routine_says(
    windows: Windows, county: County
):
    outage = make_outage(county.alva, timedelta(hours=3))
    began = outage.current.started_at
    page = windows.open(county.alva)
    for address in ("/", "/vardkedjor/", "/checklistor/", "/kontakter/"):
        page.goto(address)
        expect(banner(page)).to_contain_text(
            f"Driftstopp i PRATOR sedan {moment(began, timezone.now())} (3 h"
        )
        expect(banner(page)).to_contain_text("båda huvudmännen")
        expect(banner(page)).to_contain_text("Använd rutinen")
        expect(banner(page).locator(".clause")).to_have_text(re.compile(r"R1\.[57]"))


@pytest.mark.clause("R1.5")
def test_the_banner_counts_down_to_twelve_by_the_servers_clock(windows: Windows, county: County):
    make_outage(county.alva, timedelta(minutes=10))
    page = windows.open(county.alva)
    # This computer's own clock is years off.
    page.clock.install(time=datetime(2031, 5, 1, 3, 0, tzinfo=STOCKHOLM))
    page.goto("/")
    expect(banner(page)).to_contain_text(re.compile(r"12\.00 om 1 h [78] min"))
    expect(banner(page)).to_contain_text(re.compile(r"\(1[01] min\)"))
    # The server's clock stands still here: it is silent.
    page.route("**/*", lambda _: None)
    page.clock.run_for(5 * 60_000)
    expect(banner(page)).to_contain_text(re.compile(r"12\.00 om 1 h [23] min"))
    expect(banner(page)).to_contain_text(re.compile(r"\(1[56] min\)"))


def test_the_banner_when_the_system_is_back_and_when_it_was_not(
    windows: Windows, county: County, outage: Outage
):
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    page = windows.open(county.alva)
    page.goto("/")
    expect(banner(page)).to_contain_text("PRATOR åter i drift")
    expect(banner(page)).not_to_contain_text("Driftstopp i PRATOR")
    banner(page).get_by_role("link", name="Visa vad som ska registreras").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("PRATOR åter i drift")
    outage.refresh_from_db()
    reopen_outage(by=county.esa, outage=outage)
    page.goto("/")
    expect(banner(page)).to_contain_text("Driftstopp i PRATOR sedan")


@pytest.mark.clause("R1.2")
def test_when_the_municipalities_alone_are_cut_off_each_is_told_its_own(windows: Windows, county: County):
    make_outage(county.alva, scope=OutageScope.MUNICIPALITIES_ONLY)
    municipality, region = windows.open(county.cissi), windows.open(county.alva)
    for page in (municipality, region):
        page.goto("/")
        expect(banner(page)).to_contain_text("enbart kommunerna")
        expect(banner(page).locator(".clause")).to_have_text("R1.2")
    expect(municipality.locator("main")).to_contain_text("Logga in i PRATOR via internetlänken.")
    expect(municipality.locator("main")).to_contain_text("Se pärmen.")
    expect(region.locator("main")).to_contain_text("Ni ser översikten i PRATOR.")
    expect(region.locator("main")).not_to_contain_text("Se pärmen.")


BROKEN_NUMBERS = r"""() => {
  const walker = document.createTreeWalker(document.getElementById("main"), NodeFilter.SHOW_TEXT);
  let broken = 0;
  while (walker.nextNode()) {
    const at = walker.currentNode.data.search(/\d{8}-\d{4}/);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + 13);
    broken += range.getClientRects().length > 1;
  }
  return broken;
}"""


def test_a_number_is_read_on_one_line_and_a_long_name_takes_no_room_from_the_states(
    windows: Windows, county: County, busy_ward: Outage
):
    chain = make_chain(county, busy_ward)
    tell(county.alva, chain, make_event(county.alva, chain))
    make_chain(county, busy_ward, patient_name="W" * 200)
    page = windows.open(county.alva)
    page.goto("/")
    # Two lines of text, as where all names are short.
    assert page.locator("table .state-informed").evaluate("(state) => state.clientHeight") < 60
    page.goto("/samtal/?riktning=given")
    for width in range(330, 430, 4):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(BROKEN_NUMBERS) == 0
