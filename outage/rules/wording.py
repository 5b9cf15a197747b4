"""How times, dates and spans are written in Swedish: 10.52, tis 24 nov, 1 h 12 min."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contacts.rules.clock_words import needs_year

STOCKHOLM = ZoneInfo("Europe/Stockholm")
_WEEKDAYS = ("mån", "tis", "ons", "tors", "fre", "lör", "sön")
_MONTHS = ("jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec")


def clock_time(at: datetime) -> str:
    """Time of day of the aware `at` in Stockholm: 10.52; in the hour that comes twice 02.35 sommartid."""
    return _clock(at.astimezone(STOCKHOLM))


def typed_clock(at: datetime) -> str:
    """As one types it, on either side of the change."""
    here = at.astimezone(STOCKHOLM)
    return f"{here.hour:02}.{here.minute:02}"


def _clock(here: datetime) -> str:
    return f"{here.hour:02}.{here.minute:02}{which_hour(here)}"


def comes_twice(here: datetime) -> bool:
    """Whether the clocks of Stockholm show the time of `here`, which is there, again an hour later or before."""
    return here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()


def which_hour(at: datetime) -> str:
    """What tells apart the two hours of the night when clocks are put back; "" in all others. As texts they sort."""
    here = at.astimezone(STOCKHOLM)
    return (" sommartid" if here.dst() else " vintertid") if comes_twice(here) else ""


def local_day(at: date | datetime) -> date:
    """The date in Stockholm of an aware datetime; a date is its own."""
    return at.astimezone(STOCKHOLM).date() if isinstance(at, datetime) else at


def midnight_after(at: datetime) -> datetime:
    """When the day in Stockholm of the aware `at` is over."""
    return datetime.combine(local_day(at) + timedelta(days=1), time(), STOCKHOLM)


def day(at: date | datetime, seen: date | datetime) -> str:
    """A date as it is read on the day `seen`: tis 24 nov; more than six months away tis 24 nov 2025."""
    found = local_day(at)
    return day_and_year(found) if needs_year(found, local_day(seen)) else _without_year(found)


def day_and_year(at: date | datetime) -> str:
    """A date that is read at any time, as on paper: tis 24 nov 2026."""
    found = local_day(at)
    return f"{_without_year(found)} {found.year}"


def _without_year(found: date) -> str:
    return f"{_WEEKDAYS[found.weekday()]} {found.day} {_MONTHS[found.month - 1]}"


def moment(at: datetime, now: datetime) -> str:
    """The time alone when `at` is on the day of `now`, else day and time. Both aware."""
    here = at.astimezone(STOCKHOLM)
    return _clock(here) if here.date() == local_day(now) else f"{day(here.date(), now)} {_clock(here)}"


def day_and_time(at: datetime, seen: date | datetime) -> str:
    """Day and time of the aware `at`, as `day` does: tis 24 nov 10.52."""
    return f"{day(at, seen)} {clock_time(at)}"


def day_and_clock(at: datetime) -> str:
    """Day and time of the aware `at` as a spreadsheet knows and sorts them: 2026-11-24 10:52. In the hour that comes
    twice it says which one.
    """
    return f"{at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}{which_hour(at)}"


def lower_first(text: str) -> str:
    """A label inside a sentence: its own capitals stay, SIP and Skellefteå among them."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def span(length: timedelta) -> str:
    """A length of time, whole minutes: 8 min, 1 h 12 min, 2 dygn 3 h. A negative one is 0 min."""
    minutes = max(0, int(length.total_seconds() // 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        return f"{days} dygn {hours} h" if hours else f"{days} dygn"
    if hours:
        return f"{hours} h {left} min" if left else f"{hours} h"
    return f"{left} min"
