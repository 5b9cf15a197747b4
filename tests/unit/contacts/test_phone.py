"""Numbers as people type them."""

import pytest

from contacts.rules.errors import RuleError
from contacts.rules.phone import (
    NumberKind,
    classify,
    digits,
    display,
    is_extension,
    normalise,
    numbers_in,
    read_number,
    tel_uri,
)

CASES = [
    # typed, kind, tel:, shown
    ("090-785 00 00", NumberKind.OUTSIDE, "tel:+46907850000", "090-785 00 00"),
    ("0907850000", NumberKind.OUTSIDE, "tel:+46907850000", "0907850000"),
    ("+46 90 785 00 00", NumberKind.OUTSIDE, "tel:+46907850000", "+46 90 785 00 00"),
    ("0046(0)90-785 00 00", NumberKind.OUTSIDE, "tel:+46907850000", "0046(0)90-785 00 00"),
    ("090/785 00 00", NumberKind.OUTSIDE, "tel:+46907850000", "090/785 00 00"),
    ("090‑785\xa000\xa000", NumberKind.OUTSIDE, "tel:+46907850000", "090‑785\xa000\xa000"),
    ("0932-140 00", NumberKind.OUTSIDE, "tel:+4693214000", "0932-140 00"),
    ("0770-457 457", NumberKind.OUTSIDE, "tel:+46770457457", "0770-457 457"),
    ("+47 22 22 55 55", NumberKind.OUTSIDE, "tel:+4722225555", "+47 22 22 55 55"),
    ("090-785 00 00 ankn 59090", NumberKind.OUTSIDE, "tel:+46907850000", "090-785 00 00 ankn 59090"),
    ("59090", NumberKind.EXTENSION, None, "internt 59090"),
    ("59 090", NumberKind.EXTENSION, None, "internt 59090"),
    ("ankn. 59090", NumberKind.EXTENSION, None, "internt 59090"),
    ("internt 59090", NumberKind.EXTENSION, None, "internt 59090"),
    ("123", NumberKind.EXTENSION, None, "internt 123"),
    ("112", NumberKind.SHORT, "tel:112", "112"),
    ("1177", NumberKind.SHORT, "tel:1177", "1177"),
    ("114 14", NumberKind.SHORT, "tel:11414", "114 14"),
    ("785 00 00", NumberKind.UNREADABLE, None, "785 00 00"),
    ("2026-08-16", NumberKind.UNREADABLE, None, "2026-08-16"),
    ("12", NumberKind.UNREADABLE, None, "12"),
    ("012345", NumberKind.UNREADABLE, None, "012345"),
    ("ankn 012345", NumberKind.UNREADABLE, None, "ankn 012345"),
    ("090-785 AB CD", NumberKind.UNREADABLE, None, "090-785 AB CD"),
    ("８１１２", NumberKind.UNREADABLE, None, "８１１２"),
    ("fråga i receptionen", NumberKind.UNREADABLE, None, "fråga i receptionen"),
    ("", NumberKind.NONE, None, ""),
    ("  ", NumberKind.NONE, None, ""),
]


@pytest.mark.parametrize(("typed", "kind", "uri", "shown"), CASES)
def test_what_a_number_is_and_how_it_is_rung_and_shown(typed, kind, uri, shown):
    assert classify(typed) is kind
    assert tel_uri(typed) == uri
    assert display(typed) == shown


def test_every_three_to_five_digits_without_a_zero_first_are_internal_but_for_the_public_short_numbers():
    public = {112, 1177, 11313, 11414}
    for number in range(100, 100_000):
        assert is_extension(str(number)) is (number not in public)
    assert normalise("59090") is None


@pytest.mark.parametrize(
    "typed", ["090-785 00 00", "0907850000", "+46 90 785 00 00", "+46 (0)90-7850000", "0046 90 785 00 00"]
)
def test_digits_are_the_same_in_any_spelling(typed):
    assert digits(typed) == "0907850000"


@pytest.mark.parametrize(
    ("typed", "expected"), [("+46 90", "090"), ("090 78", "09078"), ("59090", "59090"), ("", "")]
)
def test_digits_of_what_is_half_typed(typed, expected):
    assert digits(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        *("x", "inget", "inget nummer", "<script>", "växeln", "12345678901234567890", "785 00 00"),
        *("0910-73 50 00 / 0910-73 50 01", "0910-73 50 00, 090-785 00 00", "0910-73 50 00 eller växeln"),
        "0" * 41,
    ],
)
def test_what_is_not_one_telephone_number_is_refused(typed):
    with pytest.raises(RuleError) as refused:
        read_number(typed)
    assert refused.value.field == "number"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        *(("", ""), (" ", ""), ("59090", "59090"), ("112", "112"), ("1177", "1177")),
        *(("０９１０-７３ ５０ ００", "0910-73 50 00"), ("+46 910 735000", "0910-73 50 00")),
        *(("+47 22 22 22 22", "+47 22 22 22 22"), ("090-785 00 00 ankn 59090", "090-785 00 00 ankn 59090")),
    ],
)
def test_a_number_is_stored_as_numbers_are_written(typed, stored):
    assert read_number(typed) == stored


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Jens Övergård, stödperson, 070-174 06 08", ["070-174 06 08"]),
        ("Dotter Anna 0701740608 eller 090-785 00 00", ["0701740608", "090-785 00 00"]),
        ("Anna +47 22 22 55 55", ["+47 22 22 55 55"]),
        ("Anna, 070-174 06 08, 070-174 06 08", ["070-174 06 08"]),
        ("Anna, född 1950-01-02", []),
        ("Anna, ankn 59090", []),
        ("Anna, rum 12", []),
        ("", []),
    ],
)
def test_the_numbers_in_a_line(line: str, found: list[str]):
    assert numbers_in(line) == found
