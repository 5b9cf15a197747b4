"""Who keeps a person, codes however they are typed, and the rows of a staff list."""

from datetime import timedelta
from itertools import product

import pytest

from contacts.models import Membership
from contacts.rules.file_rows import BadRow
from contacts.rules.login_codes import ALPHABET, LENGTH, CodeKind, code_of, grouped_code, tidy_code
from contacts.rules.people import Assigned, PersonFacts, keeper_of
from contacts.rules.permissions import Role
from contacts.rules.staff_file import COLUMNS, MOST_ROWS, StaffRow, cells_of, read_staff

HEAD = list(COLUMNS)
FACTS = PersonFacts("nina.ek", "Nina", "Ek", "nina@exempel.se", "SE2321000222-AB12")
ROW = cells_of(FACTS, "Medicin 2", Role.STAFF, "sjuksköterska")


def test_a_code_has_sixty_bits_and_no_letter_that_is_read_as_another():
    assert len(ALPHABET) ** LENGTH > 2**60
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert not set(ALPHABET) & set("01OILUV")
    assert [pair for pair in ("2Z", "5S", "6G", "8B") if set(pair) <= set(ALPHABET)] == []


@pytest.mark.parametrize(
    "typed", ["{}", " {} ", "{0}".lower()], ids=["as it is", "with spaces", "in small letters"]
)
def test_a_code_is_the_same_however_it_is_typed(typed: str):
    code = code_of(range(LENGTH))
    for shown in (code, grouped_code(code), grouped_code(code).replace("-", " "), grouped_code(code).lower()):
        assert tidy_code(typed.format(shown)) == code
    assert tidy_code("bgsz") == "8652"


def test_a_code_lasts_a_week_the_first_time_and_a_day_after_that():
    assert [kind.lasts for kind in CodeKind] == [timedelta(days=7), timedelta(hours=24)]


def test_who_keeps_a_person_is_the_first_that_has_them_still():
    for each in product([Assigned(p, f) for p, f in product((1, 2), (True, False))], repeat=3):
        first = next((one for one in each if one.in_force), each[0])
        assert keeper_of(each) == first.principal
    assert keeper_of(()) is None


def test_a_row_that_was_written_is_read_back():
    rows, bad = read_staff([HEAD, ROW, ["", " "]])
    assert bad == []
    assert rows == [StaffRow(2, FACTS, "Medicin 2", Role.STAFF, "sjuksköterska", ends=False)]


@pytest.mark.parametrize(
    ("column", "typed", "said"),
    [
        ("Användarnamn", "nina ek", "Bara bokstäver, siffror och @ . + - _ utan mellanslag."),
        ("Förnamn", "", "Skriv förnamnet."),
        ("Efternamn", "", "Skriv efternamnet."),
        ("Förnamn", "x" * 151, "Skriv högst 150 tecken."),
        ("E-post", "nina@", '"nina@" är ingen e-postadress.'),
        ("HSA-id", "SE12", "Skriv HSA-id som SE, tio siffror, bindestreck och sedan bokstäver och siffror."),
        ("Enhet", "", "Skriv enhetens namn."),
        ("Roll", "", "Skriv rollen."),
        ("Titel", "", "Skriv en titel."),
        ("Titel", "x" * 61, "Skriv högst 60 tecken."),
        ("Avslutas", "kanske", "Skriv ja eller nej."),
    ],
)
def test_what_is_wrong_is_said_by_row_and_column(column: str, typed: str, said: str):
    cells = [typed if name == column else cell for name, cell in zip(HEAD, ROW, strict=True)]
    assert read_staff([HEAD, ROW, cells]) == (read_staff([HEAD, ROW])[0], [BadRow(3, column, said)])


def test_a_role_is_one_of_ours_and_somebody_is_named():
    cells = [*ROW[:6], "chef", *ROW[7:]]
    _, (bad,) = read_staff([HEAD, cells])
    assert bad.sentence.startswith('"chef" är ingen roll. Skriv Vårdpersonal, ')
    _, (bad,) = read_staff([HEAD, ["", *ROW[1:4], "", *ROW[5:]]])
    assert (bad.column, bad.sentence[:22]) == ("Användarnamn", "Skriv användarnamn ell")
    _, bad = read_staff([["Förnamn", "Lön"], ["x"]])
    assert next(each.sentence for each in bad).startswith('Rubriken "Lön" finns inte.')
    assert {each.column for each in bad} == {"", "Efternamn", "Enhet", "Roll", "Titel"}
    _, (bad,) = read_staff([HEAD, *[ROW] * (MOST_ROWS + 1)])
    assert bad.sentence == "Filen har fler än 2000 rader. Dela upp den."


def test_a_title_that_is_the_role_is_told_once():
    assert Membership(role=Role.COORDINATOR, title="samordnare").role_and_title == "Samordnare"
    assert Membership(role=Role.STAFF, title="sjuksköterska").role_and_title == "Vårdpersonal, sjuksköterska"
