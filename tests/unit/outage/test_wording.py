"""Times, dates and spans as they are read in Swedish."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outage.rules.wording import (
    clock_time,
    day,
    day_and_clock,
    day_and_time,
    day_and_year,
    lower_first,
    moment,
    span,
    typed_clock,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 11, 24, 10, 52, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOW, "10.52"),
        (datetime(2026, 11, 24, 9, 52, tzinfo=UTC), "10.52"),
        (datetime(2026, 7, 1, 7, 5, tzinfo=UTC), "09.05"),
        (datetime(2026, 11, 24, 0, 0, tzinfo=STOCKHOLM), "00.00"),
        (datetime(2026, 10, 24, 23, 59, tzinfo=UTC), "01.59"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "02.30 sommartid"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "02.30 vintertid"),
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "03.00"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "03.00"),
    ],
)
def test_a_time_of_day_is_written_with_a_point_in_stockholm(at: datetime, text: str):
    assert clock_time(at) == text


@pytest.mark.parametrize(
    "text",
    ["mån 23 nov", "tis 24 nov", "ons 25 nov", "tors 26 nov", "fre 27 nov", "lör 28 nov", "sön 29 nov"],
)
def test_a_day_is_written_with_its_weekday(text: str):
    assert day(date(2026, 11, int(text.split()[1])), NOW) == text


@pytest.mark.parametrize(
    ("month", "text"),
    list(
        enumerate(
            ["jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"], start=1
        )
    ),
)
def test_a_month_is_written_short(month: int, text: str):
    assert day_and_year(date(2026, month, 1)).split()[-2:] == [text, "2026"]


def test_a_moment_late_in_the_evening_of_utc_is_the_next_day_in_stockholm():
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert day(late, NOW) == "ons 25 nov"
    assert moment(late, NOW) == "ons 25 nov 00.30"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOW - timedelta(hours=2), "08.52"),
        (NOW - timedelta(hours=11), "mån 23 nov 23.52"),
        (NOW + timedelta(days=1), "ons 25 nov 10.52"),
        (datetime(2026, 11, 24, 9, 0, tzinfo=UTC), "10.00"),
    ],
)
def test_the_day_is_written_only_when_it_is_another(at: datetime, text: str):
    assert moment(at, NOW) == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (-5, "0 min"),
        (0, "0 min"),
        (0.99, "0 min"),
        (8, "8 min"),
        (59.9, "59 min"),
        (60, "1 h"),
        (72, "1 h 12 min"),
        (24 * 60 - 1, "23 h 59 min"),
        (24 * 60, "1 dygn"),
        (24 * 60 + 59, "1 dygn"),
        (51 * 60, "2 dygn 3 h"),
    ],
)
def test_a_length_of_time_is_written_in_whole_minutes_never_rounded_up(minutes: float, text: str):
    assert span(timedelta(minutes=minutes)) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (date(2026, 5, 24), "sön 24 maj"),
        (date(2026, 5, 23), "lör 23 maj 2026"),
        (date(2027, 5, 24), "mån 24 maj"),
        (date(2027, 5, 25), "tis 25 maj 2027"),
        (date(2025, 11, 24), "mån 24 nov 2025"),
        (date(2027, 1, 2), "lör 2 jan"),
        (date(1, 1, 1), "mån 1 jan 1"),
    ],
)
def test_a_day_more_than_six_months_away_shows_its_year(at: date, text: str):
    assert day(at, NOW) == text


def test_the_year_is_the_same_question_whichever_way_one_looks():
    for length in range(800):
        today, other = date(2026, 8, 31), date(2026, 8, 31) + timedelta(days=length)
        there, back = "20" in day(other, today)[-4:-2], "20" in day(today, other)[-4:-2]
        assert there == back == (length > 181), length


def test_a_moment_long_ago_shows_its_year():
    assert moment(NOW.replace(year=2025), NOW) == "mån 24 nov 2025 10.52"
    assert day_and_time(NOW, NOW) == "tis 24 nov 10.52"


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("Initiativ till SIP", "initiativ till SIP"),
        ("Mottaget från Skellefteå kommun", "mottaget från Skellefteå kommun"),
        ("SIP", "SIP"),
        ("ST-läkare", "ST-läkare"),
        ("Åtgärd", "åtgärd"),
        ("", ""),
    ],
)
def test_a_label_inside_a_sentence_keeps_the_capitals_of_its_names(label: str, inside: str):
    assert lower_first(label) == inside


def test_only_two_hours_of_a_year_say_which_they_are():
    first = datetime(2025, 12, 31, 23, tzinfo=UTC)
    hours = [first + timedelta(hours=n) for n in range(365 * 24)]
    said = [at for at in hours if len(clock_time(at)) > len("10.52")]
    assert said == [datetime(2026, 10, 25, hour, tzinfo=UTC) for hour in (0, 1)]
    assert [typed_clock(at) for at in said] == ["02.00", "02.00"]
    for written in (day_and_clock, lambda at: moment(at, at), lambda at: day_and_time(at, at)):
        assert len({written(at) for at in said}) == 2
        assert sorted(map(written, said)) == [written(at) for at in said]
