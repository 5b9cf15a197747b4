"""Identities: what is typed is understood or warned of, and never refused."""

import random
from datetime import date

import pytest

from outage.rules.identity import (
    WARN_CHECK_DIGIT,
    WARN_DATE_UNKNOWN,
    WARN_FORMAT,
    WARN_FUTURE,
    WARN_NO_DATE,
    WARN_PLUS,
    WARN_RESERVE,
    WARN_SERIAL,
    WARN_UNKNOWN,
    IdentityKind,
    asked_text,
    classify_identity,
    lookup_texts,
    may_be_phone,
    number_key,
)

TODAY = date(2026, 11, 22)
PERSON, COORDINATION = IdentityKind.PERSONNUMMER, IdentityKind.SAMORDNINGSNUMMER
RESERVE, OTHER, UNKNOWN = IdentityKind.RESERVE_NUMBER, IdentityKind.OTHER, IdentityKind.UNKNOWN


def check_digit(nine: str) -> str:
    """Luhn, by the table of doubled digits."""
    total = sum(int("0246813579"[int(d)]) if place % 2 == 0 else int(d) for place, d in enumerate(nine))
    return str(-total % 10)


def number(birth: str, serial: str = "981") -> str:
    """Twelve digits from YYYYMMDD and a serial kept for testing."""
    return birth + serial + check_digit(birth[2:] + serial)


BORN_1981 = number("19811218")
TEN = BORN_1981[2:]
LATER_THIS_YEAR = number("19261224")[2:]
COORDINATED = number("19701063", "982")

# The eighteen cases that trip the common libraries.
CASES = [
    ("ten digits", f"{TEN[:6]}-{TEN[6:]}", PERSON, BORN_1981, ()),
    ("twelve digits", BORN_1981, PERSON, BORN_1981, ()),
    ("a plus", f"{TEN[:6]}+{TEN[6:]}", PERSON, "18" + TEN, ()),
    (
        "wrong check digit",
        BORN_1981[:-1] + str((int(BORN_1981[-1]) + 1) % 10),
        PERSON,
        None,
        (WARN_CHECK_DIGIT,),
    ),
    ("month 13", number("19811318"), OTHER, None, (WARN_NO_DATE,)),
    ("29 February 1981", number("19810229"), OTHER, None, (WARN_NO_DATE,)),
    ("samordningsnummer", f"{COORDINATED[2:8]}-{COORDINATED[8:]}", COORDINATION, COORDINATED, ()),
    ("twelve digits in 2099", number("20990101"), PERSON, None, (WARN_FUTURE,)),
    ("ten digits, a day later this year", LATER_THIS_YEAR, PERSON, "19" + LATER_THIS_YEAR, ()),
    ("a letter in the serial", "19811218-T981", RESERVE, "19811218T981", (WARN_RESERVE,)),
    ("blanks around", f"  {BORN_1981}\t", PERSON, BORN_1981, ()),
    ("full-width digits", "".join(chr(0xFF10 + int(digit)) for digit in TEN), PERSON, BORN_1981, ()),
    ("a trailing newline", f"{BORN_1981}\n", PERSON, BORN_1981, ()),
    (
        "twelve digits with a plus, born 1981",
        f"{BORN_1981[:8]}+{BORN_1981[8:]}",
        PERSON,
        BORN_1981,
        (WARN_PLUS,),
    ),
    ("samordningsnummer, day 60", "197010609820", COORDINATION, None, (WARN_DATE_UNKNOWN,)),
    ("samordningsnummer, month 00", "197000709820", COORDINATION, None, (WARN_DATE_UNKNOWN,)),
    ("nothing", None, UNKNOWN, "", (WARN_UNKNOWN,)),
    ("an integer", int(TEN), PERSON, BORN_1981, ()),
    ("serial 000", number("19811218", "000"), PERSON, None, (WARN_SERIAL,)),
]


@pytest.mark.parametrize(
    ("typed", "kind", "stored", "warnings"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
def test_the_cases_that_trip_libraries(
    typed: str | int | None, kind: IdentityKind, stored: str | None, warnings: tuple[str, ...]
) -> None:
    found = classify_identity(typed, TODAY)
    assert (found.kind, found.warnings) == (kind, warnings)
    assert found.stored == (str(typed) if stored is None else stored)


def test_the_well_known_test_person() -> None:
    found = classify_identity("19121212-1212", TODAY)
    assert (found.kind, found.stored, found.warnings) == (PERSON, "191212121212", ())
    assert found.display == "19121212-1212"
    assert found.paper == "121212+1212"


@pytest.mark.parametrize(
    ("year", "paper_sign"),
    [(1925, "+"), (1926, "+"), (1927, "-"), (2025, "-")],
    ids=["101", "100", "99", "1"],
)
def test_the_plus_comes_the_year_one_turns_100(year: int, paper_sign: str) -> None:
    # Turns 100 late in the year, after today.
    stored = number(f"{year}1231")
    found = classify_identity(stored, TODAY)
    assert found.paper == f"{stored[2:8]}{paper_sign}{stored[8:]}"
    assert classify_identity(found.paper, TODAY).stored == stored


def test_ten_digits_are_read_back_to_the_same_person_for_every_age() -> None:
    for age_in_days in range(0, 364 * 200, 97):
        born = date.fromordinal(TODAY.toordinal() - age_in_days)
        stored = number(born.strftime("%Y%m%d"))
        found = classify_identity(stored, TODAY)
        assert (found.stored, found.display, found.warnings) == (stored, f"{stored[:8]}-{stored[8:]}", ())
        again = classify_identity(found.paper, TODAY)
        assert (again.stored, again.warnings) == (stored, ())


def test_born_today_is_not_in_the_future_and_tomorrow_is() -> None:
    assert classify_identity(number("20261122"), TODAY).warnings == ()
    assert classify_identity(number("20261123"), TODAY).warnings == (WARN_FUTURE,)


def test_the_day_given_decides_not_the_clock_of_the_machine() -> None:
    ten = number("20300101")[2:]
    assert classify_identity(ten, date(2026, 1, 1)).stored.startswith("1930")
    assert classify_identity(ten, date(2031, 1, 1)).stored.startswith("2030")


def test_a_leap_day_in_ten_digits_finds_a_century_that_had_it() -> None:
    assert classify_identity(number("20000229")[2:], date(2105, 1, 1)).stored.startswith("2000")
    assert classify_identity(number("19000229")[2:], date(1999, 1, 1)).kind is OTHER


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("19811218 T981", RESERVE),
        ("19811218t981", RESERVE),
        ("AC-12345", OTHER),
        ("811218-T981", OTHER),
        ("ABCDEFGHIJKL", OTHER),
        ("12345", OTHER),
        ("okänd man", OTHER),
    ],
)
def test_other_identities_are_kept_and_warned_of(typed: str, kind: IdentityKind) -> None:
    found = classify_identity(typed, TODAY)
    assert found.kind is kind
    assert len(found.warnings) == 1
    assert found.stored == found.display == found.paper
    if kind is OTHER:
        assert found.stored == typed


@pytest.mark.parametrize("dash", ["‐", "‑", "–", "—", "−", " - "])
def test_the_dashes_that_keyboards_make_of_a_hyphen(dash: str) -> None:
    assert classify_identity(f"19121212{dash}1212", TODAY).stored == "191212121212"


def test_nothing_that_can_be_typed_raises() -> None:
    rng = random.Random(20260120)
    alphabet = "0123456789" * 3 + "+-– T\x00åé８٣²\n'\"<"
    for _ in range(20_000):
        typed = "".join(rng.choices(alphabet, k=rng.randrange(16)))
        found = classify_identity(typed, TODAY)
        assert found.kind in IdentityKind
        numbered = found.kind in (PERSON, COORDINATION)
        assert not numbered or (len(found.stored) == 12 and found.stored.isascii() and found.stored.isdigit())
        assert numbered or found.warnings


@pytest.mark.parametrize(
    ("typed", "born", "guessed"),
    [
        (BORN_1981, 1981, False),
        (TEN, 1981, True),
        (f"{TEN[:6]}-{TEN[6:]}", 1981, True),
        (f"{LATER_THIS_YEAR[:6]}-{LATER_THIS_YEAR[6:]}", 1926, True),
        (f"{TEN[:6]}+{TEN[6:]}", 1881, False),
        (number("20261120")[2:], 2026, True),
        ("okänd", None, False),
    ],
)
def test_ten_digits_say_which_century_they_were_read_as(typed: str, born: int | None, guessed: bool):
    identity = classify_identity(typed, TODAY)
    assert (identity.born, identity.century_guessed) == (born, guessed)


@pytest.mark.parametrize("char", ["\u00ad", "\u200b", "\u200e", "\u202c", "\ufeff", "\u00a0", "\x00"])
@pytest.mark.parametrize("place", [0, 4, 8, 9, 13])
def test_an_invisible_character_does_not_make_a_number_unreadable(char: str, place: int):
    typed = "19121212-1212"
    assert classify_identity(typed[:place] + char + typed[place:], TODAY) == classify_identity(typed, TODAY)


AROUND = (
    ("", "."), ("", ","), ("", ";"), ("", ":"), ("", " -"), ("", "!"), ("", " (pnr)"), ("'", ""), ('="', '"'),
    ("(", ")"), ("[", "]"), ("*", "*"), ("- ", ""), ("• ", ""), ("#", ""), ("”", "”"), ("Pnr: ", ""), ("pnr. ", ","),
    ("Personnummer ", ""), ("Person-nr:", ""), ("pers.nr ", ""), ("p-nr ", ""), ("P.nr.: ", ""), ("ID: ", ""),
    ("Id-nr ", ""), ("nr ", ""), ("samordningsnr: ", ""), ("född ", ""), ("\t", "\n"),
)  # fmt: skip
WRITTEN = (
    "19121212-1212", "191212121212", "19121212 1212", "19121212*1212", "19121212 - 1212", "19121212--1212",
    "19121212/1212", "19121212:1212", "19121212.1212", "19121212 (1212)", "1912-12-12-1212", "1912 12 12 1212",
    "1912.12.12-1212", "1912/12/12 1212", "12*12*12+1212", "１９１２１２１２－１２１２", "١٩١٢١٢١٢-١٢١٢", "121212+1212",
)  # fmt: skip


@pytest.mark.parametrize(("before", "after"), AROUND)
def test_signs_and_labels_around_a_number_are_no_part_of_it(before: str, after: str) -> None:
    for written in WRITTEN:
        assert classify_identity(f"{before}{written}{after}", TODAY).stored == "191212121212", written
        if "+" not in written:
            assert number_key(f"{before}19121212-1212{after}") == "191212121212"
    for reserve in ("19811218-T981", "1981-12-18-t981", "19811218*T981"):
        assert classify_identity(f"{before}{reserve}{after}", TODAY).stored == "19811218T981"
    keys = {
        number_key(f"{before}{other}{after}")
        for other in ("AC-12345", "ac 12345", "AC/12345", "AC１２３４５")
    }
    assert keys == {"AC12345"}


@pytest.mark.parametrize(
    "typed",
    [
        "+46 70 123 45 67",
        "+460910735000",
        "090-785 00 00",
        "0910-73 50 00",
        "08-12 34 56 78",
        "19121212----1212",
    ],
)
def test_signs_that_are_of_another_number_make_none(typed: str) -> None:
    found = classify_identity(typed, TODAY)
    assert (found.kind, found.stored, found.warnings) == (OTHER, typed, (WARN_FORMAT,))


@pytest.mark.parametrize(
    "kept", ["19121212-1212.", "Pnr: 19121212-1212", "１９１２１２１２-1212", "'121212-1212"]
)
def test_what_was_kept_with_more_signs_is_looked_up_as_it_is_read_now(kept: str) -> None:
    for typed in ("19121212-1212", "121212-1212", "121212+1212", kept):
        assert asked_text(classify_identity(typed, TODAY)) in lookup_texts(OTHER, kept)


def test_a_word_that_is_a_label_before_a_number_is_one_by_itself() -> None:
    for typed in ("Född Okänd", "Id Nummer"):
        assert number_key(typed) == typed.replace(" ", "").upper()


@pytest.mark.parametrize(
    ("text", "may"),
    [
        # A samordningsnummer that holds, a date with a wrong check digit, no date: each can be rung.
        ("0910735000", True),
        ("0701234567", True),
        ("0913451234", True),
        ("0910-735000", True),
        ("0910-73 50 00", True),
        ("070 123 45 67", True),
        ("０９１０７３５０００", True),
        # Written as a patient's number is, whatever its check digit says.
        ("091073-5000", False),
        ("070123-4567", False),
        ("070123 - 4567", False),
        ("070123+4567", False),
        ("200910735000", False),
        # Holds, and is apart, or cannot be rung.
        ("091073 5000", False),
        ("0004019808", False),
        ("1212121212", False),
        ("090785000", False),
        ("", False),
        ("Okänd", False),
    ],
)
def test_ten_digits_from_zero_on_may_be_a_telephone_number(text: str, may: bool):
    assert may_be_phone(text, TODAY) is may


@pytest.mark.parametrize("text", ["Okänt nummer", "okänd", "saknas", "ingen uppgift", ""])
def test_words_in_the_place_of_a_number_are_looked_up_for_nobody(text: str):
    assert asked_text(classify_identity(text, TODAY)) == ""
