"""Content in one form, rows as ranges, and which numbers a row may still turn up at."""

import json
from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations, product
from uuid import UUID

import pytest

from contacts.rules.trail import (
    BEGUN_AFTER,
    GIVEN_UP_AFTER,
    Gap,
    Range,
    Transactions,
    canonical,
    how_many,
    merged,
    open_gaps,
    ranges_of,
    read,
    read_gaps,
    without,
    written,
    written_gaps,
)

NOW = datetime(2026, 11, 24, 9, 52, tzinfo=UTC)
ALL = [numbers for size in range(7) for numbers in combinations(range(1, 7), size)]


def numbers_of(ranges: list[Range]) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}


def test_ranges_are_the_numbers_in_every_case():
    for numbers in ALL:
        ranges = ranges_of(numbers)
        assert sorted(numbers_of(ranges)) == [*numbers]
        assert read(written(ranges)) == ranges == merged(ranges)
        assert how_many(ranges) == len(numbers)


def test_what_is_left_is_what_sets_say_in_every_case():
    for numbers, taken in product(ALL, ALL):
        left = without(ranges_of(numbers), ranges_of(taken))
        assert numbers_of(left) == {*numbers} - {*taken}
        assert left == sorted(left)


@pytest.mark.parametrize("text", ["x", "3-", "5-3", "0", "-1", "1,,2", "1-2-3", "1.5"])
def test_what_is_no_range_is_refused(text: str):
    with pytest.raises(ValueError):
        read(text)


def test_content_is_the_same_bytes_in_whatever_form_it_comes():
    at = datetime(2026, 11, 24, 10, 52, 0, 1, tzinfo=timezone(timedelta(hours=1)))
    changes = {"b": [1, 1.0, 1e16, -0.0, 0.1, None, True, "å\u2028"], "a": {"1": ()}, 2: {None: "x"}}
    told = {"at": at, "chain": UUID(int=7), "user_id": 3, "changes": changes}
    again = {
        "changes": json.loads(json.dumps(changes).replace("1e+16", "10000000000000000").replace("1.0", "1")),
        "user_id": 3,
        "chain": UUID(int=7),
        "at": at.astimezone(UTC),
    }
    assert canonical(told) == canonical(again)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, "1"),
        (1, True),
        (0, False),
        (1, 1.5),
        (None, "None"),
        (None, ""),
        (NOW, NOW.isoformat()[:-6]),
        (NOW, NOW + timedelta(microseconds=1)),
        ({"a": 1}, '{"a": 1}'),
        ({}, []),
        (b"x", "x"),
        ("é", "e\u0301"),
    ],
)
def test_what_differs_gives_other_bytes(one: object, other: object):
    assert canonical({"x": one}) != canonical({"x": other})


def test_a_gap_is_open_until_nobody_can_fill_it():
    """Whoever took the number may write for hours: it is given up when all who had begun by then have ended."""
    wait, long = BEGUN_AFTER + timedelta(seconds=1), GIVEN_UP_AFTER + timedelta(seconds=1)
    (first,) = open_gaps([], [(4, 6)], NOW, Transactions(100, 105))
    assert first == Gap((4, 6), int(NOW.timestamp()))
    # Its transaction may have got no number of its own yet.
    assert open_gaps([first], [(4, 6)], NOW + timedelta(seconds=1), Transactions(100, 105)) == [first]
    left, right = open_gaps([first], [(4, 4), (6, 6), (9, 9)], NOW + wait, Transactions(100, 110))[:2]
    assert [left.numbers, right.numbers, left.begun_by, left.seen] == [(4, 4), (6, 6), 110, first.seen]
    gaps = [left, right]
    unseen = [gap.numbers for gap in gaps]
    for under_way in (Transactions(100, 300), Transactions(109, 300)):
        assert open_gaps(gaps, unseen, NOW + long * 100, under_way) == gaps
    assert open_gaps(gaps, unseen, NOW + wait, Transactions(110, 300)) == gaps
    assert open_gaps(gaps, unseen, NOW + long, Transactions(110, 300)) == []
    assert open_gaps(gaps, [], NOW + wait, Transactions(100, 110)) == []
    # Where writers take turns there is nobody who could.
    assert open_gaps([], [(4, 6)], NOW, None) == []
    assert read_gaps(written_gaps([first, left, right])) == [first, left, right]
