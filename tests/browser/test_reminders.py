"""What is owed too long: in the page for everybody, beside the browser's window for who has said yes, and no other."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Outage
from tests.browser.conftest import Windows
from tests.browser.steps import calls_to_make, log_in
from tests.clock import Clock
from tests.factories import County, make_chain, make_event, tell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOTICE = "Driftstopp PRATOR: 2 påminnelser. Öppna Läge."
A_MINUTE = 60_000
# Told what the browser would show, and whether the window is looked at. What it allows holds for all of its windows.
STAND_IN = """
  window.told = [];
  window.shown = null;
  window.Notification = class {
    static get permission() { return document.cookie.includes("allowed=1") ? "granted" : "default"; }
    static async requestPermission() { document.cookie = "allowed=1; path=/"; return "granted"; }
    constructor(text, { tag }) { this.text = text; window.told.push([text, tag]); window.shown = this; }
    close() { if (window.shown === this) window.shown = null; }
  };
  let away = false;
  Object.defineProperty(document, "hidden", { get: () => away });
  window.goAway = (now) => { away = now; document.dispatchEvent(new Event("visibilitychange")); };
  // Who waits for these has been asked for them before, and so has gone on when they are there.
  const awaited = [];
  const noted = (answer) => { awaited.push(answer); return answer; };
  const { fetch } = window;
  const { json } = Response.prototype;
  window.fetch = (...asked) => noted(fetch(...asked));
  Response.prototype.json = function () { return noted(json.call(this)); };
  window.answered = async () => { while (awaited.length) await Promise.allSettled(awaited.splice(0)); };
"""


@pytest.fixture
def discharge(county: County, outage: Outage) -> CareChainEvent:
    chain: CareChain = make_chain(county, outage, patient_name="Asta Provberg")
    return make_event(county.alva, chain, "discharge", ago=timedelta(minutes=10))


def opened(windows: Windows, county: County) -> Page:
    page = windows.open(county.alva)
    page.context.grant_permissions(["notifications"])
    page.add_init_script(STAND_IN)
    page.clock.install()
    page.goto("/")
    return page


def away(page: Page) -> list[Any]:
    """Nobody looks at the window for two minutes; what the browser has been told to show there, ever."""
    # What asks does so once the whole page has come.
    page.wait_for_load_state()
    page.evaluate("goAway(true)")
    page.clock.run_for(2 * A_MINUTE)
    page.evaluate("answered()")
    told: list[Any] = page.evaluate("told")
    return told


def back(page: Page) -> None:
    page.evaluate("goAway(false)")


def say_yes(page: Page) -> None:
    page.goto("/konto/")
    page.get_by_role("button", name="Visa påminnelser utanför webbläsaren").click()
    expect(page.get_by_text("Påminnelser visas utanför webbläsaren också.")).to_be_visible()


def test_an_open_laege_shows_what_has_become_late_and_is_silent_when_it_is_done(
    windows: Windows, county: County, discharge: CareChainEvent, clock: Clock
):
    page = windows.open(county.alva)
    page.clock.install()
    page.goto("/")
    late = page.get_by_role("list", name="Påminnelser")
    said = page.locator("#reminders [role=status]")
    expect(late).to_have_count(0)
    expect(said).to_have_text("")
    clock.shift(timedelta(minutes=6))
    page.clock.run_for(15_000)
    expect(late).to_contain_text(re.compile(r"utskrivningsmeddelande.*senast 10\.57: 1 min för sent"))
    # Of one patient, whom two are to hear of.
    expect(said).to_have_text("1 påminnelse")
    # What has the focus stays where it is, and says so.
    expect(calls_to_make(page).first).to_contain_text("För sent: senast 10.57")
    expect(calls_to_make(page).nth(1)).to_contain_text("1 min för sent")
    expect(page.locator("[data-start]").first).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)
    late.get_by_role("link", name="utskrivningsmeddelande").click()
    expect(page).to_have_url(re.compile("/#calls$"))
    for to in (Party.MUNICIPALITY, Party.OUTPATIENT):
        tell(county.esa, discharge.chain, discharge, to=to)
    page.mouse.move(0, 0)
    page.clock.run_for(15_000)
    expect(late).to_have_count(0)
    expect(said).to_have_text("")


def test_only_who_has_said_yes_is_told_once_of_each_and_only_while_away(
    windows: Windows, county: County, discharge: CareChainEvent, clock: Clock
):
    page = opened(windows, county)
    clock.shift(timedelta(minutes=6))
    assert away(page) == []
    back(page)
    say_yes(page)
    # It is seen in the page, and so not told of beside it.
    assert away(page) == []
    back(page)
    later = make_chain(county, discharge.chain.outage, patient_name="Birger Testlund")
    event = make_event(county.alva, later, "discharge", ago=timedelta(minutes=30))
    tell(county.alva, later, event)
    tell(county.alva, discharge.chain, discharge)
    two = page.context.new_page()
    two.add_init_script(STAND_IN)
    two.clock.install()
    page.goto("/kontakter/")
    assert away(page) == []
    # Something new while she is away: one of her windows tells, once.
    withdrawn = make_event(
        county.alva, discharge.chain, "discharge", ago=timedelta(minutes=20), to=Party.OUTPATIENT
    )
    tell(county.alva, discharge.chain, discharge, to=Party.OUTPATIENT)
    tell(county.alva, discharge.chain, withdrawn, to=Party.OUTPATIENT)
    assert away(page) == [[NOTICE, "driftstopp-reminders"]]
    assert away(page) == [[NOTICE, "driftstopp-reminders"]]
    two.goto("/vardkedjor/")
    assert away(two) == []
    # All is done: it goes away by itself.
    assert page.evaluate("shown !== null")
    tell(county.esa, discharge.chain, withdrawn)
    tell(county.esa, later, event, to=Party.OUTPATIENT)
    assert len(away(page)) == 1
    assert page.evaluate("shown === null")


def test_of_windows_that_open_unseen_the_first_tells_what_is_late_already(
    windows: Windows, county: County, discharge: CareChainEvent, clock: Clock
):
    page = opened(windows, county)
    say_yes(page)
    page.goto("about:blank")
    clock.shift(timedelta(minutes=6))
    told = []
    for path in ("/", "/vardkedjor/"):
        unseen = page.context.new_page()
        unseen.add_init_script(STAND_IN.replace("let away = false", "let away = true"))
        unseen.clock.install()
        unseen.goto(path)
        told.append(away(unseen))
    assert told == [[["Driftstopp PRATOR: 1 påminnelse. Öppna Läge.", "driftstopp-reminders"]], []]


def test_the_next_person_at_the_same_computer_is_not_told(
    windows: Windows, county: County, discharge: CareChainEvent, clock: Clock
):
    windows.expect_answer(401)
    page = opened(windows, county)
    say_yes(page)
    left_open = page.context.new_page()
    left_open.add_init_script(STAND_IN)
    left_open.clock.install()
    left_open.goto("/")
    page.goto("/")
    page.get_by_role("button", name="Logga ut").click()
    expect(page).to_have_title(re.compile("^Logga in"))
    assert away(page) == []
    log_in(page, "esa")
    expect(calls_to_make(page).first).to_be_visible()
    clock.shift(timedelta(minutes=6))
    # Neither in Esa's window, nor in the one that Alva left open.
    assert away(page) == away(left_open) == []
    back(page)
    say_yes(page)
    new = make_event(county.alva, discharge.chain, "discharge", ago=timedelta(minutes=20))
    tell(county.alva, discharge.chain, discharge, new)
    tell(county.alva, discharge.chain, discharge, to=Party.OUTPATIENT)
    assert len(away(page)) == 1
    back(page)
    page.get_by_role("button", name="Visa bara i webbläsaren").click()
    expect(page.get_by_text("Påminnelser visas bara i webbläsaren.")).to_be_visible()
    make_event(county.alva, discharge.chain, "discharge", ago=timedelta(minutes=19))
    assert away(page) == []


def test_where_the_browser_says_no_nothing_is_chosen(windows: Windows, county: County, outage: Outage):
    page = windows.open(county.alva)
    page.add_init_script(
        STAND_IN.replace('document.cookie = "allowed=1; path=/"; return "granted"', 'return "denied"')
    )
    page.goto("/konto/")
    button = page.get_by_role("button", name="Visa påminnelser utanför webbläsaren")
    button.click()
    expect(page.get_by_text("Webbläsaren tillåter det inte.")).to_be_visible()
    expect(button).to_be_visible()


def test_without_script_the_pages_remind_all_the_same(
    windows: Windows, county: County, discharge: CareChainEvent, clock: Clock
):
    clock.shift(timedelta(minutes=6))
    page = windows.open(county.alva, javascript=False)
    for path in ("/", "/vardkedjor/", "/rutinen/"):
        page.goto(path)
        expect(page.get_by_role("list", name="Påminnelser")).to_contain_text("1 min för sent")
