"""Two who change the directory at once: what either did stands, and no contact ends at a unit that is no more."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest

from contacts.filing.bringing_in import confirm_steps
from contacts.models import DirectoryEntry, DirectoryUpload, Unit, User
from contacts.queries.versions import version_of
from contacts.rules.errors import RuleError
from contacts.services.directory import retire_entry
from contacts.services.flags import flag_number
from contacts.services.keeping import add_entry, change_entry
from contacts.services.people import PersonFacts, write_facts
from contacts.services.progress import finish
from contacts.services.units import UnitFacts, change_unit
from tests.factories import County, make_entry, meanwhile
from tests.integration.contacts.importing import malas
from tests.integration.contacts.test_undone_since import brought_in, joined, nursing, undone, uploaded

pytestmark = pytest.mark.django_db(transaction=True)


def renamed(county: County, unit: Unit, name: str = "Nattpatrullen") -> Unit:
    facts = UnitFacts(name, "", "", unit.municipal_kind, "", active=True)
    version = version_of(unit)
    return change_unit(by=county.mala_admin, unit=unit, client_id=uuid4(), version=version, facts=facts)


def flagged(county: County, entry: DirectoryEntry) -> None:
    flag_number(by=county.alva, client_id=uuid4(), number="0953-140 77", entry=entry)


def changed(county: County, entry: DirectoryEntry) -> None:
    facts, version = replace(entry.facts, remark="Ring två gånger"), version_of(entry)
    change_entry(
        by=county.mala_admin, entry=entry, client_id=uuid4(), version=version, facts=facts, verified=True
    )


def retired(county: County, entry: DirectoryEntry) -> None:
    retire_entry(by=county.mala_admin, entry=entry)


def imported(county: County, entry: DirectoryEntry) -> None:
    assert entry.unit is not None
    brought_in(county, entry.name, Telefon="0953-140 99", **{"Hör till enhet": entry.unit.name})


def stands(entry: DirectoryEntry) -> tuple[object, ...]:
    entry.refresh_from_db()
    at = entry.verified_at is not None, entry.retired_at is not None
    return entry.flagged, entry.remark, entry.numbers, *at


@pytest.mark.parametrize("does", [flagged, changed, retired, imported])
def test_a_unit_that_is_renamed_takes_nothing_of_its_contacts_back(
    county: County, does: Callable[[County, DirectoryEntry], None]
):
    unit = nursing(county, "Hemsjuk A")
    entry = make_entry(county.mala, "Telefonen", "0953-140 77", unit=unit)
    before, found = stands(entry), []

    def first() -> None:
        does(county, entry)
        found.append(stands(entry))

    result = meanwhile(first, partial(renamed, county, unit))
    assert isinstance(result, Unit), result
    assert stands(entry) == found[0] != before
    assert "nattpatrullen" in entry.search_key


@pytest.mark.parametrize("joins_first", [True, False])
def test_what_is_imported_while_units_are_joined_is_the_joined_one_s(county: County, joins_first: bool):
    a, b = nursing(county, "Hemsjuk A"), nursing(county, "Hemsjuk B")
    upload = uploaded(county, malas("Ny", columns={"Hör till enhet": a.name}))
    both = [partial(joined, county, b, a), partial(confirmed, county, upload)]
    result = meanwhile(*(both if joins_first else reversed(both)))
    assert not isinstance(result, Exception), result
    entry = DirectoryEntry.objects.filter(name="Ny").select_related("unit").first()
    # The preview said another unit: it is shown again, or is done.
    assert entry is None or entry.unit == b
    assert joins_first or entry is not None


def confirmed(county: County, upload: DirectoryUpload) -> None:
    finish(confirm_steps(by=county.mala_admin, upload=upload, client_id=uuid4(), retire_missing=False))


@pytest.mark.parametrize("joins_first", [True, False])
def test_nobody_adds_a_contact_to_a_unit_that_is_just_being_joined(county: County, joins_first: bool):
    a, b = nursing(county, "Hemsjuk A"), nursing(county, "Hemsjuk B")
    facts = replace(make_entry(county.mala, "Telefonen", "0953-140 77", unit=a).facts, name="Ny")
    add = partial(add_entry, by=county.mala_admin, client_id=uuid4(), facts=facts)
    both = [partial(joined, county, b, a), add]
    result = meanwhile(*(both if joins_first else reversed(both)))
    assert isinstance(result, RuleError) is joins_first
    assert not DirectoryEntry.objects.filter(unit=a).exists()
    assert DirectoryEntry.objects.filter(name="Ny", unit=b).exists() is not joins_first


def test_an_import_that_is_undone_while_units_are_joined_leads_to_the_joined_one(county: County):
    a, b, c = (nursing(county, f"Hemsjuk {name}") for name in "ABC")
    entry = make_entry(county.mala, "Telefonen", "0953-140 77", unit=a)
    upload = brought_in(county, "Telefonen", Telefon="0953-140 77", **{"Hör till enhet": c.name})
    result = meanwhile(partial(joined, county, b, a), partial(undone, county, upload))
    assert result["set_back"] == [entry.pk]
    entry.refresh_from_db()
    assert entry.unit == b


def test_a_list_of_staff_changes_what_it_says_of_a_person_and_no_more(county: County):
    """It was read before the person chose another password."""
    person = User.objects.get(pk=county.alva.user.pk)
    names = ("username", "first_name", "last_name", "email", "hsa_id")
    facts = PersonFacts(**{name: getattr(person, name) for name in names})
    anew = User.objects.get(pk=person.pk)
    anew.set_password("Nytt lösenord 2026")
    anew.save()
    write_facts(county.region_admin, person, replace(facts, email="alva@exempel.se"))
    anew.refresh_from_db()
    assert anew.check_password("Nytt lösenord 2026")
    assert anew.email == "alva@exempel.se"
