"""Every half hour of a year for every kind of hours, against slots that are struck off one by one.

The second formulation knows nothing of spans, of UTC or of the holiday library: a day is a set of half hours,
numbered from its midnight, the holidays and eves were copied from the almanac, and the clock is read forward.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from contacts.rules.availability import is_open, opens_next
from contacts.rules.hours import Availability, Eves, Hours, Span, Summer, check_hours, day_of
from tests.long import runs

pytestmark = pytest.mark.slow

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HALF_HOUR, INSTANT = timedelta(minutes=30), timedelta(microseconds=1)


def almanac(days: str) -> set[str]:
    return set(days.split())


HOLIDAYS = almanac(
    """
    2025-12-25 2025-12-26
    2026-01-01 2026-01-06 2026-04-03 2026-04-05 2026-04-06 2026-05-01 2026-05-14 2026-05-24 2026-06-06
    2026-06-20 2026-10-31 2026-12-25 2026-12-26
    2027-01-01 2027-01-06 2027-03-26 2027-03-28 2027-03-29 2027-05-01 2027-05-06 2027-05-16 2027-06-06
    2027-06-26 2027-11-06 2027-12-25 2027-12-26
    2028-01-01 2028-01-06
    """
)
GREAT_EVES = almanac(
    "2025-12-24 2025-12-31 2026-06-19 2026-12-24 2026-12-31 2027-06-25 2027-12-24 2027-12-31"
)
EVES = GREAT_EVES | almanac(
    """
    2026-01-05 2026-04-02 2026-04-30 2026-05-13 2026-06-05 2026-10-30
    2027-01-05 2027-03-25 2027-04-30 2027-05-05 2027-11-05
    2028-01-05
    """
)


@dataclass(frozen=True)
class Plain:
    """One kind of hours as plain text. `days` are Monday to Sunday and the public holiday, "-" where closed."""

    days: str
    eves: Eves = Eves.UNSAID
    eve_closes: str = ""
    lunch: str = ""
    friday: str = ""
    summer: str = ""
    inverted: bool = False


def clock(text: str) -> time:
    return time.fromisoformat(text)


def number(text: str) -> int:
    return int(text[:2]) * 2 + int(text[3:]) // 30


def slots(span: str) -> set[int]:
    """The half hours 44 to 59, counted from the midnight before, for "22:00-06:00"; several times with a plus."""
    if span == "-":
        return set()
    if "+" in span:
        return set().union(*map(slots, span.split("+")))
    first, last = map(number, span.split("-"))
    return set(range(first, last if last > first else last + 48))


def slots_of_day(plain: Plain, day: date) -> set[int]:
    name = day.isoformat()
    unsaid_free = plain.eves is Eves.UNSAID and name in GREAT_EVES
    holiday = name in HOLIDAYS or unsaid_free or (plain.eves is Eves.WEEKEND and name in EVES)
    span = plain.days.split()[7 if holiday else day.weekday()]
    found = slots(span)
    friday = plain.friday if day.strftime("%a") == "Fri" and found else ""
    overnight = max(found, default=0) >= 48 or span.endswith("-00:00")
    if friday:
        found = slots(f"{span[:5]}-{friday}")
    if plain.summer and found and not overnight:
        (from_month, from_day, to_month, to_day), hours = (
            plain.summer.split()[0].split("/"),
            plain.summer.split()[1],
        )
        if (int(from_month), int(from_day)) <= (day.month, day.day) <= (int(to_month), int(to_day)):
            found = slots(hours) - (set(range(number(friday), 48)) if friday else set())
    if plain.eves is Eves.SHORT and name in EVES:
        found -= set(range(number(plain.eve_closes), 96))
    if plain.lunch:
        found -= {slot + later for slot in slots(plain.lunch) for later in (0, 48)}
    return set(range(48)) - found if plain.inverted else found


def shown_clock(moments: list[datetime]) -> list[datetime]:
    """The wall clock at each moment, standing still during the repeated hour."""
    shown: list[datetime] = []
    for moment in moments:
        wall = moment.astimezone(STOCKHOLM).replace(tzinfo=None)
        shown.append(max(wall, shown[-1]) if shown else wall)
    return shown


@cache
def half_hours(year: int) -> tuple[list[datetime], list[tuple[date, int]]]:
    """Each half hour of `year`, two days before and ten after, in UTC, and its place on the clock."""
    first = datetime(year - 1, 12, 29, 23, tzinfo=UTC)
    moments = [first + n * HALF_HOUR for n in range((365 + 12) * 48)]
    return moments, [(wall.date(), wall.hour * 2 + wall.minute // 30) for wall in shown_clock(moments)]


def table(plain: Plain, year: int) -> list[bool]:
    _, places = half_hours(year)
    first = places[0][0]
    taken = {
        (first + timedelta(days=n + slot // 48), slot % 48)
        for n in range(-1, 365 + 14)
        for slot in slots_of_day(plain, first + timedelta(days=n))
    }
    return [place in taken for place in places]


WEEK = "{0} {0} {0} {0} {0} - - -"


def daytime(*, friday="", lunch="", summer="", span="", **eves) -> tuple[Hours, Plain]:
    """One kind of daytime hours, as the rules take it and as plain text."""
    opens, closes = span.split("-") if span else ("", "")
    hours = Hours(
        Availability.DAYTIME,
        opens_at=clock(opens) if opens else None,
        closes_at=clock(closes) if closes else None,
        friday_closes_at=clock(friday) if friday else None,
    )
    plain = Plain(WEEK.format(span or "08:00-16:30"), friday=friday)
    return dressed(hours, plain, lunch=lunch, summer=summer, **eves)


def own(days: str, **more) -> tuple[Hours, Plain]:
    spans = [
        day_of([Span(*map(clock, part.split("-"))) for part in text.split("+") if part != "-"])
        for text in days.split()
    ]
    return dressed(Hours(Availability.OWN_HOURS, days=tuple(spans)), Plain(days), **more)


def evening(**eves) -> tuple[Hours, Plain]:
    plain = Plain(WEEK.format("08:00-16:30"), inverted=True)
    return dressed(Hours(Availability.EVENING_WEEKEND), plain, **eves)


def dressed(
    hours: Hours, plain: Plain, *, lunch="", summer="", eves=Eves.UNSAID, eve_closes=""
) -> tuple[Hours, Plain]:
    plain = replace(plain, lunch=lunch, summer=summer, eves=eves, eve_closes=eve_closes)
    hours = replace(hours, eves=eves, eve_closes_at=clock(eve_closes) if eve_closes else None)
    if lunch:
        lunch_from, lunch_to = map(clock, lunch.split("-"))
        hours = replace(hours, lunch_from=lunch_from, lunch_to=lunch_to)
    if summer:
        days, span = summer.split()
        a, b, c, d = days.split("/")
        hours = replace(hours, summer=Summer(f"{a}-{b}", f"{c}-{d}", *map(clock, span.split("-"))))
    return hours, plain


EVERY_EVES = [
    {"eves": Eves.UNSAID},
    {"eves": Eves.WEEKEND},
    {"eves": Eves.WEEKDAY},
    {"eves": Eves.SHORT, "eve_closes": "12:00"},
]
# Day hours; nights; on call beside day hours, over one another at the turn to the weekend; odd ones that meet the
# hours the clocks leap over and show twice.
WEEKS = {
    "dag": ("08:00-16:30 " * 4 + "08:00-15:00 - - 10:00-14:00", "12:00-13:00"),
    "natt": ("22:00-06:00 " * 7 + "20:00-08:00", "02:00-03:00"),
    "jour": ("16:00-08:00 " * 5 + "00:00-00:00 " * 3, "12:00-13:00"),
    "delad": (
        "08:00-12:00+13:00-16:00 " * 4
        + "08:00-09:30+11:00-12:00+14:00-15:00 - 09:00-10:00+20:00-02:30 10:00-12:00+13:00-00:00",
        "10:00-10:30",
    ),
    "udda": ("- 07:00-00:00 10:00-12:00 - 20:00-14:00 22:00-02:30 02:30-05:00 -", "12:00-12:30"),
}
SUMMER = "06/15/08/15 08:30-12:30"

KINDS = {
    f"dagtid {friday} {lunch} {summer} {eves['eves']}": daytime(
        friday=friday, lunch=lunch, summer=summer, **eves
    )
    for friday, lunch, summer, eves in product(("", "15:00"), ("", "12:00-13:00"), ("", SUMMER), EVERY_EVES)
}
KINDS |= {f"kväll och helg {eves['eves']}": evening(**eves) for eves in EVERY_EVES}
KINDS |= {
    f"egna {week} {summer} {eves['eves']}": own(days, summer=summer, lunch=lunch if summer else "", **eves)
    for (week, (days, lunch)), summer, eves in product(WEEKS.items(), ("", SUMMER), EVERY_EVES)
}
KINDS |= {
    "fredag senare": daytime(friday="18:00", summer="06/01/08/31 09:00-15:00"),
    "fredag stängt i sommar": daytime(friday="11:00", summer="06/01/08/31 11:00-15:00"),
    "sommar hela året": daytime(span="07:30-17:00", summer="01/01/12/31 09:00-10:00"),
    "sommar bara skottdagen": daytime(summer="02/29/02/29 09:00-10:00"),
    "afton före öppning": daytime(eves=Eves.SHORT, eve_closes="07:00"),
    "afton efter stängning": daytime(eves=Eves.SHORT, eve_closes="18:00"),
    "kväll, afton före öppning": evening(eves=Eves.SHORT, eve_closes="07:00"),
    "bara helgdag": own("- - - - - - - 10:00-14:00"),
    "bara torsdag": own("- - - 08:00-10:00 - - - -"),
    "dygn från sex": own("- - - - - 06:00-06:00 - 06:00-06:00"),
    "timmen som hoppas över": own("- - - - - - 02:00-03:00 -"),
    "i timmen som kommer igen": own("- - - - - 21:00-23:00 02:00-02:30 -"),
}


def next_opening(hours: Hours, moment: datetime) -> datetime | None:
    """`opens_next` in UTC: moments of the repeated hour equal none in another zone."""
    opens = opens_next(hours, moment, STOCKHOLM)
    return opens.astimezone(UTC) if opens else None


def check_year(hours: Hours, plain: Plain, year: int) -> None:
    moments, _ = half_hours(year)
    expected = table(plain, year)
    assert [is_open(hours, moment, STOCKHOLM) for moment in moments] == expected
    following: datetime | None = None
    for n in range(len(moments) - 1, 0, -1):
        moment = moments[n]
        if expected[n] != expected[n - 1]:
            assert is_open(hours, moment - INSTANT, STOCKHOLM) is expected[n - 1], moment
            if following is not None:
                assert next_opening(hours, moment) == following, moment
            if expected[n]:
                assert next_opening(hours, moment - INSTANT) == moment
                following = moment
        elif n % 31 == 0 and following is not None:
            assert next_opening(hours, moment) == following, moment


@pytest.mark.clause("R5.3")
@pytest.mark.clause("R5.4")
@pytest.mark.long
@pytest.mark.parametrize("kind", list(KINDS)[:: runs(3, full=1)])
def test_every_half_hour_of_2026(kind):
    hours, plain = KINDS[kind]
    check_hours(hours)
    check_year(hours, plain, 2026)


@pytest.mark.clause("R5.3")
@pytest.mark.clause("R5.4")
@pytest.mark.parametrize(
    "kind",
    [kind for n, kind in enumerate(KINDS) if n < 4 or kind.startswith(("kväll och", f"egna dag {SUMMER}"))],
)
def test_every_half_hour_of_2027(kind):
    check_year(*KINDS[kind], 2027)


def test_every_eve_of_these_years_lies_on_a_working_day_before_a_holiday():
    for eve in map(date.fromisoformat, EVES):
        assert eve.strftime("%a") not in {"Sat", "Sun"}
        assert (eve + timedelta(days=1)).isoformat() in HOLIDAYS


@pytest.mark.parametrize("eves", EVERY_EVES, ids=lambda said: said["eves"])
def test_daytime_and_evening_or_weekend_share_every_moment_whatever_the_eves(eves):
    (day, _), (rest, _) = daytime(**eves), evening(**eves)
    for moment in half_hours(2026)[0]:
        assert is_open(day, moment, STOCKHOLM) != is_open(rest, moment, STOCKHOLM), moment


@pytest.mark.parametrize("eves", EVERY_EVES, ids=lambda said: said["eves"])
def test_an_eve_on_a_saturday_keeps_the_hours_of_the_saturday(eves):
    hours, _ = own("- - - - - 09:00-14:00 - 10:00-11:00", **eves)
    christmas_eve = datetime(2022, 12, 24, 13, tzinfo=STOCKHOLM)
    assert christmas_eve.strftime("%a") == "Sat"
    assert is_open(hours, christmas_eve, STOCKHOLM)


def test_open_all_the_week_by_days_never_opens():
    hours, _ = own("00:00-00:00 " * 8)
    for moment in (datetime(2026, 3, 29, 2, 30, tzinfo=UTC), datetime(2026, 12, 24, 23, 0, tzinfo=UTC)):
        assert is_open(hours, moment, STOCKHOLM)
        assert opens_next(hours, moment, STOCKHOLM) is None


def test_holiday_hours_wait_from_midsummer_to_all_saints_day():
    hours, _ = own("- - - - - - - 10:00-14:00")
    after_midsummer = datetime(2026, 6, 20, 14, tzinfo=STOCKHOLM)
    assert opens_next(hours, after_midsummer, STOCKHOLM) == datetime(2026, 10, 31, 10, tzinfo=STOCKHOLM)


NIGHT = Hours(Availability.OWN_HOURS, days=(Span(time(22), time(6)),) * 8)
SHORT_NIGHT = Hours(Availability.OWN_HOURS, days=(Span(time(22), time(2, 30)),) * 8)


@pytest.mark.parametrize(
    ("hours", "evening_before", "closes"),
    [
        (NIGHT, datetime(2026, 3, 28, 23), datetime(2026, 3, 29, 4, 0, tzinfo=UTC)),
        (NIGHT, datetime(2026, 10, 24, 23), datetime(2026, 10, 25, 5, 0, tzinfo=UTC)),
        (SHORT_NIGHT, datetime(2026, 3, 28, 23), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (SHORT_NIGHT, datetime(2026, 10, 24, 23), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_night_ends_by_the_clock_on_the_wall_when_the_clocks_change(hours, evening_before, closes):
    moment = evening_before.replace(tzinfo=STOCKHOLM).astimezone(UTC)
    while moment < closes:
        assert is_open(hours, moment, STOCKHOLM), moment
        moment += timedelta(minutes=1)
    assert not is_open(hours, closes, STOCKHOLM)
    assert opens_next(hours, closes, STOCKHOLM).strftime("%H.%M") == "22.00"
