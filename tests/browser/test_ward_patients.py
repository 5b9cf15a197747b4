"""A ward's patients at once, as a nurse does it: with scripts, without them, and with nothing but the keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from outage.models import CareChain, Outage
from tests.browser.conftest import Windows, script_or_none
from tests.browser.steps import log_in, note
from tests.factories import County, make_outage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "1:1\t19900101-9802\tTolvansson, Tolvan\t36 år\n1:2\tÅsa Öberg\t199001029819\tHöftfraktur\nTom säng"


@pytest.fixture
def outage(county: County) -> Outage:
    return make_outage(county.alva)


@script_or_none
def test_a_list_is_pasted_looked_through_and_opened(
    windows: Windows, county: County, outage: Outage, javascript: bool
):
    page = windows.open(javascript=javascript)
    page.goto("/vardkedjor/ny/")
    log_in(page, "alva")
    page.get_by_role("link", name="Klistra in avdelningens patienter").click()
    page.get_by_label("Avdelningens patienter").fill(LIST)
    page.get_by_role("button", name="Läs listan").click()
    expect(page.get_by_label("Namn, rad 1", exact=True)).to_have_value("Tolvan Tolvansson")
    expect(page.get_by_label("Nummer, rad 2", exact=True)).to_have_value("19900102-9819")
    expect(page.get_by_text("Togs inte med: 1:2 Höftfraktur")).to_be_visible()
    expect(page.get_by_text("Tom säng")).to_be_visible()
    page.get_by_role("button", name="Markera alla", exact=True).click()
    expect(page.get_by_role("checkbox", name="Öppna vårdkedja för Åsa Öberg")).to_be_checked()
    page.get_by_role("combobox", name="Kommun", exact=True).select_option(label="Skellefteå kommun")
    page.get_by_role("button", name="Sätt för markerade").click()
    expect(note(page, "Satt för 2 markerade.")).to_be_visible()
    page.get_by_role("button", name="Öppna vårdkedjor för markerade").click()
    expect(note(page, "2 vårdkedjor är öppnade.")).to_be_visible()
    page.get_by_role("button", name="Klart").click()
    expect(page.get_by_role("heading", name=re.compile("Öppnade vårdkedjor"))).to_be_visible()
    assert "9802" not in page.url
    names = [chain.details.patient_name for chain in CareChain.objects.order_by("number")]
    assert names == ["Tolvan Tolvansson", "Åsa Öberg"]


def press_to(page: Page, label: str) -> None:
    """Go by Tab to the button or box called so."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(
            "document.activeElement.closest('label, button')?.innerText.trim() ?? ''"
        ).startswith(label):
            return
    raise AssertionError(label)


def test_by_keyboard_alone_and_enter_in_a_box_opens_nothing(windows: Windows, county: County, outage: Outage):
    page = windows.open(county.alva)
    page.goto("/vardkedjor/klistra-in/")
    expect(page.get_by_label("Avdelningens patienter")).to_be_focused()
    page.keyboard.insert_text(LIST)
    press_to(page, "Läs listan")
    page.keyboard.press("Enter")
    name = page.get_by_label("Namn, rad 1", exact=True)
    with page.expect_response("**/klistra-in/"):
        name.press("Enter")
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(name).to_have_value("Tolvan Tolvansson")
    assert not CareChain.objects.exists()
    page.get_by_role("checkbox", name="Öppna vårdkedja för Tolvan Tolvansson").focus()
    page.keyboard.press("Space")
    press_to(page, "Öppna vårdkedjor för markerade")
    page.keyboard.press("Enter")
    expect(note(page, "1 vårdkedja är öppnad.")).to_be_visible()
    assert CareChain.objects.count() == 1


@script_or_none
def test_a_place_in_no_list_is_typed_where_it_is_chosen(
    windows: Windows, county: County, outage: Outage, javascript: bool
):
    page = windows.open(javascript=javascript)
    page.goto("/vardkedjor/ny/")
    log_in(page, "alva")
    name = page.get_by_label("Kommunens namn")
    if javascript:
        expect(name).to_be_hidden()
    page.get_by_label("Patientens namn").fill("Tolvan Tolvansson")
    page.get_by_role("combobox", name="Kommun", exact=True).select_option(label="Annan: skriv vilken")
    name.fill("Sundsvalls kommun")
    page.get_by_label("Kommunens nummer").fill("060191000")
    page.get_by_label("Vet inte").check()
    page.get_by_role("button", name="Öppna vårdkedjan").click()
    expect(page.get_by_text("Sundsvalls kommun")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("060-19 10 00"))).to_be_visible()


@script_or_none
def test_a_place_in_no_list_is_typed_in_the_row_of_the_patient(
    windows: Windows, county: County, outage: Outage, javascript: bool
):
    page = windows.open(javascript=javascript)
    page.goto("/vardkedjor/klistra-in/")
    log_in(page, "alva")
    page.get_by_label("Avdelningens patienter").fill(LIST)
    page.get_by_role("button", name="Läs listan").click()
    row = page.locator("#rad-2")
    name = row.get_by_label("Kommunens namn, rad 2")
    expect(name).to_be_hidden()
    if not javascript:
        row.get_by_text("Annan kommun", exact=True).click()
    row.get_by_label("Kommun, rad 2", exact=True).select_option(label="Annan: skriv vilken")
    name.fill("Sundsvalls kommun")
    row.get_by_label("Kommunens nummer, rad 2").fill("060191000")
    expect(row.get_by_label("Öppenvårdens namn, rad 2")).to_be_hidden()
    row.get_by_role("checkbox", name="Öppna vårdkedja").check()
    page.get_by_role("button", name="Sätt för markerade").click()
    expect(note(page, "Välj först vad som ska sättas.")).to_be_visible()
    expect(name).to_have_value("Sundsvalls kommun")
    expect(name).to_be_visible()
    page.get_by_role("button", name="Öppna vårdkedjor för markerade").click()
    expect(note(page, "1 vårdkedja är öppnad.")).to_be_visible()
    assert CareChain.objects.get().details.place_names["municipality"] == "Sundsvalls kommun"


@script_or_none
def test_a_name_that_is_not_plain_is_chosen_and_the_focus_stands_in_its_box(
    windows: Windows, county: County, outage: Outage, javascript: bool
):
    page = windows.open(javascript=javascript)
    page.goto("/vardkedjor/klistra-in/")
    log_in(page, "alva")
    page.get_by_label("Avdelningens patienter").fill(
        "19400110-9802\tEva Ek\tLisa Lindgren\n19410211-9817\tPer Berg\tOla Holm"
    )
    page.get_by_role("button", name="Läs listan").click()
    page.get_by_role("button", name=re.compile("^Per Berg ?, rad 2")).click()
    name = page.get_by_label("Namn, rad 2", exact=True)
    expect(name).to_have_value("Per Berg")
    expect(name).to_be_focused()
    expect(page.get_by_label("Namn, rad 1", exact=True)).to_have_value("")
