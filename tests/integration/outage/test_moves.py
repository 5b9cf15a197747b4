"""When a party of a chain becomes another unit: what the former was told, the new one was not (R2.1)."""

from dataclasses import replace
from uuid import uuid4

import pytest

from contacts.models import Principal, Unit
from contacts.rules.parties import OutpatientKind, Party
from outage.models import CareChain
from outage.presenters.owed import calls_owed
from outage.queries.care_chains import get_chain, logs_of
from outage.queries.owed import chains_with_calls_owed
from outage.routine import get_routine
from outage.services.care_chains import change_details
from tests.clock import TUESDAY
from tests.factories import County, chain_facts, make_event, tell

pytestmark = pytest.mark.clause("R2.1")


def move(county: County, chain: CareChain, **places: object) -> None:
    assert chain.details_id is not None
    change_details(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        replaces=get_chain(county.alva, chain.pk).details_id,
        facts=replace(chain_facts(county), **places),
    )


def owed(county: County, chain: CareChain) -> dict[str, list[str]]:
    chain = get_chain(county.alva, chain.pk)
    found = calls_owed(
        acting=county.alva,
        chain=chain,
        log=logs_of([chain.pk])[chain.pk],
        routine=get_routine(chain.outage.routine_id),
        now=TUESDAY,
    )
    return {call.recipient.key: [message.kind for message in call.messages] for call in found}


def told_both(county: County, chain: CareChain) -> None:
    event = make_event(county.alva, chain, "admission")
    tell(county.alva, chain, event, to=Party.MUNICIPALITY)
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    assert owed(county, chain) == {}


def test_a_new_municipality_is_owed_what_the_former_was_told(county: County, chain: CareChain):
    told_both(county, chain)
    other = Principal.objects.create(name="Umeå kommun", short_name="Umeå", kind="municipality")
    move(county, chain, municipality=other)
    assert owed(county, chain) == {"municipality": ["admission"]}


def test_a_new_health_centre_is_owed_what_the_former_was_told(county: County, chain: CareChain):
    told_both(county, chain)
    other = Unit.objects.create(
        principal=county.region, name="Ersboda hälsocentral", outpatient_kind=OutpatientKind.HEALTH_CENTRE
    )
    move(county, chain, outpatient_unit=other)
    assert owed(county, chain) == {"outpatient": ["admission"]}


def test_another_ward_leaves_the_others_told_and_writes_no_new_event(county: County, chain: CareChain):
    told_both(county, chain)
    move(county, chain, ward_unit=county.other_ward)
    assert owed(county, chain) == {}
    assert chain.events.count() == 1


def test_a_change_of_name_alone_owes_nobody_anything(county: County, chain: CareChain):
    told_both(county, chain)
    move(county, chain, patient_name="Tolvan Tolvsson")
    assert owed(county, chain) == {}
    assert chain.events.count() == 1


def test_a_ward_that_was_its_own_health_centre_tells_the_new_one(county: County, chain: CareChain):
    county.ward.outpatient_kind = OutpatientKind.HEALTH_CENTRE
    county.ward.save()
    move(county, chain, outpatient_unit=county.ward)
    event = make_event(county.alva, chain, "admission")
    tell(county.alva, chain, event, to=Party.MUNICIPALITY)
    assert owed(county, chain) == {}
    move(county, chain, outpatient_unit=county.health_centre)
    assert owed(county, chain) == {"outpatient": ["admission"]}


def test_the_patients_admission_counts_once_after_a_move(county: County, chain: CareChain):
    told_both(county, chain)
    other = Principal.objects.create(name="Umeå kommun", short_name="Umeå", kind="municipality")
    move(county, chain, municipality=other)
    log = logs_of([chain.pk])[chain.pk]
    assert [event.kind for event in log.live_events] == ["admission"]
    assert [event.reason for event in log.live_events] == ["Ny enhet för kommun."]


def test_a_sjukstuga_that_is_only_the_ward_answers_for_the_ward_alone(county: County, chain: CareChain):
    county.ward.outpatient_kind = OutpatientKind.HEALTH_CENTRE
    county.ward.save()
    alva = replace(county.alva, unit=county.ward)
    make_event(county.disa, chain, "admission_reply", sender=Party.OUTPATIENT)
    make_event(county.alva, chain, "discharge_report")
    chain = get_chain(alva, chain.pk)
    found = calls_owed(
        acting=alva,
        chain=chain,
        log=logs_of([chain.pk])[chain.pk],
        routine=get_routine(chain.outage.routine_id),
        now=TUESDAY,
    )
    assert {kind for call in found for kind in [m.kind for m in call.messages]} == {"discharge_report"}
    assert chain in chains_with_calls_owed(alva, chain.outage)


def test_the_database_too_leaves_out_what_is_another_units_to_tell(county: County, chain: CareChain):
    county.ward.outpatient_kind = OutpatientKind.HEALTH_CENTRE
    county.ward.save()
    alva = replace(county.alva, unit=county.ward)
    make_event(county.disa, chain, "sip_initiative", sender=Party.OUTPATIENT)
    assert chain not in chains_with_calls_owed(alva, chain.outage)
    assert chain in chains_with_calls_owed(county.disa, chain.outage)
