"""What a file means for the entries there are: which row is about which entry, and what counts as a change."""

from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.filing.bringing_in import BadDirectoryFile, ImportReport, import_directory
from contacts.filing.columns import COLUMNS
from contacts.filing.out import file_row
from contacts.filing.writing import write_csv, write_xlsx
from contacts.models import DirectoryEntry, Unit
from contacts.rules.hours import Availability, Eves, Hours, Span, Summer
from contacts.rules.phone import Phone, PhoneKind
from tests.factories import make_entry

pytestmark = pytest.mark.django_db

MALA = "Malå kommun"


def file_of(*rows: dict[str, str], columns: tuple[str, ...] = ()) -> bytes:
    """A file of Malå's with the columns that any of the rows has."""
    used = columns or tuple(
        c for c in COLUMNS if c in ("Huvudman", "Enhet", "Typ") or any(c in r for r in rows)
    )
    full = [{"Huvudman": MALA, "Typ": "annan", "Enhet": ""} | row for row in rows]
    return write_csv([used, *([row.get(column, "") for column in used] for row in full)])


def brought_in(content: bytes, **more) -> ImportReport:
    return import_directory(by=None, content=content, **more)


def outcome(report: ImportReport) -> tuple[int, int, int]:
    return report.new, report.changed, report.unchanged


@pytest.fixture
def kitchen(county) -> DirectoryEntry:
    """An entry of Malå's with everything that a file can say, verified."""
    unit = Unit.objects.create(principal=county.mala, name="Köket")
    return make_entry(
        county.mala,
        "Kosten",
        unit=unit,
        title="Kock",
        department="Köket",
        remark="Knacka",
        owner="Kostchefen",
        source="Egen lista",
        verified_at=timezone.now(),
        verified_by=county.mala_admin.user,
    )


def give_everything(entry: DirectoryEntry) -> None:
    entry.phones = [
        Phone(PhoneKind.ON_CALL, "070-174 06 05"),
        Phone(PhoneKind.DIRECT, "0953-140 10"),
        Phone(PhoneKind.EXTENSION, "14010"),
    ]
    week = (Span(time(7), time(16)),) * 5 + (None, None, Span(time(10), time(14)))
    entry.hours = Hours(
        Availability.OWN_HOURS,
        days=week,
        eves=Eves.SHORT,
        eve_closes_at=time(12),
        summer=Summer("06-15", "08-15", time(8), time(12)),
    )
    entry.save()


def test_an_entry_taken_out_and_brought_back_is_unchanged_and_still_verified(kitchen):
    give_everything(kitchen)
    for entry in DirectoryEntry.objects.all():
        entry.verified_at, entry.verified_by = kitchen.verified_at, kitchen.verified_by
        entry.save()
    rows = [file_row(entry) for entry in DirectoryEntry.objects.select_related("principal", "unit")]
    table = [COLUMNS, *rows]
    for content in (write_csv(table), write_xlsx(table)):
        report = brought_in(content)
        assert outcome(report) == (0, 0, len(rows))
        assert report.gone == 0
    assert not DirectoryEntry.objects.filter(verified_at__isnull=True).exists()


def test_a_column_that_is_not_in_the_file_leaves_what_is_there(kitchen):
    give_everything(kitchen)
    before = DirectoryEntry.objects.filter(pk=kitchen.pk).values().get()
    report = brought_in(file_of({"Enhet": "Kosten", "Titel": "Kökschef"}))
    assert outcome(report) == (0, 1, 0)
    after = DirectoryEntry.objects.filter(pk=kitchen.pk).values().get()
    assert {key for key in after if after[key] != before[key]} == {"title", "title_key", "search_key"}


def test_a_column_that_is_there_and_empty_empties(kitchen):
    brought_in(file_of({"Enhet": "Kosten", "Ägare": "", "Hör till enhet": "", "Anmärkning": ""}))
    kitchen.refresh_from_db()
    assert (kitchen.owner, kitchen.unit, kitchen.remark) == ("", None, "")
    assert kitchen.verified_at is not None


@pytest.mark.parametrize(
    ("telefon", "changed"),
    [("0953-140 10", 0), ("095314010", 0), ("+46 953 140 10", 0), ("0953/140-10", 0), ("0953-140 11", 1)],
)
def test_a_number_spelled_otherwise_is_no_change(kitchen, telefon, changed):
    kitchen.phones = [Phone(PhoneKind.DIRECT, "0953-140 10")]
    kitchen.save()
    report = brought_in(file_of({"Enhet": "Kosten", "Telefon": telefon}))
    assert report.changed == changed
    kitchen.refresh_from_db()
    assert (kitchen.verified_at is None) == bool(changed)
    assert kitchen.phones[0].number == ("0953-140 11" if changed else "0953-140 10")


def test_a_changed_number_takes_away_the_word_that_the_old_one_does_not_work(kitchen):
    kitchen.phones = [Phone(PhoneKind.DIRECT, "0953-140 10"), Phone(PhoneKind.DIRECT, "0953-140 20")]
    kitchen.flagged = ["095314010", "095314020"]
    kitchen.save()
    brought_in(file_of({"Enhet": "Kosten", "Telefon": "0953-140 30", "Fler nummer": "direkt 0953-140 20"}))
    kitchen.refresh_from_db()
    assert kitchen.flagged == ["095314020"]
    assert "095314030" in kitchen.digits_key


def test_the_place_in_the_order_counts_only_as_the_file_can_say_it(kitchen):
    give_everything(kitchen)
    report = brought_in(
        file_of(
            {
                "Enhet": "Kosten",
                "Telefon": "0953-140 10",
                "Anknytning": "14010",
                "Fler nummer": "jour 070-174 06 05",
            }
        )
    )
    assert outcome(report) == (0, 0, 1)
    kitchen.refresh_from_db()
    assert kitchen.phones[0].kind is PhoneKind.ON_CALL


def test_without_the_column_of_times_the_eves_and_the_summer_stay(kitchen):
    kitchen.hours = Hours(
        Availability.DAYTIME,
        friday_closes_at=time(15),
        eves=Eves.WEEKEND,
        summer=Summer("06-15", "08-15", time(8), time(12)),
    )
    kitchen.save()
    said = {"Enhet": "Kosten", "Gäller": "vardag dagtid", "Anmärkning": "fredag till 14.00"}
    assert brought_in(file_of(said)).changed == 1
    kitchen.refresh_from_db()
    assert kitchen.hours.friday_closes_at == time(14)
    assert (kitchen.hours.eves, kitchen.hours.summer.closes) == (Eves.WEEKEND, time(12))
    assert kitchen.verified_at is None

    assert brought_in(file_of({"Enhet": "Kosten", "Gäller": "vardag dagtid"})).unchanged == 1
    assert brought_in(file_of({"Enhet": "Kosten", "Gäller": "dygnet runt"})).changed == 1
    kitchen.refresh_from_db()
    assert kitchen.hours == Hours(Availability.ALWAYS)


def test_hours_that_can_not_be_meant_together_are_told(kitchen):
    kitchen.hours = Hours(Availability.DAYTIME, summer=Summer("06-15", "08-15", time(8), time(12)))
    kitchen.summer_from = "13-45"
    kitchen.save()
    with pytest.raises(BadDirectoryFile) as told:
        brought_in(file_of({"Enhet": "Kosten", "Gäller": "vardag dagtid", "Anmärkning": "fredag till 14.00"}))
    assert [(bad.row, bad.column) for bad in told.value.problems] == [(2, "Gäller")]


def test_a_unit_is_one_of_the_principals_own(kitchen, county):
    Unit.objects.create(principal=county.mala, name="Tvätten")
    brought_in(file_of({"Enhet": "Kosten", "Hör till enhet": "Tvätten"}))
    kitchen.refresh_from_db()
    assert kitchen.unit is not None
    assert kitchen.unit.name == "Tvätten"
    assert "tvatten" in kitchen.search_key

    with pytest.raises(BadDirectoryFile) as told:
        brought_in(file_of({"Enhet": "Kosten", "Hör till enhet": "Medicin 1"}))
    assert [(bad.row, bad.column) for bad in told.value.problems] == [(2, "Hör till enhet")]
    assert MALA in told.value.problems[0].sentence


def test_a_contact_of_one_name_gets_another_department_and_keeps_its_row(kitchen):
    report = brought_in(file_of({"Enhet": "Kosten", "Avdelning": "Restaurangen"}))
    assert outcome(report) == (0, 1, 0)
    kitchen.refresh_from_db()
    assert kitchen.department == "Restaurangen"


def test_two_contacts_of_one_name_are_told_apart_by_department(kitchen, county):
    make_entry(county.mala, "Kosten", department="Skolan")
    report = brought_in(
        file_of({"Enhet": "Kosten", "Avdelning": "Skolan"}, {"Enhet": "Kosten", "Avdelning": "Köket"})
    )
    assert (outcome(report), report.gone) == ((0, 0, 2), 1)

    with pytest.raises(BadDirectoryFile) as told:
        brought_in(file_of({"Enhet": "Kosten", "Titel": "x"}))
    assert told.value.problems[0].column == "Enhet"
    assert "Avdelning" in told.value.problems[0].sentence


def test_two_people_of_one_name_work_in_two_departments(county):
    anna = {"Förnamn": "Anna", "Efternamn": "Påhittad", "Typ": "person"}
    content = file_of(anna | {"Enhet": "Köket"}, anna | {"Enhet": "Tvätten"})
    assert brought_in(content).new == 2
    assert outcome(brought_in(content)) == (0, 0, 2)
    assert brought_in(file_of(anna | {"Enhet": "Förrådet"})).new == 1


def test_without_the_columns_of_names_a_person_is_known_by_the_name_alone(county):
    anna = {"Förnamn": "Anna", "Efternamn": "Påhittad", "Typ": "person", "Enhet": "Köket"}
    brought_in(file_of(anna))
    report = brought_in(file_of({"Enhet": "Anna Påhittad", "Typ": "person", "Titel": "Kock"}))
    assert outcome(report) == (0, 1, 0)
    entry = DirectoryEntry.objects.get(name="Anna Påhittad")
    assert (entry.first_name, entry.title, entry.department) == ("Anna", "Kock", "Köket")


def test_a_name_that_is_taken_in_its_department_is_a_bad_row(county):
    person = {"Förnamn": "Anna", "Efternamn": "Påhittad", "Typ": "person", "Enhet": "Köket"}
    brought_in(file_of(person))
    unit = {"Enhet": "Anna Påhittad", "Avdelning": "Köket", "Förnamn": "", "Efternamn": ""}
    before = DirectoryEntry.objects.count()
    # The person is found by its name and department, whichever column says the name.
    report = brought_in(file_of(unit), dry_run=True)
    assert (report.new, report.changed) == (0, 1)

    same = [{"Enhet": "Förrådet", "Avdelning": "A"}, {"Enhet": "Förrådet", "Avdelning": "A"}]
    with pytest.raises(BadDirectoryFile) as told:
        brought_in(file_of(same[0], {**same[1], "Huvudman": "malå kommun"}))
    assert [(bad.row, bad.column) for bad in told.value.problems] == [(3, "Enhet")]
    assert "Förrådet står redan på rad 2" in told.value.problems[0].sentence
    assert DirectoryEntry.objects.count() == before


def test_what_one_administrator_sees_of_anothers_rows_is_set_aside(county):
    content = file_of({"Enhet": "Kosten"}, {"Enhet": "Kosten", "Huvudman": "Umeå kommun"})
    report = import_directory(by=county.mala_admin, content=content)
    assert (report.new, report.others) == (1, 1)
    assert report.gone == 1
    assert not DirectoryEntry.objects.filter(name="Kosten", principal__short_name="Umeå").exists()


@pytest.mark.parametrize("kind", ["new", "changed"])
def test_a_look_asks_the_database_as_often_whatever_the_size_of_the_file(county, kind):
    def look(size: int) -> int:
        rows = [{"Enhet": f"Enhet {n}", "Telefon": f"0953-14{n:04}"[:11]} for n in range(size)]
        if kind == "changed":
            brought_in(file_of(*({"Enhet": row["Enhet"]} for row in rows)))
        with CaptureQueriesContext(connection) as queries:
            report = brought_in(file_of(*rows), dry_run=True)
        assert getattr(report, kind) == size
        return len(queries)

    assert look(100) == look(1000) <= 4


def test_a_write_is_made_in_batches(county):
    def write(size: int) -> int:
        rows = [{"Enhet": f"Enhet {n}", "Telefon": f"0953-14{n:04}"[:11]} for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            assert brought_in(file_of(*rows)).new == size
        DirectoryEntry.objects.filter(name__startswith="Enhet").delete()
        return len(queries)

    assert write(1000) - write(100) <= 900 / 10
