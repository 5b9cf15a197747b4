"""What was said of a number holds wherever that stands: in another contact, back in use, changed back, as the jour."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.models import DirectoryEntry, NumberFlag, Unit
from contacts.queries.keeping import standing_flags
from contacts.queries.ringing import numbers_for
from contacts.queries.versions import version_of
from contacts.rules.entry_facts import EntryFacts, EntryKind
from contacts.rules.hours import Availability, Hours
from contacts.rules.parties import Party
from contacts.rules.phone import Phone, PhoneKind, is_extension
from contacts.services.directory import restore_entry, retire_entry
from contacts.services.flags import flag_number, withdraw_flag
from contacts.services.keeping import add_entry, change_entry, verify_entry
from tests.factories import make_entry

from .importing import malas
from .test_import_undo import brought_in, undo

pytestmark = pytest.mark.django_db
NUMBER, ANOTHER = "090-785 11 22", "090-785 11 23"


@pytest.fixture
def entry(county) -> DirectoryEntry:
    return DirectoryEntry.objects.get(name="Medicin 1")


def fresh(entry: DirectoryEntry) -> DirectoryEntry:
    return DirectoryEntry.objects.get(pk=entry.pk)


def flag(county, number: str = NUMBER, **more) -> None:
    flag_number(by=county.alva, client_id=uuid4(), number=number, **more)


def add(county, name: str, number: str = NUMBER, **more) -> DirectoryEntry:
    facts = EntryFacts(
        kind=EntryKind.WARD,
        name=name,
        unit="Medicin 1",
        phones=(Phone(PhoneKind.DIRECT, number),),
        hours=Hours(Availability.ALWAYS),
    )
    return add_entry(by=county.region_admin, client_id=uuid4(), facts=facts, **more)


def change(county, entry: DirectoryEntry, *numbers: str) -> DirectoryEntry:
    kinds = (PhoneKind.EXTENSION if is_extension(number) else PhoneKind.DIRECT for number in numbers)
    phones = tuple(map(Phone, kinds, numbers))
    seen = fresh(entry)
    facts, version = replace(seen.facts, phones=phones), version_of(seen)
    return change_entry(by=county.region_admin, entry=seen, client_id=uuid4(), version=version, facts=facts)


def verify(county, entry: DirectoryEntry) -> None:
    seen = fresh(entry)
    verify_entry(by=county.region_admin, entry=seen, client_id=uuid4(), version=version_of(seen))


def ringing(unit: Unit) -> list[tuple[str, bool]]:
    return [(n.entry_name, n.flagged) for n in numbers_for(Party.INPATIENT, None, unit.pk, timezone.now())]


def test_a_new_contact_with_the_number_is_marked_and_its_owner_sees_who_said_it(county, entry):
    flag(county)
    made = add(county, "Medicin 1 expedition")
    assert ringing(county.ward)[0] == ("Region Västerbottens växel", False)
    assert fresh(made).is_flagged(NUMBER)
    (said,) = standing_flags([fresh(made)])[made.pk]
    (first,) = NumberFlag.objects.filter(entry=entry)
    assert (said.user, said.unit, said.at) == (county.alva.user, county.alva.unit, first.at)
    # Who said it takes it back everywhere, whichever page it is on.
    withdraw_flag(by=county.alva, client_id=uuid4(), number=NUMBER, entry=made)
    assert not fresh(entry).flagged
    assert not fresh(made).flagged


def test_one_that_is_added_as_confirmed_is_not_marked(county, entry):
    flag(county)
    assert not fresh(add(county, "Medicin 1 expedition", verified=True)).flagged
    assert fresh(entry).is_flagged(NUMBER)


def test_an_extension_of_another_principal_is_another_telephone(county):
    make_entry(county.mala, "Annan anknytning", "59123")
    flag_number(by=county.cissi, client_id=uuid4(), number="59123")
    own = make_entry(county.region, "Egen anknytning", "59124")
    change(county, own, "59123")
    assert not fresh(own).flagged
    flag(county, "59123")
    assert fresh(own).is_flagged("59123")


def test_retired_and_back_it_is_still_marked(county, entry):
    flag(county)
    retire_entry(by=county.region_admin, entry=entry)
    restore_entry(by=county.region_admin, entry=entry)
    assert ringing(county.ward)[0] == ("Region Västerbottens växel", False)
    assert fresh(entry).is_flagged(NUMBER)


def test_one_that_takes_the_place_of_the_retired_one_is_marked(county, entry):
    flag(county)
    retire_entry(by=county.region_admin, entry=entry)
    assert fresh(add(county, "Medicin 1 expedition")).is_flagged(NUMBER)


def test_changed_and_changed_back_it_is_still_marked_unless_confirmed_between(county, entry):
    flag(county)
    change(county, entry, ANOTHER)
    assert not fresh(entry).flagged
    change(county, entry, NUMBER)
    assert fresh(entry).is_flagged(NUMBER)
    verify(county, entry)
    change(county, entry, ANOTHER)
    change(county, entry, NUMBER)
    assert not fresh(entry).flagged


def test_what_was_taken_back_stays_so(county, entry):
    flag(county)
    made = add(county, "Medicin 1 expedition")
    withdraw_flag(by=county.alva, client_id=uuid4(), number=NUMBER)
    for row in (entry, made):
        change(county, row, ANOTHER)
        change(county, row, NUMBER)
        assert not fresh(row).flagged


def test_a_file_brings_the_number_in_marked_and_back_marked(client, county):
    old = make_entry(county.mala, "Gamla köket", "0953-140 55")
    flag(county, "0953-140 55")
    made = brought_in(
        client, county, malas("Kosten", columns={"Telefon": "0953-140 55"}), retire_missing="on"
    )
    new = DirectoryEntry.objects.get(name="Kosten")
    assert new.is_flagged("0953-140 55")
    assert [word.user for word in standing_flags([new])[new.pk]] == [county.alva.user]
    undo(client, county, made)
    assert fresh(old).retired_at is None
    assert fresh(old).is_flagged("0953-140 55")


def test_flagged_on_the_page_of_one_contact_it_is_so_in_all_that_have_it(county, entry):
    other = add(county, "Medicin 1 expedition")
    flag(county, entry=entry)
    assert fresh(other).is_flagged(NUMBER)
    verify(county, other)
    assert (fresh(other).flagged, fresh(entry).is_flagged(NUMBER)) == ([], True)
