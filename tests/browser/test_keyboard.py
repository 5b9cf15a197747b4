"""The keyboard alone: a call from start to receipt, and the short cuts."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from contacts.rules.entry_facts import EntryKind
from outage.models import Handover, Outage, RegistrationMark
from outage.rules.informing import CallOutcome
from outage.services.outages import end_outage
from tests.browser.conftest import Windows, at_awkward_hours
from tests.browser.steps import SAVED, call_to, focused, hold_script, saved_note
from tests.factories import County, make_chain, make_entry, make_event, tell
from tests.long import runs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_ACTIONS = 12


class Keyboard:
    """Hands on a keyboard. Counts every key and every chord; typed text is not counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions: list[str] = []

    def press(self, *keys: str) -> None:
        for key in keys:
            self.actions.append(key)
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)

    def __str__(self) -> str:
        return f"{len(self.actions)} actions: {' '.join(self.actions)}"


@at_awkward_hours
def test_a_call_that_is_owed_is_logged_from_laege_in_a_handful_of_keys(
    windows: Windows, county: County, outage: Outage
):
    chain = make_chain(county, outage)
    admission = make_event(county.alva, chain)
    tell(county.alva, chain, admission)
    page = windows.open(county.alva)
    page.goto("/")
    expect(focused(page)).to_have_text("Nådd")

    shown = call_to(page, "Heimdalls hälsocentral").locator(".tel").first.inner_text()
    hands = Keyboard(page)
    hands.press("Enter")
    expect(focused(page)).to_have_attribute("name", "spoken_to")
    hands.write("Disa Hällvik")
    hands.press("Tab", "Tab", "Space", "Enter")

    expect(saved_note(page)).to_have_text(SAVED)
    (call,) = (row for row in Handover.objects.all() if row.spoken_to == "Disa Hällvik")
    assert (call.recipient, call.read_back, call.number) == ("outpatient", "done", shown.strip())
    assert len(hands.actions) <= MOST_ACTIONS, f"from Nådd: {hands}"
    print(f"from Nådd: {hands}")


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("admission", []),
        ("preliminary_ready", ["ArrowDown"]),
        ("discharge_report", ["ArrowDown", "ArrowDown"]),
        ("ready_for_discharge", ["ArrowUp", "ArrowUp"]),
        ("discharge", ["ArrowUp"]),
    ][:: runs(2, full=1)],
)
def test_a_call_out_of_the_blue_is_logged_from_n_in_twelve_keys_whatever_is_said(
    windows: Windows, county: County, outage: Outage, kind: str, way: list[str]
):
    make_chain(county, outage, patient_name="Asta Provberg")
    make_chain(county, outage, patient_name="Birger Testlund")
    page = windows.open(county.alva)
    page.goto("/")

    hands = Keyboard(page)
    hands.press("n")
    expect(page.get_by_role("searchbox")).to_be_focused()
    hands.write("asta")
    hands.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jag ringer")
    expect(focused(page)).to_have_attribute("name", "recipient")
    hands.press("Space", "Enter")
    expect(focused(page)).to_have_attribute("name", "messages")
    hands.press(*way, "Space", "Enter")
    expect(focused(page)).to_have_attribute("name", "spoken_to")
    hands.write("Karin Påhittad")
    hands.press("Tab", "Tab", "Space", "Enter")

    expect(saved_note(page)).to_have_text(SAVED)
    call = Handover.objects.get()
    assert call.chain.details.patient_name == "Asta Provberg"
    assert (call.recipient, call.spoken_to, call.read_back) == ("municipality", "Karin Påhittad", "done")
    assert [message.event.kind for message in call.messages.all()] == [kind]
    assert len(hands.actions) <= MOST_ACTIONS, f"from n: {hands}"
    print(f"from n: {hands}")


def test_the_other_end_can_be_chosen_by_arrow_and_a_failed_call_is_saved_from_the_messages(
    windows: Windows, county: County, outage: Outage
):
    make_chain(county, outage, patient_name="Asta Provberg")
    page = windows.open(county.alva)
    page.goto("/")
    hands = Keyboard(page)
    hands.press("n")
    expect(page.get_by_role("searchbox")).to_be_focused()
    hands.write("asta")
    hands.press("Enter")
    expect(focused(page)).to_have_attribute("name", "recipient")
    hands.press("ArrowDown")
    page.get_by_role("radio", name="Upptaget").focus()
    hands.press("Space", "Enter", "Space", "Enter")

    expect(saved_note(page)).to_have_text(SAVED)
    call = Handover.objects.get()
    assert (call.recipient, call.outcome, call.spoken_to) == ("outpatient", "busy", "")


def test_enter_held_down_too_long_goes_one_step_and_saves_nothing(
    windows: Windows, county: County, outage: Outage
):
    chain = make_chain(county, outage)
    page = windows.open(county.alva)
    page.goto(f"/vardkedja/{chain.pk}/samtal/?riktning=given")
    page.keyboard.down("Enter")
    for _ in range(3):
        page.keyboard.down("Enter")
    expect(focused(page)).to_have_attribute("name", "messages")
    page.keyboard.up("Enter")
    page.keyboard.down("Enter")
    for _ in range(3):
        page.keyboard.down("Enter")
    expect(focused(page)).to_have_attribute("name", "spoken_to")
    expect(page.get_by_role("alert")).to_have_count(0)


def on_laege(page: Page) -> None:
    page.goto("/")


def on_the_list_of_chains(page: Page) -> None:
    page.goto("/vardkedjor/")


@pytest.mark.parametrize("where", [on_laege, on_the_list_of_chains])
def test_n_and_m_begin_a_call_from_every_page(
    windows: Windows, county: County, outage: Outage, where: Callable[[Page], None]
):
    make_chain(county, outage)
    page = windows.open(county.alva)
    where(page)
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Jag ringer: om vilken patient?"))
    where(page)
    page.keyboard.press("m")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile("^Någon ringer oss: om vilken patient?")
    )


@pytest.mark.parametrize("address", ["/vardkedjor/", "/kontakter/"])
def test_slash_goes_to_the_search_box_and_does_not_stand_in_it(
    windows: Windows, county: County, outage: Outage, address: str
):
    page = windows.open(county.alva)
    page.goto(address)
    page.locator("main").focus()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_the_letters_are_letters_while_one_types(windows: Windows, county: County, outage: Outage):
    chain = make_chain(county, outage)
    page = windows.open(county.alva)
    page.goto(f"/vardkedja/{chain.pk}/samtal/?riktning=given")
    here = page.url
    for field in ("Namn på den du talar med", "Deras enhet"):
        page.get_by_label(field).click()
        page.keyboard.press("Control+a")
        page.keyboard.type("norr/malm")
        expect(page.get_by_label(field)).to_have_value("norr/malm")
    page.get_by_role("radio", name="Upptaget").focus()
    page.keyboard.type("nm/")
    page.locator("main").focus()
    page.keyboard.press("Control+m")
    assert page.url == here


def test_the_keys_can_be_turned_off_and_stay_off(windows: Windows, county: County, outage: Outage):
    page = windows.open(county.alva)
    page.goto("/")
    page.get_by_role("button", name="Snabbtangenter").click()
    page.reload()
    expect(page.get_by_role("button", name="Snabbtangenter är av")).to_be_visible()
    page.locator("main").focus()
    page.keyboard.press("n")
    page.get_by_role("button", name="Snabbtangenter").click()
    expect(page.get_by_role("heading", level=1, name="Läge")).to_be_attached()
    page.locator("main").focus()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Jag ringer"))


def test_focus_comes_first_to_the_skip_link_and_then_follows_the_page(
    windows: Windows, county: County, outage: Outage
):
    chain = make_chain(county, outage)
    tell(county.alva, chain, make_event(county.alva, chain))
    page = windows.open(county.alva)
    page.goto("/checklistor/")
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("Till innehållet")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)
    page.goto("/")
    expect(call_to(page, "Heimdalls hälsocentral").get_by_role("link", name="Nådd")).to_be_focused()


def test_what_is_typed_before_the_first_field_has_the_focus_goes_into_it(windows: Windows, county: County):
    page = windows.open(county.alva)
    # With a place in the address the browser gives no field the focus by itself, as while a page is still coming.
    page.goto("/kontakter/#hits")
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.type("nord")
    expect(page.get_by_role("searchbox")).to_have_value("nord")
    assert "/kontakter/" in page.url


def test_a_field_that_the_browser_gave_the_focus_and_took_it_from_takes_what_is_typed(
    windows: Windows, county: County
):
    page = windows.open(county.alva)
    page.goto("/kontakter/#hits")
    # On a slow line the browser gives the field the focus first, and drops it when the named place has come.
    page.evaluate("document.querySelector('[autofocus]').focus(); document.activeElement.blur()")
    page.keyboard.type("nord")
    expect(page.get_by_role("searchbox")).to_have_value("nord")


def test_who_has_gone_to_a_field_before_the_script_came_is_left_there(
    windows: Windows, county: County, outage: Outage
):
    chain = make_chain(county, outage)
    page = windows.open(county.alva)
    let_go = hold_script(page)
    page.goto(f"/vardkedja/{chain.pk}/samtal/?riktning=given", wait_until="commit")
    unit = page.get_by_label("Deras enhet")
    unit.focus()
    page.keyboard.type("Enhet ")
    let_go()
    page.wait_for_load_state()
    page.keyboard.type("12")
    expect(unit).to_have_value("Enhet 12")


def test_after_a_wrong_password_the_focus_goes_to_the_error_and_nowhere_else_first(
    windows: Windows, county: County
):
    page = windows.open()
    page.goto("/logga-in/")
    page.get_by_label("Användarnamn").fill("alva")
    page.get_by_label("Lösenord").fill("fel")
    let_go = hold_script(page)
    page.get_by_role("button", name="Logga in", exact=True).click(no_wait_after=True)
    expect(page.get_by_role("alert")).to_be_visible()
    page.evaluate("new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))")
    expect(page.locator(":focus")).to_have_count(0)
    let_go()
    expect(page.get_by_role("alert")).to_be_focused()


def test_a_task_ticked_by_enter_is_not_unticked_by_a_second_enter_and_the_counts_follow(
    windows: Windows, county: County, outage: Outage
):
    chain = make_chain(county, outage)
    make_event(county.alva, chain)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    page = windows.open(county.alva)
    page.goto("/ater-i-drift/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("0 av 1 klara")
    page.get_by_role("button", name="Markera som klart").focus()
    page.keyboard.press("Enter")
    expect(focused(page)).to_contain_text("Klart")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Inte klart ändå")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 av 1 klara")
    expect(page.get_by_role("heading", level=2, name="Registrera (1 av 1 klara)")).to_be_visible()
    assert [mark.done for mark in RegistrationMark.objects.all()] == [True]
    page.keyboard.press("Tab")
    expect(focused(page)).to_contain_text("Tolvan")


def test_a_button_that_leads_back_to_its_page_keeps_the_focus_where_it_stood(
    windows: Windows, county: County, outage: Outage
):
    """Not on the button that is there now: a key held too long would take back what it did."""
    entry = make_entry(county.municipality, "Växel Skellefteå", "0910-73 50 00", kind=EntryKind.SWITCHBOARD)
    chain = make_chain(county, outage)
    call = tell(
        county.alva, chain, make_event(county.alva, chain), outcome=CallOutcome.BUSY, number="0910-73 50 00"
    )
    page = windows.open(county.alva)

    def press(name: str) -> None:
        button = page.get_by_role("button", name=name)
        button.focus()
        page.keyboard.press("Enter")
        expect(button).to_have_count(0)

    for address, row in (
        (f"/vardkedja/{chain.pk}/", f"rad-{call.pk}"),
        (f"/kontakter/{entry.pk}/", "nummer-1"),
    ):
        page.goto(address)
        page.locator(f"#{row}").get_by_text("Numret fungerar inte").click()
        press("Ja, anmäl numret")
        expect(focused(page)).to_have_id(row)
        page.keyboard.press("Tab")
        expect(page.locator(f"#{row} :focus")).to_be_visible()
        page.locator(f"#{row}").get_by_role("button", name="Ångra").focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"#{row}").get_by_text("Numret fungerar inte")).to_be_visible()
        expect(focused(page)).to_have_id(row)

    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    page.goto("/ater-i-drift/")
    heights = page.locator(".piece").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert heights
    assert min(heights) >= 34
    press("Logga att enheten har kvitterat")
    expect(focused(page)).to_have_id("acknowledge")
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("Inte kvitterat ändå")
    press("Inte kvitterat ändå")
    expect(focused(page)).to_have_id("acknowledge")
