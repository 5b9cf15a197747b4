"""The border of a service is that of the page: what is reached is what is found, and as a rule without a query."""

from contextlib import nullcontext
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.access import Acting, acting_in, check_may, is_within
from contacts.models import Membership, Principal, Unit, User
from contacts.queries.branches import units_without
from contacts.rules.errors import NotAllowed, NotYours
from contacts.rules.parties import OutpatientKind, WardKind
from contacts.rules.permissions import Border, Right, Role
from forms.queries.sheets import sheet_of
from outage.models import CareChain, ChainState
from outage.queries.care_chains import get_chain
from tests.factories import make_chain, make_county, make_outage, person, persons
from tests.integration.forms.sheets_made import make_sheet
from tests.integration.outage.joining import join

pytestmark = pytest.mark.django_db


def finds(by: Acting, chain: CareChain) -> bool:
    try:
        return get_chain(by, chain.pk).pk in (chain.pk, chain.joined_to_id)
    except CareChain.DoesNotExist:
        return False


def test_a_chain_is_reached_exactly_where_its_page_is_found():
    county = make_county()
    outage = make_outage(county.alva)
    closed = Unit.objects.create(principal=county.region, name="Medicin 3", ward_kind=WardKind.SOMATIC)
    nurse = person("nils", closed)
    rings = person("rita", county.psychiatric_ward)
    nowhere = {"ward_unit": None, "outpatient_unit": None, "not_admitted": True}
    make_chain(county, outage)
    make_chain(county, outage, county.bo, **nowhere | {"outpatient_unit": county.health_centre})
    make_chain(county, outage, county.cissi)
    make_chain(county, outage, nurse, **nowhere)
    to_ring = make_chain(county, outage, county.bo, **nowhere)
    ChainState.objects.create(
        what="owed",
        outage=to_ring.outage,
        principal=to_ring.principal,
        chain=to_ring,
        unit=rings.unit,
        rank=1,
        since=timezone.now(),
    )
    named = {"patient_name": "Tolvan", "outpatient_unit": None}
    join(county, make_chain(county, outage, **named), make_chain(county, outage, county.disa, **named))
    # Disa was named in the other one only, and opened neither: the two are of another hälsocentral.
    elsewhere = Unit.objects.create(
        principal=county.region, name="Ersboda", outpatient_kind=OutpatientKind.HEALTH_CENTRE
    )
    pair = [named | {"outpatient_unit": unit} for unit in (elsewhere, county.health_centre)]
    join(county, *(make_chain(county, outage, **each) for each in pair))
    Unit.objects.filter(pk=closed.pk).update(active=False, joined_into=county.ward)
    people = [county.alva, county.bo, county.cissi, county.disa, rings]
    reached = dict.fromkeys((by.user.username for by in people), 0)
    for by, chain in product(people, CareChain.objects.select_related("details")):
        assert is_within(chain, by) == finds(by, chain), (by.user.username, chain.number)
        reached[by.user.username] += is_within(chain, by)
    assert reached == {"alva": 6, "bo": 2, "cissi": 1, "disa": 4, "rita": 1}


def test_no_query_is_asked_about_a_chain_of_the_own_unit_or_of_another_principal():
    county = make_county()
    # Bo opened it, Alva's ward has the patient and Disa's hälsocentral is the öppenvård.
    chain = make_chain(county, make_outage(county.alva), county.bo)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        reached = [is_within(chain, by) for by in (county.alva, county.bo, county.disa, county.cissi)]
    assert reached == [True, True, True, False]
    assert len(asked) == 0


def test_paper_is_reached_exactly_where_its_page_is_found():
    county = make_county()
    closed = Unit.objects.create(principal=county.region, name="Medicin 3", ward_kind=WardKind.SOMATIC)
    sheet = make_sheet(person("nils", closed))
    assert not is_within(sheet, county.alva)
    Unit.objects.filter(pk=closed.pk).update(active=False, joined_into=county.ward)
    assert is_within(sheet_of(county.alva, sheet.serial), county.alva)
    assert not is_within(sheet, county.bo)


def test_nobody_acts_for_a_unit_that_is_out_of_use():
    county = make_county()
    Unit.objects.filter(pk=county.ward.pk).update(active=False)
    for by in (county.alva, county.bo):
        works_at = Membership.objects.select_related("user", "unit__principal").get(pk=by.membership.pk)
        with pytest.raises(NotAllowed) if by is county.alva else nullcontext():
            check_may(acting_in(works_at), Right.LOG_CARE)


def test_a_right_that_reaches_the_branch_stops_there():
    county = make_county()
    outage = make_outage(county.alva)
    town = {"principal": county.municipality}
    kinds = {"Bistånd syd": "social_care", "Hemsjukvården": "home_nursing", "Växeln": ""}
    units = [Unit.objects.create(name=name, municipal_kind=kind, **town) for name, kind in kinds.items()]
    people = persons(*((unit.name, unit, Role.STAFF) for unit in units))
    chain = CareChain.objects.get(pk=make_chain(county, outage, county.cissi).pk)
    assert [is_within(chain, by, Border.BRANCH) for by in [county.cissi, *people]] == [
        True,
        True,
        False,
        False,
    ]
    assert [is_within(chain, by) for by in [county.cissi, *people]] == [True, False, False, False]
    assert not is_within(chain, county.alva, Border.BRANCH)
    regions = CareChain.objects.get(pk=make_chain(county, outage).pk)
    assert [is_within(regions, by, Border.BRANCH) for by in (county.bo, county.cissi)] == [True, False]
    check_may(people[0], Right.EMERGENCY_OPEN, chain)
    for by, right in [(people[1], Right.EMERGENCY_OPEN), (people[0], Right.LOG_CARE)]:
        with pytest.raises(NotYours):
            check_may(by, right, chain)


def test_the_units_that_nobody_has_a_right_over_are_those_of_branches_without_anybody_in_force():
    county = make_county()
    town = {"principal": county.municipality}
    kinds = {"Bistånd syd": "social_care", "Hemsjukvården": "home_nursing", "Växeln": "", "Kontoret": ""}
    units = {
        name: Unit.objects.create(name=name, municipal_kind=kind, **town) for name, kind in kinds.items()
    }

    def lacking(principal: Principal) -> set[str]:
        return set(units_without(principal, Right.CLOSE_OUTAGE).values_list("name", flat=True))

    assert lacking(county.region) == set()
    everything = {"Biståndsenheten", *kinds}
    assert lacking(county.municipality) == everything
    theirs = {
        "Bistånd syd": {"Biståndsenheten", "Bistånd syd"},
        "Hemsjukvården": {"Hemsjukvården"},
        "Växeln": {"Växeln"},
    }
    for name, reached in theirs.items():
        coordinator = person(name, units[name], Role.COORDINATOR)
        assert lacking(county.municipality) == everything - reached
        coordinator.user.memberships.update(active=False)
        assert lacking(county.municipality) == everything
        coordinator.user.memberships.update(active=True, role=Role.ADMIN)
        assert lacking(county.municipality) == everything
        coordinator.user.memberships.update(role=Role.COORDINATOR)
        User.objects.filter(pk=coordinator.user.pk).update(is_active=False)
        assert lacking(county.municipality) == everything
    User.objects.filter(pk=county.esa.user.pk).update(is_active=False)
    assert lacking(county.region) == set(county.region.units.values_list("name", flat=True))
