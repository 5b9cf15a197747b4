"""What an entry says about when somebody answers on its number, and which of it is valid (R5.3, R5.4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise

from .errors import RuleError
from .labelled import Labelled


class Availability(Labelled):
    DAYTIME = "daytime", "Vardag dagtid"
    EVENING_WEEKEND = "evening_weekend", "Kväll och helg"
    ALWAYS = "always", "Dygnet runt"
    OWN_HOURS = "own_hours", "Egna tider"
    UNKNOWN = "unknown", "Okänt"


class Eves(Labelled):
    """What an entry says about the working days before a public holiday."""

    UNSAID = "unsaid", "Jul-, nyårs- och midsommarafton som helg"
    WEEKEND = "weekend", "Alla aftnar som helg"
    WEEKDAY = "weekday", "Alla aftnar som vardag"
    SHORT = "short", "Kortare dag på aftnar"


# Ours, where an entry says no hours. Evening and weekend is the complement of these two.
DAYTIME_OPENS = time(8, 0)
DAYTIME_CLOSES = time(16, 30)

MIDNIGHT = time(0, 0)

HOLIDAY = 7
"""The place of the public holiday in `Hours.days`, after Monday (0) to Sunday (6)."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when somebody answers, in wall-clock times, and `then` the next time of the same day.

    It belongs to the day it starts. Where `closes` is not later than `opens` it runs on to the next morning; equal
    times are the whole day round. Nothing comes after either.
    """

    opens: time
    closes: time
    then: "Span | None" = None

    @property
    def parts(self) -> tuple["Span", ...]:
        """Each time of the day by itself, in order."""
        alone = Span(self.opens, self.closes)
        return (alone, *self.then.parts) if self.then else (alone,)


def day_of(parts: Sequence[Span]) -> Span | None:
    """The times of one day as one; None for none."""
    day: Span | None = None
    for part in reversed(parts):
        day = Span(part.opens, part.closes, day)
    return day


@dataclass(frozen=True, slots=True)
class Summer:
    """Other hours between two days of every year, both included: "MM-DD" and wall-clock times."""

    from_day: str
    to_day: str
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Hours:
    """When an entry answers, in wall-clock times.

    For DAYTIME the default holds without `opens_at` or `closes_at`, and `friday_closes_at` replaces the closing
    time on Fridays. For OWN_HOURS `days` holds eight places, Monday to Sunday and the public holiday, each None
    where nobody answers. From `lunch_from` up to `lunch_to` nobody answers. `summer` replaces the hours of
    each day that has any; `eve_closes_at` closes the eves where `eves` is SHORT.
    """

    availability: Availability
    opens_at: time | None = None
    closes_at: time | None = None
    friday_closes_at: time | None = None
    lunch_from: time | None = None
    lunch_to: time | None = None
    days: tuple[Span | None, ...] = ()
    eves: Eves = Eves.UNSAID
    eve_closes_at: time | None = None
    summer: Summer | None = None

    @property
    def known(self) -> bool:
        return self.availability is not Availability.UNKNOWN


CLOCKS = ("opens_at", "closes_at", "friday_closes_at", "lunch_from", "lunch_to", "eve_closes_at")
"""The fields of `Hours` that are one clock time each."""


def check_hours(hours: Hours) -> None:
    """Raises RuleError, with the field it belongs beside, where the hours are invalid.

    The fields are those of `Hours`, with "day_0" to "day_7" for the places of `days`, and "summer_from", "summer_to",
    "summer_opens_at" and "summer_closes_at" for `summer`.
    """
    _check_belonging(hours)
    _check_whole_minutes(hours)
    _check_days(hours)
    _check_daytime(hours)
    _check_lunch(hours)
    _check_eves(hours)
    _check_summer(hours)


OPEN_BY_DAY = (Availability.DAYTIME, Availability.OWN_HOURS)
"""What may have a lunch and a summer."""


def _check_belonging(hours: Hours) -> None:
    kind = hours.availability
    if kind is not Availability.DAYTIME:
        for field in ("opens_at", "closes_at", "friday_closes_at"):
            if getattr(hours, field) is not None:
                own = kind is Availability.OWN_HOURS
                reason = "Ange tiderna dag för dag." if own else "Ange klockslaget bara för vardag dagtid."
                raise RuleError(reason, field=field)
    if kind not in OPEN_BY_DAY:
        for field in ("lunch_from", "lunch_to"):
            if getattr(hours, field) is not None:
                raise RuleError("Ange lunch bara för vardag dagtid och egna tider.", field=field)
        if hours.summer is not None:
            raise RuleError("Ange sommartid bara för vardag dagtid och egna tider.", field="summer_from")
    if kind in (Availability.ALWAYS, Availability.UNKNOWN) and (
        hours.eves is not Eves.UNSAID or hours.eve_closes_at is not None
    ):
        raise RuleError("Ange aftnar bara där det finns öppettider.", field="eve_closes_at")
    if kind is not Availability.OWN_HOURS and hours.days:
        raise RuleError("Ange tider för varje dag bara för egna tider.", field="days")


def _clock_times(hours: Hours) -> Iterator[tuple[str, time | None]]:
    for field in CLOCKS:
        yield field, getattr(hours, field)
    for place, span in enumerate(hours.days):
        for part in span.parts if span else ():
            yield f"day_{place}", part.opens
            yield f"day_{place}", part.closes
    if hours.summer is not None:
        yield "summer_opens_at", hours.summer.opens
        yield "summer_closes_at", hours.summer.closes


def _check_whole_minutes(hours: Hours) -> None:
    """Raises RuleError for seconds: no written form of the hours could hold them."""
    for field, clock in _clock_times(hours):
        if clock is not None and clock != time(clock.hour, clock.minute):
            raise RuleError("Ange klockslaget i timmar och minuter.", field=field)


def _check_days(hours: Hours) -> None:
    if hours.availability is not Availability.OWN_HOURS:
        return
    if len(hours.days) not in (0, HOLIDAY + 1):
        raise RuleError("Ange sju veckodagar och helgdag.", field="days")
    if not any(hours.days):
        raise RuleError("Ange tider för minst en dag.", field="days")
    for place, span in enumerate(hours.days):
        parts = span.parts if span else ()
        for part, after in pairwise(parts):
            if not part.opens < part.closes < after.opens:
                raise RuleError(
                    "Ange dagens tider i ordning, utan att de går i varandra.", field=f"day_{place}"
                )


def _check_daytime(hours: Hours) -> None:
    if hours.availability is not Availability.DAYTIME:
        return
    opens = hours.opens_at or DAYTIME_OPENS
    if opens >= (hours.closes_at or DAYTIME_CLOSES):
        raise RuleError("Stängningstiden måste vara senare än öppningstiden.", field="closes_at")
    if hours.friday_closes_at is not None and opens >= hours.friday_closes_at:
        raise RuleError("Stängningstiden måste vara senare än öppningstiden.", field="friday_closes_at")


def _check_lunch(hours: Hours) -> None:
    if (hours.lunch_from is None) != (hours.lunch_to is None):
        raise RuleError("Ange både när lunchen börjar och när den slutar.", field="lunch_from")
    if hours.lunch_from is None or hours.lunch_to is None:
        return
    if hours.lunch_from >= hours.lunch_to:
        raise RuleError("Lunchen måste sluta senare än den börjar.", field="lunch_to")
    if hours.availability is Availability.DAYTIME:
        open_spans = [Span(hours.opens_at or DAYTIME_OPENS, hours.closes_at or DAYTIME_CLOSES)]
    else:
        open_spans = [part for span in hours.days if span is not None for part in span.parts]
    if not any(_lies_inside(hours.lunch_from, hours.lunch_to, span) for span in open_spans):
        raise RuleError("Lunchen måste ligga inom öppettiden.", field="lunch_from")


def _lies_inside(start: time, end: time, span: Span) -> bool:
    """Whether it is open both just before `start` and just after `end`, on either day of the span."""
    if span.opens < span.closes:
        return span.opens < start and end < span.closes
    return span.opens < start or end < span.closes


def _check_eves(hours: Hours) -> None:
    if hours.eves is Eves.SHORT and hours.eve_closes_at is None:
        raise RuleError("Ange när det stänger på aftnar.", field="eve_closes_at")
    if hours.eves is not Eves.SHORT and hours.eve_closes_at is not None:
        raise RuleError("Ange klockslaget bara för kortare dag på aftnar.", field="eve_closes_at")


_LEAP_YEAR = 2024


def is_month_day(text: str) -> bool:
    """Whether `text` is "MM-DD" and such a day exists, 29 February included."""
    try:
        return f"{date.fromisoformat(f'{_LEAP_YEAR}-{text}'):%m-%d}" == text
    except ValueError:
        return False


def _check_summer(hours: Hours) -> None:
    summer = hours.summer
    if summer is None:
        return
    for field, day in (("summer_from", summer.from_day), ("summer_to", summer.to_day)):
        if not is_month_day(day):
            raise RuleError("Dagen finns inte. Skriv till exempel 15 juni.", field=field)
    if summer.from_day > summer.to_day:
        raise RuleError("Sommartiden måste sluta senare på året än den börjar.", field="summer_to")
    if summer.opens >= summer.closes:
        raise RuleError("Stängningstiden måste vara senare än öppningstiden.", field="summer_closes_at")
