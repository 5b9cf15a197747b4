"""Keeping the contacts by keyboard, and without script."""

import pytest
from playwright.sync_api import Page, expect

from contacts.models import DirectoryEntry
from contacts.rules.phone import PhoneKind
from tests.browser.conftest import Windows
from tests.browser.steps import focused, note
from tests.factories import County, make_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def contacts(county: County) -> list[str]:
    """Six contacts of the region that nobody has confirmed, in the order they are gone through."""
    DirectoryEntry.objects.filter(principal=county.region).delete()
    names = [f"Mottagning {number}" for number in range(1, 7)]
    for number, name in enumerate(names, start=1):
        make_entry(county.region, name, f"0980-319 20{number}")
    return names


def shows(page: Page, name: str) -> None:
    """Wait until this contact is the one asked about, and has the focus."""
    expect(focused(page)).to_have_text(name)


def test_five_contacts_are_gone_through_by_keyboard(windows: Windows, county: County, contacts: list[str]):
    page = windows.open(county.adam)
    page.goto("/kontakter/kontrollera/")
    expect(page.get_by_text("6 kvar av 6")).to_be_visible()
    for name in contacts[:2]:
        shows(page, name)
        page.keyboard.press("s")
    shows(page, contacts[2])
    page.keyboard.press("f")
    shows(page, contacts[3])
    page.keyboard.press("a")
    expect(focused(page)).to_have_attribute("name", "number_0")
    page.keyboard.press("Control+a")
    page.keyboard.type("0980-319 240")
    page.keyboard.press("Enter")
    shows(page, contacts[4])
    page.keyboard.press("h")
    shows(page, contacts[5])
    page.keyboard.press("s")
    expect(page.get_by_text("Du har hoppat över 1 kontakt")).to_be_visible()
    expect(focused(page)).to_have_text("Visa de överhoppade igen")
    page.keyboard.press("Enter")
    shows(page, contacts[4])
    page.keyboard.press("s")
    expect(page.get_by_text("Alla 5 kontakter är kontrollerade.")).to_be_visible()

    entries = {entry.name: entry for entry in DirectoryEntry.objects.filter(principal=county.region)}
    retired = [name for name, entry in entries.items() if entry.retired_at]
    assert retired == [contacts[2]]
    assert all(entry.verified_by == county.adam.user for entry in entries.values() if not entry.retired_at)
    assert entries[contacts[3]].first_number(PhoneKind.DIRECT) == "0980-319 240"


def test_the_buttons_are_reached_by_tab(windows: Windows, county: County, contacts: list[str]):
    page = windows.open(county.adam)
    page.goto("/kontakter/kontrollera/")
    shows(page, contacts[0])
    # The number, then the answer.
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_attribute("href", "tel:+46980319201")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    shows(page, contacts[1])
    assert DirectoryEntry.objects.get(name=contacts[0]).verified_at is not None


def test_a_contact_is_added_changed_and_confirmed_without_script(windows: Windows, county: County):
    windows.expect_answer(422)
    page = windows.open(county.adam, javascript=False)
    page.goto("/kontakter/ny/")
    page.get_by_label("Typ").select_option("Vårdavdelning")
    page.get_by_label("Namn", exact=True).fill("Medicin 9")
    page.get_by_label("Nummer 1", exact=True).fill("0980319209")
    page.get_by_label("Egna tider").check()
    page.get_by_label("Måndag från").fill("8")
    page.get_by_role("button", name="Lägg till kontakten").click()
    expect(page.get_by_role("alert")).to_contain_text("Ange både från och till.")
    page.get_by_label("Måndag till").fill("16.30")
    page.get_by_role("button", name="Lägg till kontakten").click()
    expect(note(page, "Medicin 9 är tillagd.")).to_be_visible()
    page.get_by_role("link", name="Ändra").click()
    page.get_by_label("Ägare").fill("Avdelningschefen")
    page.get_by_role("button", name="Spara ändringen").click()
    expect(note(page, "Medicin 9 är sparad.")).to_be_visible()
    page.get_by_role("button", name="Stämmer").click()
    expect(note(page, "Medicin 9 är kontrollerad.")).to_be_visible()
    page.get_by_role("button", name="Avför").click()
    page.get_by_role("button", name="Ta tillbaka").click()
    entry = DirectoryEntry.objects.get(name="Medicin 9")
    assert (entry.owner, entry.retired_at, entry.verified_by) == ("Avdelningschefen", None, county.adam.user)
