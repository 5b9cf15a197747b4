"""The directory file: what is read from it, and how what is wrong with it is told."""

from datetime import time
from pathlib import Path

import pytest

from contacts.rules.availability import Availability, Hours
from contacts.rules.directory_file import COLUMNS, BadRow, read_file
from contacts.rules.principals import MUNICIPALITIES, REGION

KINDS = {"Växel": "switchboard", "IT-support": "support", "Person": "person", "Hälsocentral": "health_centre"}
OWN_FILE = Path(__file__).parents[3] / "contacts" / "data" / "katalog-vasterbotten.csv"


def file(*rows: str, heading: str = ";".join(COLUMNS)) -> bytes:
    return "\r\n".join([heading, *rows, ""]).encode("utf-8-sig")


def row(**cells: str) -> str:
    usual = {"Huvudman": "Malå kommun", "Enhet": "Växel Malå", "Typ": "växel"}
    return ";".join((usual | cells).get(column, "") for column in COLUMNS)


def test_reads_a_quoted_row_with_everything():
    rows, bad = read_file(
        file(
            row(
                Telefon="0953-140 00",
                Gäller="vardag dagtid",
                Anmärkning='"Stängt 12–13; fredag till 15"',
                Källa="X",
            )
        ),
        KINDS,
    )
    assert bad == []
    (read,) = rows
    assert (read.row, read.principal, read.name, read.kind) == (2, "Malå kommun", "Växel Malå", "switchboard")
    assert (read.phone, read.source, read.remark) == ("0953-140 00", "X", "Stängt 12–13; fredag till 15")
    assert read.hours == Hours(Availability.DAYTIME, None, None, time(15), time(12), time(13))


def test_a_line_break_inside_quotes_is_one_row_and_becomes_a_blank():
    rows, bad = read_file(file(row(Anmärkning='"rad ett\r\nrad två"'), row(Enhet="B", Typ="fel")), KINDS)
    assert [r.remark for r in rows] == ["rad ett rad två"]
    assert [b.row for b in bad] == [3]


def test_without_a_bom_and_with_empty_rows():
    content = file(row(), ";" * 13, "", row(Enhet="Växel B"))[3:]
    rows, bad = read_file(content, KINDS)
    assert [(r.row, r.name) for r in rows] == [(2, "Växel Malå"), (5, "Växel B")]
    assert bad == []


def test_a_person_is_known_by_name_and_department():
    rows, bad = read_file(
        file(
            row(Enhet="Medicin", Typ="Person", Förnamn="Anna", Efternamn="Ek", Avdelning="A"),
            row(Enhet="Medicin", Typ="Person", Förnamn="Anna", Efternamn="Ek", Avdelning="B"),
            row(Enhet="Medicin", Typ="Person", Förnamn="Bo", Efternamn="Ek"),
        ),
        KINDS,
    )
    assert [(r.name, r.department) for r in rows] == [
        ("Anna Ek", "A"),
        ("Anna Ek", "B"),
        ("Bo Ek", "Medicin"),
    ]
    assert bad == []


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"Huvudman": ""}, "Huvudman", "vilken huvudman"),
        ({"Enhet": ""}, "Enhet", "namn"),
        ({"Typ": "brevduva"}, "Typ", "brevduva"),
        ({"Telefon": "785 00 00"}, "Telefon", "785 00 00"),
        ({"Mobiltelefon": "kommer"}, "Mobiltelefon", "kommer"),
        ({"Anknytning": "0123"}, "Anknytning", "tre till fem siffror"),
        ({"Anknytning": "090-785 00 00"}, "Anknytning", "tre till fem siffror"),
        ({"Gäller": "ibland"}, "Gäller", "dygnet runt"),
        ({"Gäller": "vardag dagtid", "Anmärkning": "Stängt 12–30"}, "Anmärkning", "30.00"),
    ],
)
def test_a_bad_cell_is_told_with_row_and_column(cells, column, words):
    rows, (bad,) = read_file(file(row(Enhet="Bra rad"), row(**cells)), KINDS)
    assert [r.name for r in rows] == ["Bra rad"]
    assert (bad.row, bad.column) == (3, column)
    assert words in bad.sentence
    assert str(bad).startswith(f"rad 3, {column}: ")


def test_all_that_is_wrong_with_a_row_is_told_at_once():
    _, bad = read_file(file(row(Typ="fel", Telefon="fel", Gäller="fel")), KINDS)
    assert [b.column for b in bad] == ["Typ", "Telefon", "Gäller"]


def test_the_same_entry_twice_is_told():
    _, (bad,) = read_file(file(row(), row(Telefon="0953-140 00")), KINDS)
    assert bad == BadRow(3, "Enhet", "Växel Malå står redan på rad 2.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Huvudman;Enhet\r\n", "Rubrikraden"),
        (b"", "Rubrikraden"),
        (file(row(), heading=";".join(reversed(COLUMNS))), "Rubrikraden"),
        ("Växel".encode("cp1252"), "UTF-8"),
        (file(row(Enhet='"aldrig slut')), "citattecken"),
    ],
)
def test_what_is_no_directory_file_is_refused_in_one_sentence(content, words):
    rows, (bad,) = read_file(content, KINDS)
    assert rows == []
    assert bad.row == 1
    assert words in bad.sentence


def test_a_row_with_too_few_fields_is_told():
    _, (bad,) = read_file(file("Malå kommun;Växel Malå;växel"), KINDS)
    assert str(bad) == "rad 2: Raden har 3 fält, den ska ha 14."


def test_the_products_own_file_is_whole_and_names_only_the_countys_principals():
    from contacts.models import EntryKind

    rows, bad = read_file(OWN_FILE.read_bytes(), {label: value for value, label in EntryKind.choices})
    assert bad == []
    assert len(rows) == 20
    assert {r.principal for r in rows} == {known.name for known in (REGION, *MUNICIPALITIES)}


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
