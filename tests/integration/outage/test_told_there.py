"""Who knows of a change by itself, and who was rung though the chain never named it: over stored rows (R2.1, R2.2)."""

from datetime import timedelta

import pytest

from contacts.models import Principal
from contacts.rules.parties import Party, PrincipalKind, WardKind
from outage.models import CareChain, Outage
from outage.presenters.owed import calls_owed
from outage.queries.care_chains import get_chain, get_handover
from outage.queries.chain_log import logs_of
from outage.queries.standing import awaited_by_unit
from outage.rules.handover import Direction, Message
from outage.rules.informing import CallOutcome
from outage.services.events import withdraw_event
from outage.services.handovers import log_call
from outage.services.moving import move_call
from outage.services.outages import end_outage
from tests.clock import TUESDAY
from tests.factories import County, call_facts, make_chain, make_event, messages_owed, person, same_id, tell
from tests.integration.outage.test_moves import change
from tests.integration.outage.test_wrong_patient import ADMISSION

pytestmark = pytest.mark.clause("R2.1")

REACHED = CallOutcome.REACHED
MOVED = {f"place-{party}": "moved" for party in Party}


@pytest.fixture
def mala(county: County) -> Principal:
    return Principal.objects.create(name="Malå kommun", short_name="Malå", kind=PrincipalKind.MUNICIPALITY)


def owed(by, chain: CareChain) -> dict[str, list[str]]:
    """What the unit is to ring about, by the name of the place."""
    chain = get_chain(by, chain.pk)
    log = logs_of([chain.pk])[chain.pk]
    calls = calls_owed(acting=by, chain=chain, log=log, now=TUESDAY, on_own_page=True)
    return {call.place: [m.label for m in call.messages] for call in calls if call.messages}


def receive(by, chain: CareChain, kind: str, sender: Party, number: int = 1) -> None:
    log_call(
        by=by,
        chain=get_chain(by, chain.pk),
        client_id=same_id(number),
        facts=call_facts(sender, direction=Direction.RECEIVED, number=""),
        messages=[Message(kind=kind, sender=sender, happened_at=TUESDAY - timedelta(minutes=20))],
    )


def awaited(by, chain: CareChain) -> list[tuple[str, Party]]:
    chain = get_chain(by, chain.pk)
    return [(a.kind, a.sender) for a in awaited_by_unit(chain, logs_of([chain.pk])[chain.pk], by.unit.pk)]


def test_a_ward_that_sends_the_patient_home_is_not_rung_about_it(county: County, chain: CareChain):
    receive(county.alva, chain, "municipality_ready", Party.MUNICIPALITY)
    # What the municipality said nobody here has told the ward. Asked is whether the patient lay there.
    chain = change(county, chain, MOVED, ward_unit=None, not_admitted=True)
    assert owed(county.disa, chain) == {}


def test_a_ward_that_moves_the_patient_is_not_rung_by_the_new_one(county: County, chain: CareChain):
    make_event(
        county.disa, chain, "admission_reply", sender=Party.OUTPATIENT, to=Party.INPATIENT, outcome=REACHED
    )
    chain = change(county, chain, MOVED, ward_unit=county.other_ward)
    assert "Medicin 2" not in owed(county.disa, chain)


def test_a_town_that_was_rung_about_another_patient_hears_that_it_was_not_theirs(
    county: County, outage: Outage, chain: CareChain, mala: Principal
):
    right = make_chain(county, outage, identity="19800101-9808", municipality=mala)
    call = log_call(
        by=county.alva, chain=chain, client_id=same_id(1), facts=call_facts(), messages=[ADMISSION]
    )
    call = get_handover(county.alva, call.pk)
    move_call(by=county.alva, handover=call, to=right, client_id=same_id(2), reason="Fel patient.")
    wrong = "Skellefteå kommun"
    assert owed(county.alva, right)[wrong] == ["Gällde inte er"]
    event = logs_of([right.pk])[right.pk].live_events[0]
    event.chain = get_chain(county.alva, right.pk)
    withdraw_event(by=county.alva, event=event, client_id=same_id(3), reason="Fel")
    assert owed(county.alva, right) == {wrong: ["Återtag: inskrivning", "Gällde inte er"]}
    chain = get_chain(county.alva, right.pk)
    log = logs_of([chain.pk])[chain.pk]
    (owed_call,) = calls_owed(acting=county.alva, chain=chain, log=log, now=TUESDAY)
    log_call(
        by=county.alva,
        chain=chain,
        client_id=same_id(4),
        facts=call_facts(owed_call.recipient.key),
        messages=messages_owed(owed_call),
    )
    assert owed(county.alva, right) == {}


@pytest.mark.clause("R2.2")
def test_the_answer_of_the_former_place_is_none_of_the_new_one(
    county: County, chain: CareChain, mala: Principal
):
    event = make_event(county.alva, chain, "admission", ago=timedelta(minutes=50), outcome=REACHED)
    receive(county.alva, chain, "admission_reply", Party.MUNICIPALITY)
    assert awaited(county.alva, chain) == []
    chain = change(county, chain, MOVED, municipality=mala)
    tell(county.alva, chain, event)
    assert awaited(county.alva, chain) == [("admission_reply", Party.MUNICIPALITY)]
    receive(county.alva, chain, "admission_reply", Party.MUNICIPALITY, 2)
    assert awaited(county.alva, chain) == []


@pytest.mark.clause("R2.2", "R3.10")
def test_the_clinic_that_took_over_is_awaited(county: County, chain: CareChain):
    event = make_event(county.alva, chain, ago=timedelta(minutes=50), outcome=REACHED, to=Party.OUTPATIENT)
    receive(county.alva, chain, "admission_reply", Party.OUTPATIENT)
    chain = change(
        county,
        chain,
        MOVED,
        ward_kind=WardKind.PSYCHIATRIC,
        ward_unit=county.psychiatric_ward,
        outpatient_unit=county.clinic,
    )
    psychiatry = person("psyk", county.psychiatric_ward)
    assert awaited(psychiatry, chain) == []
    tell(psychiatry, chain, event, to=Party.OUTPATIENT)
    assert awaited(psychiatry, chain) == [("admission_reply", Party.OUTPATIENT)]


@pytest.mark.clause("R2.2")
def test_one_who_logged_the_receipt_itself_is_awaited(county: County, chain: CareChain):
    event = make_event(county.alva, chain, "admission", ago=timedelta(minutes=50))
    log_call(
        by=county.disa,
        chain=chain,
        client_id=same_id(1),
        facts=call_facts(Party.INPATIENT, direction=Direction.RECEIVED, number=""),
        messages=[Message(event_id=event.pk)],
    )
    assert awaited(county.alva, chain) == [("admission_reply", Party.OUTPATIENT)]


def test_after_the_own_end_only_those_still_out_are_rung_but_of_a_discharge_all(
    county: County, outage: Outage, chain: CareChain
):
    end_outage(by=county.esa, outage=outage, ended_at=TUESDAY - timedelta(minutes=30))
    chain = get_chain(county.alva, chain.pk)
    make_event(county.alva, chain, "ready_for_discharge", ago=timedelta(minutes=5))
    assert owed(county.alva, chain) == {"Skellefteå kommun": ["Utskrivningsklar"]}
    make_event(county.alva, chain, "discharge", ago=timedelta(minutes=2))
    assert sorted(owed(county.alva, chain).values()) == [
        ["Utskrivningsklar", "Utskrivningsmeddelande"],
        ["Utskrivningsmeddelande"],
    ]
