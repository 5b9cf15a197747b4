"""What has happened since an import, to its units and its numbers, stands when the import is undone."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from contacts.filing.bringing_in import confirm_steps
from contacts.filing.undo import undo_steps
from contacts.filing.uploads import upload_steps
from contacts.models import AuditEntry, DirectoryEntry, DirectoryJoin, DirectoryUpload, Unit
from contacts.queries.switchboards import choice_version
from contacts.queries.versions import version_of
from contacts.rules.errors import RuleError
from contacts.rules.joining import Part, Pick
from contacts.services.flags import flag_number, withdraw_flag
from contacts.services.joining import join_entries, undo_entry_join
from contacts.services.joining_units import join_units
from contacts.services.keeping import add_entry, change_entry
from contacts.services.progress import finish
from contacts.services.switchboards import choose_main_switchboard
from contacts.services.units import UnitFacts, change_unit
from tests.factories import County, make_entry
from tests.integration.contacts.importing import malas

pytestmark = pytest.mark.django_db

TWO = {"Telefon": "0953-140 99", "Fler nummer": "direkt 0953-140 88", "Gäller": "vardag dagtid"}


def nursing(county: County, name: str) -> Unit:
    return Unit.objects.create(principal=county.mala, name=name, municipal_kind="home_nursing")


def uploaded(county: County, content: bytes) -> DirectoryUpload:
    upload = finish(upload_steps(by=county.mala_admin, client_id=uuid4(), content=content))
    return DirectoryUpload.objects.get(pk=upload.pk)


def brought_in(county: County, *rows: str, **columns: str) -> DirectoryUpload:
    upload = uploaded(county, malas(*rows, columns={"Gäller": "vardag dagtid"} | columns))
    done = finish(confirm_steps(by=county.mala_admin, upload=upload, client_id=uuid4(), retire_missing=False))
    assert isinstance(done, AuditEntry)
    return upload


def undone(county: County, upload: DirectoryUpload) -> dict[str, list[int]]:
    return finish(undo_steps(by=county.mala_admin, upload=upload, client_id=uuid4())).changes


def joined(county: County, kept: Unit, other: Unit) -> None:
    versions = {"version": version_of(kept), "other_version": version_of(other)}
    join_units(by=county.mala_admin, kept=kept, other=other, client_id=uuid4(), **versions)


def out_of_use(county: County, unit: Unit) -> None:
    facts = UnitFacts(unit.name, "", "", unit.municipal_kind, "", active=False)
    version = version_of(unit)
    change_unit(by=county.mala_admin, unit=unit, client_id=uuid4(), version=version, facts=facts)


def flag(county: County, entry: DirectoryEntry, number: str) -> None:
    flag_number(by=county.alva, client_id=uuid4(), number=number, entry=entry)


def test_a_number_that_was_said_not_to_work_since_is_said_so_still(county: County):
    entry = make_entry(county.mala, "Telefonen", "0953-140 77", "0953-140 88")
    flag(county, entry, "0953-140 77")
    upload = brought_in(county, "Telefonen", **TWO)
    flag(county, entry, "0953-140 88")
    undone(county, upload)
    entry.refresh_from_db()
    assert [phone.number for phone in entry.phones] == ["0953-140 77", "0953-140 88"]
    assert entry.flagged == ["095314077", "095314088"]


def test_what_was_taken_back_since_of_a_number_is_not_said_again(county: County):
    entry = make_entry(county.mala, "Telefonen", "0953-140 77", "0953-140 88")
    for number in ("0953-140 77", "0953-140 88"):
        flag(county, entry, number)
    upload = brought_in(county, "Telefonen", **TWO)
    entry.refresh_from_db()
    withdraw_flag(by=county.alva, client_id=uuid4(), number="0953-140 88", entry=entry)
    undone(county, upload)
    entry.refresh_from_db()
    assert entry.flagged == ["095314077"]


def test_a_contact_comes_back_to_what_its_unit_was_joined_into(county: County):
    a, b, c = (nursing(county, f"Hemsjuk {name}") for name in "ABC")
    entry = make_entry(county.mala, "Telefonen", "0953-140 77", unit=a)
    upload = brought_in(county, "Telefonen", Telefon="0953-140 77", **{"Hör till enhet": c.name})
    joined(county, b, a)
    assert undone(county, upload)["set_back"] == [entry.pk]
    entry.refresh_from_db()
    assert entry.unit == b


def test_a_contact_does_not_come_back_to_a_unit_out_of_use(county: County):
    a, b = (nursing(county, f"Hemsjuk {name}") for name in "AB")
    entry = make_entry(county.mala, "Telefonen", "0953-140 77", unit=a)
    upload = brought_in(county, "Telefonen", Telefon="0953-140 77", **{"Hör till enhet": b.name})
    out_of_use(county, a)
    assert undone(county, upload)["kept"] == [entry.pk]
    entry.refresh_from_db()
    assert entry.unit == b


@pytest.mark.parametrize("joins", [True, False])
def test_nor_when_two_contacts_are_taken_apart(county: County, joins: bool):
    a, b, c = (nursing(county, f"Hemsjuk {name}") for name in "ABC")
    kept = make_entry(county.mala, "Telefonen", "0953-140 77", unit=a)
    other = make_entry(county.mala, "Telefonen två", "0953-140 66", unit=c)
    versions = {"version": version_of(kept), "other_version": version_of(other)}
    picks = {Part.UNIT: Pick.OTHER}
    join_entries(by=county.mala_admin, kept=kept, other=other, client_id=uuid4(), picks=picks, **versions)
    if joins:
        joined(county, b, a)
    else:
        out_of_use(county, a)
    join = DirectoryJoin.objects.get(kept_entry=kept)
    undo_entry_join(by=county.mala_admin, join=join, client_id=uuid4())
    kept.refresh_from_db()
    assert kept.unit == (b if joins else c)


def test_no_contact_is_put_at_a_unit_out_of_use(county: County):
    a, b = (nursing(county, f"Hemsjuk {name}") for name in "AB")
    stands = make_entry(county.mala, "Telefonen", "0953-140 77", unit=a)
    out_of_use(county, a)
    (problem,) = uploaded(county, malas("Ny", columns={"Hör till enhet": a.name})).plan["problems"]
    assert "är ur bruk" in problem["sentence"]
    facts = replace(stands.facts, name="Annan")
    with pytest.raises(RuleError, match="ur bruk"):
        add_entry(by=county.mala_admin, client_id=uuid4(), facts=facts)
    other = make_entry(county.mala, "Tredje", "0953-140 55", unit=b)

    def change(entry: DirectoryEntry, client_id: UUID, **told: str) -> None:
        facts = replace(entry.facts, **told)
        version = version_of(entry)
        change_entry(by=county.mala_admin, entry=entry, client_id=client_id, version=version, facts=facts)

    with pytest.raises(RuleError, match="ur bruk"):
        change(other, uuid4(), unit=a.name)
    # One that stands there is changed as any.
    change(stands, uuid4(), remark="Ring två gånger")
    stands.refresh_from_db()
    assert (stands.remark, stands.unit) == ("Ring två gånger", a)


def test_a_line_that_was_cut_off_empties_nothing(county: County):
    make_entry(county.mala, "Telefonen", "0953-140 77")
    heading, whole = malas("Telefonen", columns={"Gäller": "vardag dagtid"}).decode("utf-8-sig").splitlines()
    cut = uploaded(county, f"{heading}\n{whole[: whole.index('Telefonen')]}Telefonen\n".encode())
    (problem,) = cut.plan["problems"]
    assert problem["sentence"] == "Raden har 2 fält, den ska ha 18."
    assert not cut.plan["groups"]["changed"]
    # What is left empty is said to be.
    assert not uploaded(county, f"{heading}\n{whole}\n".encode()).plan["problems"]


@pytest.mark.parametrize("between", [True, False])
def test_of_two_imports_that_are_undone_the_last_first_nothing_is_left(county: County, between: bool):
    entry = make_entry(county.mala, "Telefonen", "0953-140 77")
    first = brought_in(county, "Telefonen", Telefon="0953-140 01")
    second = brought_in(county, "Telefonen", Telefon="0953-140 02")
    undone(county, second)
    entry.refresh_from_db()
    if between:
        facts, version = replace(entry.facts, remark="Ring två gånger"), version_of(entry)
        change_entry(by=county.mala_admin, entry=entry, client_id=uuid4(), version=version, facts=facts)
    told = undone(county, first)
    entry.refresh_from_db()
    assert told["kept" if between else "set_back"] == [entry.pk]
    assert [phone.number for phone in entry.phones] == ["0953-140 01" if between else "0953-140 77"]


def test_a_switchboard_that_was_chosen_since_stays(county: County):
    upload = brought_in(county, "Växeln", Typ="växel", Telefon="0953-140 00")
    entry = DirectoryEntry.objects.get(name="Växeln")
    version = choice_version(county.mala)
    choose_main_switchboard(by=county.mala_admin, entry=entry, client_id=uuid4(), version=version)
    assert undone(county, upload)["kept"] == [entry.pk]
    entry.refresh_from_db()
    assert entry.retired_at is None
