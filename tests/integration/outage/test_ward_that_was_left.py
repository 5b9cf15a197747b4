"""A ward rings about a patient who has gone home: "inte inlagd" is a place of its own, and no ward's."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.parties import Party
from outage.models import CareChain, Handover, Outage
from outage.queries.care_chains import get_chain
from outage.rules.handover import Direction, Message
from outage.services.call_errors import CallErrors
from outage.services.care_chains import change_details
from outage.services.handovers import log_call
from tests.factories import County, call_facts, make_chain
from tests.integration.outage.pages import fields_of, form_of, read

REPORT = Message(kind="discharge_report", sender=Party.INPATIENT)


@pytest.fixture
def at_home(county: County, outage: Outage) -> CareChain:
    """A patient of Cissi's municipality, on the ward and then at home."""
    chain = make_chain(county, outage, county.cissi)
    change_details(
        by=county.cissi,
        chain=chain,
        client_id=uuid4(),
        replaces=chain.details.pk,
        facts=replace(chain.details.facts, ward_unit=None, not_admitted=True),
        answers={},
    )
    return get_chain(county.cissi, chain.pk)


def log(county: County, chain: CareChain, direction: Direction) -> Handover:
    facts = call_facts(Party.INPATIENT, direction=direction, spoken_to_unit="Medicin 2", at=timezone.now())
    return log_call(
        by=county.cissi, chain=chain, client_id=uuid4(), facts=facts, messages=[REPORT], answers={}
    )


def test_that_it_rings_is_logged_and_that_nobody_is_there_to_ring_is_said(county: County, at_home: CareChain):
    with pytest.raises(CallErrors, match="Patienten är inte inlagd"):
        log(county, at_home, Direction.GIVEN)
    assert log(county, at_home, Direction.RECEIVED).recipient == Party.INPATIENT


def test_the_page_offers_it_where_somebody_rings_us(county: County, at_home: CareChain, client: Client):
    client.force_login(county.cissi.user)
    address = reverse("chain_call", args=[at_home.pk])
    rings = read(client.get(address, {"riktning": "received"}))
    assert rings.main.find("input", {"name": "recipient", "value": "inpatient"})
    assert "inte angiven" not in rings.find(id="id_recipient").text
    rung = read(client.get(address, {"riktning": "given"}))
    assert rung.main.find("input", {"name": "recipient", "value": "inpatient"}) is None

    sent = fields_of(form_of(rings, method="post")) | {
        "recipient": ["inpatient"],
        "messages": ["new:discharge_report:inpatient"],
        "spoken_to": ["Siv Påhittad"],
        "spoken_to_unit": ["Medicin 2"],
    }
    assert client.post(f"{address}?riktning=received", sent).status_code == 302
    client.force_login(county.cissi.user)
    page = read(client.get(reverse("chain", args=[at_home.pk]))).main.text
    assert "från Medicin 2" in page
