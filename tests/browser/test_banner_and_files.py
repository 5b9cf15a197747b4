"""The banner is one line on a ward PC, whatever it has to say; the button of a file field can be read in the dark."""

import re
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from outage.rules.outage_status import OutageScope
from outage.services.outages import end_outage
from tests.browser.conftest import Windows, at_awkward_hours
from tests.browser.looking import DESKTOP, PHONE, Scheme, show
from tests.factories import County, make_chain, make_event, make_outage
from tests.unit.test_contrast import TEXT, contrast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# One line of the largest letters in it, with the room above and below.
ONE_LINE = 48


def banner_height(page: Page) -> float:
    box = page.get_by_role("region", name="Driftläge").bounding_box()
    assert box is not None
    return box["height"]


# What of the banner does not fit where it stands.
_CUT = """() => [...document.querySelectorAll(".banner p, .banner p > *, .drill-mark")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow !== "visible"
    || one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.textContent.trim())"""


def cut(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_CUT)
    return found


def lay_out(county: County, case: str) -> None:
    if case == "none":
        return
    scope = OutageScope.MUNICIPALITIES_ONLY if case == "municipalities" else OutageScope.BOTH_PRINCIPALS
    long_ago = timedelta(days=400 if case == "a year ago" else 9, hours=13)
    started = timedelta(minutes=10) if case in {"discharge", "municipalities"} else long_ago
    outage = make_outage(county.alva, started=started, scope=scope)
    if case == "discharge":
        make_event(county.alva, make_chain(county, outage, before="admitted"), "discharge", ago=timedelta())
    if case == "ended":
        end_outage(by=county.esa, outage=outage, ended_at=outage.current.started_at + timedelta(days=1))


@pytest.mark.parametrize("case", ["none", "discharge", "municipalities", "nine days", "a year ago", "ended"])
@at_awkward_hours
def test_the_banner_is_one_line_on_a_ward_pc(windows: Windows, county: County, case: str):
    lay_out(county, case)
    page = windows.open(county.alva)
    page.goto("/checklistor/")
    assert banner_height(page) <= ONE_LINE
    assert cut(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    show(page, PHONE)
    assert cut(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_laege_says_in_full_what_the_banner_has_no_room_for(windows: Windows, county: County):
    make_outage(county.alva, started=timedelta(hours=3))
    page = windows.open(county.alva)
    page.goto("/")
    expect(page.get_by_role("region", name="Driftläge")).to_contain_text("Använd rutinen: längre än 2 timmar")
    expect(page.get_by_role("main")).to_contain_text("driftstoppet har varat längre än 2 timmar")


@pytest.mark.parametrize(
    ("name", "address"),
    [("alva", "/blad/skanna/"), ("adam", "/kontakter/las-in/"), ("alva", "/blad/kontrollera-fil/")],
)
def test_the_button_of_a_file_field_can_be_read(windows: Windows, county: County, name: str, address: str):
    page = windows.open(county.somebody(name))
    page.goto(address)
    field = page.locator("input[type=file]")
    schemes: tuple[Scheme, ...] = ("light", "dark")
    for hovered, scheme in product((False, True), schemes):
        show(page, DESKTOP, scheme)
        if hovered:
            field.hover()
        ink, ground = (_rgb(field, part) for part in ("color", "backgroundColor"))
        assert contrast(ink, ground) >= TEXT, (ink, ground, hovered, scheme)


def _rgb(field: Any, part: str) -> tuple[int, int, int]:
    found = field.evaluate(f"(one) => getComputedStyle(one, '::file-selector-button').{part}")
    red, green, blue = (int(each) for each in re.findall(r"\d+", found)[:3])
    return red, green, blue
