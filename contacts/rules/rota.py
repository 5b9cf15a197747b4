"""Who has the jour: turns as they are written, weekly or once, and the shifts that come of them.

A turn says what the wall clock shows. It begins at the first moment when the clock shows its start or more, and
ends at the first when it shows its end or more: so two turns that meet leave no gap and no overlap in the nights when
the clocks are changed either.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise

from .availability import moment_of
from .clock_words import MONTHS, WEEKDAYS, needs_year
from .errors import RuleError

WEEK = timedelta(weeks=1)
LONGEST = timedelta(days=31)
"""A turn that is longer is a slip of the key; the reads rely on it to know which turns can matter at a moment."""
NOBODY = "Ingen jour"

_LONG_WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_YEARS_BACK, _YEARS_AHEAD = 10, 5


@dataclass(frozen=True, slots=True)
class Turn:
    """One written turn; an empty `who` says that nobody has the jour then.

    `starts` and `ends` are naive, by the wall clock, of a weekly one in its first week; it begins for the last
    time on the day `until`. Of several the one that is last by `said` was written last. `flagged`: somebody said that
    the number does not work.
    """

    who: str
    number: str
    starts: datetime
    ends: datetime
    weekly: bool = False
    until: date | None = None
    order: int = 0
    written_at: datetime | None = None
    flagged: bool = False

    @property
    def said(self) -> tuple[float, int]:
        """Sort key: when somebody wrote it, of whichever unit that was joined since, and its place among the unit's."""
        return self.written_at.timestamp() if self.written_at else 0.0, self.order

    @property
    def length(self) -> timedelta:
        """By the wall clock."""
        return self.ends - self.starts

    @property
    def name(self) -> str:
        return self.who or NOBODY


@dataclass(frozen=True, slots=True)
class Shift:
    """From when to when a turn holds, as moments in UTC."""

    turn: Turn
    starts: datetime
    ends: datetime


def check_turn(turn: Turn, today: date, zone: tzinfo) -> None:
    """Raises RuleError, with the field it belongs beside, where a turn typed on the day `today` is invalid."""
    if turn.who and not turn.number:
        raise RuleError("Skriv numret som ska ringas.", field="number")
    if turn.number and not turn.who:
        raise RuleError("Skriv vem som har jour.", field="who")
    if not turn.who and turn.weekly:
        raise RuleError("Ingen jour är ett undantag. Välj En gång.", field="weekly")
    _check_year(turn.starts.date(), today, "starts_on")
    _check_year(turn.ends.date(), today, "ends_on")
    for field, wall in (("starts_at", turn.starts), ("ends_at", turn.ends)):
        if wall_of(moment_of(wall, zone), zone) != wall:
            raise RuleError("Klockan ställs om då: tiden finns inte. Ange en annan tid.", field=field)
    if turn.ends <= turn.starts:
        field = "ends_at" if turn.ends.date() == turn.starts.date() else "ends_on"
        raise RuleError("Passet ska sluta efter att det har börjat.", field=field)
    if turn.weekly and turn.length > WEEK:
        raise RuleError("Ett pass varje vecka kan vara högst sju dygn.", field="ends_on")
    if turn.length > LONGEST:
        raise RuleError(f"Ett pass kan vara högst {LONGEST.days} dygn. Dela upp det.", field="ends_on")
    if turn.until is None:
        return
    if not turn.weekly:
        raise RuleError("Sista dag gäller bara pass varje vecka.", field="until")
    _check_year(turn.until, today, "until")
    if turn.until < turn.starts.date():
        raise RuleError("Sista dagen ligger före första passet.", field="until")


def _check_year(on: date, today: date, field: str) -> None:
    first, last = today.year - _YEARS_BACK, today.year + _YEARS_AHEAD
    if not first <= on.year <= last:
        raise RuleError(
            f"Året {on.year:04} kan inte stämma. Ange ett datum mellan {first} och {last}.", field=field
        )


def is_over(turn: Turn, wall: datetime) -> bool:
    """Whether a turn has ended when the wall clock shows `wall`."""
    if not turn.weekly:
        return turn.ends <= wall
    return turn.until is not None and _last_start(turn, turn.until) + turn.length <= wall


def _last_start(turn: Turn, until: date) -> datetime:
    return turn.starts + (until - turn.starts.date()) // WEEK * WEEK


def overlapping(turn: Turn, others: Iterable[Turn]) -> list[Turn]:
    """Those of `others`, weekly like it or once like it, that want the same time: the one written last would win."""
    return [other for other in others if other.weekly is turn.weekly and _meet(turn, other)]


def _meet(one: Turn, other: Turn) -> bool:
    if not one.weekly:
        return one.starts < other.ends and other.starts < one.ends
    return _begins_within(one, other) or _begins_within(other, one)


def _begins_within(one: Turn, other: Turn) -> bool:
    """Whether `other` begins, some week, while `one` holds."""
    later = (other.starts - one.starts) % WEEK
    if later >= one.length:
        return False
    first = max(one.starts, other.starts - later)
    lasts = [_last_start(one, one.until)] if one.until else []
    lasts += [_last_start(other, other.until) - later] if other.until else []
    return not lasts or first <= min(lasts)


def wall_of(at: datetime, zone: tzinfo) -> datetime:
    """What the wall clock in `zone` shows at the aware moment `at`, naive."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def shifts(turns: Iterable[Turn], begin: datetime, end: datetime, zone: tzinfo) -> tuple[Shift, ...]:
    """The shifts that hold somewhere from the aware moment `begin` to `end`, whole and in order; none overlaps another.

    A turn that is for once wins over a weekly one, and of two equals the one written last. Where nobody is said to have
    the jour there is a shift of nobody; where nothing is said there is none.
    """
    turns = list(turns)
    near = list(_occurrences(turns, begin, end, zone))
    if not near:
        return ()
    # What a shift gives way to may lie outside: the whole of each that is near is looked at.
    first, last = min(o.starts for o in near), max(o.ends for o in near)
    found = _resolved(list(_occurrences(turns, first, last, zone)))
    return tuple(shift for shift in found if shift.starts < end and begin < shift.ends)


def on_duty(turns: Iterable[Turn], at: datetime, zone: tzinfo) -> Shift | None:
    """The shift that holds at the aware moment `at`; None where nobody has the jour."""
    found = next(iter(shifts(turns, at, at + timedelta.resolution, zone)), None)
    return found if found is not None and found.turn.who else None


def _occurrences(turns: Iterable[Turn], begin: datetime, end: datetime, zone: tzinfo) -> Iterator[Shift]:
    """Each time that a turn would hold, were it alone, somewhere from `begin` to `end`."""
    # The wall clock is never changed by as much as a day.
    earliest, latest = wall_of(begin, zone) - _DAY, wall_of(end, zone) + _DAY
    for turn in turns:
        starts = turn.starts
        if starts + turn.length <= earliest:
            if not turn.weekly:
                continue
            starts += (earliest - turn.length - starts) // WEEK * WEEK
        while starts < latest and (turn.until is None or starts.date() <= turn.until):
            found = Shift(turn, moment_of(starts, zone), moment_of(starts + turn.length, zone))
            if found.starts < found.ends and found.starts < end and begin < found.ends:
                yield found
            if not turn.weekly:
                break
            starts += WEEK


def _resolved(found: Sequence[Shift]) -> list[Shift]:
    edges = sorted({edge for one in found for edge in (one.starts, one.ends)})
    pieces: list[tuple[Shift, datetime, datetime]] = []
    for starts, ends in pairwise(edges):
        here = [one for one in found if one.starts <= starts and ends <= one.ends]
        if not here:
            continue
        best = max(here, key=lambda one: (not one.turn.weekly, one.turn.said))
        goes_on = bool(pieces) and pieces[-1][0] is best and pieces[-1][2] == starts
        pieces.append((best, pieces.pop()[1] if goes_on else starts, ends))
    return [Shift(one.turn, starts, ends) for one, starts, ends in pieces]


def until_words(ends: datetime, at: datetime, zone: tzinfo) -> str:
    """As "till kl 08.00" where it is the day of `at`, "till kl 08.00 fredag" within the week, else with the date."""
    local, today = wall_of(ends, zone), wall_of(at, zone).date()
    if local.date() == today:
        return f"till kl {local:%H.%M}"
    if local.date() - today < WEEK:
        return f"till kl {local:%H.%M} {_LONG_WEEKDAYS[local.weekday()]}"
    return f"till kl {local:%H.%M} {_day_words(local.date(), today)}"


def span_words(starts: datetime, ends: datetime, today: date) -> str:
    """As "fre 27 nov 16.00 – mån 30 nov 08.00", "fre 27 nov 08.00–16.00" within a day; naive, by the clock."""
    first = f"{_day_words(starts.date(), today)} {starts:%H.%M}"
    if starts.date() == ends.date():
        return f"{first}–{ends:%H.%M}"
    return f"{first} – {_day_words(ends.date(), today)} {ends:%H.%M}"


def turn_words(turn: Turn, today: date) -> str:
    """When a turn holds: "varje vecka fre 16.00 – mån 08.00, från 27 nov till och med 18 dec", or once its days."""
    if not turn.weekly:
        return span_words(turn.starts, turn.ends, today)
    starts, ends = turn.starts, turn.ends
    same_day = starts.date() == ends.date()
    until = f"–{ends:%H.%M}" if same_day else f" – {WEEKDAYS[ends.weekday()]} {ends:%H.%M}"
    days = f", från {_day_words(starts.date(), today)}"
    if turn.until is not None:
        days += f" till och med {_day_words(turn.until, today)}"
    return f"varje vecka {WEEKDAYS[starts.weekday()]} {starts:%H.%M}{until}{days}"


def _day_words(on: date, today: date) -> str:
    year = f" {on.year}" if needs_year(on, today) else ""
    return f"{WEEKDAYS[on.weekday()]} {on.day} {MONTHS[on.month - 1]}{year}"
