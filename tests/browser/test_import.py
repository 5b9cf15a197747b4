"""A directory file brought in by hand, twice: the second time it changes nothing."""

from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from contacts.filing.bringing_in import import_directory
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import DirectoryEntry
from contacts.rules.permissions import Role
from tests.browser.conftest import Windows, script_or_none
from tests.browser.looking import faults, looks_at_pages
from tests.factories import County, person
from tests.integration.contacts.ugly_files import ugly_workbook

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def choose(page: Page, path: Path) -> None:
    page.goto("/kontakter/las-in/")
    page.get_by_label("Välj en fil").set_input_files(path)
    page.get_by_role("button", name="Visa vad filen ändrar").press("Enter")
    page.locator(".import-result").wait_for()


def test_the_given_file_is_brought_in_twice(windows: Windows, county: County):
    import_directory(by=None, content=OWN_FILE.read_bytes())
    DirectoryEntry.objects.filter(name="Servicedesk").update(remark="Rättad för hand")
    DirectoryEntry.objects.filter(name="Bjurholms hälsocentral").delete()
    page = windows.open(person("rut", county.ward, Role.ADMIN))

    choose(page, OWN_FILE)
    expect(page.locator("progress:visible")).to_have_count(0)
    expect(page.get_by_text("Inget är inläst än.")).to_be_visible()
    page.get_by_role("button", name="Läs in 1 ny, 1 ändrad").press("Enter")
    expect(page.get_by_text("1 ny, 1 ändrad.")).to_be_visible()
    assert DirectoryEntry.objects.filter(name="Bjurholms hälsocentral").count() == 1

    rows = list(DirectoryEntry.objects.order_by("pk").values_list())
    choose(page, OWN_FILE)
    expect(page.get_by_text("Filen ändrar ingenting.")).to_be_visible()
    expect(page.get_by_role("button", name="Läs in")).to_have_count(0)
    assert list(DirectoryEntry.objects.order_by("pk").values_list()) == rows


def reach(page: Page, place: Locator, *, javascript: bool) -> None:
    """Go on by Tab until that has the focus; where no script can tell what has, it is given it."""
    if not javascript:
        place.focus()
        return
    for _ in range(120):
        if place.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab never came there")


@looks_at_pages
@script_or_none
def test_a_workbook_of_another_shape_comes_in_by_keyboard_and_is_undone(
    windows: Windows, county: County, tmp_path: Path, javascript: bool
):
    import_directory(by=None, content=OWN_FILE.read_bytes())
    path = tmp_path / "lista.xlsx"
    keeper = person("kaj", county.social_care, Role.ADMIN)
    own = keeper.principal.name
    path.write_bytes(ugly_workbook(own))
    before = set(DirectoryEntry.objects.values_list("pk", flat=True))
    page = windows.open(keeper, javascript=javascript)

    choose(page, path)
    expect(page.get_by_text("Dolda rader: 8.")).to_be_visible()
    expect(page.get_by_text("Överstruken text: A7, B7, C7, D7.")).to_be_visible()
    expect(page.get_by_text("texten gäller alla deras rader: A4:A6.")).to_be_visible()
    assert not javascript or faults(page) == []
    expect(page.get_by_label("Läs in bladet Läs mig")).not_to_be_checked()
    word = page.get_by_label("Typ hemtjänst")
    reach(page, word, javascript=javascript)
    # What the guess left open is chosen by its first letters.
    page.keyboard.type("Annan")
    expect(word).to_have_value("Annan")
    button = page.get_by_role("button", name="Visa vad filen ändrar")
    reach(page, button, javascript=javascript)
    page.keyboard.press("Enter")

    expect(page.get_by_text("Ett blad läses inte: Läs mig.")).to_be_visible()
    assert not javascript or faults(page) == []
    bring_in = page.get_by_role("button", name="Läs in 5 nya")
    reach(page, bring_in, javascript=javascript)
    page.keyboard.press("Enter")
    expect(page.get_by_text("5 nya.")).to_be_visible()
    told = {
        entry.name: (
            entry.kind,
            [(p.kind.value, p.number) for p in entry.phones],
            entry.remark,
            entry.department,
        )
        for entry in DirectoryEntry.objects.exclude(pk__in=before)
    }
    assert told == {
        "Kundtjänst Syd": ("switchboard", [("switchboard", "0910-73 10 00")], "", ""),
        "Hemsjukvården Centrum": (
            "home_nursing",
            [("direct", "0910-73 20 00"), ("mobile", "070-123 45 67")],
            "Ring först",
            "",
        ),
        "Hemtjänsten Väst": ("other", [], "fråga växeln", ""),
        "Bakom filtret": ("other", [("direct", "0910-73 30 01")], "", ""),
        "Eva Påhittad": ("person", [("mobile", "070-123 45 99")], "", "Hemsjukvården Centrum"),
    }

    undo = page.get_by_role("link", name="Ångra hela inläsningen")
    reach(page, undo, javascript=javascript)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Avförs: 5")).to_be_visible()
    assert not javascript or faults(page) == []
    button = page.get_by_role("button", name="Ångra hela inläsningen")
    reach(page, button, javascript=javascript)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ångrad")).to_be_visible()
    assert not DirectoryEntry.objects.exclude(pk__in=before).filter(retired_at__isnull=True).exists()


@pytest.mark.parametrize(
    ("path", "name", "button"),
    [
        ("import_directory", "kontakter.csv", "Visa vad filen ändrar"),
        ("import_staff", "personal.csv", "Visa vad filen ändrar"),
        ("import_rota", "jour.csv", "Visa vad filen lägger in"),
        ("verify_file", "blad.pdf", "Kontrollera filen"),
    ],
)
def test_the_chosen_file_stands_there_while_the_server_is_silent(
    windows: Windows, county: County, path: str, name: str, button: str
):
    windows.expect_silence()
    page = windows.open(person("rut", county.ward, Role.ADMIN))
    page.goto(reverse(path))
    chosen = page.locator("input[type=file]")
    content = b"%PDF-1.4" if name.endswith("pdf") else b"Namn;Nummer\nVakten;0910-73 50 00\n"
    chosen.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
    page.context.set_offline(True)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("alert")).to_contain_text("Servern svarar inte.")
    assert chosen.evaluate("(field) => field.files.length") == 1
    page.context.set_offline(False)
    page.get_by_role("button", name=button).click()
    # Whatever is said of the file: it has been read.
    expect(page.locator("main [data-focus]").first).to_be_visible()
