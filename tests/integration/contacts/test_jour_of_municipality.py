"""A municipality as such has the jour of its hemsjukvård in Ring nu."""

from datetime import datetime

import pytest

from contacts.models import MunicipalKind, Unit
from contacts.queries.ringing import numbers_for
from contacts.rules.parties import Party
from tests.clock import STOCKHOLM
from tests.integration.contacts.test_rota import THURSDAY, write

pytestmark = [pytest.mark.django_db, pytest.mark.clause("R5.4")]


@pytest.fixture
def nursing(county) -> Unit:
    return Unit.objects.create(
        principal=county.mala, name="Hemsjukvården Malå", municipal_kind=MunicipalKind.HOME_NURSING
    )


def test_a_municipality_as_such_has_the_jour_of_its_hemsjukvard_first(county, nursing):
    before = numbers_for(Party.MUNICIPALITY, county.mala.pk, None, THURSDAY)
    write(county, unit=nursing)
    first, *others = numbers_for(Party.MUNICIPALITY, county.mala.pk, None, THURSDAY)
    assert (first.entry_name, first.number) == ("Hemsjukvården Malå: Anna Ek", "070-174 06 05")
    assert first.relays
    assert first.duty_ends
    # Nobody is asked for by the name of who has the jour.
    assert tuple(others) == before


def test_by_day_the_municipality_is_reached_as_before(county, nursing):
    noon = datetime(2026, 11, 26, 10, 0, tzinfo=STOCKHOLM)
    before = numbers_for(Party.MUNICIPALITY, county.mala.pk, None, noon)
    write(county, unit=nursing, starts="2026-11-26T07:00")
    *first, last = numbers_for(Party.MUNICIPALITY, county.mala.pk, None, noon)
    assert first[0] == before[0]
    assert "Hemsjukvården Malå: Anna Ek" in [number.entry_name for number in (*first, last)]


def test_another_municipality_has_it_not(county, nursing):
    write(county, unit=nursing)
    found = numbers_for(Party.MUNICIPALITY, county.nordmaling.pk, None, THURSDAY)
    assert not any("Anna Ek" in number.entry_name for number in found)


def test_the_hemsjukvard_itself_has_its_own_as_its_own(county, nursing):
    write(county, unit=nursing)
    first = numbers_for(Party.MUNICIPALITY, county.mala.pk, nursing.pk, THURSDAY)[0]
    assert (first.entry_name, first.relays) == ("Anna Ek", False)
