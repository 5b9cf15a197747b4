"""Two people at one computer, in two tabs of one browser: what each types is signed by the one who typed it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from outage.models import CareChain, Handover, HeldForm, Outage
from tests.browser.conftest import Windows, script_or_none
from tests.browser.steps import choose_other_end, log_in, save_call, speak_to, tick_message
from tests.factories import County, make_chain

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TYPED = "Ringer åter kl. 15 om hemtjänsten."


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage)


def type_a_call(page: Page, chain: CareChain) -> None:
    page.goto(f"/vardkedja/{chain.pk}/samtal/?riktning=given")
    choose_other_end(page, "Skellefteå kommun")
    tick_message(page, "Inskrivning")
    if not page.get_by_label("Nummer", exact=True).input_value():
        page.get_by_label("Nummer", exact=True).fill("0980-319 210")
        page.get_by_label("Deras enhet").fill("Skellefteå kommun")
    speak_to(page, "Karin Påhittad")
    page.get_by_text("Kommentar, nästa steg, ring tillbaka").click()
    page.get_by_label("Kommentar").fill(TYPED)


def log_in_elsewhere(page: Page, username: str) -> Page:
    """Another tab of the same browser, where somebody else logs in over the first one."""
    tab = page.context.new_page()
    tab.goto("/logga-in/")
    log_in(tab, username)
    expect(tab).to_have_title(re.compile("^Läge"))
    return tab


def save(page: Page) -> None:
    page.get_by_role("button", name="Spara och nästa").click()


@script_or_none
def test_a_call_is_signed_by_the_one_who_typed_it(
    windows: Windows, county: County, chain: CareChain, javascript: bool
):
    windows.expect_answer(409)
    page = windows.open(county.alva, javascript=javascript)
    type_a_call(page, chain)
    esa = log_in_elsewhere(page, "esa")
    save(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Inget är sparat")
    expect(page.get_by_role("alert")).to_contain_text("Det här skrev Alva. Nu är Esa Påhittad inloggad.")
    expect(page.locator("body")).not_to_contain_text("hemtjänsten")
    assert not Handover.objects.exists()
    esa.goto("/")
    expect(esa.locator("body")).not_to_contain_text("Undanlagt")
    expect(esa.locator("body")).not_to_contain_text("hemtjänsten")
    esa.get_by_role("button", name="Logga ut").click()
    expect(esa.get_by_text("undanlagt åt Alva")).to_be_visible()
    expect(esa.get_by_role("main")).not_to_contain_text("Alva Påhittad")

    log_in(esa, "alva")
    held = esa.get_by_role("region", name=re.compile("^Undanlagt åt dig"))
    expect(held).to_contain_text("Samtal")
    held.get_by_role("link", name=re.compile("^Ta fram")).click()
    expect(esa.get_by_label("Kommentar")).to_have_value(TYPED)
    save_call(esa)
    expect(held).to_have_count(0)
    call = Handover.objects.get()
    assert (call.user, call.comment) == (county.alva.user, TYPED)
    assert call.signature.startswith("Alva Påhittad")
    assert not HeldForm.objects.exists()


def test_a_tick_of_another_is_asked_about_and_not_lost_in_a_row(
    windows: Windows, county: County, chain: CareChain
):
    windows.expect_answer(409)
    page = windows.open(county.alva)
    page.goto("/checklistor/inpatient-somatic-start/")
    log_in_elsewhere(page, "esa")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inget är sparat")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.get_by_role("link", name="Logga in som Alva").click()
    log_in(page, "alva")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"^Du tryckte Bocka av \d\d\.\d\d\. Gör det nu\?$")
    )
    page.get_by_role("button", name="Ja, gör det nu").click()
    expect(page.get_by_role("button", name="Ja, gör det nu")).to_have_count(0)
    expect(page.get_by_text("Alva Påhittad").last).to_be_visible()
    assert not HeldForm.objects.exists()


def test_a_secret_that_is_gone_loses_nothing(windows: Windows, county: County, chain: CareChain):
    windows.expect_answer(409)
    page = windows.open(county.alva)
    type_a_call(page, chain)
    page.context.clear_cookies(name="csrftoken")
    save(page)
    page.get_by_role("link", name="Ta fram").click()
    expect(page.get_by_role("region", name="Undanlagt")).to_be_focused()
    expect(page.get_by_role("region", name="Undanlagt")).to_be_in_viewport()
    expect(page.get_by_label("Kommentar")).to_have_value(TYPED)
    save_call(page)
    assert Handover.objects.get().comment == TYPED


def test_the_page_says_that_it_is_about_to_lock_and_goes_on(
    windows: Windows, county: County, chain: CareChain, clock: Any
):
    page = windows.open(county.alva)
    page.clock.install()
    page.goto(f"/vardkedja/{chain.pk}/samtal/?riktning=given")
    word = page.locator("[data-session-text]")
    page.clock.fast_forward("11:00")
    expect(word).to_be_empty()
    clock.shift(timedelta(minutes=13))
    page.clock.fast_forward("02:00")
    expect(word).to_have_text(re.compile(r"^Sidan låses om (2 minuter|mindre än en minut)\.$"))
    name = page.get_by_label("Namn på den du talar med")
    name.focus()
    page.get_by_role("button", name="Fortsätt", exact=True).click()
    expect(word).to_have_text("Du är kvar som inloggad.")
    expect(name).to_be_focused()
    # What another tab prolonged is known: the server is asked before anything is said.
    clock.shift(timedelta(minutes=13))
    page.context.new_page().goto("/")
    with page.expect_response(f"**{reverse('session_left')}"):
        page.clock.fast_forward("13:00")
    expect(word).not_to_contain_text("låses")
