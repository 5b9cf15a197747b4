"""Which words about a number hold where it stands: every case."""

from datetime import datetime, timedelta
from itertools import product

import pytest

from contacts.rules.flags import Word, follows, is_said_wrong

AT = datetime(2026, 11, 26, 10)
OWN, OTHER = 1, 2


def word(
    number: str = "090-785 11 22", principal: int = OWN, entry: int | None = 7, is_open: bool = True
) -> Word:
    return Word(number, AT, principal, entry, is_open)


@pytest.mark.parametrize(
    ("number", "principal", "entry", "is_open", "expected"),
    [
        ("090-785 11 22", OWN, 7, True, True),
        ("+46 90 785 11 22", OTHER, 7, True, True),
        ("090-785 11 23", OWN, 7, True, False),
        ("090-785 11 22", OWN, 7, False, False),
        # What is said of a jour concerns that principal's contacts and jour.
        ("090-785 11 22", OWN, None, True, True),
        ("090-785 11 22", OTHER, None, True, False),
    ],
)
def test_a_number_is_said_wrong_by_an_open_word_about_it(number, principal, entry, is_open, expected):
    assert is_said_wrong("0907851122", OWN, [word(number, principal, entry, is_open)]) is expected
    assert not is_said_wrong("0907851122", OWN, [])


@pytest.mark.parametrize(("principal", "expected"), [(OWN, True), (OTHER, False)])
def test_an_extension_is_the_own_principals(principal, expected):
    assert is_said_wrong("59123", OWN, [word("59123", principal)]) is expected


def test_no_number_is_said_nothing_of():
    assert not is_said_wrong("", OWN, [word("")])


@pytest.mark.parametrize(
    ("said_here", "is_open", "confirmed"),
    list(product([True, False], [True, False], [None, AT - timedelta(1), AT, AT + timedelta(1)])),
)
def test_a_word_follows_where_it_was_said_or_stands_open_elsewhere_unless_confirmed_since(
    said_here, is_open, confirmed
):
    said = word(entry=7 if said_here else 8, is_open=is_open)
    later = confirmed is None or confirmed < AT
    assert follows(said, 7, OWN, confirmed) is (later and (said_here or is_open))
