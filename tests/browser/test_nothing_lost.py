"""What was typed stays until it is saved, and is saved once."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, Route, expect

from contacts.models import SubmissionClash
from outage.models import CareChain, CareChainEvent, Handover, Outage
from tests.browser.conftest import Windows, script_or_none
from tests.browser.steps import (
    SAVED,
    call_to,
    choose_other_end,
    is_dirty,
    log_in,
    open_chain,
    save_call,
    saved_note,
    speak_to,
    tick_message,
)
from tests.factories import County, make_chain, make_event, tell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SERVICES = "Trygghetslarm – natt; hemtjänst två gånger om dagen, även helg"


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage)


def their_services(page: Page) -> Locator:
    """The field of the municipality's answer; without script that of öppenvård is open too."""
    return page.locator("[name=p-admission_reply-municipality-current_services]")


def the_call(chain: CareChain, direction: str = "given") -> str:
    return f"/vardkedja/{chain.pk}/samtal/?riktning={direction}"


def fill_in_a_received_reply(page: Page, chain: CareChain) -> None:
    page.goto(the_call(chain, "received"))
    choose_other_end(page, "Skellefteå kommun")
    tick_message(page, "Svar på inskrivning kommun")
    page.get_by_label("Deras enhet").fill("Biståndsenheten")
    their_services(page).fill(SERVICES)
    speak_to(page, "Karin Påhittad", "Upprepat och rättat")
    page.get_by_text("Kommentar, nästa steg, ring tillbaka").click()
    page.get_by_label("Kommentar").fill("Ringer åter kl. 15.")


def fill_in_a_given_call(page: Page, chain: CareChain, spoken_to: str = "Karin Påhittad") -> None:
    page.goto(the_call(chain))
    choose_other_end(page, "Skellefteå kommun")
    tick_message(page, "Inskrivning")
    # With script the choice of whom to ring fills these two in.
    if not page.get_by_label("Nummer", exact=True).input_value():
        page.get_by_label("Nummer", exact=True).fill("0980-319 210")
        page.get_by_label("Deras enhet").fill("Skellefteå kommun")
    speak_to(page, spoken_to)


def everything_of_the_reply_is_there(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Någon ringer oss")
    expect(page.get_by_role("radio", name="Skellefteå kommun")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Svar på inskrivning kommun")).to_be_checked()
    expect(their_services(page)).to_have_value(SERVICES)
    expect(page.get_by_role("radio", name="Upprepat och rättat")).to_be_checked()
    expect(page.get_by_label("Kommentar")).to_have_value("Ringer åter kl. 15.")
    expect(page.get_by_label("Kommentar")).to_be_visible()


def only_call() -> Handover:
    return Handover.objects.get()


def test_an_error_takes_nothing_away_and_says_what_to_do(windows: Windows, county: County, chain: CareChain):
    windows.expect_answer(422)
    page = windows.open(county.alva)
    fill_in_a_received_reply(page, chain)
    page.get_by_label("Namn på den du talar med").fill("")
    page.get_by_role("button", name="Spara och nästa").click()

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Det du skrivit står kvar")
    expect(alert).to_be_focused()
    everything_of_the_reply_is_there(page)
    alert.get_by_role("link", name=re.compile("Skriv namnet")).click()
    expect(page.get_by_label("Namn på den du talar med")).to_be_focused()
    page.keyboard.type("Karin Påhittad")
    save_call(page)
    assert only_call().messages.get().event.particulars["current_services"] == SERVICES


def test_a_patient_is_kept_through_an_error(windows: Windows, county: County, outage: Outage):
    windows.expect_answer(422)
    page = windows.open(county.alva)
    page.goto("/vardkedjor/ny/")
    page.get_by_role("textbox", name="Patientens namn").fill("Asta Provberg")
    page.get_by_role("combobox", name="Kommun", exact=True).select_option(label="Skellefteå kommun")
    page.get_by_role("button", name="Öppna vårdkedjan").click()
    expect(page.get_by_role("alert")).to_contain_text("Välj ja, nej eller vet inte.")
    open_chain(page, number="19380214-9805", name="Asta Provberg")
    expect(page.get_by_role("heading", level=1)).to_have_text("Asta Provberg")
    assert CareChain.objects.count() == 1


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_log_in_that_lapses_half_way_loses_nothing_and_tells_nobody_else(
    windows: Windows, county: County, chain: CareChain, javascript: bool
):
    windows.expect_answer(401)
    page = windows.open(county.alva)
    if not javascript:
        page = windows.open(county.alva, javascript=False)
    fill_in_a_received_reply(page, chain)
    Session.objects.all().delete()
    page.get_by_role("button", name="Spara och nästa").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Logga in")
    held = page.url
    other = windows.open()
    other.goto(held)
    log_in(other, "bo")
    expect(other).to_have_title(re.compile("^Läge"))
    expect(other.locator("body")).not_to_contain_text("Trygghetslarm")
    expect(other.locator("body")).not_to_contain_text("Undanlagt")

    log_in(page, "alva")
    expect(page.get_by_text("Det du skrev finns kvar")).to_be_visible()
    everything_of_the_reply_is_there(page)
    expect(page.get_by_label("Namn på den du talar med")).to_have_value("Karin Påhittad")
    assert not Handover.objects.exists()
    page.get_by_role("button", name="Spara och nästa").click()
    expect(saved_note(page)).to_have_text(SAVED)
    assert (only_call().direction, only_call().comment) == ("received", "Ringer åter kl. 15.")


def test_a_cookie_that_is_gone_loses_nothing_either(windows: Windows, county: County, chain: CareChain):
    windows.expect_answer(401)
    page = windows.open(county.alva)
    fill_in_a_given_call(page, chain)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Spara och nästa").click()
    log_in(page, "alva")
    expect(page.get_by_label("Namn på den du talar med")).to_have_value("Karin Påhittad")
    save_call(page)
    assert only_call().spoken_to == "Karin Påhittad"


def test_a_slow_answer_and_an_impatient_hand_give_one_row(windows: Windows, county: County, chain: CareChain):
    page = windows.open(county.alva)
    fill_in_a_given_call(page, chain)
    waiting: list[Route] = []

    def keep_waiting(route: Route) -> None:
        waiting.append(route)

    page.route("**/samtal/**", keep_waiting)
    button = page.get_by_role("button", name="Spara och nästa")
    button.click()
    expect(button).to_have_attribute("aria-disabled", "true")
    for _ in range(3):
        button.click(force=True)
    page.get_by_label("Namn på den du talar med").press("Enter")
    assert len(waiting) == 1
    waiting[0].continue_()
    expect(saved_note(page)).to_have_text(SAVED)
    assert only_call().spoken_to == "Karin Påhittad"


@pytest.mark.parametrize("what", ["a whole call", "a failed try"])
def test_an_answer_that_is_lost_on_its_way_and_a_second_save_give_one_row(
    windows: Windows, county: County, chain: CareChain, what: str
):
    windows.expect_silence()
    page = windows.open(county.alva)
    if what == "a whole call":
        fill_in_a_given_call(page, chain)
        button = page.get_by_role("button", name="Spara och nästa")
    else:
        tell(county.alva, chain, make_event(county.alva, chain))
        page.goto("/")
        button = page.get_by_role("button", name="Upptaget")
    there = Handover.objects.count()

    def lose_the_answer(route: Route) -> None:
        assert route.fetch(max_redirects=0).status == 302
        route.abort()

    page.route("**/vardkedja/**", lose_the_answer, times=1)
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("Servern svarar inte")
    assert Handover.objects.count() == there + 1
    button.click()
    expect(saved_note(page).first).to_be_visible()
    assert Handover.objects.count() == there + 1


def test_a_double_click_without_script_gives_one_row(windows: Windows, county: County, chain: CareChain):
    page = windows.open(county.alva, javascript=False)
    fill_in_a_given_call(page, chain)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_role("button", name="Spara och nästa").dblclick()
    expect(saved_note(page).last).to_have_text(SAVED)
    assert only_call().spoken_to == "Karin Påhittad"
    assert sent.count("POST") >= 1


@script_or_none
def test_a_failed_try_pressed_twice_is_one_try(
    windows: Windows, county: County, chain: CareChain, javascript: bool
):
    tell(county.alva, chain, make_event(county.alva, chain))
    page = windows.open(county.alva, javascript=javascript)
    page.goto("/")
    page.get_by_role("button", name="Upptaget").dblclick()
    expect(saved_note(page)).to_contain_text("Försöket är sparat")
    expect(call_to(page, "Heimdalls hälsocentral")).to_contain_text("1 försök")
    assert [row.recipient for row in Handover.objects.all()].count("outpatient") == 1


@script_or_none
def test_back_and_save_again_makes_no_second_row(
    windows: Windows, county: County, chain: CareChain, javascript: bool
):
    windows.expect_answer(422)
    page = windows.open(county.alva, javascript=javascript)
    fill_in_a_given_call(page, chain)
    page.get_by_role("button", name="Spara och nästa").click()
    expect(saved_note(page)).to_have_text(SAVED)
    page.go_back()
    page.get_by_role("button", name="Spara och nästa").click()
    expect(page.get_by_role("alert")).to_contain_text("Rätta detta")
    assert only_call().spoken_to == "Karin Påhittad"


def test_what_was_saved_first_is_corrected_with_what_was_typed_since(
    windows: Windows, county: County, chain: CareChain
):
    windows.expect_answer(409)
    first, second = windows.open(county.alva), windows.open(county.alva)
    fill_in_a_given_call(first, chain)
    fill_in_a_given_call(second, chain, "Kristina Annan")
    same = first.locator("input[name=client_id]").input_value()
    second.locator("input[name=client_id]").evaluate("(field, id) => { field.value = id; }", same)
    save_call(first)
    second.get_by_role("button", name="Spara och nästa").click()
    second.get_by_role("button", name="Rätta det som sparades").click()

    expect(second.get_by_role("heading", name="Rätta samtal")).to_be_visible()
    expect(second.get_by_label("Namn på den du talar med")).to_have_value("Kristina Annan")
    second.get_by_label("Varför rättas samtalet?").fill("Fel namn.")
    second.get_by_role("button", name="Spara rättelsen").click()
    expect(second.get_by_text("Samtalet är rättat.")).to_be_visible()
    assert [row.spoken_to for row in Handover.objects.filter(supersedes__isnull=False)] == ["Kristina Annan"]
    assert CareChainEvent.objects.count() == 1


def test_the_same_form_sent_again_with_other_words_keeps_both(
    windows: Windows, county: County, chain: CareChain
):
    windows.expect_answer(409, 422)
    first, second = windows.open(county.alva), windows.open(county.alva)
    fill_in_a_given_call(first, chain)
    fill_in_a_given_call(second, chain, "Kristina Annan")
    same = first.locator("input[name=client_id]").input_value()
    second.locator("input[name=client_id]").evaluate("(field, id) => { field.value = id; }", same)
    save_call(first)
    second.get_by_role("button", name="Spara och nästa").click()

    expect(second.get_by_role("alert")).to_contain_text("Det första är sparat")
    expect(second.get_by_label("Namn på den du talar med")).to_have_value("Kristina Annan")
    assert only_call().spoken_to == "Karin Påhittad"
    assert "Kristina Annan" in str(SubmissionClash.objects.get().content)
    # Both tell of the same new message.
    second.get_by_role("button", name="Spara som ett nytt samtal").click()
    second.get_by_label("Nej, det är två. Båda står kvar").check()
    save_call(second)
    assert sorted(Handover.objects.values_list("spoken_to", flat=True)) == [
        "Karin Påhittad",
        "Kristina Annan",
    ]


def test_the_page_says_what_is_not_saved_and_asks_before_it_is_left(
    windows: Windows, county: County, chain: CareChain
):
    page = windows.open(county.alva)
    page.goto(the_call(chain))
    assert not is_dirty(page)
    page.get_by_label("Namn på den du talar med").press_sequentially("Karin")
    expect(page.locator("#save-state")).to_have_text("Inte sparat än")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Checklistor").click()
    expect(page.get_by_label("Namn på den du talar med")).to_have_value("Karin")
    assert asked == ["beforeunload"]
