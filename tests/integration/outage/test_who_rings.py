"""Which unit is to ring about a chain, and which unit heard of it: found by random outages (R2.1)."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.access import Acting, acting_for
from contacts.models import Unit
from contacts.rules.parties import OutpatientKind, Party, WardKind
from outage.models import CareChain, Handover, OtherPlace, Outage
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.queries.owed import chains_with_calls_owed, owed_by_unit
from outage.queries.standing import standing_of
from outage.rules.handover import Direction
from outage.services.care_chains import change_details
from outage.services.events import correct_event
from outage.services.handovers import Message, correct_call, log_call
from tests.factories import County, call_facts, make_chain, make_event, person, tell

pytestmark = pytest.mark.clause("R2.1")


@pytest.fixture
def siv(county: County) -> Acting:
    """She works at a sjukstuga, which is a ward and an öppenvård."""
    cottage = Unit.objects.create(
        principal=county.region,
        name="Storumans sjukstuga",
        ward_kind=WardKind.SOMATIC,
        outpatient_kind=OutpatientKind.HEALTH_CENTRE,
    )
    return person("siv", cottage)


def owed(by: Acting, chain: CareChain) -> list[tuple[str, str]]:
    """What the unit is to ring about, and where; Läge has the chain where there is anything."""
    chain = CareChain.objects.select_related("principal", "unit").get(pk=chain.pk)
    chain.outage = get_chain(opener_of(chain), chain.pk).outage
    found = owed_by_unit(chain, logs_of([chain.pk])[chain.pk], by.unit.pk)
    assert (chain.pk in chains_with_calls_owed(by, chain.outage).ids) is any(not o.closed for o in found)
    return [(o.id if o.answer or o.notice else o.kind, o.target.place) for o in found if not o.closed]


def opener_of(chain: CareChain) -> Acting:
    acting = acting_for(chain.user)
    assert acting is not None
    return acting


def receive(by: Acting, chain: CareChain, kind: str, sender: Party, ago: int = 20) -> Handover:
    return log_call(
        by=by,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(sender, direction=Direction.RECEIVED, number=""),
        messages=[Message(kind=kind, sender=sender, happened_at=timezone.now() - timedelta(minutes=ago))],
    )


def test_a_unit_that_opened_the_chain_and_was_rung_does_not_make_the_wards_calls(
    county: County, outage: Outage, siv: Acting
) -> None:
    chain = make_chain(county, outage, by=siv)
    receive(siv, chain, "admission", Party.INPATIENT)
    assert owed(siv, chain) == []
    assert ("admission", f"principal:{county.municipality.pk}") in owed(county.alva, chain)


def test_who_corrects_what_another_logged_is_not_given_its_calls(
    county: County, outage: Outage, siv: Acting
) -> None:
    chain = make_chain(county, outage, by=siv)
    event = make_event(county.alva, chain)
    correct_event(
        by=siv,
        event=event,
        client_id=uuid4(),
        happened_at=event.happened_at,
        particulars={},
        reason="Fel",
        told_rightly=False,
    )
    assert owed(siv, chain) == []


def test_a_unit_does_not_ring_itself_that_the_patient_is_no_longer_its_own(
    county: County, outage: Outage
) -> None:
    chain = make_chain(county, outage)
    event = make_event(county.disa, chain, "admission_reply", sender=Party.OUTPATIENT)
    tell(county.disa, chain, event, to=Party.INPATIENT)
    passed_on = make_event(county.alva, chain)
    tell(county.disa, chain, passed_on, to=Party.INPATIENT)
    details = get_chain(county.alva, chain.pk).details
    assert details is not None
    facts = replace(details.facts, ward_unit=None, others={Party.INPATIENT: OtherPlace("Sundsvalls sjukhus")})
    change_details(
        by=county.disa,
        chain=get_chain(county.disa, chain.pk),
        client_id=uuid4(),
        replaces=details.pk,
        facts=facts,
        answers={"place-inpatient": "moved"},
    )
    ward = f"unit:{county.ward.pk}"
    assert [place for _, place in owed(county.alva, chain) if place == ward] == []
    assert [what.partition(":")[0] for what, place in owed(county.disa, chain) if place == ward] == [
        "no_longer_yours"
    ]


def test_a_received_call_was_heard_by_the_unit_that_was_rung_whoever_corrects_it(
    county: County, outage: Outage, chain: CareChain
) -> None:
    event = make_event(county.alva, chain)
    call = log_call(
        by=county.disa,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(Party.INPATIENT, direction=Direction.RECEIVED, number=""),
        messages=[Message(event_id=event.pk)],
    )
    correct_call(
        by=county.alva,
        handover=call,
        client_id=uuid4(),
        facts=replace(call.facts, comment="Rättat"),
        reason="Fel",
    )
    standing = standing_of(get_chain(county.alva, chain.pk), logs_of([chain.pk])[chain.pk])
    assert f"unit:{county.health_centre.pk}" in standing.reached
    assert f"unit:{county.ward.pk}" not in standing.reached
