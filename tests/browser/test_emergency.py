"""The provider is down: from the sealed sheet to the ward's work and out again."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contacts.models import AuditEntry
from outage.models import CareChain, Handover, HeldForm, Outage
from tests.browser.conftest import Windows
from tests.browser.looking import faults
from tests.browser.steps import save_call
from tests.browser.test_one_computer import TYPED, type_a_call
from tests.factories import County, make_chain
from tests.paper.reading import pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CODE = re.compile(r"(?:[2-9A-Y]{4}-){3}[2-9A-Y]{4}")


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage)


def print_sheet(windows: Windows, county: County) -> list[str]:
    admin = windows.open(county.adam)
    admin.goto(f"/kontakter/enhet/{county.ward.pk}/andra/")
    admin.get_by_role("link", name="Nödkoder: se vem").click()
    button = admin.get_by_role("button", name="Skriv ut ett blad")
    form = button.locator("xpath=ancestor::form")
    sent = {field.get_attribute("name"): field.input_value() for field in form.locator("input").all()}
    made = admin.request.post(form.get_attribute("action") or "", form=sent)
    (text,) = pages(made.body())
    admin.reload()
    expect(admin.get_by_text("0 av 10 använda")).to_be_visible()
    assert faults(admin) == []
    admin.close()
    return CODE.findall(text)


def come_in(page: Page, code: str) -> None:
    page.get_by_role("link", name="Använd en nödkod").click()
    page.get_by_label("Användarnamn").fill("alva")
    page.get_by_label("Nödkod").fill(code.lower().replace("-", " "))
    page.get_by_label("Inloggningstjänsten är nere").check()
    page.get_by_role("button", name="Logga in med nödkoden").press("Enter")
    expect(page.get_by_text("Nödinloggad till")).to_be_visible()


def test_a_nurse_comes_in_by_the_envelope_and_goes_on_with_what_was_half_written(
    windows: Windows, county: County, chain: CareChain, clock: Any
):
    windows.expect_answer(401)
    county.alva.user.set_unusable_password()
    county.alva.user.save()
    codes = print_sheet(windows, county)
    page = windows.open()
    page.clock.install()
    page.goto("/logga-in/")
    come_in(page, codes[0])
    assert faults(page) == []
    type_a_call(page, chain)
    clock.shift(timedelta(minutes=16))
    page.clock.fast_forward("16:00")
    expect(page).to_have_title(re.compile("^Logga in"))
    expect(page.get_by_text("undanlagt åt Alva")).to_be_visible()
    assert HeldForm.objects.get().user == county.alva.user
    come_in(page, codes[1])
    expect(page.get_by_label("Kommentar")).to_have_value(TYPED)
    save_call(page)
    assert Handover.objects.get().user == county.alva.user
    assert AuditEntry.objects.filter(action="emergency_login", unit=county.ward).count() == 2
