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
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import Direction, Message
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from outage.services.events import correct_event, withdraw_event
from outage.services.handovers import correct_call, log_call
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


def change(by: Acting, chain: CareChain, how: str, **facts: object) -> None:
    """Change what is known of the chain; `how` answers what it means for those who were told."""
    here = get_chain(by, chain.pk)
    assert here.details is not None
    keys = ("identity", "place-municipality", "place-outpatient")
    change_details(
        by=by,
        chain=here,
        client_id=uuid4(),
        replaces=here.details.pk,
        facts=replace(here.details.facts, **facts),
        answers=dict.fromkeys(keys, how),
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


@pytest.mark.parametrize("spelled", ["listed", "annan", "by name"])
def test_a_municipality_does_not_ring_itself_whatever_it_was_rung_about(
    county: County, outage: Outage, spelled: str
) -> None:
    """Another of its units was rung, entered from paper; what is taken back or changed since is no call to itself."""
    place = {"others": {Party.MUNICIPALITY: OtherPlace("Skellefteå kommun")}, "municipality": None}
    chain = make_chain(county, outage, by=county.cissi, **(place if spelled == "annan" else {}))
    town = f"participant:{county.municipality.name}" if spelled == "by name" else "municipality"
    admission = make_event(county.cissi, chain, to=town, outcome=CallOutcome.REACHED)
    reply = make_event(
        county.cissi,
        chain,
        "admission_reply",
        sender=Party.MUNICIPALITY,
        to=town,
        outcome=CallOutcome.REACHED,
    )
    change(county.cissi, chain, "said_wrong", patient_name="Tolvan Påhittad")
    elsewhere = {"others": {Party.MUNICIPALITY: OtherPlace("Piteå kommun")}, "municipality": None}
    change(county.cissi, chain, "moved", **elsewhere)
    correct_event(
        by=county.cissi,
        event=reply,
        client_id=uuid4(),
        happened_at=reply.happened_at - timedelta(minutes=5),
        particulars={},
        reason="Fel tid",
        told_rightly=False,
    )
    withdraw_event(by=county.cissi, event=admission, client_id=uuid4(), reason="Fel patient")
    change(county.cissi, chain, "", status=ChainStatus.DECEASED, status_reason="Avled")
    parties = {f"unit:{county.ward.pk}", f"unit:{county.health_centre.pk}"}
    assert {place for _, place in owed(county.cissi, chain)} <= parties


def test_a_unit_that_takes_part_by_name_does_not_ring_itself(
    county: County, outage: Outage, siv: Acting
) -> None:
    """It opened the chain of a patient who is elsewhere, and calls the SIP in the place of an öppenvård in no list."""
    elsewhere = {"others": {Party.OUTPATIENT: OtherPlace("Sollefteå HC")}, "outpatient_unit": None}
    chain = make_chain(county, outage, by=siv, **elsewhere)
    sip = make_event(
        siv, chain, "sip_initiative", sender=Party.OUTPATIENT, participants=["Storumans  sjukstuga", "Dotter"]
    )
    assert {place for _, place in owed(siv, chain)} == {
        f"principal:{county.municipality.pk}",
        "participant:dotter",
    }
    tell(siv, chain, sip, to="participant:Storumans sjukstuga")
    withdraw_event(by=siv, event=sip, client_id=uuid4(), reason="Fel")
    assert owed(siv, chain) == []


def test_who_wrote_the_change_hears_nothing_of_it_though_its_own_place_was_spelled_otherwise_since(
    county: County, outage: Outage
) -> None:
    chain = make_chain(county, outage, by=county.disa)
    tell(county.alva, chain, make_event(county.alva, chain), to=Party.OUTPATIENT)
    change(county.disa, chain, "said_wrong", patient_name="Tolvan Påhittad")
    spelled = {"others": {Party.OUTPATIENT: OtherPlace("Heimdalls HC")}, "outpatient_unit": None}
    change(county.disa, chain, "same", **spelled)
    told = {
        "identity" for by in (county.alva, county.disa) for what, _ in owed(by, chain) if "identity" in what
    }
    assert told == set()


def test_a_unit_that_is_all_of_ours_hears_what_it_was_told_taken_back(
    county: County, outage: Outage, siv: Acting
) -> None:
    """The sjukstuga is ward and öppenvård; who opened the chain told it what the municipality had sent."""
    chain = make_chain(county, outage, by=county.bo, ward_unit=siv.unit, outpatient_unit=siv.unit)
    passed_on = make_event(
        county.bo,
        chain,
        "municipality_ready",
        sender=Party.MUNICIPALITY,
        to=Party.INPATIENT,
        outcome=CallOutcome.REACHED,
    )
    change(county.bo, chain, "said_wrong", patient_name="Tolvan Påhittad")
    withdraw_event(by=county.bo, event=passed_on, client_id=uuid4(), reason="Fel patient")
    cottage = f"unit:{siv.unit.pk}"
    assert ("municipality_ready", cottage) in owed(county.bo, chain)
    assert [place for _, place in owed(siv, chain) if place == cottage] == []
