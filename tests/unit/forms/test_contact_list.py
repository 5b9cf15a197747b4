"""The two moments a contact list answers for, over every day of five years against the calendar itself."""

from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import holidays
import pytest

from contacts.rules.availability import is_open
from contacts.rules.hours import Availability, Hours
from forms.rules.contact_list import (
    MOST_ENTRIES,
    PART_ENTRIES,
    listed_one_by_one,
    parts_of_places,
    weekday_and_weekend,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
# The library counts every Sunday as a holiday unless told not to.
RED = holidays.country_holidays("SE", years=range(2025, 2033), include_sundays=False)
DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(5 * 365)]


@pytest.mark.clause("R5.3")
@pytest.mark.clause("R5.4")
def test_daytime_answers_at_the_first_and_evening_and_weekend_at_the_second():
    for printed_on in DAYS:
        weekday, weekend = weekday_and_weekend(printed_on)
        for moment, open_then, shut_then in (
            (weekday, Availability.DAYTIME, Availability.EVENING_WEEKEND),
            (weekend, Availability.EVENING_WEEKEND, Availability.DAYTIME),
        ):
            assert is_open(Hours(open_then), moment, STOCKHOLM), printed_on
            assert not is_open(Hours(shut_then), moment, STOCKHOLM), printed_on


def test_the_weekday_is_the_first_ordinary_one_to_come_and_the_weekend_the_next_saturday():
    for printed_on in DAYS:
        coming = [printed_on + timedelta(days=n) for n in range(1, 20)]
        ordinary = [
            day
            for day in coming
            if day.isoweekday() <= 5 and day not in RED and day + timedelta(days=1) not in RED
        ]
        weekday, weekend = weekday_and_weekend(printed_on)
        assert weekday.date() == ordinary[0]
        assert weekend.date() == next(day for day in coming if f"{day:%a}" == "Sat")
        assert (f"{weekday:%H%M}", f"{weekend:%H%M}") == ("1000", "1900")
        assert weekday.utcoffset() is not None


@pytest.mark.parametrize(
    ("printed_on", "weekday", "weekend"),
    [
        (date(2026, 11, 22), datetime(2026, 11, 23, 10), datetime(2026, 11, 28, 19)),
        (date(2026, 11, 28), datetime(2026, 11, 30, 10), datetime(2026, 12, 5, 19)),
        (date(2026, 12, 23), datetime(2026, 12, 28, 10), datetime(2026, 12, 26, 19)),
        (date(2027, 3, 24), datetime(2027, 3, 30, 10), datetime(2027, 3, 27, 19)),
    ],
)
def test_days_known_by_heart(printed_on, weekday, weekend):
    assert weekday_and_weekend(printed_on) == (
        weekday.replace(tzinfo=STOCKHOLM),
        weekend.replace(tzinfo=STOCKHOLM),
    )


def test_a_list_that_would_be_a_book_has_the_own_entries_or_none_and_a_list_of_one_is_whole():
    sizes = (0, 1, 1_000, MOST_ENTRIES - 1, MOST_ENTRIES, MOST_ENTRIES + 1)
    for own, other, third in product(sizes, repeat=3):
        listed = listed_one_by_one({1: own, 2: other, 3: third}, own=1)
        if own + other + third <= MOST_ENTRIES:
            assert listed == {1, 2, 3}
        elif own <= MOST_ENTRIES:
            assert listed == {1}
        else:
            assert listed == set()
        assert listed_one_by_one({2: own}, own=1) == {2}
    assert listed_one_by_one({2: MOST_ENTRIES, 3: 1}, own=1) == set()
    assert listed_one_by_one({}, own=1) == set()


@pytest.mark.parametrize(
    "entries", [[], [0], [0] * 1200, [500], [501], [1700, 0, 3], [300, 300, 300], [1] * 999, [499, 2]]
)
def test_each_entry_and_place_is_in_one_part_in_order(entries):
    parts = parts_of_places(entries)
    flat = [piece for part in parts for piece in part]
    assert [place for place, first, _ in flat if first == 0] == list(range(len(entries)))
    for place, count in enumerate(entries):
        assert [n for at, first, end in flat if at == place for n in range(first, end)] == list(range(count))
    assert flat == sorted(flat)
    assert all(sum(max(end - first, 1) for _, first, end in part) <= PART_ENTRIES for part in parts)
