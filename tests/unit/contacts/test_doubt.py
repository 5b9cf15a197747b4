"""Where a remark is to be read before one trusts the hours, and where an eve may close them earlier."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from contacts.rules.doubt import Doubt, InFile, doubt_at, in_file, may_close_early
from contacts.rules.hours import Availability, Eves, Hours, Span, Summer
from contacts.rules.hours_text import read_hours

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAY = Hours(Availability.DAYTIME)
ALWAYS = Hours(Availability.ALWAYS)
UNKNOWN = Hours(Availability.UNKNOWN)
LUNCH = Hours(Availability.DAYTIME, lunch_from=time(12), lunch_to=time(13))
AFTERNOON = Hours(Availability.DAYTIME, opens_at=time(13), closes_at=time(16))
PARTS = Hours(
    Availability.OWN_HOURS,
    days=(*(Span(time(8), time(12), Span(time(13), time(16))),) * 5, None, None, None),
)
NOVEMBER = datetime(2026, 11, 24, 10, tzinfo=STOCKHOLM)
JULY_9 = datetime(2026, 7, 15, 9, tzinfo=STOCKHOLM)
JULY_13 = datetime(2026, 7, 15, 13, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("hours", "remark", "at", "expected"),
    [
        (DAY, "", NOVEMBER, Doubt.NONE),
        (DAY, "Kundtjänst", NOVEMBER, Doubt.NONE),
        (DAY, "vardag dagtid", NOVEMBER, Doubt.NONE),
        (ALWAYS, "Dygnet runt", NOVEMBER, Doubt.NONE),
        (Hours(Availability.EVENING_WEEKEND), "kväll, helg", NOVEMBER, Doubt.NONE),
        # What the remark says is what the entry has, however it is written.
        (LUNCH, "Stängt 12–13", NOVEMBER, Doubt.NONE),
        (PARTS, "mån-fre 8-12, 13-16", NOVEMBER, Doubt.NONE),
        (
            Hours(Availability.DAYTIME, opens_at=time(8), closes_at=time(16), lunch_from=time(12), lunch_to=time(13)),
            "mån-fre 8-12, 13-16",
            NOVEMBER,
            Doubt.NONE,
        ),
        # It says something else than the entry has: typed by hand, or read by an older rule.
        (DAY, "Stängt 12–13", NOVEMBER, Doubt.OPEN_OR_NOT),
        (AFTERNOON, "mån-fre 8-12, 13-16", NOVEMBER, Doubt.OPEN_OR_NOT),
        (ALWAYS, "Stängt 12–13", NOVEMBER, Doubt.OPEN_OR_NOT),
        (DAY, "Dygnet runt", NOVEMBER, Doubt.OPEN_OR_NOT),
        (DAY, "Enhetsmöte tisdagar, 13-15", NOVEMBER, Doubt.OPEN_OR_NOT),
        (ALWAYS, "jour dygnet runt utom tisdagar 8-10", NOVEMBER, Doubt.OPEN_OR_NOT),
        (UNKNOWN, "Öppet 8-16", NOVEMBER, Doubt.NOTED),
        (UNKNOWN, "Enhetsmöte tisdagar", NOVEMBER, Doubt.NOTED),
        # A summer without days.
        (DAY, "Sommartid endast 08–12", NOVEMBER, Doubt.NOTED),
        (DAY, "Sommartid endast 08–12", JULY_9, Doubt.NOTED),
        (DAY, "Sommartid endast 08–12", JULY_13, Doubt.CLOSED),
        (LUNCH, "Stängt 12–13; kortare tider sommartid", NOVEMBER, Doubt.NONE),
        (LUNCH, "Stängt 12–13; kortare tider sommartid", JULY_9, Doubt.OPEN_OR_NOT),
        (
            Hours(Availability.DAYTIME, summer=Summer("06-15", "08-15", time(8), time(12))),
            "Sommartid endast 08–12",
            JULY_13,
            Doubt.NONE,
        ),
    ],
)  # fmt: skip
def test_what_a_remark_leaves_unsure(hours, remark, at, expected):
    assert doubt_at(hours, remark, at, STOCKHOLM) is expected


@pytest.mark.parametrize(
    ("applies", "times", "remark", "expected"),
    [
        ("vardag dagtid", "", "Stängt 12–13", InFile.READ),
        ("vardag dagtid", "", "Enhetsmöte tisdagar, 13-15", InFile.LEFT),
        ("vardag dagtid", "", "Sommartid endast 08–12", InFile.LEFT),
        ("vardag dagtid", "", "Kundtjänst", None),
        ("vardag dagtid", "lunch 12–13", "Stängt 12–13", None),
        ("vardag dagtid", "lunch 11–12", "Stängt 12–13", InFile.LEFT),
        ("dygnet runt", "", "Stängt 12–13", InFile.LEFT),
        ("dygnet runt", "", "Dygnet runt", None),
    ],
)
def test_what_a_file_makes_of_a_remark(applies, times, remark, expected):
    was_read = applies == "vardag dagtid" and not times
    assert in_file(read_hours(applies, remark, times), remark, was_read=was_read) is expected


# The eves of 2026 that are neither jul-, nyårs- nor midsommarafton, from the almanac.
DISPUTED = ["2026-01-05", "2026-04-02", "2026-04-30", "2026-05-13", "2026-06-05", "2026-10-30"]


def test_on_the_eves_that_people_keep_differently_it_may_close_earlier():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    early = [
        str(day)
        for day in days
        if may_close_early(DAY, datetime.combine(day, time(10), STOCKHOLM), STOCKHOLM)
    ]
    assert early == DISPUTED


@pytest.mark.parametrize("clock", [time(7), time(12, 30), time(16)])
def test_before_it_opens_and_at_lunch_too_and_not_when_it_has_closed(clock):
    valborg = date(2026, 4, 30)
    assert may_close_early(LUNCH, datetime.combine(valborg, clock, STOCKHOLM), STOCKHOLM)
    assert not may_close_early(LUNCH, datetime.combine(valborg, time(16, 30), STOCKHOLM), STOCKHOLM)


@pytest.mark.parametrize(
    "hours",
    [
        ALWAYS,
        UNKNOWN,
        Hours(Availability.EVENING_WEEKEND),
        Hours(Availability.DAYTIME, eves=Eves.WEEKDAY),
        Hours(Availability.DAYTIME, eves=Eves.SHORT, eve_closes_at=time(12)),
        Hours(Availability.DAYTIME, eves=Eves.WEEKEND),
    ],
)
def test_nothing_is_unsure_where_somebody_has_said_how_eves_are_kept(hours):
    assert not may_close_early(hours, datetime(2026, 4, 30, 10, tzinfo=STOCKHOLM), STOCKHOLM)
