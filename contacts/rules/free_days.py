"""Which days count as weekend: Saturdays, Sundays, Swedish public holidays and the eves an entry says (R5.3, R5.4)."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

from .hours import Eves

_FRIDAY, _SATURDAY = 4, 5
_DAY = timedelta(days=1)


@lru_cache(maxsize=32)
def _public_holidays(year: int) -> frozenset[date]:
    # Without include_sundays: weekends are counted here, so that no version of the library decides it.
    return frozenset(holidays.country_holidays("SE", years=year, include_sundays=False))


def is_public_holiday(day: date) -> bool:
    """Whether `day` is a Swedish public holiday; an ordinary Sunday is none."""
    return day in _public_holidays(day.year)


@lru_cache(maxsize=4096)
def is_eve(day: date) -> bool:
    """Whether `day` is a working day right before a public holiday, for instance julafton or 5 June."""
    return day.weekday() < _SATURDAY and not is_public_holiday(day) and is_public_holiday(day + _DAY)


@lru_cache(maxsize=4096)
def is_free_day(day: date, eves: Eves = Eves.UNSAID) -> bool:
    """Whether `day` counts as weekend: Saturday, Sunday, public holiday, or an eve that `eves` makes one."""
    return day.weekday() >= _SATURDAY or is_public_holiday(day) or is_free_eve(day, eves)


def is_free_eve(day: date, eves: Eves) -> bool:
    if eves is Eves.WEEKEND:
        return is_eve(day)
    return eves is Eves.UNSAID and is_eve(day) and _is_great_eve(day)


def is_disputed_eve(day: date) -> bool:
    """Whether `day` is an eve that people keep differently: skärtorsdag, valborg, any day before a public holiday.

    Julafton, nyårsafton and midsommarafton are weekend to everyone.
    """
    return is_eve(day) and not _is_great_eve(day)


def _is_great_eve(day: date) -> bool:
    midsummer_eve = day.month == 6 and 19 <= day.day <= 25 and day.weekday() == _FRIDAY
    return midsummer_eve or (day.month == 12 and day.day in (24, 31))
