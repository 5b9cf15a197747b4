"""Health care and social services of one municipality: what reaches past the own unit stops at the branch."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.access import Acting
from contacts.models import MunicipalKind, Unit
from contacts.queries.branches import name_of_reach, units_within
from contacts.queries.joined import is_read_as
from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Right, Role
from forms.models import SheetKind
from forms.queries.sheets import any_printed, unaccounted_by_unit
from outage.models import CareChain, Outage
from outage.queries.care_chains import get_chain, visible_chains
from outage.queries.owed import calls_left
from outage.services.outages import change_outage, end_outage
from tests.factories import County, make_chain, make_event, outage_facts, person
from tests.integration.forms.sheets_made import make_sheet


def unit(county: County, name: str, kind: str = MunicipalKind.HOME_NURSING, **more: Any) -> Unit:
    return Unit.objects.create(principal=county.municipality, name=name, municipal_kind=kind, **more)


def coordinator(place: Unit) -> Acting:
    return person(f"k {place.name}", place, Role.COORDINATOR)


@pytest.fixture
def told(county: County, outage: Outage) -> CareChain:
    """A patient of Cissi's social services, with a call still to make."""
    chain = make_chain(county, outage, county.cissi)
    make_event(county.cissi, chain, "municipality_ready", sender=Party.MUNICIPALITY, to=Party.INPATIENT)
    return chain


def test_calls_left_are_counted_in_the_own_branch(county: County, outage: Outage, told: CareChain):
    found = {
        by.unit.name: calls_left(by, outage)["patients"]
        for by in map(
            coordinator,
            [
                county.social_care,
                unit(county, "Bistånd syd", MunicipalKind.SOCIAL_CARE),
                unit(county, "Hemsjuk"),
            ],
        )
    }
    assert found == {"Biståndsenheten": 1, "Bistånd syd": 1, "Hemsjuk": 0}


def test_sheets_are_counted_in_the_own_branch(county: County):
    make_sheet(county.cissi, SheetKind.LOG_SHEET)
    office = unit(county, "Växeln", "")
    make_sheet(person("vera", office), SheetKind.LOG_SHEET)
    people = [
        coordinator(county.social_care),
        coordinator(unit(county, "Hemsjuk")),
        coordinator(office),
        person("kaj", county.social_care, Role.ADMIN),
    ]
    found = {}
    for by in people:
        counted = units_within(by, Right.COUNT_SHEETS)
        rows = [row.unit for row in unaccounted_by_unit(counted)]
        assert any_printed(counted) is bool(rows)
        found[name_of_reach(by, Right.COUNT_SHEETS), by.role] = rows
    assert found == {
        ("Skellefteå kommun, socialtjänst", Role.COORDINATOR): ["Biståndsenheten"],
        ("Skellefteå kommun, kommunens hälso- och sjukvård", Role.COORDINATOR): [],
        ("Växeln", Role.COORDINATOR): ["Växeln"],
        # An administrator counts no patients, but the principal's paper.
        ("Skellefteå kommun", Role.ADMIN): ["Biståndsenheten", "Växeln"],
    }


def test_when_a_patient_of_the_other_branch_was_spoken_of_is_not_told(
    county: County, outage: Outage, told: CareChain
):
    nursing = coordinator(unit(county, "Hemsjuk"))
    social = coordinator(county.social_care)
    early = {"outage": outage, "ended_at": timezone.now() - timedelta(minutes=60)}
    late = {"outage": outage, "facts": outage_facts(started=timedelta(minutes=5))}
    for by, words, counted in ((social, "En händelse är loggad", False), (nursing, "Något är", True)):
        with pytest.raises(Question) as asked:
            end_outage(by=by, **early)
        assert ("1 händelse i en vårdkedja som du inte ser" in asked.value.told) is counted
        assert ("Tolvansson" in asked.value.told) is not counted
        assert any(address for _, address, _ in asked.value.rows) is not counted
        with pytest.raises(RuleError, match=words):
            change_outage(by=by, client_id=uuid4(), **late)


def test_a_unit_joined_from_what_is_another_branch_by_now_is_not_read(
    county: County, outage: Outage, told: CareChain
):
    """Two units of one kind were joined, and the one that was kept is of the other kind since."""
    kept = unit(county, "Bistånd", MunicipalKind.SOCIAL_CARE)
    by = person("kerstin", kept)
    Unit.objects.filter(pk=county.social_care.pk).update(active=False, joined_into=kept)
    assert get_chain(by, told.pk) == told
    assert is_read_as(kept, county.social_care.pk)
    Unit.objects.filter(pk=kept.pk).update(municipal_kind=MunicipalKind.HOME_NURSING)
    kept.refresh_from_db()
    assert not visible_chains(by, outage).exists()
    assert not is_read_as(kept, county.social_care.pk)
    Unit.objects.filter(pk=county.social_care.pk).update(municipal_kind="")
    assert is_read_as(kept, county.social_care.pk)
