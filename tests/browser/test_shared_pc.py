"""A shared PC that somebody leaves: locked by itself or by Byt användare, with what was half written kept."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from outage.models import CareChain, Handover, HeldForm, Outage, RegistrationMark
from outage.rules.back_registration import Before
from outage.services.outages import end_outage
from tests.browser.conftest import Windows
from tests.browser.steps import add_passkey, follow, log_in, save_call
from tests.browser.test_one_computer import TYPED, type_a_call
from tests.factories import PASSWORD, County, make_chain, make_event, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage)


def unlock(page: Page) -> None:
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Lås upp", exact=True).click()


def test_a_page_left_behind_locks_with_the_half_written_call_and_opens_with_it(
    windows: Windows, county: County, chain: CareChain, clock: Any
):
    windows.expect_answer(401)
    page = windows.open(county.alva)
    page.clock.install()
    type_a_call(page, chain)
    clock.shift(timedelta(minutes=16))
    page.clock.fast_forward("16:00")
    expect(page).to_have_title(re.compile("^Låst"))
    expect(page.get_by_text("Alva Påhittad är inloggad här.")).to_be_visible()
    expect(page.get_by_text("undanlagt åt Alva")).to_be_visible()
    expect(page.get_by_label("Lösenord")).to_be_focused()
    assert HeldForm.objects.get().user == county.alva.user
    assert not Handover.objects.exists()
    unlock(page)
    expect(page.get_by_label("Kommentar")).to_have_value(TYPED)
    save_call(page)
    call = Handover.objects.get()
    assert (call.comment, call.user) == (TYPED, county.alva.user)
    assert not HeldForm.objects.exists()


def test_a_page_left_behind_with_nothing_typed_locks_and_opens_where_it_was(
    windows: Windows, county: County, chain: CareChain, clock: Any
):
    page = windows.open(county.alva)
    page.clock.install()
    page.goto(f"/vardkedja/{chain.pk}/")
    clock.shift(timedelta(minutes=16))
    page.clock.fast_forward("16:00")
    expect(page).to_have_title(re.compile("^Låst"))
    unlock(page)
    expect(page).to_have_url(re.compile(f"/vardkedja/{chain.pk}/$"))
    assert not HeldForm.objects.exists()


def test_another_person_takes_over_in_two_steps_in_the_midst_of_a_call(
    windows: Windows, county: County, chain: CareChain
):
    page = windows.open(county.alva)
    type_a_call(page, chain)
    page.get_by_role("button", name="Byt användare").click()
    expect(page.get_by_label("Användarnamn")).to_be_focused()
    expect(page.get_by_label("Användarnamn")).to_have_value("")
    log_in(page, "esa")
    expect(page).to_have_title(re.compile("^Läge"))
    expect(page.get_by_text(TYPED)).to_have_count(0)
    assert not Handover.objects.exists()
    page.get_by_role("button", name="Byt användare").click()
    log_in(page, "alva")
    page.get_by_role("link", name="Ta fram").click()
    expect(page.get_by_label("Kommentar")).to_have_value(TYPED)
    save_call(page)
    assert Handover.objects.get().user == county.alva.user


def test_a_half_written_decision_waits_for_who_wrote_it_and_is_shown_to_nobody_else(
    windows: Windows, county: County, outage: Outage
):
    make_event(county.alva, make_chain(county, outage, before=Before.UNKNOWN), "discharge")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    page, other = windows.open(county.alva), windows.open(person("bea", county.ward))
    page.goto("/ater-i-drift/")
    page.get_by_label("Vad bestämdes?").fill(TYPED)
    page.get_by_text("Lämna över eller anteckna").click()
    page.get_by_label("Anteckning").fill("Läkaren vet")
    page.get_by_role("button", name="Byt användare").click()
    log_in(page, "esa")
    expect(page).to_have_title(re.compile("^Läge"))
    assert not RegistrationMark.objects.exists()
    page.goto("/ater-i-drift/")
    expect(page.get_by_label("Vad bestämdes?")).to_have_value("")
    page.get_by_role("button", name="Byt användare").click()
    log_in(page, "alva")
    page.get_by_role("link", name="Ta fram").click()
    decided = page.get_by_label("Vad bestämdes?")
    expect(decided).to_have_value(TYPED)
    other.goto("/ater-i-drift/")
    expect(other.get_by_role("main")).not_to_contain_text(TYPED)
    # What a colleague does meanwhile takes nothing of it away.
    other.get_by_text("Lämna över eller anteckna").first.click()
    other.get_by_label("Anteckning").fill("Sonen är ringd.")
    other.get_by_role("button", name="Spara", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Sonen är ringd.")
    expect(decided).to_have_value(TYPED)
    page.get_by_text("Inte infört", exact=True).click()
    page.get_by_label("Anteckning").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Läkaren vet (")
    expect(decided).to_have_value(TYPED)
    page.get_by_role("button", name="Markera som klart").first.click()
    expect(page.get_by_role("main")).to_contain_text(f"{TYPED} (inte infört)")
    assert RegistrationMark.objects.get().user == county.alva.user
    assert not HeldForm.objects.exists()


def test_a_passkey_is_added_and_logs_in_alone(windows: Windows, county: County, live_server: Any):
    origin = live_server.url.replace("127.0.0.1", "localhost")
    page = windows.open(origin=origin)
    page.goto("/logga-in/")
    log_in(page, "alva")
    page.goto("/bekrafta/")
    page.get_by_label("Lösenord").fill(PASSWORD)
    follow(page.get_by_role("button", name="Fortsätt"))
    add_passkey(page)
    expect(page.get_by_role("heading", name="Reservkoder")).to_be_visible()
    page.get_by_role("button", name="Byt användare").click()
    page.get_by_role("button", name="Logga in med passnyckel").click()
    expect(page).to_have_title(re.compile("^Läge"))
    expect(page.get_by_text("Alva Påhittad")).to_be_visible()
