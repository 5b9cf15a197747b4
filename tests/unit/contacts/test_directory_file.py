"""The rows of the directory file: what is read from them, and how what is wrong with them is told."""

from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from contacts.filing.columns import COLUMNS, LONGEST
from contacts.filing.reading import read_table
from contacts.filing.rows import DirectoryRow, cells_of, read_rows
from contacts.rules.entry_facts import EntryFacts, EntryKind
from contacts.rules.file_rows import BadRow
from contacts.rules.hours import Availability, Hours, Span, Summer
from contacts.rules.hours_text import read_hours
from contacts.rules.personal_number import NO_PATIENT
from contacts.rules.phone import Phone, PhoneKind
from contacts.rules.principals import MUNICIPALITIES, REGION

OWN_FILE = Path(__file__).parents[3] / "contacts" / "data" / "katalog-vasterbotten.csv"
USUAL = {"Huvudman": "Malå kommun", "Enhet": "Växel Malå", "Typ": "växel"}


def row(**cells: str) -> list[str]:
    own = {"Fler_nummer": "Fler nummer", "Hör_till_enhet": "Hör till enhet"}
    named = USUAL | {own.get(column, column): cell for column, cell in cells.items()}
    assert set(named) <= set(COLUMNS)
    return [named.get(column, "") for column in COLUMNS]


def read(*rows: list[str], heading=COLUMNS):
    found = list(read_rows([heading, *rows]))
    return [r for r in found if isinstance(r, DirectoryRow)], [b for b in found if isinstance(b, BadRow)]


def test_a_row_with_everything():
    (got,), bad = read(
        row(
            Titel="Chef",
            Avdelning="Växel",
            Telefon="0953-140 00",
            Anknytning="59090",
            Mobiltelefon="070-123 45 67",
            Fler_nummer="Jour: 090-785 00 00; direkt 0953-140 01",
            Gäller="vardag dagtid",
            Anmärkning="Stängt 12–13; fredag till 15",
            Hör_till_enhet="Hemsjukvården",
            Ägare="Kansliet",
            Källa="X",
            Kontrollerad="2026-01-01",
        )
    )
    assert bad == []
    assert got == DirectoryRow(
        row=2,
        given=frozenset(COLUMNS),
        principal="Malå kommun",
        facts=EntryFacts(
            name="Växel Malå",
            kind=EntryKind.SWITCHBOARD,
            title="Chef",
            department="Växel",
            phones=(
                Phone(PhoneKind.SWITCHBOARD, "0953-140 00"),
                Phone(PhoneKind.EXTENSION, "59090"),
                Phone(PhoneKind.MOBILE, "070-123 45 67"),
                Phone(PhoneKind.ON_CALL, "090-785 00 00"),
                Phone(PhoneKind.DIRECT, "0953-140 01"),
            ),
            hours=Hours(Availability.DAYTIME, None, None, time(15), time(12), time(13)),
            remark="Stängt 12–13; fredag till 15",
            unit="Hemsjukvården",
            owner="Kansliet",
            source="X",
        ),
    )


@pytest.mark.parametrize("column", COLUMNS)
def test_a_patients_number_is_refused_in_any_cell_and_not_repeated(column: str):
    heading = [*COLUMNS]
    cells = dict(zip(heading, row(), strict=True)) | {column: "Tolvan 19121212-1212 bor här"}
    rows, bad = read(list(cells.values()))
    assert rows == []
    assert [one.sentence for one in bad if one.column == column] == [NO_PATIENT]
    assert "1212" not in "".join(map(str, bad))


def test_nor_is_one_read_that_stands_in_both_names_of_a_person():
    rows, bad = read(row(Förnamn="1912 1212", Efternamn="1212"))
    assert (rows, [one.sentence for one in bad]) == ([], [NO_PATIENT])


def test_rows_are_read_one_at_a_time():
    def table():
        yield COLUMNS
        yield row()
        raise AssertionError("read ahead")

    assert next(read_rows(table())).row == 2


def test_blanks_and_line_breaks_become_one_blank_and_letters_are_composed():
    (got,), _ = read(row(Enhet="  Va\u0308xel\tMalå ", Anmärkning="rad ett\r\nrad två\u00a0"))
    assert (got.facts.name, got.facts.remark) == ("Växel Malå", "rad ett rad två")


def test_more_numbers_may_stand_on_lines_of_their_own():
    (got,), _ = read(
        row(Enhet="A", Typ="Person", Fler_nummer="Va\u0308xel 0953-140 00\r\njour 090-785 00 00")
    )
    assert got.facts.phones == (
        Phone(PhoneKind.SWITCHBOARD, "0953-140 00"),
        Phone(PhoneKind.ON_CALL, "090-785 00 00"),
    )


def test_empty_rows_are_passed_over_but_counted():
    rows, bad = read(row(), [""] * 18, [], [" ", "\u00a0"], row(Enhet="Växel B"))
    assert [(r.row, r.facts.name) for r in rows] == [(2, "Växel Malå"), (6, "Växel B")]
    assert bad == []


def test_a_person_is_known_by_name_and_department():
    rows, bad = read(
        row(Enhet="Medicin", Typ="Person", Förnamn="Anna", Efternamn="Ek", Avdelning="A"),
        row(Enhet="Medicin", Typ="Person", Förnamn="Anna", Efternamn="Ek", Avdelning="B"),
        row(Enhet="Medicin", Typ="Person", Förnamn="Bo", Efternamn="Ek"),
        row(Enhet="", Typ="Person", Efternamn="Ek"),
    )
    named = [(r.facts.name, r.facts.department) for r in rows]
    assert named == [("Anna Ek", "Medicin, A"), ("Anna Ek", "Medicin, B"), ("Bo Ek", "Medicin"), ("Ek", "")]
    assert bad == []


def test_times_have_a_column_of_their_own():
    (got,), _ = read(
        row(Gäller="vardag dagtid", Tider="07.30–16.00; lunch 12.00–13.00", Anmärkning="Ring två gånger")
    )
    assert got.facts.hours == Hours(Availability.DAYTIME, time(7, 30), time(16), None, time(12), time(13))
    assert got.facts.remark == "Ring två gånger"


BAD_CELLS = [
    ({"Huvudman": ""}, "Huvudman", "Skriv vilken huvudman kontakten hör till."),
    ({"Enhet": ""}, "Enhet", "Skriv enhetens eller personens namn."),
    ({"Typ": "brevduva"}, "Typ", 'Typen "brevduva" finns inte.'),
    ({"Typ": ""}, "Typ", "Skriv vad det är för kontakt."),
    ({"Telefon": "785 00 00"}, "Telefon", '"785 00 00" går inte att läsa'),
    ({"Telefon": "59090"}, "Telefon", "59090 är en anknytning"),
    ({"Mobiltelefon": "kommer"}, "Mobiltelefon", '"kommer" går inte att läsa'),
    ({"Anknytning": "0123"}, "Anknytning", "tre till fem siffror"),
    ({"Anknytning": "090-785 00 00"}, "Anknytning", "tre till fem siffror"),
    ({"Fler_nummer": "jour 12"}, "Fler nummer", '"12" går inte att läsa'),
    (
        {"Fler_nummer": "090-785 00 00"},
        "Fler nummer",
        "före varje nummer, till exempel jour 090-785 00 00. Det",
    ),
    ({"Fler_nummer": "hem 090-785 00 00"}, "Fler nummer", 'Det står "hem 090-785 00 00"'),
    ({"Fler_nummer": "jour"}, "Fler nummer", "Skriv numret"),
    ({"Fler_nummer": "jour " + "0" * 41}, "Fler nummer", "högst 40 tecken"),
    ({"Telefon": "907850000"}, "Telefon", "Nollan först har fallit bort. Formatera kolumnen som text."),
    ({"Telefon": "95314000"}, "Telefon", "Nollan först har fallit bort."),
    ({"Mobiltelefon": "70-123 45 67"}, "Mobiltelefon", "Nollan först har fallit bort."),
    ({"Fler_nummer": "jour 907850000"}, "Fler nummer", "Nollan först har fallit bort."),
    ({"Telefon": "9,07E+08"}, "Telefon", "Numret har blivit 9,07E+08. Formatera kolumnen som text"),
    ({"Telefon": "9.0785E+08"}, "Telefon", "Numret har blivit 9.0785E+08."),
    ({"Telefon": "########"}, "Telefon", "Kolumnen var för smal"),
    ({"Källa": "####"}, "Källa", "Kolumnen var för smal"),
    ({"Källa": "#SAKNAS!"}, "Källa", "Cellen visar felet #SAKNAS!"),
    ({"Titel": "#N/A"}, "Titel", "Cellen visar felet #N/A"),
    ({"Titel": "Che\x00f"}, "Titel", "styrtecken"),
    ({"Enhet": "Växel \x1b[31m"}, "Enhet", "styrtecken"),
    ({"Ägare": "a\u202eb"}, "Ägare", "styrtecken"),
    ({"Enhet": "V\ufffdxel"}, "Enhet", "Ett tecken har gått förlorat"),
    ({"Huvudman": "V\ufffdxel"}, "Huvudman", "Ett tecken har gått förlorat"),
    ({"Gäller": "ibland"}, "Gäller", "dygnet runt"),
    ({"Gäller": "vardag dagtid", "Tider": "när vi hinner"}, "Tider", "när vi hinner"),
    (
        {"Typ": "Person", "Förnamn": "a" * 100, "Efternamn": "b" * 100},
        "Efternamn",
        "högst 200 tecken tillsammans",
    ),
]


@pytest.mark.parametrize(("cells", "column", "words"), BAD_CELLS)
def test_a_bad_cell_is_told_with_row_and_column(cells, column, words):
    rows, (bad,) = read(row(Enhet="Bra rad"), row(**cells))
    assert [r.facts.name for r in rows] == ["Bra rad"]
    assert (bad.row, bad.column) == (3, column)
    assert words in bad.sentence
    assert str(bad).startswith(f"rad 3, {column}: ")


@pytest.mark.parametrize("column", COLUMNS)
def test_no_cell_may_be_longer_than_its_column_and_the_limit_is_told(column):
    long = row()
    long[COLUMNS.index(column)] = "x" * (LONGEST[column] + 1)
    rows, (bad,) = read(long)
    assert rows == []
    assert bad == BadRow(
        2, column, f"Texten har {LONGEST[column] + 1} tecken, högst {LONGEST[column]} får plats."
    )


@pytest.mark.parametrize(
    "column", ["Huvudman", "Enhet", "Förnamn", "Titel", "Avdelning", "Anmärkning", "Källa", "Ägare"]
)
def test_a_cell_may_be_as_long_as_its_column(column):
    full = row()
    full[COLUMNS.index(column)] = "x" * LONGEST[column]
    rows, bad = read(full)
    assert (len(rows), bad) == (1, [])


def test_no_column_is_longer_than_the_model_holds():
    from contacts.models import DirectoryEntry, Principal, Unit

    of = {
        "Förnamn": "first_name",
        "Efternamn": "last_name",
        "Titel": "title",
        "Avdelning": "department",
        "Anmärkning": "remark",
        "Ägare": "owner",
        "Källa": "source",
        "Enhet": "name",
    }
    for column, field in of.items():
        assert LONGEST[column] == DirectoryEntry._meta.get_field(field).max_length
    assert LONGEST["Huvudman"] == Principal._meta.get_field("name").max_length
    assert LONGEST["Hör till enhet"] == Unit._meta.get_field("name").max_length


def test_all_that_is_wrong_with_a_row_is_told_at_once():
    _, bad = read(row(Typ="fel", Telefon="fel", Gäller="fel"))
    assert [b.column for b in bad] == ["Typ", "Telefon", "Gäller"]


def test_the_same_entry_twice_is_told():
    rows, (bad,) = read(row(), row(Telefon="0953-140 00"))
    assert [r.row for r in rows] == [2]
    assert bad == BadRow(3, "Enhet", "Växel Malå står redan på rad 2.")


def test_a_row_with_too_few_fields_is_told():
    _, (bad,) = read(["Malå kommun", "Växel Malå", "växel"])
    assert str(bad) == "rad 2: Raden har 3 fält, den ska ha 18."


def test_a_text_under_no_heading_is_told_and_an_empty_cell_there_is_not():
    rows, bad = read([*row(), ""], [*row(Enhet="B"), "", "vilse"])
    assert [r.row for r in rows] == [2]
    assert bad == [BadRow(3, "", 'Kolumn T har text men ingen rubrik: "vilse".')]
    _, (bad,) = read(["Malå kommun", "lös", "A", "växel"], heading=["Huvudman", "", "Enhet", "Typ"])
    assert str(bad) == 'rad 2: Kolumn B har text men ingen rubrik: "lös".'


# What is given


def test_three_columns_are_enough_and_what_is_absent_says_nothing():
    (got,), bad = read(["Växel", "Malå kommun", "A"], heading=["Typ", "Huvudman", "Enhet"])
    assert bad == []
    assert got.given == {"Typ", "Huvudman", "Enhet"}
    assert (got.numbers_given, got.hours_given, got.times_given) == (False, False, False)
    assert (got.facts.phones, got.facts.hours) == ((), Hours(Availability.UNKNOWN))
    assert (got.facts.remark, got.facts.unit) == ("", "")


@pytest.mark.parametrize("column", ["Telefon", "Anknytning", "Mobiltelefon", "Fler nummer"])
def test_any_number_column_gives_the_numbers(column):
    (got,), _ = read(["Malå kommun", "A", "Växel", ""], heading=["Huvudman", "Enhet", "Typ", column])
    assert (got.numbers_given, got.facts.phones) == (True, ())


@pytest.mark.parametrize(
    ("more", "hours", "times"),
    [
        (["Gäller"], True, False),
        (["Gäller", "Tider"], True, True),
        (["Gäller", "Anmärkning"], True, True),
        (["Anmärkning"], False, False),
    ],
)
def test_hours_and_clock_times_are_given_apart(more, hours, times):
    heading = ["Huvudman", "Enhet", "Typ", *more]
    (got,), _ = read(["Malå kommun", "A", "Växel", *[""] * len(more)], heading=heading)
    assert (got.hours_given, got.times_given) == (hours, times)


# The real file, and back again


def own_rows():
    heading, *rows = read_table(OWN_FILE.read_bytes())
    return read(*rows, heading=heading)


def test_the_products_own_file_is_whole_and_names_only_the_countys_principals():
    rows, bad = own_rows()
    assert bad == []
    assert len(rows) == 20
    assert {r.principal for r in rows} == {known.name for known in (REGION, *MUNICIPALITIES)}
    by_name = {r.facts.name: r for r in rows}
    assert by_name["Region Västerbottens växel"].facts.phones == (
        Phone(PhoneKind.SWITCHBOARD, "090-785 00 00"),
    )
    assert by_name["Servicedesk"].facts.phones == (Phone(PhoneKind.EXTENSION, "59090"),)
    assert by_name["Bjurholms hälsocentral"].facts.phones == ()
    mala = by_name["Växel Malå"]
    assert mala.facts.phones == (Phone(PhoneKind.SWITCHBOARD, "0953-140 00"),)
    assert mala.facts.hours == Hours(Availability.DAYTIME, None, None, time(15), time(12), time(13))
    assert by_name["Hemsjukvård Nordmaling kväll/helg"].facts.hours == Hours(Availability.EVENING_WEEKEND)
    assert sum(bool(r.facts.phones) for r in rows) == 12


def test_every_own_row_comes_back_from_its_cells():
    for got in own_rows()[0]:
        (again,) = read_rows([COLUMNS, cells_of(got.facts, got.principal, checked="2026-01-01")])
        assert again == replace(got, row=2, given=frozenset(COLUMNS))


FACTS = EntryFacts(
    name="Anna Ek",
    kind=EntryKind.PERSON,
    first_name="Anna",
    last_name="Ek",
    title="Chef",
    department="Medicin",
    phones=(Phone(PhoneKind.MOBILE, "070-123 45 67"), Phone(PhoneKind.ON_CALL, "090-785 00 00")),
    hours=Hours(Availability.ALWAYS),
    remark="Ring",
    unit="Avd 3",
    owner="Kansliet",
    source="Rutin",
)
DAY = Span(time(8), time(16, 30))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"department": ""},
        {"first_name": "", "name": "Ek"},
        {"name": "Avd 3", "first_name": "", "last_name": "", "department": ""},
        {"phones": ()},
        {"hours": Hours(Availability.UNKNOWN)},
        {"hours": Hours(Availability.DAYTIME), "remark": "lunchstängt 12–13"},
        {"hours": Hours(Availability.OWN_HOURS, days=(DAY, None, DAY, None, DAY, None, None, DAY))},
        {"hours": Hours(Availability.DAYTIME, summer=Summer("06-15", "08-15", time(8), time(12)))},
    ],
)
def test_an_entry_comes_back_from_its_cells(change):
    facts = replace(FACTS, **change)
    row = DirectoryRow(row=2, given=frozenset(COLUMNS), principal="Malå kommun", facts=facts)
    assert list(read_rows([COLUMNS, cells_of(facts, "Malå kommun")])) == [row]


def test_the_hours_of_a_remark_are_not_read_where_there_is_a_column_for_them():
    assert read_hours("vardag dagtid", "lunchstängt 12–13", "08–16") == Hours(
        Availability.DAYTIME, time(8), time(16)
    )


@pytest.mark.clause("R1.1")
def test_the_principals_and_their_support():
    assert (REGION.support_name, REGION.support_number) == ("Servicedesk", "59090")
    names = (
        "Bjurholm, Dorotea, Lycksele, Malå, Nordmaling, Norsjö, Robertsfors, Skellefteå, Sorsele, Storuman, Umeå, "
        "Vilhelmina, Vindeln, Vännäs, Åsele"
    )
    assert ", ".join(m.short_name for m in MUNICIPALITIES) == names
    for municipality in MUNICIPALITIES:
        assert municipality.name.removesuffix(" kommun") in (
            municipality.short_name,
            f"{municipality.short_name}s",
        )
        assert municipality.support_number == ""
