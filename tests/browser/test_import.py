"""A directory file brought in by hand, twice: the second time it changes nothing."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from contacts.filing.bringing_in import import_directory
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import DirectoryEntry
from contacts.rules.permissions import Role
from tests.browser.conftest import Windows
from tests.factories import County, person

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
