"""When somebody answers on a number (R5.3, R5.4).

Two patterns cover the whole week between them: daytime on weekdays, and evening and weekend, which is every
other moment. Moments are aware datetimes, else ValueError; hours are wall-clock hours in the zone given.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

import holidays

from .errors import RuleError
from .swedish_text import search_key


class Availability(StrEnum):
    """The patterns the directory uses."""

    DAYTIME = "daytime"
    EVENING_WEEKEND = "evening_weekend"
    ALWAYS = "always"
    UNKNOWN = "unknown"


AVAILABILITY_LABELS: dict[Availability, str] = {
    Availability.DAYTIME: "Vardag dagtid",
    Availability.EVENING_WEEKEND: "Kväll och helg",
    Availability.ALWAYS: "Dygnet runt",
    Availability.UNKNOWN: "Okänt",
}

# Ours, where an entry says no hours. Evening and weekend is the complement of these two.
DAYTIME_OPENS = time(8, 0)
DAYTIME_CLOSES = time(16, 30)

_WEEKDAYS = ("mån", "tis", "ons", "tor", "fre", "lör", "sön")
_MONTHS = ("jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec")
_FRIDAY, _SATURDAY = 4, 5
# The longest run of free days in a Swedish year is under a week.
_DAYS_AHEAD = 14


@dataclass(frozen=True, slots=True)
class Hours:
    """When an entry answers. The clock times matter for DAYTIME only and are wall-clock times.

    Without `opens_at` or `closes_at` the daytime default holds; `friday_closes_at` replaces the closing time
    on Fridays; from `lunch_from` up to `lunch_to` nobody answers.
    """

    availability: Availability
    opens_at: time | None = None
    closes_at: time | None = None
    friday_closes_at: time | None = None
    lunch_from: time | None = None
    lunch_to: time | None = None

    @property
    def known(self) -> bool:
        """Tell whether anything is known about when somebody answers."""
        return self.availability is not Availability.UNKNOWN


def check_hours(hours: Hours) -> None:
    """Raise RuleError, with the field it belongs beside, where the clock times can not be meant."""
    times = {
        "opens_at": hours.opens_at,
        "closes_at": hours.closes_at,
        "friday_closes_at": hours.friday_closes_at,
        "lunch_from": hours.lunch_from,
        "lunch_to": hours.lunch_to,
    }
    if hours.availability is not Availability.DAYTIME:
        for field, given in times.items():
            if given is not None:
                raise RuleError("Ange klockslag bara för vardag dagtid.", field=field)
        return
    opens, closes = hours.opens_at or DAYTIME_OPENS, hours.closes_at or DAYTIME_CLOSES
    if opens >= closes:
        raise RuleError("Stängningstiden måste vara senare än öppningstiden.", field="closes_at")
    if hours.friday_closes_at is not None and opens >= hours.friday_closes_at:
        raise RuleError("Stängningstiden måste vara senare än öppningstiden.", field="friday_closes_at")
    if (hours.lunch_from is None) != (hours.lunch_to is None):
        raise RuleError("Ange både när lunchen börjar och när den slutar.", field="lunch_from")
    if hours.lunch_from is not None and hours.lunch_to is not None:
        if hours.lunch_from >= hours.lunch_to:
            raise RuleError("Lunchen måste sluta senare än den börjar.", field="lunch_to")
        if not opens < hours.lunch_from < hours.lunch_to < closes:
            raise RuleError("Lunchen måste ligga inom öppettiden.", field="lunch_from")


@lru_cache(maxsize=32)
def _public_holidays(year: int) -> frozenset[date]:
    # Without include_sundays: weekends are counted here, so that no version of the library decides it.
    return frozenset(holidays.country_holidays("SE", years=year, include_sundays=False))


@lru_cache(maxsize=4096)
def is_free_day(day: date) -> bool:
    """Tell whether `day` counts as weekend: Saturday, Sunday, public holiday or one of three eves."""
    if day.weekday() >= _SATURDAY or day in _public_holidays(day.year):
        return True
    midsummer_eve = day.month == 6 and 19 <= day.day <= 25 and day.weekday() == _FRIDAY
    return midsummer_eve or (day.month == 12 and day.day in (24, 31))


def is_open(hours: Hours, at: datetime, zone: tzinfo) -> bool:
    """Tell whether somebody answers at the aware moment `at`; for unknown hours False."""
    _check_aware(at)
    if hours.availability is Availability.ALWAYS:
        return True
    if hours.availability is Availability.UNKNOWN:
        return False
    return any(
        opens <= at.astimezone(UTC) < closes for opens, closes in _spans(hours, _local_day(at, zone), zone)
    )


def is_daytime(at: datetime, zone: tzinfo) -> bool:
    """Tell whether the aware moment `at` lies in the default daytime of a weekday."""
    return is_open(Hours(Availability.DAYTIME), at, zone)


def opens_next(hours: Hours, at: datetime, zone: tzinfo) -> datetime | None:
    """Give the first moment after `at` at which it opens, in `zone`.

    None where it never opens because it is open round the clock, and where the hours are unknown.
    """
    _check_aware(at)
    if hours.availability in (Availability.ALWAYS, Availability.UNKNOWN):
        return None
    first = _local_day(at, zone)
    for ahead in range(_DAYS_AHEAD):
        for opens, _ in _spans(hours, first + timedelta(days=ahead), zone):
            # Midnight opens nothing for evening and weekend: the evening before is open up to it.
            if opens > at.astimezone(UTC) and not is_open(hours, opens - timedelta(microseconds=1), zone):
                return opens.astimezone(zone)
    return None


def _spans(hours: Hours, day: date, zone: tzinfo) -> list[tuple[datetime, datetime]]:
    """Give the open spans of one day in UTC, first to last, each with its start in and its end out."""
    midnight, next_midnight = _utc(day, time(0), zone), _utc(day + timedelta(days=1), time(0), zone)
    if hours.availability is Availability.EVENING_WEEKEND:
        if is_free_day(day):
            return [(midnight, next_midnight)]
        return [(midnight, _utc(day, DAYTIME_OPENS, zone)), (_utc(day, DAYTIME_CLOSES, zone), next_midnight)]
    if is_free_day(day):
        return []
    closing = hours.closes_at or DAYTIME_CLOSES
    if day.weekday() == _FRIDAY and hours.friday_closes_at is not None:
        closing = hours.friday_closes_at
    opens, closes = _utc(day, hours.opens_at or DAYTIME_OPENS, zone), _utc(day, closing, zone)
    if hours.lunch_from is None or hours.lunch_to is None:
        return [(opens, closes)]
    lunch_from, lunch_to = _utc(day, hours.lunch_from, zone), _utc(day, hours.lunch_to, zone)
    spans = [(opens, min(lunch_from, closes)), (lunch_to, closes)]
    return [(start, end) for start, end in spans if start < end]


def _utc(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _local_day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def _check_aware(at: datetime) -> None:
    if at.utcoffset() is None:
        raise ValueError("a moment must be aware")


def opens_words(opens: datetime, at: datetime, zone: tzinfo) -> str:
    """Give "öppnar 13.00", with the day before the time where it is another day than that of `at`."""
    local = opens.astimezone(zone)
    day = local.date()
    if day == _local_day(at, zone):
        return f"öppnar {local:%H.%M}"
    return f"öppnar {_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {local:%H.%M}"


def hours_words(hours: Hours) -> str:
    """Give the hours as they are read: "Vardag dagtid, fredag till 15.00, lunchstängt 12.00–13.00"."""
    words = AVAILABILITY_LABELS[hours.availability] if hours.known else "Tider okända"
    if hours.opens_at is not None or hours.closes_at is not None:
        words += f" {hours.opens_at or DAYTIME_OPENS:%H.%M}–{hours.closes_at or DAYTIME_CLOSES:%H.%M}"
    if hours.friday_closes_at is not None:
        words += f", fredag till {hours.friday_closes_at:%H.%M}"
    if hours.lunch_from is not None and hours.lunch_to is not None:
        words += f", lunchstängt {hours.lunch_from:%H.%M}–{hours.lunch_to:%H.%M}"
    return words


_APPLIES: dict[str, Availability] = {
    "": Availability.UNKNOWN,
    "okant": Availability.UNKNOWN,
    "vardag dagtid": Availability.DAYTIME,
    "vardagar dagtid": Availability.DAYTIME,
    "dagtid": Availability.DAYTIME,
    "dygnet runt": Availability.ALWAYS,
    "kvall helg": Availability.EVENING_WEEKEND,
    "kvall och helg": Availability.EVENING_WEEKEND,
}
_CLOCK = r"(\d{1,2})(?:[.:](\d\d))?"
_RANGE = rf"{_CLOCK}\s*[–-]\s*{_CLOCK}"
# Whole phrases only: "Stängt 12–13 juni" is not a lunch, and summer hours have no dates yet.
_LUNCH = re.compile(rf"(?:lunch)?stängt(?: för lunch)?(?: kl\.?)? {_RANGE}", re.IGNORECASE)
_FRIDAY_UNTIL = re.compile(rf"fredag(?:ar)? till (?:kl\.? )?{_CLOCK}", re.IGNORECASE)
_OPEN = re.compile(rf"(?:öppet )?(?:kl\.? )?{_RANGE}", re.IGNORECASE)


def read_hours(applies: str, remark: str) -> Hours:
    """Read the hours from a directory file's "Gäller" and from the phrases of its "Anmärkning".

    Summer hours stay a remark only. Raises RuleError (field "Gäller" or "Anmärkning") on what can not be
    meant.
    """
    availability = _APPLIES.get(search_key(applies))
    if availability is None:
        raise RuleError(
            "Skriv vardag dagtid, kväll och helg, dygnet runt eller lämna tomt.",
            field="Gäller",
        )
    if availability is not Availability.DAYTIME:
        return Hours(availability)
    found: dict[str, time | None] = {}
    for phrase in (p.strip() for p in re.split(r"[;,]", remark)):
        if lunch := _LUNCH.fullmatch(phrase):
            found["lunch_from"], found["lunch_to"] = _clock(lunch[1], lunch[2]), _clock(lunch[3], lunch[4])
        elif friday := _FRIDAY_UNTIL.fullmatch(phrase):
            found["friday_closes_at"] = _clock(friday[1], friday[2])
        elif hours := _OPEN.fullmatch(phrase):
            found["opens_at"], found["closes_at"] = _clock(hours[1], hours[2]), _clock(hours[3], hours[4])
    read = Hours(availability, **found)
    try:
        check_hours(read)
    except RuleError as wrong:
        raise RuleError(wrong.reason, field="Anmärkning") from wrong
    return read


def _clock(hour: str, minute: str | None) -> time:
    try:
        return time(int(hour), int(minute or 0))
    except ValueError as wrong:
        raise RuleError(f"{hour}.{minute or '00'} är inget klockslag.", field="Anmärkning") from wrong
