"""A unit is found by a name that it had before."""

from uuid import uuid4

import pytest

from contacts.models import Principal, Unit
from contacts.queries.joined import leads_to, units_by_name
from contacts.queries.ringing import find_by_name
from contacts.queries.versions import version_of
from contacts.rules.names import name_key
from contacts.rules.swedish_text import search_key
from contacts.services.directory import save_row
from contacts.services.units import UnitFacts, change_unit
from tests.integration.contacts.conftest import County

pytestmark = pytest.mark.clause("R5.2")


@pytest.fixture
def renamed(county: County) -> Unit:
    by, unit = county.region_admin, county.ward
    facts = UnitFacts("Medicin 3", unit.ward_kind)
    return change_unit(by=by, unit=unit, client_id=uuid4(), version=version_of(unit), facts=facts)


def test_a_file_finds_a_unit_by_its_former_name_unless_it_is_anothers_by_now(county: County, renamed: Unit):
    key = county.region.pk, name_key("medicin 1")
    assert units_by_name([county.region])[key] == renamed
    assert leads_to([renamed], lambda _, name: search_key(name))["medicin 1"] == renamed
    other = Unit.objects.create(principal=county.region, name="Medicin 1")
    assert units_by_name([county.region])[key] == other


def test_who_is_to_be_rung_is_found_by_a_former_name(county: County, renamed: Unit):
    town = Principal.objects.get(short_name="Skellefteå")
    former, town.name = town.name, "Skellefte kommun"
    save_row(by=None, row=town)
    assert [label for label, _ in find_by_name("Medicin 1")] == ["Medicin 3 (Region Västerbotten)"]
    assert [label for label, _ in find_by_name(former)] == ["Skellefte kommun"]
