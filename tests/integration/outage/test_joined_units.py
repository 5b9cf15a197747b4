"""A unit is not joined into another while care stands on it, and what it was part of is seen by the unit kept."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting, acting_for
from contacts.models import Unit
from contacts.queries.joined import standing_joins
from contacts.queries.versions import version_of
from contacts.rules.errors import RuleError
from contacts.rules.parties import OutpatientKind, WardKind
from contacts.rules.permissions import Role
from contacts.services.joining_units import join_units, undo_unit_join
from contacts.services.units import UnitFacts, change_unit
from outage.models import CareChain, ChainState, Outage
from outage.queries.care_chains import find_chains, get_chain, visible_chains
from outage.queries.checklists import checklists_for, ticks
from outage.queries.outages import outage_for
from outage.services.care_chains import change_details, open_chain
from outage.services.checklists import set_tick
from tests.factories import (
    County,
    at_once,
    chain_facts,
    end_for_all,
    make_chain,
    make_event,
    make_outage,
    person,
)

LONG_AGO = timedelta(days=15)


@pytest.fixture
def double(county: County) -> Unit:
    """Alva's ward once more."""
    return Unit.objects.create(principal=county.region, name="Medicin två", ward_kind=WardKind.SOMATIC)


@pytest.fixture
def eva(double: Unit) -> Acting:
    """Somebody who works at the ward's double."""
    return person("eva", double)


@pytest.fixture
def rut(county: County) -> Acting:
    """An administrator of the region who works at neither."""
    office = Unit.objects.create(principal=county.region, name="Katalogen")
    return person("rut", office, Role.ADMIN)


def join(by: Acting, kept: Unit, other: Unit) -> Unit:
    for row in (kept, other):
        row.refresh_from_db()
    return join_units(
        by=by,
        kept=kept,
        other=other,
        client_id=uuid4(),
        version=version_of(kept),
        other_version=version_of(other),
    )


def close(by: Acting, unit: Unit) -> Unit:
    facts = UnitFacts(unit.name, unit.ward_kind, unit.outpatient_kind, active=False)
    return change_unit(by=by, unit=unit, client_id=uuid4(), version=version_of(unit), facts=facts)


def undo(by: Acting, kept: Unit) -> None:
    kept.refresh_from_db()
    undo_unit_join(by=by, join=standing_joins(kept)[0], client_id=uuid4())


def opened_by_it(county: County, outage: Outage, eva: Acting) -> CareChain:
    return make_chain(county, outage, by=eva, ward_unit=county.other_ward)


def its_patient(county: County, outage: Outage, eva: Acting) -> CareChain:
    return make_chain(county, outage, ward_unit=eva.unit)


def its_patient_once(county: County, outage: Outage, eva: Acting) -> CareChain:
    chain = make_chain(county, outage, ward_unit=eva.unit)
    facts = chain_facts(county, patient_name=chain.details.patient_name)
    change_details(
        by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details_id, facts=facts, answers=None
    )
    return chain


def told_by_the_municipality(county: County, outage: Outage, eva: Acting) -> CareChain:
    """A chain of another principal that names it."""
    return make_chain(county, outage, by=county.cissi, ward_unit=eva.unit)


def rang_about(county: County, outage: Outage, eva: Acting) -> CareChain:
    chain = make_chain(county, outage)
    # It had somebody to ring, and is named nowhere else.
    ChainState.objects.create(
        what="owed",
        outage=chain.outage,
        principal=chain.principal,
        chain=chain,
        unit=eva.unit,
        rank=1,
        since=timezone.now(),
    )
    make_event(eva, chain)
    return chain


NAMED = [opened_by_it, its_patient, its_patient_once, told_by_the_municipality, rang_about]


@pytest.mark.parametrize("named", NAMED)
class TestWhatKeepsAUnit:
    def test_it_stays_while_the_outage_goes_on(self, county, outage, double, eva, rut, named):
        named(county, outage, eva)
        with pytest.raises(RuleError, match="Medicin två står i vårdkedjor i ett driftstopp"):
            join(rut, county.ward, double)
        with pytest.raises(RuleError, match="Ta den ur bruk när ingenting är kvar") as refused:
            close(rut, double)
        assert refused.value.field == "active"
        double.refresh_from_db()
        assert (double.active, double.joined_into) == (True, None)

    def test_it_stays_while_something_may_be_left_to_enter(self, county, outage, double, eva, rut, named):
        named(county, outage, eva)
        end_for_all(county, outage, timezone.now())
        with pytest.raises(RuleError, match="mindre än 14 dagar sedan"):
            join(rut, county.ward, double)


def test_one_that_stands_in_nothing_is_closed_in_the_middle_of_an_outage(outage, chain, double, rut):
    assert not close(rut, double).active


def test_one_that_stands_in_nothing_is_joined_in_the_middle_of_an_outage(county, outage, chain, double, rut):
    join(rut, county.ward, double)
    double.refresh_from_db()
    assert double.joined_into == county.ward


def test_what_was_ticked_there_is_ticked_at_the_unit_kept(county, outage, double, eva, rut):
    checklist = checklists_for(double)[0]
    item = {"outage": outage, "checklist_key": checklist.key, "item_key": checklist.items[0].key}
    row = set_tick(by=eva, done=True, **item)
    join(rut, county.ward, double)
    assert ticks(outage, county.ward) == {(checklist.key, checklist.items[0].key): row}
    assert set_tick(by=county.alva, done=True, **item) == row
    set_tick(by=county.alva, done=False, **item)
    assert [tick.done for tick in ticks(outage, county.ward).values()] == [False]


class TestAfterwards:
    @pytest.fixture
    def ended(self, county: County) -> Outage:
        return make_outage(county.alva, started=timedelta(days=20))

    @pytest.mark.parametrize("named", [opened_by_it, its_patient])
    def test_the_people_of_the_unit_kept_see_its_chains_and_nobody_more_does(
        self, client, county, ended, double, eva, rut, named
    ):
        chain = named(county, ended, eva)
        end_for_all(county, ended, timezone.now() - LONG_AGO)
        kept = Unit.objects.create(principal=county.region, name="Medicin 2 B", ward_kind=WardKind.SOMATIC)
        cleo, dan = person("cleo", kept), person("dan", county.psychiatric_ward)
        outage = outage_for(county.region, ended.pk)
        assert not visible_chains(cleo, outage).filter(pk=chain.pk).exists()
        join(rut, kept, double)
        assert get_chain(cleo, chain.pk).pk == chain.pk
        seen = find_chains(cleo, chain.details.patient_name, outage)
        assert [row.pk for row in seen] == [chain.pk]
        client.force_login(cleo.user)
        assert client.get(reverse("chain", args=[chain.pk])).status_code == 200
        for nobody in (dan, county.cissi, rut):
            with pytest.raises(CareChain.DoesNotExist):
                get_chain(nobody, chain.pk)
        # The rows still say what they said.
        row = CareChain.objects.get(pk=chain.pk)
        assert double in (row.unit, row.details.ward_unit)


class TestTakenApart:
    def test_those_who_came_and_have_logged_stay_until_it_is_done(self, county, outage, double, eva, rut):
        join(rut, county.ward, double)
        acting = acting_for(eva.user)
        make_chain(county, outage, by=acting)
        with pytest.raises(RuleError, match="De som kom till Medicin 2 har loggat vårdkedjor där"):
            undo(rut, county.ward)
        assert acting_for(eva.user).unit == county.ward

    def test_what_the_others_there_log_is_theirs_to_go_on_with(self, county, outage, chain, double, eva, rut):
        join(rut, county.ward, double)
        make_event(county.alva, make_chain(county, outage))
        undo(rut, county.ward)
        assert acting_for(eva.user).unit == double

    def test_long_after_the_outage_they_may_leave(self, county, double, eva, rut):
        join(rut, county.ward, double)
        ended = make_outage(county.alva, started=timedelta(days=20))
        chain = make_chain(county, ended, by=acting_for(eva.user))
        end_for_all(county, ended, timezone.now() - LONG_AGO)
        undo(rut, county.ward)
        assert get_chain(county.alva, chain.pk).pk == chain.pk


class TestAFormOpenedBefore:
    def test_no_chain_is_opened_that_names_it(self, county, outage, double, rut):
        join(rut, county.ward, double)
        with pytest.raises(RuleError, match="Medicin två är nu sammanförd med Medicin 2"):
            open_chain(
                by=county.bo,
                outage=outage,
                client_id=uuid4(),
                facts=chain_facts(county, ward_unit=double),
            )
        assert not CareChain.objects.exists()

    def test_no_chain_moves_there(self, county, outage, chain, double, rut):
        join(rut, county.ward, double)
        with pytest.raises(RuleError, match="är nu sammanförd med"):
            change_details(
                by=county.alva,
                chain=chain,
                client_id=uuid4(),
                replaces=chain.details_id,
                facts=chain_facts(county, ward_unit=double),
                answers=None,
            )

    def test_nor_is_one_opened_in_an_assignment_there(self, county, outage, double, eva, rut):
        join(rut, county.ward, double)
        with pytest.raises(RuleError, match="är nu sammanförd med"):
            make_chain(county, outage, by=eva, ward_unit=county.other_ward)


@pytest.mark.django_db(transaction=True)
def test_of_a_join_and_a_chain_at_once_one_is_told(county, outage, double, rut):
    centre = Unit.objects.create(
        principal=county.region, name="HC två", outpatient_kind=OutpatientKind.HEALTH_CENTRE
    )
    for kept, other, place in (
        (county.ward, double, "ward_unit"),
        (county.health_centre, centre, "outpatient_unit"),
    ):
        versions = version_of(kept), version_of(other)
        joined, opened = at_once(
            [
                lambda kept=kept, other=other, versions=versions: join_units(
                    by=rut,
                    kept=kept,
                    other=other,
                    client_id=uuid4(),
                    version=versions[0],
                    other_version=versions[1],
                ),
                lambda place=place, other=other: open_chain(
                    by=county.bo,
                    outage=outage,
                    client_id=uuid4(),
                    facts=chain_facts(county, **{place: other}),
                ),
            ]
        )
        assert [isinstance(each, RuleError) for each in (joined, opened)].count(True) == 1, (joined, opened)
