"""Time of day, break points and elapsed time.

Every moment is an aware datetime, else ValueError. Lengths are elapsed time, so both clock changes come out
right: an outage from 01.30 to 03.30 lasts one hour on the night to summer time and three on the night back.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from .routine import Limits

_DAY = timedelta(days=1)


def as_utc(moment: datetime) -> datetime:
    """In UTC subtraction and comparison mean elapsed time."""
    if moment.tzinfo is UTC:
        return moment
    if moment.utcoffset() is None:
        raise ValueError("a moment must be aware")
    return moment.astimezone(UTC)


@lru_cache(maxsize=4096)
def _break_point_on(day: date, at: time, time_zone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(time_zone)).astimezone(UTC)


def next_break_point(now: datetime, limits: Limits) -> datetime:
    """The first break point at or after `now`, in the routine's zone."""
    return _first_at_or_after(as_utc(now), limits).astimezone(ZoneInfo(limits.time_zone))


def _first_at_or_after(moment: datetime, limits: Limits) -> datetime:
    # The UTC date is at most one day off the local one, in either direction.
    day = moment.date() - _DAY
    while (found := _break_point_on(day, limits.break_point, limits.time_zone)) < moment:
        day += _DAY
    return found


def touches_break_point(start: datetime, end: datetime, limits: Limits) -> bool:
    """Whether a moment of [start, end] lies in the window of a break point, ends included (R1.5)."""
    window = limits.break_point_window
    return _first_at_or_after(as_utc(start) - window, limits) <= as_utc(end) + window


def before_or_after_break_point(at: datetime, limits: Limits) -> Literal["before", "after"]:
    """The break point of its own day is meant; the break point itself is "after"."""
    as_utc(at)
    local = at.astimezone(ZoneInfo(limits.time_zone))
    return "before" if local.time() < limits.break_point else "after"
