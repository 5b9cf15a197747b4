"""A SIP is called, and then the patient changes ward: the new one learns of the meeting, the former is let go."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.parties import Party
from outage.models import CareChain, ChainState, StateKind
from outage.queries.care_chains import get_chain
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from tests.factories import County, chain_facts, end_for_all, make_event, tell
from tests.integration.outage.pages import read
from tests.integration.outage.ticking import mark, rows

pytestmark = pytest.mark.clause("R3.9")
SIP = {
    "sip_date": "2026-01-23",
    "sip_time": "13.00",
    "sip_place": "Heimdall",
    "participants": ["Medicin 2", "Dotter"],
}


@pytest.mark.parametrize("told", [True, False])
def test_the_new_ward_is_to_hear_of_a_sip_that_the_former_was_to_take_part_in(
    county: County, chain: CareChain, client: Client, told: bool
):
    sip = make_event(
        county.disa, chain, "sip_invitation", sender=Party.OUTPATIENT, outcome=CallOutcome.REACHED, **SIP
    )
    tell(county.disa, chain, sip, to="participant:Dotter")
    if told:
        tell(county.disa, chain, sip, to=Party.INPATIENT)
    change_details(
        by=county.disa,
        chain=get_chain(county.disa, chain.pk),
        client_id=uuid4(),
        replaces=chain.details_id,
        facts=chain_facts(county, ward_unit=county.other_ward),
    )
    owed = ChainState.objects.filter(chain=chain, what=StateKind.OWED, unit=county.health_centre)
    former = {(f"unit:{county.ward.pk}", "notice")} if told else set()
    assert {(row.whom, row.message.partition(":")[0]) for row in owed} == former | {
        (f"unit:{county.other_ward.pk}", "event")
    }
    client.force_login(county.disa.user)
    page = read(client.get(reverse("chain", args=[chain.pk]))).main.get_text(" ", strip=True)
    assert "Ortopeden" in page
    assert ("Hör inte längre till er" in page) is told
    form = read(client.get(reverse("chain_call", args=[chain.pk]), {"riktning": "given"})).main
    assert form.find("input", {"name": "recipient", "value": "inpatient"})
    # Told, it is done.
    chain = get_chain(county.disa, chain.pk)
    tell(county.disa, chain, sip, to=Party.INPATIENT)
    assert set(owed.values_list("whom", flat=True)) == {place for place, _ in former}


def test_a_ward_that_is_left_out_of_a_new_date_hears_that_after_the_call_is_sent_too(
    county: County, chain: CareChain, client: Client
):
    left_out = "Kallelse till SIP: ska inte längre delta"
    called = {"sender": Party.OUTPATIENT, "outcome": CallOutcome.REACHED}
    sip = make_event(county.disa, chain, "sip_invitation", ago=timedelta(minutes=20), **called, **SIP)
    for name in (Party.INPATIENT, "participant:Dotter"):
        tell(county.disa, chain, sip, to=name)
    moved = SIP | {"sip_date": "2026-12-28", "participants": ["Dotter"]}
    new = make_event(county.disa, chain, "sip_invitation", ago=timedelta(minutes=10), **called, **moved)
    end_for_all(county, chain.outage, timezone.now())
    chain = get_chain(county.disa, chain.pk)
    (task,) = (row for row in rows(county.disa, chain) if row.clause == "R4.5")
    mark(county.disa, chain, task)
    client.force_login(county.disa.user)
    path = reverse("chain", args=[chain.pk])
    (call,) = (
        one.get_text()
        for one in read(client.get(path)).select("ol.owed > li")
        if "Medicin 2" in one.get_text()
    )
    assert left_out in call
    tell(county.disa, chain, new, to=Party.INPATIENT)
    page = read(client.get(path))
    assert not any("Medicin 2" in one.get_text() for one in page.select("ol.owed > li"))
    assert sum(left_out in one.get_text() for one in page.select("ol.timeline > li")) == 1
