"""Påminnelser: what is owed for too long, by limits that the routine gives. Nothing is blocked by them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from contacts.rules.parties import Party

from .back_registration import ChainStatus
from .clock import as_utc
from .owed import ChainStanding
from .routine import Effect, MessageType, Routine
from .told import EventRow

_A_DAY = timedelta(days=1)
# A time of day with its minutes, but no part of a telephone number or of a date; or an hour, with or without minutes,
# that is said to be one. No telephone number has a colon.
_CLOCK = re.compile(
    r"(?<![\d.:/-])(?:(?<!\d )|(?=\d{1,2}:))(\d{1,2})[.:,](\d\d)(?![\d.:/]| \d)"
    r"|\b(?:kl(?:ockan)?\.?|före|innan|senast) ?(?:(\d\d)(\d\d)|(\d{1,2}))(?![\d.:/]| \d|,\d\d\b)",
    re.IGNORECASE,
)
# From one hour to another, of which the last counts.
_HOURS = re.compile(
    r"(?:(?<![\d.:,/–-])(?<!\d )\d{1,2}(?:[.:]\d\d)? ?[–-]"
    r"|\bmellan (?:kl(?:ockan)?\.? ?)?\d{1,2} och (?:kl(?:ockan)?\.? ?)?) ?"
    r"(\d{1,2}(?:[.:]\d\d)?)(?![\d.:,/–-]| \d| ?(?:min|tim|h\b))",
    re.IGNORECASE,
)
# What somebody says that it is not, and where somebody is.
_NOT = re.compile(
    r"\b(?:ej|inte)\b[^,;)]*|\b(?:rum|sal|ankn\w*|avd\w*|vån\w*|plan|plats|bädd|säng|hus|port)\.? ?\d[\d.:,–-]*",
    re.IGNORECASE,
)
_TOMORROW = re.compile(r"(?<!över)\bi ?morgon\b", re.IGNORECASE)
# The hours of a part of the day that is named: of "kl 3" and 15 the one that is in it.
_PARTS = {
    re.compile(pattern, re.IGNORECASE): frozenset(hours)
    for pattern, hours in (
        (r"\bf\.?m\b|\b(?:förmiddag(?:en)?|morgonen|bitti)\b", range(12)),
        (r"\blunch(?:en)?\b", range(9, 16)),
        (r"\be\.?m\b|\bi?eftermiddag(?:en)?\b", range(12, 24)),
        (r"\bi?kväll(?:en)?\b", range(17, 24)),
        (r"\bi?natt(?:en)?\b", (*range(21, 24), *range(7))),
    )
}
# Said alone, an hour before this one is as often of the afternoon.
_MORNING = 7
# A day that is named otherwise is not read: a reminder on the wrong day is worse than none. After "kl 15" Jan and Maj
# are people.
_OTHER_DAY = re.compile(
    r"övermorgon|veck(?:a|an|or|orna)\b|\bv\.? ?\d|helg(?:en|er|erna|dag\w*)?\b|\bdagar\b|\d ?/ ?\d|\d{4}-\d\d-\d\d"
    r"|\bden ?\d|\d:[ae]\b|\b(?:mån|tis|ons|tors?|fre|lör|sön)(?:dag\w*)?\b"
    r"|(?<![\d.:,])(?<!\bkl)(?<!\bkl[ .])(?<!\bkl\. )(?<!\bklockan )(?:0?[1-9]|[12]\d|3[01])\.? ?"
    r"(?:jan(?:uari)?|feb(?:ruari)?|mars|apr(?:il)?|maj|juni?|juli?|aug(?:usti)?|sept?(?:ember)?|okt(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done about a chain by the aware moment `at`: a message of `kind`, or "" for a `call` to ring
    back. `whom` tells those who are to be told apart. `is_listed`: it is among the calls to make, where each has its
    mark. Where it does not `remind` no time was said, or somebody has taken it on; then `at` is when the call was made.
    """

    kind: str
    chain: UUID
    at: datetime
    call: UUID | None = None
    whom: str = ""
    is_listed: bool = False
    reminds: bool = True


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that `sender` is to send after another, which happened at `since`, and has not sent."""

    kind: str
    sender: Party
    since: datetime


def tell_by(message: MessageType, since: datetime) -> datetime | None:
    """When everybody should have been told of what happened at `since`; None where the routine has no limit."""
    return as_utc(since) + message.tell_within if message.tell_within else None


def send_by(message: MessageType, since: datetime, time_zone: str) -> datetime | None:
    """When the calendar days are over in which it is to be sent after what happened at `since`."""
    if message.due_after is None:
        return None
    here = since.astimezone(ZoneInfo(time_zone))
    last = here.date() + timedelta(days=message.due_after.calendar_days)
    return datetime.combine(last + _A_DAY, time(), here.tzinfo)


def unsent(standing: ChainStanding) -> list[Unsent]:
    """What the own parties are to send after what stands in the log, and have not sent in the same stay."""
    if standing.now.status is not ChainStatus.OK:
        return []
    said = [event for event in standing.newest if not event.withdraws]
    found = []
    for message in standing.routine.messages.values():
        after = message.due_after
        if after is None:
            continue
        # Who was in the system when it happened may have sent it there: the log does not know.
        asked = [event for event in said if event.kind == after.message and not event.in_system]
        for sender in message.senders if asked else ():
            sent = [
                event for event in said if event.sender is sender and _is(standing.routine, message, event)
            ]
            left = [
                event for event in asked if not any(standing.when(s) > _began(standing, event) for s in sent)
            ]
            if left and sender in standing.held:
                found.append(Unsent(message.key, sender, min((e.at for e in left), key=as_utc)))
    return found


def _is(routine: Routine, message: MessageType, event: EventRow) -> bool:
    """Whether the event says all that the message needs, by its own name or by that of the one it is without it."""
    need = message.needs
    if need is None:
        return event.kind == message.key
    return event.kind in (message.key, need.instead) and bool(event.said.get(need.particular))


def _began(standing: ChainStanding, event: EventRow) -> tuple[datetime, int]:
    """When the stay began in which an event happened, as `Lines.when`; before everything where that was not logged."""
    admitted = [
        standing.when(one)
        for one in standing.newest
        if not one.withdraws and standing.effect(one) is Effect.ADMISSION
    ]
    before = (when for when in admitted if when < standing.when(event))
    return max(before, default=(datetime.min.replace(tzinfo=as_utc(event.at).tzinfo), 0))


def ring_back_at(text: str, called: datetime, time_zone: str) -> datetime | None:
    """When somebody is to be rung back, by what was written of it in a call of the aware moment `called`: the next time
    that the clock says so, in the part of the day that is named. Of several times the last; None where none can be
    read, or another day is named.
    """
    if _OTHER_DAY.search(text):
        return None
    said = _HOURS.sub(r"kl \1", _NOT.sub("", text))
    parts = [hours for named, hours in _PARTS.items() if named.search(said)]
    read = None
    for hour, minute, whole, of_whole, alone in _CLOCK.findall(said):
        if len(alone) == 1 and int(alone) < _MORNING and not parts:
            continue
        first, minutes = int(hour or whole or alone), int(minute or of_whole or 0)
        of_day = (at for at in (first, first + 12) if all(at in hours for hours in parts))
        at = next(of_day, 24) if parts else first
        if at < 24 and minutes < 60:
            read = time(at, minutes)
    if read is None:
        return None
    return next(_readings(read, called, time_zone, later=bool(_TOMORROW.search(text))))


def _readings(at: time, called: datetime, time_zone: str, *, later: bool) -> Iterator[datetime]:
    """Each moment after `called` at which the clock reads `at`, from the day after on where it is to be `later`."""
    zone = ZoneInfo(time_zone)
    day = called.astimezone(zone).date() + _A_DAY * later
    while True:
        for fold in (0, 1):
            moment = datetime.combine(day, at.replace(fold=fold), zone)
            if as_utc(moment) > as_utc(called):
                yield moment
        day += _A_DAY


@dataclass(frozen=True, slots=True)
class Late:
    """What is owed of one `kind`, as `Due` has it: of how many `chains`, and since when the first is late."""

    kind: str
    chains: int
    since: datetime
    is_listed: bool


def by_kind(routine: Routine, reminders: Iterable[Due]) -> list[Late]:
    """Of what `late` gives: discharges first (R1.6), then what is late longest."""
    kinds: dict[tuple[str, bool], list[Due]] = {}
    for one in reminders:
        kinds.setdefault((one.kind, one.is_listed), []).append(one)
    found = [
        Late(kind, len({one.chain for one in of_kind}), of_kind[0].at, is_listed)
        for (kind, is_listed), of_kind in kinds.items()
    ]
    return sorted(found, key=lambda each: not _is_discharge(routine, each.kind))


def _is_discharge(routine: Routine, kind: str) -> bool:
    return bool(kind) and routine.message(kind).effect is Effect.DISCHARGE


def late(found: Iterable[Due], now: datetime) -> list[Due]:
    """What is owed for too long at the aware `now`, the longest first."""
    until = as_utc(now)
    timed = [(at, one) for one in found if one.reminds and (at := as_utc(one.at)) <= until]
    # In the same order each time, also of one moment: the rows come in any.
    timed.sort(key=lambda each: (each[0], each[1].chain, each[1].whom, str(each[1].call)))
    return [one for _, one in timed]


def ring_back_later(found: Iterable[Due], now: datetime) -> list[Due]:
    """The calls to ring back that are not `late`: those with a time first, then those without, the oldest first."""
    until = as_utc(now)
    left = [one for one in found if one.call and not (one.reminds and as_utc(one.at) <= until)]
    return sorted(left, key=lambda one: (not one.reminds, as_utc(one.at), str(one.call)))
