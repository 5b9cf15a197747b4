"""When somebody answers on a number (R5.3, R5.4).

Two patterns cover the whole week between them: daytime on weekdays, and evening and weekend, which is every
other moment. Moments are aware datetimes, else ValueError; hours are wall-clock hours in the zone given.

A clock time stands for the first moment of its day at which the clock shows it, or has skipped past it: so hours
keep their places when the clocks change, and the repeated hour neither closes nor opens twice.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from .clock_words import MONTHS, WEEKDAYS, needs_year
from .free_days import is_eve, is_free_day, is_free_eve, is_public_holiday
from .hours import DAYTIME_CLOSES, DAYTIME_OPENS, HOLIDAY, MIDNIGHT, Availability, Eves, Hours, Summer

_FRIDAY = 4
_DAY, _MINUTE, _INSTANT = timedelta(days=1), timedelta(minutes=1), timedelta(microseconds=1)
# Hours for public holidays alone may rest from midsummer to All Saints' Day; nothing rests for a year.
_DAYS_AHEAD = 370

# Start in and end out, as wall-clock datetimes without a zone, or as moments in UTC.
_Stretch = tuple[datetime, datetime]


def is_open(hours: Hours, at: datetime, zone: tzinfo) -> bool:
    """Whether somebody answers at the aware moment `at`; for unknown hours False."""
    _check_aware(at)
    if hours.availability is Availability.ALWAYS:
        return True
    if hours.availability is Availability.UNKNOWN:
        return False
    moment = at.astimezone(UTC)
    for opens, closes in _stretches_touching(hours, _local_day(at, zone), zone):  # noqa: SIM110 - half the time
        if opens <= moment < closes:
            return True
    return False


def is_daytime(at: datetime, zone: tzinfo) -> bool:
    """Whether the aware moment `at` lies in the default daytime of a weekday."""
    return is_open(Hours(Availability.DAYTIME), at, zone)


def opens_next(hours: Hours, at: datetime, zone: tzinfo) -> datetime | None:
    """The first moment after `at` at which it opens, in `zone`.

    None where it never opens because it is open round the clock, and where the hours are unknown.
    """
    _check_aware(at)
    if hours.availability in (Availability.ALWAYS, Availability.UNKNOWN):
        return None
    moment, first = at.astimezone(UTC), _local_day(at, zone)
    # From the day before: a lunch may part what runs on from it.
    for ahead in range(-1, _DAYS_AHEAD):
        for opens in _openings(hours, first + ahead * _DAY, zone):
            if opens > moment:
                return opens.astimezone(zone)
    return None


def changes_next(hours: Hours, at: datetime, zone: tzinfo) -> datetime | None:
    """The first moment after `at`, of its day or of the next two, at which it opens or closes; else None."""
    if hours.availability in (Availability.ALWAYS, Availability.UNKNOWN):
        return None
    moment, first = at.astimezone(UTC), _local_day(at, zone)
    days = (first + ahead * _DAY for ahead in range(-1, 3))
    edges = (edge for day in days for stretch in _stretches(hours, day, zone) for edge in stretch)
    return min((edge for edge in edges if edge > moment), default=None)


# A small cache is enough: thousands of entries share a handful of hours, asked about the same days.


@lru_cache(maxsize=8192)
def _openings(hours: Hours, day: date, zone: tzinfo) -> tuple[datetime, ...]:
    """When, in UTC and in order, a stretch that starts on `day` opens what was closed."""
    starts = [opens for opens, _ in _stretches(hours, day, zone)]
    # Midnight opens nothing where the evening before is open up to it.
    return tuple(opens for opens in starts if not is_open(hours, opens - _INSTANT, zone))


@lru_cache(maxsize=8192)
def _stretches_touching(hours: Hours, day: date, zone: tzinfo) -> tuple[_Stretch, ...]:
    return _stretches(hours, day - _DAY, zone) + _stretches(hours, day, zone)


@lru_cache(maxsize=8192)
def _stretches(hours: Hours, day: date, zone: tzinfo) -> tuple[_Stretch, ...]:
    """The open stretches that start on `day`, first to last, in UTC."""
    moments = [(moment_of(start, zone), moment_of(end, zone)) for start, end in walls_of(hours, day)]
    # In the skipped hour nothing is left.
    return tuple((opens, closes) for opens, closes in moments if opens < closes)


def walls_of(hours: Hours, day: date) -> list[_Stretch]:
    """The open stretches that start on `day`, first to last, by the wall clock."""
    if hours.availability is Availability.EVENING_WEEKEND:
        daytime = Hours(Availability.DAYTIME, eves=hours.eves, eve_closes_at=hours.eve_closes_at)
        return _rest_of_day(day, _daytime_walls(daytime, day))
    if hours.availability is Availability.OWN_HOURS:
        return _own_walls(hours, day)
    return _daytime_walls(hours, day)


def _rest_of_day(day: date, walls: list[_Stretch]) -> list[_Stretch]:
    """What the stretches of one day leave of it, midnight to midnight."""
    edges = [
        datetime.combine(day, MIDNIGHT),
        *(edge for stretch in walls for edge in stretch),
        datetime.combine(day + _DAY, MIDNIGHT),
    ]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _daytime_walls(hours: Hours, day: date) -> list[_Stretch]:
    if is_free_day(day, hours.eves):
        return []
    opens, closes = hours.opens_at or DAYTIME_OPENS, hours.closes_at or DAYTIME_CLOSES
    friday = hours.friday_closes_at if day.weekday() == _FRIDAY else None
    if summer := _summer_of(hours, day):
        opens, closes = summer.opens, min(summer.closes, friday or summer.closes)
    elif friday is not None:
        closes = friday
    return _less_eve_and_lunch(hours, day, datetime.combine(day, opens), datetime.combine(day, closes))


def _own_walls(hours: Hours, day: date) -> list[_Stretch]:
    as_holiday = is_public_holiday(day) or is_free_eve(day, hours.eves)
    span = hours.days[HOLIDAY if as_holiday else day.weekday()] if hours.days else None
    if span is None:
        return []
    summer = _summer_of(hours, day)
    walls = [(datetime.combine(day, part.opens), datetime.combine(day, part.closes)) for part in span.parts]
    if summer and all(start < end for start, end in walls):
        walls = [(datetime.combine(day, summer.opens), datetime.combine(day, summer.closes))]
    found = []
    for start, end in walls:
        found += _less_eve_and_lunch(hours, day, start, end if start < end else end + _DAY)
    return found


def _summer_of(hours: Hours, day: date) -> Summer | None:
    summer = hours.summer
    return summer if summer and summer.from_day <= f"{day:%m-%d}" <= summer.to_day else None


def _less_eve_and_lunch(hours: Hours, day: date, start: datetime, end: datetime) -> list[_Stretch]:
    """What the short eve and the lunches of `day` and of the day after leave of a stretch."""
    if hours.eves is Eves.SHORT and hours.eve_closes_at is not None and is_eve(day):
        end = min(end, datetime.combine(day, hours.eve_closes_at))
    stretches = []
    if hours.lunch_from is not None and hours.lunch_to is not None:
        for lunch_day in (day, day + _DAY):
            stretches.append((start, min(datetime.combine(lunch_day, hours.lunch_from), end)))
            start = max(datetime.combine(lunch_day, hours.lunch_to), start)
    stretches.append((start, end))
    return [(opens, closes) for opens, closes in stretches if opens < closes]


def moment_of(wall: datetime, zone: tzinfo) -> datetime:
    """The first moment, in UTC, at which the clock of `zone` shows `wall`, or has leapt past it."""
    while (moment := wall.replace(tzinfo=zone).astimezone(UTC)).astimezone(zone).replace(tzinfo=None) != wall:
        wall += _MINUTE
    return moment


def _local_day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def _check_aware(at: datetime) -> None:
    if at.utcoffset() is None:
        raise ValueError("a moment must be aware")


def opens_words(opens: datetime, at: datetime, zone: tzinfo) -> str:
    """As "öppnar 13.00", with the day before the time where it is another day than that of `at`."""
    local = opens.astimezone(zone)
    day = local.date()
    if day == _local_day(at, zone):
        return f"öppnar {local:%H.%M}"
    year = f" {day.year}" if needs_year(day, _local_day(at, zone)) else ""
    return f"öppnar {WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}{year} {local:%H.%M}"
