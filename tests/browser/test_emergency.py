"""The provider is down: from the sealed sheet to the ward's work and out again."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from contacts.models import AuditEntry
from outage.models import CareChain, Handover, HeldForm, Outage
from tests.browser.conftest import Windows
from tests.browser.looking import faults
from tests.browser.steps import print_emergency_codes, save_call, use_emergency_code
from tests.browser.test_one_computer import TYPED, type_a_call
from tests.factories import County, make_chain

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage)


def test_a_nurse_comes_in_by_the_envelope_and_goes_on_with_what_was_half_written(
    windows: Windows, county: County, chain: CareChain, clock: Any
):
    windows.expect_answer(401)
    county.alva.user.set_unusable_password()
    county.alva.user.save()
    admin = windows.open(county.adam)
    codes = print_emergency_codes(admin, county.ward.pk)
    assert faults(admin) == []
    admin.close()
    page = windows.open()
    page.clock.install()
    page.goto("/logga-in/")
    use_emergency_code(page, "alva", codes[0])
    assert faults(page) == []
    type_a_call(page, chain)
    clock.shift(timedelta(minutes=16))
    page.clock.fast_forward("16:00")
    expect(page).to_have_title(re.compile("^Logga in"))
    expect(page.get_by_text("undanlagt åt Alva")).to_be_visible()
    assert HeldForm.objects.get().user == county.alva.user
    use_emergency_code(page, "alva", codes[1])
    expect(page.get_by_label("Kommentar")).to_have_value(TYPED)
    save_call(page)
    assert Handover.objects.get().user == county.alva.user
    assert AuditEntry.objects.filter(action="emergency_login", unit=county.ward).count() == 2
