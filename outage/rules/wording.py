"""How times, dates and spans are written in Swedish: 10.52, tis 24 nov, 1 h 12 min."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
_WEEKDAYS = ("mån", "tis", "ons", "tors", "fre", "lör", "sön")
_MONTHS = ("jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec")


def clock_time(at: datetime) -> str:
    """Give the time of day of the aware `at` in Stockholm: 10.52."""
    return f"{at.astimezone(STOCKHOLM):%H.%M}"


def day(at: date | datetime) -> str:
    """Give a date (an aware datetime is taken to Stockholm first): tis 24 nov."""
    local = at.astimezone(STOCKHOLM).date() if isinstance(at, datetime) else at
    return f"{_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"


def moment(at: datetime, now: datetime) -> str:
    """Give the time alone when `at` is on the day of `now`, else day and time. Both aware."""
    same_day = at.astimezone(STOCKHOLM).date() == now.astimezone(STOCKHOLM).date()
    return clock_time(at) if same_day else f"{day(at)} {clock_time(at)}"


def span(length: timedelta) -> str:
    """Give a length of time, whole minutes: 8 min, 1 h 12 min, 2 dygn 3 h. A negative one gives 0 min."""
    minutes = max(0, int(length.total_seconds() // 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        return f"{days} dygn {hours} h" if hours else f"{days} dygn"
    if hours:
        return f"{hours} h {left} min" if left else f"{hours} h"
    return f"{left} min"
