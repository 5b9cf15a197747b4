"""The directory in a real browser: the number to ring on a Saturday evening, and the county's file read in twice."""

from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from contacts.filing.bringing_in import import_directory
from contacts.management.commands.import_directory import OWN_FILE
from contacts.models import AuditEntry, DirectoryEntry, DirectoryUpload, Principal
from contacts.rules.phone import Phone, PhoneKind
from outage.rules.wording import STOCKHOLM
from tests.browser.conftest import DESKTOP, Windows
from tests.browser.steps import follow
from tests.factories import County

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

on_a_saturday_evening = pytest.mark.parametrize(
    "clock", [datetime(2026, 11, 28, 19, 0, tzinfo=STOCKHOLM)], ids=["saturday 19.00"], indirect=True
)
MOST_KEYS = 4
TELEPHONE = (390, 844)


@pytest.fixture
def directory(county: County) -> None:
    """The county's own file, brought in."""
    import_directory(by=None, content=OWN_FILE.read_bytes())


def ring_now(page: Page):
    return page.get_by_role("region", name="Ring nu")


@on_a_saturday_evening
@pytest.mark.clause("R5.4")
@pytest.mark.parametrize("size", [DESKTOP, TELEPHONE], ids=["ward PC", "telephone"])
def test_whom_to_ring_for_nordmaling_takes_four_keys(windows: Windows, county: County, directory: None, size):
    entry = DirectoryEntry.objects.get(name="Hemsjukvård Nordmaling kväll/helg")
    entry.phones = (Phone(PhoneKind.DIRECT, "0980-319 251"),)
    entry.save()
    page = windows.open(county.alva, size=size)
    page.goto("/kontakter/")
    keys = "nord"
    assert len(keys) <= MOST_KEYS
    page.keyboard.type(keys)
    answer = ring_now(page)
    expect(answer).to_contain_text("Nordmalings kommun")
    expect(answer.get_by_role("link", name="0980-319 251")).to_have_attribute("href", "tel:+46980319251")
    expect(answer).to_contain_text("örmedlar")
    expect(answer).to_contain_text("Ej verifierad")


@on_a_saturday_evening
def test_where_no_number_is_known_the_regions_switchboard_is_the_way(
    windows: Windows, county: County, directory: None
):
    page = windows.open(county.alva)
    page.goto("/kontakter/")
    page.get_by_role("searchbox").fill("nord")
    answer = ring_now(page)
    expect(answer.get_by_role("link", name="090-785 00 00")).to_be_visible()
    expect(answer).to_contain_text("Be om Hemsjukvård Nordmaling kväll/helg")


def read_in(page: Page, file: Path) -> None:
    page.goto("/kontakter/las-in/")
    page.get_by_label("Välj en fil").set_input_files(file)
    page.get_by_role("button", name="Visa vad filen ändrar").click()


def test_the_countys_file_is_read_in_twice(windows: Windows, county: County, tmp_path: Path):
    page = windows.open(county.adam)
    read_in(page, OWN_FILE)
    expect(page.get_by_text("Inget är inläst än.")).to_be_visible()
    assert not DirectoryEntry.objects.filter(name="Servicedesk").exists()
    page.get_by_role("button", name="Läs in").click()
    expect(page.get_by_role("status").filter(has_text="Inläst")).to_be_visible()
    region = Principal.objects.get(pk=county.region.pk)
    assert set(DirectoryEntry.objects.filter(source="Rutin 2023-04-03").values_list("name", flat=True)) == {
        "Region Västerbottens växel",
        "Servicedesk",
        "Bjurholms hälsocentral",
    }
    assert not DirectoryEntry.objects.filter(principal=region, verified_at__isnull=False).exists()

    before = list(DirectoryEntry.objects.order_by("pk").values())
    read_in(page, OWN_FILE)
    expect(page.get_by_text("Filen ändrar ingenting.")).to_be_visible()
    assert list(DirectoryEntry.objects.order_by("pk").values()) == before
    assert AuditEntry.objects.filter(action="directory.import").count() == 1
    assert DirectoryUpload.objects.count() == 2


def test_a_file_that_is_no_directory_is_refused_and_another_can_be_chosen(
    windows: Windows, county: County, tmp_path: Path
):
    page = windows.open(county.adam)
    fake = tmp_path / "katalog.xlsx"
    fake.write_bytes(b"MZ\x90\x00 this program cannot be run in DOS mode")
    read_in(page, fake)
    expect(page.get_by_role("alert")).to_contain_text("Det gick inte. Inget är inläst.")
    follow(page.get_by_role("link", name="Försök igen"))
    expect(page.get_by_role("button", name="Visa vad filen ändrar")).to_be_enabled()
    assert not DirectoryUpload.objects.exists()
