"""Clock times, weekdays and days of the year as people write them, read and written in Swedish."""

import re
from datetime import date, time

from .errors import RuleError
from .hours import HOLIDAY, is_month_day
from .swedish_text import search_key

WEEKDAYS = ("mån", "tis", "ons", "tor", "fre", "lör", "sön")
MONTHS = ("jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec")

_LONG_WEEKDAYS = ("mandag", "tisdag", "onsdag", "torsdag", "fredag", "lordag", "sondag")
_LONG_MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)
_SHORTEST_NAME = 3
_MONTHS_WITHOUT_YEAR = 6

_CLOCK = re.compile(
    r"(?:kl(?:ockan)?\.? ?)?(?:(\d{1,2})(?:[.:, ](\d\d))?|(\d{1,2})(\d\d))", re.ASCII | re.IGNORECASE
)
_NAMED_DAY = re.compile(r"(?:den )?(\d{1,2})\.? ?([a-z]+)\.?", re.ASCII | re.IGNORECASE)
_SLASHED_DAY = re.compile(r"(\d{1,2}) ?/ ?(\d{1,2})", re.ASCII)


def parse_clock(text: str) -> time:
    """Written "8", "8.30", "8 30", "830" or "kl. 8.30". Raises RuleError, without a field, for anything else."""
    written = " ".join(text.split())
    if not written:
        raise RuleError("Skriv ett klockslag, till exempel 08.00.")
    read = _CLOCK.fullmatch(written)
    try:
        if read is None:
            raise ValueError(written)
        return time(int(read[1] or read[3]), int(read[2] or read[4] or 0))
    except ValueError as wrong:
        remedy = "Skriv 00.00 för midnatt." if is_day_end(written) else "Skriv till exempel 08.00."
        raise RuleError(f"{written} är inget klockslag. {remedy}") from wrong


def is_day_end(text: str) -> bool:
    """Whether `text` writes midnight as the end of its day: "24" or "24.00"."""
    return text in {"24", "24.00", "24:00", "2400"}


def clock_range(opens: time, closes: time) -> str:
    """As "08.00–16.30"."""
    return f"{opens:%H.%M}–{closes:%H.%M}"


def parse_day(text: str) -> str:
    """A day of the year as "MM-DD", from "15 juni", "15/6" or "06-15". Raises RuleError, without a field."""
    written = " ".join(text.split())
    found = written
    if named := _NAMED_DAY.fullmatch(written):
        found = f"{_month_number(named[2]):02}-{int(named[1]):02}"
    elif slashed := _SLASHED_DAY.fullmatch(written):
        found = f"{int(slashed[2]):02}-{int(slashed[1]):02}"
    if not is_month_day(found):
        wrong = f"{written} är ingen dag. " if written else ""
        raise RuleError(f"{wrong}Skriv till exempel 15 juni.")
    return found


def _month_number(name: str) -> int:
    """1 to 12 for the whole name of a month or its beginning, else 0."""
    if len(name) < _SHORTEST_NAME:
        return 0
    matches = [n for n, month in enumerate(_LONG_MONTHS, start=1) if month.startswith(name.casefold())]
    return matches[0] if matches else 0


def day_words(month_day: str) -> str:
    """As "15 juni" for "06-15"."""
    return f"{int(month_day[3:])} {MONTHS[int(month_day[:2]) - 1]}"


def needs_year(on: date, seen: date) -> bool:
    """Whether the day `on`, read on the day `seen`, needs its year: it is more than six months away."""
    earlier, later = min(on, seen), max(on, seen)
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return (months, later.day) > (_MONTHS_WITHOUT_YEAR, earlier.day)


def read_weekdays(text: str) -> list[int] | None:
    """Places in `Hours.days` from "mån–tor", "lördag och söndag", "vardagar", "helgdag"; None for others."""
    places: list[int] = []
    for part in re.split(r" och | & | ?\+ ?|/", " ".join(text.casefold().split())):
        ends = [_weekday_places(word) for word in re.split(r" ?[–—-] ?| till ", part)]
        if len(ends) == 1 and ends[0]:
            places += ends[0]
        elif len(ends) == 2 and all(len(end) == 1 and end[0] < HOLIDAY for end in ends):
            first, last = ends[0][0], ends[1][0]
            # "fre–mån" runs on over the turn of the week.
            places += [place % 7 for place in range(first, last + 1 if first <= last else last + 8)]
        else:
            return None
    return places


def _weekday_places(word: str) -> list[int]:
    name = re.sub(r"(?<=dag)ar(na)?$", "", search_key(word))
    if name == "vardag" or word.rstrip(".") == "vard":
        return list(range(5))
    if name in ("alla dag", "varje dag", "dagligen"):
        return [*range(7), HOLIDAY]
    if name == "helgdag":
        return [HOLIDAY]
    if len(name) < _SHORTEST_NAME:
        return []
    return [place for place, weekday in enumerate(_LONG_WEEKDAYS) if weekday.startswith(name)]
