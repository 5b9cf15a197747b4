"""What is not sure about when somebody answers: remarks that people must read, and eves that are kept differently."""

from datetime import date, datetime, time, timedelta, tzinfo
from enum import IntEnum
from functools import lru_cache

from .availability import is_open, opens_next, walls_of
from .free_days import is_disputed_eve
from .hours import OPEN_BY_DAY, Eves, Hours
from .hours_text import is_as_applies
from .labelled import Labelled
from .remarks import SomeSummer, read_remark

READ_THE_REMARK = "läs anmärkningen"
MAY_CLOSE_EARLY = "kan stänga tidigare"

# Where a remark says no days of its summer, it may have begun by the first and may last to the second.
_SUMMER_BEGINS, _SUMMER_ENDS = "05-15", "09-15"
_A_MONDAY = date(2026, 11, 23)


class Doubt(IntEnum):
    """How far a remark casts doubt on the hours of its entry.

    NOTED: it is to be read, and the hours hold. OPEN_OR_NOT: nobody can say whether somebody answers now. CLOSED: the
    remark speaks for nobody answering now.
    """

    NONE = 0
    NOTED = 1
    OPEN_OR_NOT = 2
    CLOSED = 3


class InFile(Labelled):
    READ = "read", "Tider ur anmärkningen"
    LEFT = "left", "Anmärkning att läsa"


def in_file(hours: Hours, remark: str, *, was_read: bool) -> InFile | None:
    """What became of a remark in a row with `hours`; `was_read` says that it is where the row says them.

    None for one that does not speak of hours, and for one that says what the row says anyway.
    """
    if was_read and read_remark(remark).hours is not None:
        return InFile.READ
    return InFile.LEFT if is_to_be_read(hours, remark) else None


def is_to_be_read(hours: Hours, remark: str) -> bool:
    """Whether a remark speaks of hours that its entry does not have, at any time of the year."""
    return _doubt(hours, remark) != (Doubt.NONE, None)


def doubt_at(hours: Hours, remark: str, at: datetime, zone: tzinfo) -> Doubt:
    """What the remark leaves unsure of the hours at the aware moment `at`."""
    general, summer = _doubt(hours, remark)
    local = at.astimezone(zone)
    if summer is None or not _SUMMER_BEGINS <= f"{local:%m-%d}" <= _SUMMER_ENDS:
        return general
    if summer.opens is None or summer.closes is None:
        return Doubt.OPEN_OR_NOT
    return Doubt.NOTED if summer.opens <= local.time() < summer.closes else Doubt.CLOSED


@lru_cache(maxsize=16_384)
def _doubt(hours: Hours, remark: str) -> tuple[Doubt, SomeSummer | None]:
    if not remark or is_as_applies(remark, hours):
        return Doubt.NONE, None
    said = read_remark(remark)
    if said.left or (said.hours is not None and not _holds(said.hours, hours)):
        return (Doubt.OPEN_OR_NOT if hours.known else Doubt.NOTED), None
    if said.summer is None or hours.summer is not None:
        return Doubt.NONE, None
    # Where the rest of the remark is read, only the summer is left to people.
    return Doubt.NOTED if said.hours is None else Doubt.NONE, said.summer


def _holds(said: Hours, hours: Hours) -> bool:
    """Whether what a remark says of weekdays, summer and eves is what the entry has."""
    if hours.availability not in OPEN_BY_DAY:
        return False
    if said.summer is not None and said.summer != hours.summer:
        return False
    if said.eves is not Eves.UNSAID and (said.eves, said.eve_closes_at) != (hours.eves, hours.eve_closes_at):
        return False
    return all(_clocks(said, place) == _clocks(hours, place) for place in range(5))


def _clocks(hours: Hours, weekday: int) -> tuple[tuple[time, time], ...]:
    """The open times of an ordinary weekday, for comparing: each minute at which it opens or closes."""
    day = _A_MONDAY + timedelta(days=weekday)
    return tuple((start.time(), end.time()) for start, end in walls_of(hours, day))


def may_close_early(hours: Hours, at: datetime, zone: tzinfo) -> bool:
    """Whether it is open at `at`, or opens again that day, on an eve of which nobody has said how it is kept."""
    today = at.astimezone(zone).date()
    if hours.eves is not Eves.UNSAID or hours.availability not in OPEN_BY_DAY or not is_disputed_eve(today):
        return False
    if is_open(hours, at, zone):
        return True
    opens = opens_next(hours, at, zone)
    return opens is not None and opens.astimezone(zone).date() == today
