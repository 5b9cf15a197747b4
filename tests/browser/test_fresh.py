"""Läge stays true by itself, and nothing that somebody has a hand on moves by it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from contacts.models import Membership
from outage.models import Outage
from outage.rules.informing import CallOutcome
from outage.services.outages import end_outage
from tests.browser.conftest import Windows
from tests.browser.steps import calls_to_make, chain_row, focused
from tests.factories import County, make_chain, make_event, make_outage, tell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Another's call shows within fifteen seconds.
SOON = 15_000


def opened(windows: Windows, county: County) -> Page:
    page = windows.open(county.alva)
    page.clock.install()
    page.goto("/")
    expect(calls_to_make(page).first).to_be_visible()
    return page


def wait_a_little(page: Page) -> None:
    """Let as long pass as a page has to show what happened, and its question be answered."""
    with page.expect_response("**/att-ringa/*") as answer:
        page.clock.run_for(SOON)
    answer.value.finished()


def place_of(element: Locator) -> Any:
    return element.evaluate(
        "(element) => { const { x, y } = element.getBoundingClientRect(); return [x, y]; }"
    )


@pytest.fixture
def three_calls(county: County, outage: Outage) -> list[Any]:
    """Asta is to be told of to the kommun and the hälsocentral, Birger to the hälsocentral."""
    asta = make_chain(county, outage, patient_name="Asta Provberg")
    admission = make_event(county.alva, asta, ago=timedelta(minutes=40))
    birger = make_chain(county, outage, patient_name="Birger Testlund")
    tell(county.alva, birger, make_event(county.alva, birger, ago=timedelta(minutes=20)))
    return [asta, admission, birger]


def test_anothers_call_shows_while_its_button_has_the_focus(
    windows: Windows, county: County, three_calls: list[Any]
):
    asta, admission, _ = three_calls
    page = opened(windows, county)
    button = calls_to_make(page).first.get_by_role("link", name="Nådd")
    expect(button).to_be_focused()
    was = place_of(button)
    tell(county.esa, asta, admission)
    wait_a_little(page)
    row = calls_to_make(page).first
    expect(row).to_have_class(re.compile(r"\bstruck\b"))
    expect(row).to_contain_text("Ringd av Esa Påhittad 10.52")
    expect(button).to_be_focused()
    assert place_of(button) == was
    expect(chain_row(page, "Asta Provberg")).to_contain_text("Underrättad")
    # When the focus has left the row goes.
    page.get_by_role("link", name="Checklistor").focus()
    wait_a_little(page)
    expect(calls_to_make(page)).to_have_count(2)
    expect(page.locator(".struck")).to_have_count(0)


def test_where_nothing_has_happened_the_page_says_until_when_it_was_true(
    windows: Windows, county: County, three_calls: list[Any], clock: Any
):
    clock.shift(timedelta(minutes=3))
    page = opened(windows, county)
    row = calls_to_make(page).first
    expect(row).to_contain_text("43 min sedan")
    expect(page.locator("#calls")).to_contain_text("Visat 10.55 ·")
    clock.shift(timedelta(minutes=2))
    with page.expect_response(
        lambda answer: answer.url.endswith("/att-ringa/") and answer.status == 204
    ) as told:
        page.clock.run_for(SOON)
    assert told.value.header_value("x-shown-at") == "10.57"
    expect(page.locator("#calls")).to_contain_text("Visat 10.57 ·")
    # How long ago something was is counted by the page. The server, whose clock stands still here, is silent.
    page.route("**/*", lambda _: None)
    page.clock.run_for(180_000)
    expect(row).to_contain_text(re.compile(r"4[89] min sedan"))


def test_anothers_try_shows_in_the_row_that_has_the_focus(
    windows: Windows, county: County, three_calls: list[Any]
):
    asta, admission, _ = three_calls
    page = opened(windows, county)
    button = calls_to_make(page).first.get_by_role("link", name="Nådd")
    was = place_of(button)
    tell(county.esa, asta, admission, outcome=CallOutcome.BUSY)
    wait_a_little(page)
    expect(calls_to_make(page).first).to_contain_text("Ringd, inte nådd")
    assert place_of(button) == was
    expect(button).to_be_focused()


def test_a_more_urgent_call_does_not_push_away_the_one_in_hand(
    windows: Windows, county: County, outage: Outage, three_calls: list[Any]
):
    page = opened(windows, county)
    button = calls_to_make(page).first.get_by_role("link", name="Nådd")
    was = place_of(button)
    urgent = make_chain(county, outage, patient_name="Doris Exempelin", before="admitted")
    make_event(county.esa, urgent, "discharge")
    wait_a_little(page)
    expect(calls_to_make(page)).to_have_count(5)
    expect(button).to_be_focused()
    assert place_of(button) == was
    # The next answer does not forget it.
    page.clock.run_for(60_000)
    page.get_by_role("button", name="2 nya – visa i ordning").click()
    expect(calls_to_make(page).first).to_contain_text("Doris Exempelin")
    expect(focused(page)).to_have_text("Nådd")
    expect(page.get_by_role("button", name="visa i ordning")).to_have_count(0)


def test_nothing_moves_in_the_list_that_the_pointer_is_on(
    windows: Windows, county: County, outage: Outage, three_calls: list[Any]
):
    asta, admission, _ = three_calls
    page = opened(windows, county)
    page.locator("main").focus()
    rows = calls_to_make(page)
    rows.nth(1).get_by_role("link", name="Nådd").hover()
    was = [place_of(row.get_by_role("link", name="Nådd")) for row in rows.all()]
    tell(county.esa, asta, admission)
    urgent = make_chain(county, outage, patient_name="Doris Exempelin", before="admitted")
    make_event(county.esa, urgent, "discharge")
    wait_a_little(page)
    expect(rows).to_have_count(5)
    assert [place_of(row.get_by_role("link", name="Nådd")) for row in rows.all()][:3] == was
    expect(rows.first).to_contain_text("Ringd av Esa Påhittad")
    page.mouse.move(700, 5)
    page.clock.run_for(SOON)
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("Doris Exempelin")


def test_what_is_below_the_list_does_not_move_under_the_pointer(
    windows: Windows, county: County, outage: Outage, three_calls: list[Any]
):
    page = opened(windows, county)
    page.locator("main").focus()
    link = page.get_by_role("region", name=re.compile("^Vårdkedjor")).get_by_role(
        "link", name="Birger Testlund"
    )
    link.hover()
    was = place_of(link)
    make_chain(county, outage, patient_name="Doris Exempelin")
    wait_a_little(page)
    expect(chain_row(page, "Doris Exempelin")).to_be_visible()
    assert place_of(link) == was


@pytest.mark.parametrize("scrolled", [0, 30])
def test_what_the_pointer_is_on_does_not_move_when_the_head_gets_shorter(
    windows: Windows, county: County, outage: Outage, three_calls: list[Any], scrolled: int
):
    late = make_chain(county, outage, patient_name="Doris Exempelin", before="admitted")
    discharge = make_event(county.alva, late, "discharge", ago=timedelta(minutes=25))
    page = opened(windows, county)
    page.evaluate("by => window.scrollTo(0, by)", scrolled)
    head = page.locator("#stuck")
    expect(head).to_contain_text("för sent")
    tall = head.evaluate("head => head.offsetHeight")
    page.locator("main").focus()
    link = chain_row(page, "Birger Testlund").get_by_role("link")
    link.hover()
    was = place_of(link)
    for party in ("municipality", "outpatient"):
        tell(county.esa, late, discharge, to=party)
    wait_a_little(page)
    expect(head).not_to_contain_text("för sent")
    assert place_of(link) == was
    # Nothing is left of the room that it had when nobody needs it.
    page.mouse.move(700, 5)
    page.clock.run_for(SOON)
    assert head.evaluate("head => head.offsetHeight") < tall


def test_what_somebody_chose_in_a_row_stays_chosen(windows: Windows, county: County, three_calls: list[Any]):
    asta, admission, _ = three_calls
    page = opened(windows, county)
    chosen = calls_to_make(page).first.get_by_label("Nummer som ringdes")
    other = chosen.locator("option").last.get_attribute("value") or ""
    chosen.select_option(other)
    page.get_by_role("link", name="Checklistor").focus()
    tell(county.esa, asta, admission, to="outpatient")
    wait_a_little(page)
    expect(calls_to_make(page)).to_have_count(2)
    expect(chosen).to_have_value(other)


def test_the_banner_and_the_facts_follow_when_the_outage_ends(
    windows: Windows, county: County, outage: Outage, three_calls: list[Any]
):
    page = opened(windows, county)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    wait_a_little(page)
    expect(page.get_by_role("region", name="Driftläge")).to_contain_text("PRATOR åter i drift")
    expect(page.get_by_role("link", name="PRATOR åter i drift")).to_be_visible()
    expect(calls_to_make(page).first.get_by_role("link", name="Nådd")).to_be_focused()


def test_a_page_open_before_the_outage_shows_it(windows: Windows, county: County):
    page = windows.open(county.alva)
    page.clock.install()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("PRATOR i drift")
    make_chain(county, make_outage(county.esa), patient_name="Asta Provberg")
    wait_a_little(page)
    expect(page.get_by_role("region", name="Driftläge")).to_contain_text("Driftstopp i PRATOR")
    expect(chain_row(page, "Asta Provberg")).to_be_visible()


def test_a_page_left_on_when_the_log_in_has_ended_says_so_and_shows_no_patients(
    windows: Windows, county: County, three_calls: list[Any]
):
    windows.expect_answer(401)
    page = opened(windows, county)
    page.context.clear_cookies()
    wait_a_little(page)
    expect(page.get_by_role("alert")).to_contain_text("Du är inte inloggad här längre.")
    expect(page.locator("main")).not_to_contain_text("Asta")


def test_a_page_of_one_person_does_not_become_anothers(
    windows: Windows, county: County, three_calls: list[Any]
):
    page = opened(windows, county)
    windows.log_in(page.context, county.esa)
    assert Membership.objects.filter(user=county.esa.user).exists()
    wait_a_little(page)
    expect(page.get_by_role("alert")).to_contain_text("Du är inte inloggad här längre.")


def test_it_says_so_when_the_server_does_not_answer(windows: Windows, county: County, three_calls: list[Any]):
    windows.expect_silence()
    page = opened(windows, county)
    page.route("**/att-ringa/*", lambda route: route.abort())
    page.clock.run_for(SOON)
    said = page.locator("#save-state")
    expect(said).to_have_text("Sidan är inte uppdaterad sedan 10.52. Servern svarar inte.")
    page.unroute("**/att-ringa/*")
    page.clock.run_for(SOON)
    expect(said).to_have_text("")
