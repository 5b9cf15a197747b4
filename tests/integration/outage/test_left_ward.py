"""A discharge is entered where the patient lay then, though a later stay in the same outage is elsewhere (R4.4)."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.rules.parties import Party, WardKind
from outage.models import CareChain, Outage
from outage.queries.care_chains import get_chain
from outage.rules.back_registration import Before
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from outage.services.outages import end_outage
from tests.factories import County, make_chain, make_event
from tests.integration.outage.ticking import mark, rows

AGO = [timedelta(minutes=minutes) for minutes in (60, 30, 20)]


@pytest.fixture
def inside(county: County, outage: Outage) -> CareChain:
    """A patient in the system before."""
    return make_chain(county, outage, before=Before.ADMITTED)


def move(county: County, chain: CareChain, answers: dict[str, str] | None = None, **to: object) -> None:
    chain = get_chain(county.alva, chain.pk)
    home = {
        "ward_unit": county.ward,
        "ward_kind": WardKind.SOMATIC,
        "outpatient_unit": county.health_centre,
        "not_admitted": False,
    }
    facts = replace(chain.details.facts, **home | to)
    change_details(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        replaces=chain.details.pk,
        facts=facts,
        answers=answers,
    )


def typed(county: County, chain: CareChain) -> list[tuple[str, str, str]]:
    """Of each stay the ward and the öppenvård to type, and what of it is changed since it was marked."""
    found = [(row, dict(row.typed)) for row in rows(county.alva, chain) if row.key.startswith("stay")]
    return [(told["Avdelning"], told["Öppenvård"], str(row.changes)) for row, told in found]


@pytest.mark.clause("R4.4")
@pytest.mark.parametrize("ward_first", [True, False])
def test_the_discharge_names_the_ward_that_was_left_and_the_admission_that_of_now(
    county: County, inside: CareChain, ward_first: bool
):
    make_event(county.alva, inside, "discharge", ago=AGO[0], outcome=CallOutcome.REACHED)
    swap = {
        "ward_unit": county.psychiatric_ward,
        "ward_kind": WardKind.PSYCHIATRIC,
        "outpatient_unit": county.clinic,
    }
    if ward_first:
        move(county, inside, **swap)
    make_event(county.alva, inside, "admission", ago=AGO[1])
    if not ward_first:
        move(county, inside, **swap)
    left = ("Medicin 2", "Heimdalls hälsocentral", "()")
    assert typed(county, inside) == [left, ("Psykiatri 1", "Psykiatriska kliniken", "()")]
    # It is done once, wherever the patient goes after that.
    end_outage(by=county.esa, outage=inside.outage, ended_at=timezone.now())
    inside = get_chain(county.alva, inside.pk)
    mark(county.alva, inside, rows(county.alva, inside)[0])
    move(county, inside)
    assert typed(county, inside)[0] == left
    assert rows(county.alva, inside)[0].done


def test_a_ward_that_was_named_by_mistake_was_not_left(county: County, inside: CareChain):
    make_event(
        county.alva,
        inside,
        "admission_reply",
        sender=Party.MUNICIPALITY,
        to=Party.INPATIENT,
        outcome=CallOutcome.REACHED,
    )
    make_event(county.alva, inside, "discharge", ago=AGO[0], outcome=CallOutcome.REACHED)
    make_event(county.alva, inside, "admission", ago=AGO[1])
    move(county, inside, answers={f"place-{Party.INPATIENT}": "mistake"}, ward_unit=county.other_ward)
    assert [ward for ward, *_ in typed(county, inside)] == ["Ortopeden", "Ortopeden"]


def test_one_who_lies_elsewhere_since_was_discharged_where_he_lay(county: County, inside: CareChain):
    make_event(county.alva, inside, "discharge", ago=AGO[0], outcome=CallOutcome.REACHED)
    move(county, inside, ward_unit=county.other_ward)
    # Beside it stands that no admission is logged.
    assert [ward for ward, *_ in typed(county, inside)] == ["Ortopeden", "Medicin 2"]


def test_of_two_discharges_each_names_its_own_ward(county: County, inside: CareChain):
    make_event(county.alva, inside, "discharge", ago=AGO[0], outcome=CallOutcome.REACHED)
    move(county, inside, ward_unit=None, not_admitted=True)
    move(county, inside, ward_unit=county.other_ward)
    make_event(county.alva, inside, "admission", ago=AGO[1])
    make_event(county.alva, inside, "discharge", ago=AGO[2])
    move(county, inside, ward_unit=None, not_admitted=True)
    # The second stay is not entered, so nothing is typed of it.
    shown = [
        dict(row.typed).get("Avdelning") for row in rows(county.alva, inside) if row.key.startswith("stay")
    ]
    assert shown == ["Medicin 2", None]
