"""What was said of a number holds wherever that stands: in another contact, back in use, changed back, as the jour."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry, DirectoryEntry, NumberFlag, RotaTurn, Unit
from contacts.queries.flags import flagged_by, numbers_in_directory
from contacts.queries.keeping import standing_flags
from contacts.queries.ringing import numbers_for
from contacts.queries.versions import version_of
from contacts.rules.entry_facts import EntryFacts, EntryKind
from contacts.rules.errors import Question, RuleError
from contacts.rules.hours import Availability, Hours
from contacts.rules.parties import Party
from contacts.rules.phone import Phone, PhoneKind, is_extension
from contacts.rules.rota import Turn
from contacts.services.directory import restore_entry, retire_entry
from contacts.services.flags import flag_number, withdraw_flag
from contacts.services.keeping import add_entry, change_entry, verify_entry
from contacts.services.rota import add_turn, withdraw_turn
from tests.factories import make_entry

from .importing import malas, page_of, words
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


JOUR = "070-174 06 11"
SAVE_OVERLAP = {"overlap": "save"}


def on_duty(
    county, who: str = "Ylva Bäckmyr", answers: dict[str, str] | None = None, number: str = JOUR
) -> RotaTurn:
    day = timezone.localdate()
    turn = Turn(
        who,
        number,
        datetime.combine(day - timedelta(1), time()),
        datetime.combine(day + timedelta(2), time()),
    )
    told = SAVE_OVERLAP | (answers or {})
    return add_turn(by=county.region_admin, unit=county.ward, client_id=uuid4(), turn=turn, answers=told)


def kept_page(client, county) -> str:
    client.force_login(county.region_admin.user)
    return words(page_of(client.get(reverse("keep_contacts"))))


class TestOfAJourInNoContact:
    def test_it_is_flagged_marked_and_not_first_and_who_keeps_it_sees_it(self, client, county):
        on_duty(county)
        assert ringing(county.ward)[0] == ("Ylva Bäckmyr", False)
        assert numbers_in_directory([JOUR], county.region) == {JOUR: False}
        sent = uuid4()
        (word,) = flag_number(by=county.alva, client_id=sent, number=JOUR)
        assert flag_number(by=county.alva, client_id=sent, number=JOUR) == [word]
        assert (word.entry, word.jour_of) == (None, county.region)
        assert ringing(county.ward)[0][0] == "Medicin 1"
        assert ("Ylva Bäckmyr", True) in ringing(county.ward)
        assert numbers_in_directory([JOUR], county.region) == {JOUR: True}
        assert f"Medicin 1 : Ylva Bäckmyr {JOUR}" in kept_page(client, county)
        for name in ("rota", "unit"):
            page = page_of(client.get(reverse(name, args=[county.ward.pk])))
            assert all("Anmält fel" in words(cell) for cell in page.find_all("td") if JOUR in words(cell))

    def test_who_said_it_takes_it_back_and_nobody_else(self, county):
        on_duty(county)
        flag(county, JOUR)
        with pytest.raises(RuleError):
            withdraw_flag(by=county.cissi, client_id=uuid4(), number=JOUR)
        assert flagged_by(county.alva.user, [JOUR]) == {JOUR}
        withdraw_flag(by=county.alva, client_id=uuid4(), number=JOUR)
        assert flagged_by(county.alva.user, [JOUR]) == set()
        assert ringing(county.ward)[0] == ("Ylva Bäckmyr", False)

    def test_who_writes_it_again_is_asked_and_says_that_it_works(self, client, county):
        on_duty(county)
        flag(county, JOUR)
        with pytest.raises(Question, match="Alva Påhittad har anmält att 070-174 06 11 inte fungerar"):
            on_duty(county)
        with pytest.raises(RuleError) as refused:
            on_duty(county, answers={"flagged": "change"})
        assert refused.value.field == "number"
        on_duty(county, answers={"flagged": "save"})
        assert ringing(county.ward)[0] == ("Ylva Bäckmyr", False)
        assert "Journummer som anmälts fel" not in kept_page(client, county)
        assert AuditEntry.objects.latest("pk").action == "turn.added"
        trace = AuditEntry.objects.get(action="number.unflagged")
        assert (trace.user, trace.target_type) == (county.region_admin.user, "contacts.Principal")

    def test_a_contact_that_gets_the_number_is_marked_and_confirmed_it_works_in_the_jour_too(self, county):
        on_duty(county)
        flag(county, JOUR)
        made = add(county, "Ylvas telefon", JOUR)
        assert fresh(made).is_flagged(JOUR)
        verify(county, made)
        assert (fresh(made).flagged, ringing(county.ward)[0]) == ([], ("Ylva Bäckmyr", False))

    def test_corrected_in_the_contact_it_is_still_marked_in_the_jour(self, county):
        on_duty(county)
        made = add(county, "Ylvas telefon", JOUR)
        flag(county, JOUR)
        change(county, made, ANOTHER)
        assert ("Ylva Bäckmyr", True) in ringing(county.ward)

    def test_a_turn_that_is_over_has_no_number_to_flag(self, county):
        row = on_duty(county)
        withdraw_turn(by=county.region_admin, row=row, client_id=uuid4(), version=str(row.pk))
        with pytest.raises(RuleError):
            flag(county, JOUR)

    def test_the_jour_of_another_principal_says_nothing_of_an_extension(self, county):
        on_duty(county, number="59090")
        with pytest.raises(RuleError):
            flag_number(by=county.cissi, client_id=uuid4(), number="59090")
        flag(county, "59090")
        assert numbers_in_directory(["59090"], county.region) == {"59090": True}
