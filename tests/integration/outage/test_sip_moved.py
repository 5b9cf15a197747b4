"""A SIP is called, and then the patient changes ward: the new one learns of the meeting, the former is let go."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.parties import Party
from outage.models import CareChain, ChainState, StateKind
from outage.queries.care_chains import get_chain
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from tests.factories import County, chain_facts, make_event, tell
from tests.integration.outage.pages import read

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
