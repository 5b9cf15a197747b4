"""Which of the routine's times a moment is, where one rings (R5.3, R5.4)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from contacts.rules.availability import is_daytime
from contacts.rules.free_days import is_free_day

from .routine import Limits, RingingHours


def ringing_hours(at: datetime, limits: Limits) -> RingingHours:
    """Weekend is Saturday, Sunday, public holidays and the major eves, round the clock; `at` is aware."""
    zone = ZoneInfo(limits.time_zone)
    if is_daytime(at, zone):
        return RingingHours.DAYTIME
    return RingingHours.WEEKEND if is_free_day(at.astimezone(zone).date()) else RingingHours.EVENING
