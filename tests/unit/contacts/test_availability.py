"""When somebody answers, for every half hour of a year, against a table that is made in another way."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from contacts.rules.availability import is_daytime, is_open, opens_next, opens_words
from contacts.rules.errors import RuleError
from contacts.rules.free_days import is_free_day
from contacts.rules.hours import Availability, Eves, Hours, Span, Summer, check_hours
from contacts.rules.hours_text import hours_words, read_hours
from tests.long import runs

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HALF_HOUR = timedelta(minutes=30)

# Written by hand from the almanac for 2026; Saturdays and Sundays are not in it.
FREE_WEEKDAYS_2026 = {
    "01-01",
    "01-06",
    "04-03",
    "04-06",
    "05-01",
    "05-14",
    "06-19",
    "12-24",
    "12-25",
    "12-31",
}

# Each pattern of the directory and, as the text of the second formulation, its open half hours of a weekday.
PATTERNS = {
    "dagtid": (Hours(Availability.DAYTIME), "08:00-16:30", "08:00-16:30"),
    "egna tider": (Hours(Availability.DAYTIME, time(7, 30), time(17)), "07:30-17:00", "07:30-17:00"),
    "bara stänger": (Hours(Availability.DAYTIME, closes_at=time(15)), "08:00-15:00", "08:00-15:00"),
    "lunch": (
        Hours(Availability.DAYTIME, time(8), time(16, 30), None, time(12), time(13)),
        "08:00-12:00 13:00-16:30",
        "08:00-12:00 13:00-16:30",
    ),
    "lunch och fredag": (
        Hours(Availability.DAYTIME, None, None, time(15), time(12), time(13)),
        "08:00-12:00 13:00-16:30",
        "08:00-12:00 13:00-15:00",
    ),
    "fredag stänger i lunchen": (
        Hours(Availability.DAYTIME, None, None, time(12, 30), time(12), time(13)),
        "08:00-12:00 13:00-16:30",
        "08:00-12:00",
    ),
    "kväll och helg": (
        Hours(Availability.EVENING_WEEKEND),
        "00:00-08:00 16:30-24:00",
        "00:00-08:00 16:30-24:00",
    ),
    "dygnet runt": (Hours(Availability.ALWAYS), "00:00-24:00", "00:00-24:00"),
    "okänt": (Hours(Availability.UNKNOWN), "", ""),
}


def half_hours(spans: str) -> set[str]:
    """{"08:00", "08:30"} for "08:00-09:00"."""
    names = [f"{h:02}:{m:02}" for h in range(24) for m in (0, 30)] + ["24:00"]
    return {
        name
        for span in spans.split()
        for name in names[names.index(span.split("-")[0]) : names.index(span.split("-")[1])]
    }


def year_of_half_hours() -> list[datetime]:
    """Every half hour of 2026 in Stockholm and of the two weeks after, in UTC."""
    first = datetime(2025, 12, 31, 23, tzinfo=UTC)
    return [first + n * HALF_HOUR for n in range((365 + 14) * 48)]


def expected_table(name: str, moments: list[datetime]) -> list[bool]:
    _, weekday, friday = PATTERNS[name]
    mostly, fridays = half_hours(weekday), half_hours(friday)
    weekend = {"kväll och helg", "dygnet runt"}
    table = []
    for moment in moments:
        local = moment.astimezone(STOCKHOLM)
        weekday_name, day, clock = local.strftime("%a|%m-%d|%H:%M").split("|")
        if weekday_name in {"Sat", "Sun"} or day in FREE_WEEKDAYS_2026:
            table.append(name in weekend)
        else:
            table.append(clock in (fridays if weekday_name == "Fri" else mostly))
    return table


@pytest.mark.clause("R5.3")
@pytest.mark.clause("R5.5")
@pytest.mark.long
@pytest.mark.parametrize("name", PATTERNS)
def test_every_half_hour_of_a_year(name):
    hours = PATTERNS[name][0]
    moments = year_of_half_hours()
    table = expected_table(name, moments)
    next_open: list[datetime | None] = [None] * len(moments)
    for n in range(len(moments) - 2, -1, -1):
        next_open[n] = moments[n + 1] if table[n + 1] and not table[n] else next_open[n + 1]

    # In `make test` every fifth, which in five days are all of a day.
    for n, moment in islice(enumerate(moments[: 365 * 48]), 0, None, runs(5, full=1)):
        assert is_open(hours, moment, STOCKHOLM) is table[n], moment
        assert is_open(hours, moment + HALF_HOUR - timedelta(microseconds=1), STOCKHOLM) is table[n], moment
        assert opens_next(hours, moment, STOCKHOLM) == next_open[n], moment


@pytest.mark.clause("R5.4")
def test_daytime_and_evening_or_weekend_cover_the_week_and_never_overlap():
    for moment in year_of_half_hours():
        day = is_open(Hours(Availability.DAYTIME), moment, STOCKHOLM)
        evening = is_open(Hours(Availability.EVENING_WEEKEND), moment, STOCKHOLM)
        assert day != evening, moment


def easter_sunday(year: int) -> date:
    """Easter by Butcher's method: the second source for the movable holidays."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    r = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * r) // 451
    month, day = divmod(h + r - 7 * m + 114, 31)
    return date(year, month, day + 1)


@pytest.mark.clause("R5.4")
def test_free_days_of_twenty_years():
    for year in range(2020, 2040):
        easter = easter_sunday(year)
        fixed = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}
        moving = {easter + timedelta(days=n) for n in (-2, 1, 39)}
        june = [date(year, 6, 19) + timedelta(days=n) for n in range(7)]
        midsummer_eve = next(day for day in june if day.strftime("%a") == "Fri")
        for n in range(366 if year % 4 == 0 else 365):
            day = date(year, 1, 1) + timedelta(days=n)
            free = (
                day.isoweekday() > 5 or (day.month, day.day) in fixed or day in moving or day == midsummer_eve
            )
            assert is_free_day(day) is free, day


def test_opens_at_eight_by_the_wall_clock_on_both_sides_of_both_clock_changes():
    hours = Hours(Availability.DAYTIME)
    friday_night = datetime(2026, 3, 27, 20, tzinfo=STOCKHOLM)
    assert opens_next(hours, friday_night, STOCKHOLM) == datetime(2026, 3, 30, 6, 0, tzinfo=UTC)
    friday_night = datetime(2026, 10, 23, 20, tzinfo=STOCKHOLM)
    assert opens_next(hours, friday_night, STOCKHOLM) == datetime(2026, 10, 26, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_comes_twice_belongs_to_the_weekend(fold):
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=STOCKHOLM, fold=fold)
    assert is_open(Hours(Availability.EVENING_WEEKEND), twice, STOCKHOLM)
    assert not is_daytime(twice, STOCKHOLM)


@pytest.mark.parametrize("ask", [is_open, opens_next])
def test_a_moment_without_a_zone_is_refused(ask):
    with pytest.raises(ValueError, match="aware"):
        ask(Hours(Availability.DAYTIME), datetime(2026, 11, 24, 10), STOCKHOLM)


@pytest.mark.parametrize(
    ("applies", "remark", "expected"),
    [
        ("vardag dagtid", "", Hours(Availability.DAYTIME)),
        ("Vardag dagtid", "Kundtjänst", Hours(Availability.DAYTIME)),
        ("dygnet runt", "Kopplar till avdelning", Hours(Availability.ALWAYS)),
        (
            "kväll, helg",
            "Vidarebefordrar information; nummer i katalogen",
            Hours(Availability.EVENING_WEEKEND),
        ),
        ("kväll/helg", "", Hours(Availability.EVENING_WEEKEND)),
        ("", "Ring växeln", Hours(Availability.UNKNOWN)),
        (
            "vardag dagtid",
            "Stängt 12–13; fredag till 15; kortare tider sommartid",
            Hours(Availability.DAYTIME, None, None, time(15), time(12), time(13)),
        ),
        (
            "vardag dagtid",
            "08.00–16.30, lunchstängt 12–13",
            Hours(Availability.DAYTIME, time(8), time(16, 30), None, time(12), time(13)),
        ),
        (
            "vardag dagtid",
            "7:30-16, stängt 12:15-13",
            Hours(Availability.DAYTIME, time(7, 30), time(16), None, time(12, 15), time(13)),
        ),
        ("vardag dagtid", "Sommartid endast 08–12", Hours(Availability.DAYTIME)),
        ("vardag dagtid", "Stängt 12–13 juni", Hours(Availability.DAYTIME)),
        ("dygnet runt", "Stängt 12–13", Hours(Availability.ALWAYS)),
    ],
)
def test_reads_the_hours_of_the_file(applies, remark, expected):
    assert read_hours(applies, remark) == expected


@pytest.mark.parametrize("availability", [a for a in Availability if a is not Availability.OWN_HOURS])
def test_reads_back_its_own_labels(availability):
    assert read_hours(availability.label, "").availability is availability


@pytest.mark.parametrize(
    ("applies", "remark", "field"),
    [
        ("ibland", "", "Gäller"),
        ("kväll", "", "Gäller"),
    ],
)
def test_hours_that_can_not_be_meant_are_told_with_their_column(applies, remark, field):
    with pytest.raises(RuleError) as told:
        read_hours(applies, remark)
    assert told.value.field == field


NIGHT = Span(time(22), time(6))


def own_nights(**more) -> Hours:
    return Hours(Availability.OWN_HOURS, days=(NIGHT,) * 8, **more)


def summer(*, from_day="06-15", to_day="08-15", opens=time(8), closes=time(12)) -> Summer:
    return Summer(from_day, to_day, opens, closes)


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        (Hours(Availability.ALWAYS, opens_at=time(8)), "opens_at"),
        (Hours(Availability.EVENING_WEEKEND, closes_at=time(22)), "closes_at"),
        (Hours(Availability.DAYTIME, time(17), None), "closes_at"),
        (Hours(Availability.DAYTIME, friday_closes_at=time(8)), "friday_closes_at"),
        (Hours(Availability.DAYTIME, lunch_from=time(12)), "lunch_from"),
        (Hours(Availability.DAYTIME, lunch_from=time(13), lunch_to=time(12)), "lunch_to"),
        (Hours(Availability.DAYTIME, lunch_from=time(7), lunch_to=time(9)), "lunch_from"),
        (Hours(Availability.DAYTIME, lunch_to=time(13)), "lunch_from"),
        (Hours(Availability.OWN_HOURS), "days"),
        (Hours(Availability.OWN_HOURS, days=(None,) * 8), "days"),
        (Hours(Availability.OWN_HOURS, days=(NIGHT,) * 7), "days"),
        (Hours(Availability.DAYTIME, days=(NIGHT,) * 8), "days"),
        (Hours(Availability.OWN_HOURS, opens_at=time(8), days=(NIGHT,) * 8), "opens_at"),
        (Hours(Availability.OWN_HOURS, friday_closes_at=time(8), days=(NIGHT,) * 8), "friday_closes_at"),
        (Hours(Availability.OWN_HOURS, days=(*(NIGHT,) * 7, Span(time(8, 0, 1), time(9)))), "day_7"),
        (Hours(Availability.OWN_HOURS, days=(Span(time(8), time(9, tzinfo=UTC)), *(None,) * 7)), "day_0"),
        (own_nights(lunch_from=time(12), lunch_to=time(13)), "lunch_from"),
        (own_nights(lunch_from=time(5, 30), lunch_to=time(6)), "lunch_from"),
        (Hours(Availability.EVENING_WEEKEND, lunch_from=time(12), lunch_to=time(13)), "lunch_from"),
        (Hours(Availability.ALWAYS, eves=Eves.WEEKEND), "eve_closes_at"),
        (Hours(Availability.UNKNOWN, eve_closes_at=time(12)), "eve_closes_at"),
        (Hours(Availability.DAYTIME, eves=Eves.SHORT), "eve_closes_at"),
        (Hours(Availability.DAYTIME, eves=Eves.WEEKDAY, eve_closes_at=time(12)), "eve_closes_at"),
        (Hours(Availability.EVENING_WEEKEND, summer=summer()), "summer_from"),
        (Hours(Availability.DAYTIME, summer=summer(from_day="06-31")), "summer_from"),
        (Hours(Availability.DAYTIME, summer=summer(from_day="6-1")), "summer_from"),
        (Hours(Availability.DAYTIME, summer=summer(to_day="02-30")), "summer_to"),
        (Hours(Availability.DAYTIME, summer=summer(to_day="06-14")), "summer_to"),
        (Hours(Availability.DAYTIME, summer=summer(closes=time(8))), "summer_closes_at"),
        (Hours(Availability.DAYTIME, summer=summer(opens=time(8, 0, 1))), "summer_opens_at"),
    ],
)
def test_hours_that_can_not_be_kept(hours, field):
    with pytest.raises(RuleError) as told:
        check_hours(hours)
    assert told.value.field == field
    assert told.value.reason.endswith(".")


@pytest.mark.parametrize(
    "hours",
    [
        own_nights(lunch_from=time(2), lunch_to=time(3)),
        own_nights(lunch_from=time(23), lunch_to=time(23, 30)),
        own_nights(summer=summer(), eves=Eves.SHORT, eve_closes_at=time(0)),
        Hours(Availability.DAYTIME, summer=summer(from_day="02-29", to_day="02-29")),
        Hours(Availability.EVENING_WEEKEND, eves=Eves.SHORT, eve_closes_at=time(12)),
    ],
)
def test_hours_that_can_be_kept(hours):
    assert check_hours(hours) is None


@pytest.mark.parametrize("name", PATTERNS)
def test_the_patterns_of_this_test_can_be_kept(name):
    check_hours(PATTERNS[name][0])


def test_words():
    at = datetime(2026, 11, 24, 12, 10, tzinfo=STOCKHOLM)
    assert opens_words(datetime(2026, 11, 24, 12, 0, tzinfo=UTC), at, STOCKHOLM) == "öppnar 13.00"
    assert opens_words(datetime(2026, 11, 25, 7, 0, tzinfo=UTC), at, STOCKHOLM) == "öppnar ons 25 nov 08.00"
    assert (
        opens_words(datetime(2027, 6, 1, 6, 0, tzinfo=UTC), at, STOCKHOLM) == "öppnar tis 1 juni 2027 08.00"
    )
    assert hours_words(PATTERNS["lunch och fredag"][0]) == (
        "Vardag dagtid, fredag till 15.00, lunchstängt 12.00–13.00"
    )
    assert hours_words(PATTERNS["egna tider"][0]) == "Vardag dagtid 07.30–17.00"
    assert hours_words(Hours(Availability.UNKNOWN)) == "Tider okända"
