"""The heading and the number columns of the directory file."""

import itertools
import random

import pytest

from contacts.filing.book import letter
from contacts.filing.columns import (
    COLUMNS,
    NUMBER_COLUMNS,
    REQUIRED,
    Heading,
    columns_of,
    normal_order,
    read_heading,
    split_more_numbers,
)
from contacts.filing.rows import read_rows
from contacts.filing.safety import neutralise, restore
from contacts.rules.file_rows import BadRow, quoted
from contacts.rules.phone import Phone, PhoneKind

OLD_FOURTEEN = [
    *("Huvudman", "Enhet", "Typ", "Förnamn", "Efternamn", "Titel", "Avdelning", "Telefon", "Anknytning"),
    *("Mobiltelefon", "Gäller", "Anmärkning", "Källa", "Kontrollerad"),
]
UNKNOWN = "Rubriken finns inte. Rätta den eller ta bort kolumnen."
NO_HEADING = BadRow(1, "", "Första raden ska ha rubriker. Rubrikerna Huvudman, Enhet och Typ måste finnas.")


def test_the_fourteen_columns_of_the_first_file_are_read_in_any_order():
    for order in (OLD_FOURTEEN, OLD_FOURTEEN[::-1], sorted(OLD_FOURTEEN)):
        heading = read_heading(order)
        assert heading == Heading(tuple(order))
        assert set(heading.places) == set(OLD_FOURTEEN)


def test_all_columns_are_known():
    assert read_heading(COLUMNS).places == COLUMNS


@pytest.mark.parametrize(
    ("typed", "column"),
    [
        ("FÖRNAMN", "Förnamn"),
        ("fornamn", "Förnamn"),
        ("  Mobil telefon ", "Mobiltelefon"),
        ("Fo\u0308rnamn", "Förnamn"),
        ("hör-till enhet", "Hör till enhet"),
        ("Fler\nnummer", "Fler nummer"),
        ("galler", "Gäller"),
    ],
)
def test_a_heading_is_forgiven_case_accents_and_blanks(typed, column):
    assert read_heading([*REQUIRED, typed]) == Heading((*REQUIRED, column))


@pytest.mark.parametrize(
    ("cells", "bad"),
    [
        ([*REQUIRED, "Skostorlek"], [BadRow(1, "Skostorlek", UNKNOWN)]),
        ([*REQUIRED, "–"], [BadRow(1, "–", UNKNOWN)]),
        ([*REQUIRED, "TYP"], [BadRow(1, "TYP", "Rubriken står två gånger. Ta bort den ena kolumnen.")]),
        (["Enhet"], [BadRow(1, "Huvudman", "Kolumnen saknas."), BadRow(1, "Typ", "Kolumnen saknas.")]),
        ([*REQUIRED, "Tider"], [BadRow(1, "Tider", "Kolumnen Tider kräver kolumnen Gäller.")]),
        ([], [NO_HEADING]),
        (["Namn", "Nummer"], [NO_HEADING]),
    ],
)
def test_a_wrong_heading_is_told_and_no_row_is_read(cells, bad):
    assert read_heading(cells) == bad
    assert list(read_rows([cells, ["Malå kommun", "A", "Växel", "x"]])) == bad


def test_a_place_without_a_heading_is_no_fault_of_the_heading():
    assert read_heading(["Huvudman", "", "Enhet", " ", "Typ", ""]) == Heading(
        ("Huvudman", "", "Enhet", "", "Typ", "")
    )


def test_columns_have_the_letters_of_a_spreadsheet():
    assert [letter(n) for n in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_a_quote_is_one_short_line():
    assert quoted("a\nb") == '"a b"'
    assert quoted("x" * 200) == f'"{"x" * 40}…"'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("jour 090-785 00 00", [(PhoneKind.ON_CALL, "090-785 00 00")]),
        ("JOUR: 090-785 00 00;", [(PhoneKind.ON_CALL, "090-785 00 00")]),
        (
            "vaxel 0953-140 00, mobil 070-1\nankn. 59090",
            [
                (PhoneKind.SWITCHBOARD, "0953-140 00"),
                (PhoneKind.MOBILE, "070-1"),
                (PhoneKind.EXTENSION, "59090"),
            ],
        ),
        ("direkt +46 90 785 00 00", [(PhoneKind.DIRECT, "+46 90 785 00 00")]),
        ("direkt 090-785 00 00 ankn 59090", [(PhoneKind.DIRECT, "090-785 00 00 ankn 59090")]),
        ("090-785 00 00", [(None, "090-785 00 00")]),
        ("hemma 090", [(None, "hemma 090")]),
        (" ;; ", []),
    ],
)
def test_more_numbers_are_read_with_their_kinds(text, found):
    assert split_more_numbers(text) == found


POOL = {
    PhoneKind.DIRECT: ["090-785 00 00", "090-16 10 00"],
    PhoneKind.SWITCHBOARD: ["0953-140 00", "0910-73 50 00"],
    PhoneKind.EXTENSION: ["59090", "59091"],
    PhoneKind.MOBILE: ["070-123 45 67", "070-123 45 68"],
    PhoneKind.ON_CALL: ["1177", "+47 22 22 55 55"],
}
ALL_PHONES = [Phone(kind, number) for kind, numbers in POOL.items() for number in numbers]


def number_lists():
    yield from ([list(few) for n in range(4) for few in itertools.permutations(ALL_PHONES, n)])
    chance = random.Random(3)
    yield from (chance.sample(ALL_PHONES, 7) for _ in range(50))


def naive_order(numbers, is_switchboard):
    """The same order by sorting: the first of its kind goes before what is not, by its column's place."""
    kinds = [
        PhoneKind.SWITCHBOARD if is_switchboard else PhoneKind.DIRECT,
        PhoneKind.EXTENSION,
        PhoneKind.MOBILE,
    ]
    seen_before = [[p.kind for p in numbers[:i]] for i in range(len(numbers))]
    ranked = [
        (kinds.index(p.kind) if p.kind in kinds and p.kind not in seen else 3, i, p)
        for i, (p, seen) in enumerate(zip(numbers, seen_before, strict=True))
    ]
    return tuple(p for _, _, p in sorted(ranked, key=lambda r: r[:2]))


@pytest.mark.parametrize("is_switchboard", [True, False])
def test_numbers_come_back_from_their_columns_in_the_normal_order(is_switchboard):
    heading = [*REQUIRED, *NUMBER_COLUMNS]
    label = "Växel" if is_switchboard else "Annan"
    lists = list(number_lists())
    expected = [naive_order(numbers, is_switchboard) for numbers in lists]
    assert [normal_order(numbers, is_switchboard=is_switchboard) for numbers in lists] == expected
    rows = []
    for i, numbers in enumerate(lists):
        cells = columns_of(numbers, is_switchboard)
        assert tuple(cells) == NUMBER_COLUMNS
        rows.append(["Malå kommun", f"E{i}", label, *cells.values()])
    assert [got.facts.phones for got in read_rows([heading, *rows])] == expected


def test_what_each_number_column_holds():
    numbers = [
        Phone(PhoneKind.ON_CALL, "1177"),
        Phone(PhoneKind.DIRECT, "090-785 00 00"),
        Phone(PhoneKind.DIRECT, "090-16 10 00"),
        Phone(PhoneKind.SWITCHBOARD, "0953-140 00"),
        Phone(PhoneKind.EXTENSION, "59090"),
    ]
    more = "jour 1177; direkt 090-16 10 00; växel 0953-140 00"
    assert list(columns_of(numbers, False).values()) == ["090-785 00 00", "59090", "", more]
    more = "jour 1177; direkt 090-785 00 00; direkt 090-16 10 00"
    assert list(columns_of(numbers, True).values()) == ["0953-140 00", "59090", "", more]


def test_the_same_number_of_the_same_kind_is_given_once():
    numbers = [
        Phone(PhoneKind.DIRECT, "090-785 00 00"),
        Phone(PhoneKind.DIRECT, "+46 90 785 00 00"),
        Phone(PhoneKind.ON_CALL, "090-785 00 00"),
    ]
    assert normal_order(numbers, is_switchboard=False) == (numbers[0], numbers[2])


# Formulas


ALPHABET = ["'", "=", "+", "-", "@", "\t", "\r", "\n", " ", "\u00a0", "\u200b", "＝", "a", "1"]


def test_every_short_cell_comes_back_and_none_can_be_run():
    for length in range(5):
        for letters in itertools.product(ALPHABET, repeat=length):
            cell = "".join(letters)
            safe = neutralise(cell)
            assert restore(safe) == cell
            # A spreadsheet skips what it does not show, then looks at one character.
            seen = safe.lstrip(" \n\u00a0\u200b")
            assert not seen or seen[0] not in "=+-@\t\r＝"


@pytest.mark.parametrize("cell", ["Växel", "090-785 00 00", "'59090", "''citat''", "O'Hara", "a=b", ""])
def test_what_no_spreadsheet_runs_is_left_alone(cell):
    assert neutralise(cell) == restore(cell) == cell


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+46 90 785 00 00",
        "-5",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "'=1",
        "''=1",
    ],
)
def test_what_a_spreadsheet_might_run_gets_an_apostrophe(cell):
    assert neutralise(cell) == f"'{cell}"
    assert restore(f"'{cell}") == cell
