"""What a nurse sees of the call she makes: which number, what was saved, how to undo it, what is left to fill in."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from contacts.models import SubmissionClash
from outage.models import CareChain, Handover, Outage
from tests.browser.conftest import HOURS, Windows
from tests.browser.looking import PHONE
from tests.browser.steps import (
    SAVED,
    call_to,
    calls_to_make,
    focused,
    hold_script,
    is_dirty,
    ready,
    saved_note,
)
from tests.factories import County, make_chain, make_event, tell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def asta(county: County, outage: Outage) -> CareChain:
    """A patient of whose discharge the kommun and the hälsocentral are to be told."""
    chain = make_chain(county, outage, patient_name="Asta Provberg", before="admitted")
    make_event(county.alva, chain, "discharge", ago=timedelta(minutes=5))
    return chain


def to_the_municipality(page: Page) -> Locator:
    return calls_to_make(page).filter(has=page.locator(".owed-to strong", has_text="Skellefteå kommun")).first


def test_a_try_says_which_number_and_is_undone_by_one_press(
    windows: Windows, county: County, asta: CareChain
):
    page = windows.open(county.alva)
    page.goto("/")
    row = to_the_municipality(page)
    row.get_by_label("Nummer som ringdes").select_option("0980-319 210")
    row.get_by_role("button", name="Upptaget").click()
    expect(saved_note(page)).to_contain_text(
        re.compile(
            r"Försöket är sparat på servern 10\.5\d\. "
            r"Asta Provberg, Skellefteå kommun: upptaget på 0980-319 210, 10\.5\d\."
        )
    )
    assert [row.outcome for row in Handover.objects.all() if row.number == "0980-319 210"] == ["busy"]
    saved_note(page).get_by_role("button", name="Ångra").click()
    expect(saved_note(page)).to_contain_text("Ångrat.")
    undone = Handover.objects.get(withdraws=True)
    assert (undone.reason, undone.user, undone.outcome) == ("Ångrat", county.alva.user, "busy")


def test_a_try_is_logged_with_the_number_beside_its_button_and_who_rings_by_pressing_one_has_chosen_it(
    windows: Windows, county: County, asta: CareChain
):
    page = windows.open(county.alva)
    page.goto("/")
    row = to_the_municipality(page)
    which = row.get_by_label("Nummer som ringdes")
    first = which.input_value()
    assert first
    which.select_option(index=1)
    expect(which).not_to_have_value(first)
    row.locator("a.tel").first.evaluate("(link) => link.addEventListener('click', (e) => e.preventDefault())")
    row.locator("a.tel").first.click()
    expect(which).to_have_value(first)
    row.get_by_role("button", name="Upptaget").click()
    expect(saved_note(page)).to_contain_text("Försöket är sparat")
    assert Handover.objects.latest("recorded_at").number == first


def test_the_number_chosen_at_the_row_goes_on_into_the_form(
    windows: Windows, county: County, asta: CareChain
):
    page = windows.open(county.alva)
    page.goto("/")
    row = to_the_municipality(page)
    row.get_by_label("Nummer som ringdes").select_option("0980-319 210")
    row.get_by_role("link", name="Nådd").click()
    expect(page.locator(".call-filled > summary")).to_contain_text("0980-319 210")


@pytest.mark.parametrize("size", [(1366, 768), PHONE], ids=["ward PC", "telephone"])
def test_from_laege_only_what_is_left_to_fill_in_is_shown_and_it_stands_on_the_first_screen(
    windows: Windows, county: County, asta: CareChain, size: tuple[int, int]
):
    page = windows.open(county.alva, size=size)
    page.goto("/")
    to_the_municipality(page).get_by_role("link", name="Nådd").click()
    said = page.locator(".call-filled > summary")
    expect(said).to_contain_text(
        re.compile(r"Nådd: Utskrivningsmeddelande till Skellefteå kommun.*0980-319 \d{3}, 10\.5\d – ändra")
    )
    name, save = (
        page.get_by_label("Namn på den du talar med"),
        page.get_by_role("button", name="Spara och nästa"),
    )
    expect(name).to_be_focused()
    expect(page.get_by_label("Nummer", exact=True)).to_be_hidden()
    for place in (name, page.get_by_role("radio", name="Upprepat", exact=True), save):
        box = place.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= size[1]
        assert place.evaluate(
            "(e) => { const b = e.getBoundingClientRect();"
            " return e.contains(document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2)); }"
        )


@pytest.mark.parametrize("direction", ["given", "received"])
def test_all_of_an_open_call_stands_on_the_first_screen_of_a_ward_pc(
    windows: Windows, county: County, asta: CareChain, direction: str
):
    page = windows.open(county.alva)
    page.goto(f"/vardkedja/{asta.pk}/samtal/?riktning={direction}")
    ready(page, page.get_by_role("radio", name="Skellefteå kommun")).check()
    chosen = page.get_by_role("radio", name="Upprepat", exact=True)
    chosen.check()
    # The box around it shows where one is: no second ring lies over the words.
    expect(chosen).to_have_css("box-shadow", "none")
    for place in (
        page.get_by_label("Gick inte att upprepa"),
        page.get_by_role("button", name="Spara och nästa"),
    ):
        expect(place).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(
    ("clock", "goes_to"),
    [(HOURS["tuesday 11.59"], "messages"), (HOURS["sunday 00.05"], "outcome")],
    ids=HOURS.keys(),
    indirect=["clock"],
)
def test_enter_goes_by_how_it_went_where_the_number_only_relays(
    windows: Windows, county: County, asta: CareChain, goes_to: str
):
    page = windows.open(county.alva)
    page.goto(f"/vardkedja/{asta.pk}/samtal/?riktning=given")
    ready(page, page.get_by_role("radio", name="Skellefteå kommun")).check()
    expect(page.get_by_text("förmedlar. Välj Förmedlat")).to_be_visible(visible=goes_to == "outcome")
    page.keyboard.press("Enter")
    expect(focused(page)).to_have_attribute("name", goes_to)
    page.keyboard.press("Enter")
    expect(focused(page)).to_have_attribute("name", "messages" if goes_to == "outcome" else "spoken_to")


def test_enter_in_the_name_goes_on_to_the_read_back_and_does_not_save(
    windows: Windows, county: County, asta: CareChain
):
    page = windows.open(county.alva)
    page.goto("/")
    to_the_municipality(page).get_by_role("link", name="Nådd").click()
    ready(page, page.get_by_label("Namn på den du talar med")).fill("Karin Påhittad")
    page.keyboard.press("Enter")
    expect(focused(page)).to_have_attribute("name", "read_back")
    # Nothing is chosen there: Enter goes to Spara, and saving takes a press of its own.
    page.keyboard.press("Enter")
    expect(focused(page)).to_have_text("Spara och nästa")
    assert not Handover.objects.filter(outcome="reached").exists()
    page.keyboard.press("Enter")
    expect(saved_note(page).first).to_have_text(SAVED)
    assert Handover.objects.get(outcome="reached").read_back == ""


def test_what_is_chosen_before_the_script_has_come_is_filled_in_as_if_after_it(
    windows: Windows, county: County, asta: CareChain
):
    page = windows.open(county.alva)
    let_go = hold_script(page)
    page.goto(f"/vardkedja/{asta.pk}/samtal/?riktning=given", wait_until="commit")
    page.get_by_role("radio", name="Heimdalls hälsocentral").check()
    page.get_by_label("Namn på den du talar med").fill("Karin Påhittad")
    number = page.get_by_label("Nummer", exact=True)
    expect(number).to_have_value("")
    let_go()
    expect(number).to_have_value("0980-319 206")
    assert is_dirty(page)


def test_without_script_enter_asks_for_the_read_back(windows: Windows, county: County, asta: CareChain):
    windows.expect_answer(422)
    page = windows.open(county.alva, javascript=False)
    page.goto("/")
    to_the_municipality(page).get_by_role("link", name="Nådd").click()
    page.get_by_label("Namn på den du talar med").fill("Karin Påhittad")
    page.get_by_label("Namn på den du talar med").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Välj hur återläsningen gick, eller tryck på Spara.")
    expect(page.get_by_label("Namn på den du talar med")).to_have_value("Karin Påhittad")
    page.get_by_role("radio", name="Upprepat", exact=True).check()
    page.get_by_role("button", name="Spara och nästa").click()
    expect(saved_note(page)).to_have_text(SAVED)
    assert not SubmissionClash.objects.exists()


def test_what_is_wrong_in_the_folded_part_unfolds_it(windows: Windows, county: County, asta: CareChain):
    windows.expect_answer(422)
    page = windows.open(county.alva)
    page.goto("/")
    to_the_municipality(page).get_by_role("link", name="Nådd").click()
    page.locator(".call-filled > summary").click()
    page.get_by_label("kl.", exact=True).first.fill("25.99")
    page.locator(".call-filled > summary").click()
    # What was changed no longer stands in the line, so it stays unfolded.
    expect(page.get_by_label("kl.", exact=True).first).to_be_visible()
    page.get_by_label("Namn på den du talar med").fill("Karin Påhittad")
    page.get_by_role("button", name="Spara och nästa").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Nummer", exact=True)).to_be_visible()


def test_jag_ringer_begins_with_what_is_owed(
    windows: Windows, county: County, outage: Outage, asta: CareChain
):
    make_chain(county, outage, patient_name="Birger Testlund")
    page = windows.open(county.alva)
    page.goto("/")
    page.keyboard.press("n")
    owed = page.get_by_role("region", name=re.compile("^Att ringa nu"))
    expect(owed.get_by_role("link", name=re.compile("^Utskrivningsmeddelande till"))).to_have_count(2)
    expect(owed).not_to_contain_text("Birger")
    expect(page.get_by_role("searchbox")).to_be_focused()
    owed.get_by_role("link", name=re.compile("Heimdalls hälsocentral")).click()
    expect(page.locator(".call-filled > summary")).to_contain_text("till Heimdalls hälsocentral")
    page.goto("/samtal/?riktning=received")
    expect(owed).to_have_count(0)


def test_two_patients_of_one_name_are_told_apart_wherever_they_are_listed(
    windows: Windows, county: County, outage: Outage
):
    for identity in ("19380214-9805", "19450809-9811"):
        chain = make_chain(county, outage, patient_name="Asta Provberg", identity=identity)
        make_event(county.alva, chain)
    make_event(
        county.alva, make_chain(county, outage, patient_name="Birger Testlund", identity="19510530-9826")
    )
    page = windows.open(county.alva)
    for address in ("/", "/samtal/?riktning=given", "/vardkedjor/"):
        page.goto(address)
        strong = page.locator("strong.namesake")
        assert {re.sub(r"\D", "", text)[-4:] for text in strong.all_inner_texts()} == {"9805", "9811"}
    page.goto("/")
    expect(call_to(page, "Birger").first).to_contain_text("19510530-9826 Medicin 2, Skellefteå")


def test_a_second_message_of_a_kind_is_asked_about(windows: Windows, county: County, asta: CareChain):
    tell(county.alva, asta, asta.events.get())
    page = windows.open(county.alva)
    page.goto(f"/vardkedja/{asta.pk}/samtal/?riktning=given")
    said = page.get_by_role("group", name="Vad sägs?")
    expect(said.get_by_role("checkbox", name="Utskrivningsmeddelande")).to_have_count(1)
    said.get_by_text("Logga en ny av samma slag").click()
    expect(said).to_contain_text("Är det samma som redan är loggat?")
    expect(said.get_by_role("checkbox", name="Utskrivningsmeddelande")).to_have_count(2)
