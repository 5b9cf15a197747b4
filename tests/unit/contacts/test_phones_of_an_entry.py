"""The numbers an entry has: read, written in one way, told when they cannot be meant."""

from itertools import product

import pytest

from contacts.rules.errors import RuleError
from contacts.rules.phone import (
    Phone,
    PhoneKind,
    check_phone,
    in_series,
    is_mobile,
    normalise,
    same_number,
    tidy_number,
)

TIDIED = [
    ("0907850000", "090-785 00 00"),
    ("090 785 00 00", "090-785 00 00"),
    ("+46 90 785 00 00", "090-785 00 00"),
    ("0046(0)90-785 00 00", "090-785 00 00"),
    ("090/7850000", "090-785 00 00"),
    ("090-785 00 00", "090-785 00 00"),
    ("  090-785  00 00 ", "090-785 00 00"),
    ("0910-735000", "0910-73 50 00"),
    ("0932-14000", "0932-140 00"),
    ("070-1740605", "070-174 06 05"),
    # Grouped by a person, and so left: the library would write 077-045 74 57.
    ("0770-457 457", "0770-457 457"),
    ("+47 22225555", "+47 22 22 55 55"),
    ("090-785 00 00 ankn 59090", "090-785 00 00 ankn 59090"),
    ("0907850000 ankn. 59090", "090-785 00 00 ankn 59090"),
    ("59 090", "59090"),
    ("internt 59090", "59090"),
    ("112", "112"),
    ("fråga i receptionen", "fråga i receptionen"),
    ("", ""),
]


@pytest.mark.parametrize(("typed", "stored"), TIDIED)
def test_a_number_is_written_in_one_way(typed: str, stored: str):
    assert tidy_number(typed) == stored
    assert tidy_number(stored) == stored
    assert normalise(stored) == normalise(typed)


NUMBERS = {
    "outside": "090-785 00 00",
    "extension": "59090",
    "short": "112",
    "none": " ",
    "unreadable": "090-AB",
}


@pytest.mark.parametrize(("kind", "number"), list(product(PhoneKind, NUMBERS)))
def test_what_each_kind_of_number_may_be(kind: PhoneKind, number: str):
    fits = {"extension"} if kind is PhoneKind.EXTENSION else {"outside", "short"}
    if number in fits:
        check_phone(Phone(kind, NUMBERS[number]))
        return
    with pytest.raises(RuleError) as refused:
        check_phone(Phone(kind, NUMBERS[number]))
    assert refused.value.field == "number"
    assert refused.value.reason.endswith(".")


def test_a_number_longer_than_its_place_is_refused():
    with pytest.raises(RuleError, match="högst 40 tecken"):
        check_phone(Phone(PhoneKind.DIRECT, "090-785 00 00 ankn 59090" + " " * 20))


@pytest.mark.parametrize("kind", PhoneKind)
def test_each_kind_has_a_swedish_label(kind: PhoneKind):
    assert kind.label


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("090-785 00 00", "+46907850000", True),
        ("090-785 00 00", "090-785 00 01", False),
        ("59090", "59 090", True),
        ("", "", False),
    ],
)
def test_two_spellings_of_one_number(one: str, other: str, same: bool):
    assert same_number(one, other) is same


@pytest.mark.parametrize(
    ("number", "mobile"),
    [
        ("070-174 06 05", True),
        ("+46 70 174 06 05", True),
        ("090-785 00 00", False),
        ("59090", False),
        ("", False),
    ],
)
def test_what_a_mobile_is(number: str, mobile: bool):
    assert is_mobile(number) is mobile


@pytest.mark.parametrize(
    ("number", "series", "within"),
    [
        ("090-785 12 34", ["090-785"], True),
        ("+46 90 785 12 34", ["0910-77", "090-785"], True),
        ("090-16 10 00", ["090-785"], False),
        ("090-785 12 34", [], False),
        ("090-785 12 34", ["", " "], False),
    ],
)
def test_what_begins_as_a_series(number: str, series: list[str], within: bool):
    assert in_series(number, series) is within
