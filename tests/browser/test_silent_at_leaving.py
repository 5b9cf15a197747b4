"""One leaves the PC while the server is silent, or with two forms begun: nothing is said to be locked that is not."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from outage.models import CareChain, Handover, HeldForm, Outage
from tests.browser.conftest import Windows
from tests.browser.steps import save_call
from tests.browser.test_one_computer import TYPED, type_a_call
from tests.factories import County, make_chain
from tests.integration.forms.scanning import strange, waiting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage)


def switch(page: Page) -> None:
    page.get_by_role("button", name="Byt användare").first.click()


def cover(page: Page, says: str) -> Any:
    found = page.get_by_role("alert").filter(has_text=says)
    expect(found).to_be_visible()
    expect(page.get_by_role("main")).to_be_hidden()
    expect(page.get_by_role("button", name="Visa sidan")).to_be_focused()
    return found


def test_a_page_that_cannot_be_locked_says_so_and_is_locked_once_the_server_answers(
    windows: Windows, county: County, chain: CareChain
):
    windows.expect_silence()
    page = windows.open(county.alva)
    type_a_call(page, chain)
    page.route("**/las/", lambda route: route.abort())
    switch(page)
    said = cover(page, "Servern svarar inte. Du är inte utloggad än: lås datorn själv.")
    page.unroute("**/las/")
    expect(said).to_have_count(0, timeout=15_000)
    expect(page.get_by_role("main")).to_contain_text("undanlagt åt Alva")
    assert HeldForm.objects.count() == 1


def test_who_goes_on_with_a_page_that_could_not_be_locked_has_what_was_typed(
    windows: Windows, county: County, chain: CareChain
):
    windows.expect_silence()
    page = windows.open(county.alva)
    type_a_call(page, chain)
    page.route("**/las/", lambda route: route.abort())
    switch(page)
    cover(page, "lås datorn själv")
    page.get_by_role("button", name="Visa sidan").click()
    expect(page.get_by_label("Kommentar")).to_have_value(TYPED)
    expect(page.get_by_role("alert")).to_have_count(0)
    switch(page)
    cover(page, "lås datorn själv")
    page.get_by_role("button", name="Visa sidan").click()
    page.unroute("**/las/")
    save_call(page)
    assert Handover.objects.get().comment == TYPED
    assert not HeldForm.objects.exists()


@pytest.mark.parametrize("button", ["Byt användare", "Logga ut"])
def test_nobody_is_said_to_be_gone_who_is_not(windows: Windows, county: County, outage: Outage, button: str):
    windows.expect_silence()
    page = windows.open(county.alva)
    page.goto("/")
    page.route(re.compile("/(las|logga-ut)/$"), lambda route: route.abort())
    page.get_by_role("button", name=button).first.click()
    cover(page, "Du är inte utloggad än")
    page.unroute_all()
    expect(page.get_by_role("button", name="Logga in", exact=True)).to_be_visible(timeout=15_000)


def test_a_page_left_behind_is_out_of_sight_when_nobody_answers(
    windows: Windows, county: County, chain: CareChain, clock: Any
):
    windows.expect_silence()
    page = windows.open(county.alva)
    page.clock.install()
    type_a_call(page, chain)
    page.route("**/inloggning/", lambda route: route.abort())
    page.clock.fast_forward("14:00")
    expect(page.get_by_label("Kommentar")).to_be_visible()
    page.clock.fast_forward("02:00")
    said = cover(page, "Servern svarar inte, så sidan kunde inte låsas.")
    page.get_by_role("button", name="Visa sidan").click()
    expect(page.get_by_label("Kommentar")).to_have_value(TYPED)
    page.clock.fast_forward("15:00")
    expect(said).to_be_visible()
    page.unroute("**/inloggning/")
    clock.shift(timedelta(minutes=20))
    page.clock.fast_forward("01:00")
    expect(page.get_by_role("main")).to_contain_text("undanlagt åt Alva")


def test_what_is_typed_is_held_for_who_logs_out(windows: Windows, county: County, chain: CareChain):
    windows.expect_answer(409)
    page = windows.open(county.alva)
    type_a_call(page, chain)
    page.get_by_role("button", name="Logga ut").click()
    expect(page.get_by_role("main")).to_contain_text("undanlagt åt Alva")
    assert HeldForm.objects.count() == 1


def test_two_forms_that_are_begun_are_both_held(windows: Windows, county: County, outage: Outage):
    windows.expect_answer(409)
    page = windows.open(county.alva)
    page.goto(f"/blad/sida/{waiting(county.alva, strange()).pk}/")
    page.get_by_label("Löpnummer").fill("7K3")
    page.get_by_text("Tom sida").click()
    switch(page)
    expect(page.get_by_role("main")).to_contain_text("undanlagt åt Alva")
    assert HeldForm.objects.count() == 2


def test_a_clock_put_right_keeps_no_page_open(windows: Windows, county: County, chain: CareChain, clock: Any):
    page = windows.open(county.alva)
    page.add_init_script(
        "const now = Date.now; window.back = 0; Date.now = () => now.call(Date) - window.back * 3600e3;"
    )
    page.clock.install()
    page.goto(f"/vardkedja/{chain.pk}/")
    since = page.locator("[data-since]").first
    before = since.inner_text()
    page.evaluate("window.back = 2")
    page.clock.fast_forward("01:00")
    expect(since).to_have_text(re.compile(before.rsplit(" ", 2)[0]))
    clock.shift(timedelta(minutes=16))
    page.clock.fast_forward("15:30")
    expect(page).to_have_title(re.compile("^Låst"))
