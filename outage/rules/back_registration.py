"""What is entered into the system when it is back, and what is not (R4).

Each chain's events are walked in time order, keeping only whether the patient is in or out. The fifteen
cases are told apart by number; the words for each come from the routine's content.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from contacts.rules.parties import Party

from .clock import as_utc
from .outage_status import OutageScope
from .routine import Decision, Effect, Outcome, Routine, What


class Before(StrEnum):
    """Whether the patient was admitted in the system when the outage began."""

    ADMITTED = "admitted"
    NOT_ADMITTED = "not_admitted"
    UNKNOWN = "unknown"


class ChainStatus(StrEnum):
    """What may set a care chain apart from the ordinary."""

    OK = "ok"
    DECEASED = "deceased"
    WRONG_PATIENT = "wrong_patient"


BEFORE_LABELS: dict[Before, str] = {
    Before.ADMITTED: "Ja",
    Before.NOT_ADMITTED: "Nej",
    Before.UNKNOWN: "Vet inte",
}

CHAIN_STATUS_LABELS: dict[ChainStatus, str] = {
    ChainStatus.OK: "Pågår",
    ChainStatus.DECEASED: "Patienten har avlidit",
    ChainStatus.WRONG_PATIENT: "Loggad på fel patient",
}


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as it stands after corrections. `at` is aware; `sip_date` is the date agreed by telephone."""

    id: str
    kind: str
    at: datetime
    withdrawn: bool = False
    sip_date: date | None = None
    sender: Party | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One outcome: what to do in the system with these events, by whom (None: by hand or nobody), and why."""

    decision: Decision
    what: What
    by: Party | None
    clause: str | None
    events: tuple[str, ...]
    case: int
    do: str
    why: str

    @property
    def key(self) -> str:
        """The same for the same outcome of the same events, so that a tick can refer to it."""
        return f"{self.what}:{'+'.join(self.events)}"


def back_registration(
    *,
    routine: Routine,
    scope: OutageScope,
    before: Before,
    status: ChainStatus,
    events: Sequence[LoggedEvent],
) -> tuple[Task, ...]:
    """Give every outcome of one care chain (R4), ordered by each one's first event.

    Withdrawn events count for nothing; the rest count by `at`, equal times in the order given. Every event
    that counts stands in exactly one task, unless the chain was logged on the wrong patient: then there are
    none. Raises ValueError for a kind the routine does not have.
    """
    if status is ChainStatus.WRONG_PATIENT:
        return ()
    counted = sorted(
        (event for event in events if not event.withdrawn),
        key=lambda event: as_utc(event.at),
    )
    effects = [routine.message(event.kind).effect for event in counted]
    moves = [
        (event, effect)
        for event, effect in zip(counted, effects, strict=True)
        if effect in (Effect.ADMISSION, Effect.DISCHARGE)
    ]
    by_hand = _why_by_hand(scope, before, status, moves)
    stays = [] if by_hand else _walk(moves)
    sip_case = _sip_case(before, status, stays)

    tasks: dict[str, Task] = {}
    if by_hand:
        tasks[moves[0][0].id] = _by_hand(routine, by_hand, [event.id for event, _ in moves])
    for case, ids in stays:
        tasks[ids[0]] = _task(routine.outcomes[case], ids)
    for event, effect in zip(counted, effects, strict=True):
        if effect is Effect.SIP:
            tasks[event.id] = _task(routine.outcomes[sip_case if event.sip_date else "6"], (event.id,))
        elif effect is Effect.INFORMATION:
            tasks[event.id] = _task(routine.outcomes["4"], (event.id,))
    return tuple(tasks[event.id] for event in counted if event.id in tasks)


def merge_invitations(tasks: Iterable[Task], dates: Mapping[str, date | None]) -> tuple[Task, ...]:
    """Make one task of the calls to a SIP with the same decision and date: one SIP, one call (R4.5).

    `dates` maps event id to the agreed date. The merged task stands where its first one stood and holds the
    events of all; every other task is left as it was.
    """
    merged: dict[Hashable, Task] = {}
    for task in tasks:
        place: Hashable = task.key
        if task.what is What.SIP_INVITATION:
            place = (task.decision, dates.get(task.events[0]))
        first = merged.get(place)
        merged[place] = replace(first, events=first.events + task.events) if first else task
    return tuple(merged.values())


_Moves = Sequence[tuple[LoggedEvent, Effect]]
# A stay's outcome key and the events it is made of.
_Stays = Sequence[tuple[str, tuple[str, ...]]]


def _why_by_hand(scope: OutageScope, before: Before, status: ChainStatus, moves: _Moves) -> list[str]:
    """Give the outcome keys that say why the stays must be decided by hand; empty when the rules decide them.

    Death outweighs scope, scope an unknown start, and an unknown start an odd order of events.
    """
    if not moves:
        return []
    if status is ChainStatus.DECEASED:
        return ["13"]
    if scope is OutageScope.MUNICIPALITIES_ONLY:
        return ["14"]
    if before is Before.UNKNOWN and moves[0][1] is Effect.DISCHARGE:
        return ["12"]
    return list(dict.fromkeys(_oddities(before, moves)))


def _oddities(before: Before, moves: _Moves) -> Iterable[str]:
    inside = before is Before.ADMITTED
    since_before = inside
    for _, effect in moves:
        if effect is Effect.ADMISSION:
            if inside:
                yield "11-already-admitted" if since_before else "11-admitted-twice"
            inside = True
        else:
            if not inside:
                yield "11-not-admitted"
            inside = since_before = False


def _walk(moves: _Moves) -> _Stays:
    """Split moves with nothing odd about them into stays: a discharge first closes the stay from before."""
    admitted_by: str | None = None
    stays: list[tuple[str, tuple[str, ...]]] = []
    for event, effect in moves:
        if effect is Effect.ADMISSION:
            admitted_by = event.id
        else:
            stays.append(("2", (admitted_by, event.id)) if admitted_by else ("3", (event.id,)))
            admitted_by = None
    if admitted_by:
        stays.append(("1", (admitted_by,)))
    return stays


def _sip_case(before: Before, status: ChainStatus, stays: _Stays) -> str:
    """Give the outcome key of a SIP with an agreed date: by hand if the patient is not in the system."""
    if status is ChainStatus.DECEASED:
        return "13-sip"
    cases = {case for case, _ in stays}
    not_in_system = before is not Before.ADMITTED and "2" in cases and "1" not in cases
    return "10" if not_in_system else "5"


def _by_hand(routine: Routine, keys: Sequence[str], ids: Sequence[str]) -> Task:
    outcomes = [routine.outcomes[key] for key in keys]
    return _task(outcomes[0], tuple(ids), why=" ".join(outcome.why for outcome in outcomes))


def _task(outcome: Outcome, events: tuple[str, ...], why: str | None = None) -> Task:
    return Task(
        decision=outcome.decision,
        what=outcome.what,
        by=outcome.by,
        clause=outcome.clause,
        events=events,
        case=int(outcome.case),
        do=outcome.do,
        why=outcome.why if why is None else why,
    )
