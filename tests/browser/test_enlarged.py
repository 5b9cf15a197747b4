"""A telephone enlarged twice, 195 px: no page that a ward works from is wider than its window."""

import pytest
from django.urls import reverse

from outage.models import Outage
from tests.browser.conftest import Windows
from tests.factories import County, make_chain, make_event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENLARGED = (195, 422)
PAGES = ("status", "chains", "overview", "sheets", "back_registration", "shift", "contacts", "new_chain")
OF_A_PATIENT = ("chain", "chain_call", "join_chain", "edit_chain")


def test_no_page_is_wider_than_a_telephone_enlarged_twice(windows: Windows, county: County, outage: Outage):
    chain = make_chain(county, outage)
    make_event(county.alva, chain, "discharge")
    page = windows.open(county.alva, size=ENLARGED)
    found = {}
    for address in (
        *map(reverse, PAGES),
        *(reverse(name, args=[chain.pk]) for name in OF_A_PATIENT),
        reverse("chain_call", args=[chain.pk]) + "?riktning=received",
    ):
        page.goto(address)
        if wide := page.evaluate("document.documentElement.scrollWidth - innerWidth"):
            found[address] = wide
    assert found == {}
