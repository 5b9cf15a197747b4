"""What a file lacks it takes from nobody: columns, kinds, hours, and the rows of it that are not read."""

import pytest
from django.test import Client

from contacts.models import DirectoryEntry
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from contacts.rules.hours_text import hours_words
from contacts.rules.phone import Phone, PhoneKind
from tests.factories import County, make_entry
from tests.integration.contacts.importing import choose, confirm, groups, page_of, upload, words
from tests.integration.contacts.ugly_files import text, workbook

pytestmark = pytest.mark.django_db

DIRECT, MOBILE, ON_CALL = "0953-140 10", "070-174 06 01", "070-174 06 05"


@pytest.fixture(autouse=True)
def _empty(county: County) -> None:
    DirectoryEntry.objects.filter(principal=county.mala).delete()


def kitchen(county: County, *more: Phone, kind: EntryKind = EntryKind.OTHER) -> DirectoryEntry:
    entry = make_entry(county.mala, "Köket", kind=kind)
    own = PhoneKind.SWITCHBOARD if kind is EntryKind.SWITCHBOARD else PhoneKind.DIRECT
    entry.phones = [
        Phone(own, DIRECT), Phone(PhoneKind.MOBILE, MOBILE), Phone(PhoneKind.ON_CALL, ON_CALL), *more
    ]  # fmt: skip
    entry.save()
    return entry


def previewed(client: Client, county: County, *lines: str):
    page = page_of(upload(client, county.mala_admin, text(*lines)))
    return page_of(choose(client, page)) if page.select(".import-choices") else page


def brought_in(client: Client, county: County, *lines: str, **more: str) -> None:
    page = page_of(confirm(client, previewed(client, county, *lines), **more))
    assert "Inläst" in words(page) or "Läst in" in words(page), words(page)[:300]


def numbers(name: str = "Köket") -> list[tuple[str, str]]:
    return [(phone.kind.value, phone.number) for phone in DirectoryEntry.objects.get(name=name).phones]


NEW = "0953-140 99"
ALL = [("direct", DIRECT), ("mobile", MOBILE), ("on_call", ON_CALL)]


@pytest.mark.parametrize(
    ("lines", "now"),
    [
        pytest.param(
            ("Huvudman;Enhet;Typ;Telefon", f"Malå kommun;Köket;annan;{NEW}"),
            [("direct", NEW), *ALL[1:]],
            id="our own format",
        ),
        pytest.param(("Enhet;Telefon", f"Köket;{NEW}"), [("direct", NEW), *ALL[1:]], id="another"),
        pytest.param(
            ("Enhet;Mobil", "Köket;070-174 06 09"),
            [ALL[0], ("mobile", "070-174 06 09"), ALL[2]],
            id="a mobile number alone",
        ),
        pytest.param(
            ("Enhet;Telefon;Jour", f"Köket;{NEW};070-174 06 08"),
            [("direct", NEW), ALL[1], ("on_call", "070-174 06 08")],
            id="the jour of a column for it",
        ),
        pytest.param(
            ("Enhet;Telefon", f"Köket;{NEW} / 0953-140 98"),
            [("direct", NEW), ALL[1], ("direct", "0953-140 98"), ALL[2]],
            id="two in one cell",
        ),
        pytest.param(
            ("Huvudman;Enhet;Typ;Telefon;Fler nummer", f"Malå kommun;Köket;annan;{NEW};"),
            [("direct", NEW), ALL[1]],
            id="a column that is there and empty takes",
        ),
        pytest.param(
            ("Huvudman;Enhet;Typ;Telefon;Mobiltelefon", f"Malå kommun;Köket;annan;{NEW};{ON_CALL}"),
            [("direct", NEW), ("mobile", ON_CALL)],
            id="one that stands in another column is not there twice",
        ),
    ],
)
def test_a_column_of_numbers_that_is_left_out_leaves_what_is_there(
    client: Client, county: County, lines: tuple[str, ...], now: list[tuple[str, str]]
):
    kitchen(county)
    brought_in(client, county, *lines)
    assert sorted(numbers()) == sorted(now)


def test_the_same_number_without_the_other_columns_changes_nothing(client: Client, county: County):
    kitchen(county)
    for lines in (("Enhet;Telefon", f"Köket;{DIRECT}"), ("Enhet;Jour", f"Köket;{ON_CALL}")):
        assert groups(previewed(client, county, *lines)) == {"Oförändrade": 1}


@pytest.mark.parametrize("kind", list(EntryKind))
def test_a_file_that_says_no_kind_changes_none(client: Client, county: County, kind: EntryKind):
    if kind is EntryKind.PERSON:
        return
    kitchen(county, kind=kind)
    before = numbers()
    assert groups(previewed(client, county, "Enhet;Telefon", f"Köket;{DIRECT}")) == {"Oförändrade": 1}
    brought_in(client, county, "Enhet;Telefon", f"Köket;{NEW}")
    entry = DirectoryEntry.objects.get(name="Köket")
    assert (entry.kind, numbers()) == (kind, [(before[0][0], NEW), *before[1:]])


def test_a_row_without_a_name_in_a_list_of_people_is_no_person(client: Client, county: County):
    make_entry(county.mala, "Köket", DIRECT, kind=EntryKind.WARD)
    head = "Enhet;Namn;Titel;Telefon"
    people = ("Köket;Eva Påhittad;Chef;0953-140 11", "Köket;Bo Påhittad;Kock;0953-140 12")
    brought_in(client, county, head, f"Köket;;;{NEW}", "Boden;;;0953-140 13", *people)
    kinds = dict(DirectoryEntry.objects.values_list("name", "kind"))
    assert (kinds["Köket"], kinds["Boden"], kinds["Eva Påhittad"]) == ("ward", "other", "person")
    assert numbers() == [("direct", NEW)]


def test_words_for_hours_that_are_not_understood_leave_those_that_are_known(client: Client, county: County):
    make_entry(county.mala, "Köket", DIRECT, availability=Availability.EVENING_WEEKEND)
    brought_in(
        client, county, "Enhet;Telefon;Öppettider", f"Köket;{NEW};se webben", "Boden;0953-140 13;dagtid"
    )
    entry = DirectoryEntry.objects.get(name="Köket")
    assert hours_words(entry.hours) == "Kväll och helg"
    assert "se webben" in entry.remark


MISSING = "saknas i filen"


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(("Enhet;Telefon;Övrigt", "Köket;0953-140 10;", "Boden;;"), id="a row with a name alone"),
        pytest.param(
            (
                "Enhet;Telefon;;",
                "Boden;0953-140 11;;",
                ";;;",
                "Enhet;Telefon;Öppet;Övrigt",
                "Köket;0953-140 10;8-16;",
            ),
            id="a list above the headings",
        ),
        pytest.param(
            (
                "Enhet;Tel;;Enhet;Tel",
                "Köket;0953-140 10;;Boden;0953-140 11",
                "Cafet;0953-140 12;;Dagen;0953-140 13",
            ),
            id="a list beside",
        ),
    ],
)
def test_what_stands_in_the_file_and_is_not_read_is_not_missing(
    client: Client, county: County, lines: tuple[str, ...]
):
    make_entry(county.mala, "Köket", "0953-140 10")
    make_entry(county.mala, "Boden", "0953-140 11")
    make_entry(county.mala, "Gamla huset", "0953-140 19")
    page = previewed(client, county, *lines)
    assert groups(page)["Saknas i filen"] == 1
    page_of(confirm(client, page, retire_missing="on"))
    gone = DirectoryEntry.objects.exclude(retired_at=None).values_list("name", flat=True)
    assert list(gone) == ["Gamla huset"]
    assert numbers("Boden") == [("direct", "0953-140 11")]


def test_rows_above_and_a_list_beside_are_named_as_not_read(client: Client, county: County):
    above = text(
        "Enhet;Telefon;;",
        "Boden;0953-140 11;;",
        ";;;",
        "Enhet;Telefon;Öppet;Övrigt",
        "Köket;0953-140 10;8-16;",
    )
    page = page_of(upload(client, county.mala_admin, above))
    assert "Rader ovanför rubrikerna, de läses inte: 1, 2." in words(page)
    beside = text("Enhet;Tel;;Enhet;Tel", "Köket;0953-140 10;;Boden;0953-140 11")
    page = page_of(upload(client, county.mala_admin, beside))
    assert "En lista till börjar i kolumn D, den läses inte. Lägg den under den första." in words(page)
    titled = text("Telefonlista Malå;;", "Enhet;Telefon;Övrigt", "Köket;0953-140 10;x", "Boden;0953-140 11;")
    page = page_of(upload(client, county.mala_admin, titled))
    assert "ovanför rubrikerna" not in words(page)


@pytest.mark.parametrize(
    ("content", "asked"),
    [
        pytest.param(
            text("Kommun;Enhet;Telefon", "Norsjö;Villan;0918-140 10", ";Huset;0918-140 11"),
            "v0_",
            id="blocks",
        ),
        pytest.param(
            text("Enhet;Telefon;Övrigt", "NORSJÖ KOMMUN;;", "Villan;0918-140 10;x", "Huset;0918-140 11;x"),
            "s0_principal",
            id="a row with its name",
        ),
        pytest.param(
            text("Enhet;Telefon", "NORSJÖ KOMMUN;", "Villan;0918-140 10", "Huset;0918-140 11"),
            "s0_principal",
            id="a row with its name in a list of two columns",
        ),
    ],
)
def test_whose_rows_are_is_asked_where_the_file_names_another_principal(
    client: Client, county: County, content: bytes, asked: str
):
    page = page_of(upload(client, county.mala_admin, content))
    field = page.main.find("select", {"name": asked})
    assert field.find("option", selected=True) is None or not field.find("option", selected=True)["value"]
    assert len(page.main.find_all("select", {"name": ["v0_", "s0_principal"]})) == 1
    refused = page_of(choose(client, page))
    told = ("Skriv vilken huvudman kontakten hör till.", "Välj vilken huvudman raderna hör till.")
    assert any(sentence in words(refused) for sentence in told)
    assert not DirectoryEntry.objects.filter(name="Huset").exists()
    shown = page_of(choose(client, page, **{asked: "Norsjö kommun"}))
    assert groups(shown) == {"Andra huvudmäns": 2}


def test_a_sheet_named_after_a_principal_is_of_that_one(client: Client, county: County):
    book = workbook(("Norsjö", [["Enhet", "Telefon"], ["Villan", "0918-140 10"], ["Huset", "0918-140 11"]]))
    page = page_of(choose(client, page_of(upload(client, county.mala_admin, book))))
    assert groups(page) == {"Andra huvudmäns": 2}


def test_that_the_main_switchboard_is_among_the_missing_is_said_before(client: Client, county: County):
    main = make_entry(county.mala, "Växel Malå", "0953-140 00", kind=EntryKind.SWITCHBOARD)
    make_entry(county.mala, "Köket", DIRECT)
    told = "Er huvudväxel Växel Malå saknas i filen, och avförs med de andra om du väljer det."
    assert told not in words(previewed(client, county, "Enhet;Telefon", f"Köket;{NEW}"))
    county.mala.main_switchboard = main
    county.mala.save()
    assert told in words(previewed(client, county, "Enhet;Telefon", f"Köket;{NEW}"))
    assert told not in words(
        previewed(client, county, "Enhet;Telefon", f"Köket;{NEW}", "Växel Malå;0953-140 00")
    )
