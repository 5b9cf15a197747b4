"""What is entered into the system when it is back, and what is not (R4).

Each chain's events are walked in time order, keeping only whether the patient is in or out. The cases are told
apart by the keys of the routine's outcomes, which hold the words for each.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from itertools import groupby

from contacts.rules.labelled import Labelled
from contacts.rules.parties import Party

from .clock import as_utc
from .outage_status import OutageScope
from .routine import Decision, Effect, Routine, What


class Before(Labelled):
    """Whether the patient was admitted in the system when the outage began."""

    ADMITTED = "admitted", "Ja"
    NOT_ADMITTED = "not_admitted", "Nej"
    UNKNOWN = "unknown", "Vet inte"


class ChainStatus(Labelled):
    OK = "ok", "Pågår"
    DECEASED = "deceased", "Patienten har avlidit"
    WRONG_PATIENT = "wrong_patient", "Loggad på fel patient"


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as it stands after corrections. `at` is aware; `sip_date` is the date agreed by telephone.

    `told` is false for what the own principal sent while somebody who must be told has not been reached; `ours` for
    what others sent: whom it has reached is not known here. `scope` is that in force when it happened; None: that of
    the whole outage. `in_system` happened before the outage and is registered in the system: outside R4. `line` is
    the id of the first version of an event that was corrected; empty: this is the first. `invited`: some take part by
    name, and are not told of a discharge. `former`: nobody is to ring about it, as it is a former place's answer.
    """

    id: str
    kind: str
    at: datetime
    withdrawn: bool = False
    sip_date: date | None = None
    sender: Party | None = None
    told: bool = True
    ours: bool = True
    scope: OutageScope | None = None
    in_system: bool = False
    line: str = ""
    invited: bool = False
    former: bool = False

    @property
    def root(self) -> str:
        return self.line or self.id


class Family(Enum):
    """The kind of a task, which stays when the decision changes."""

    STAY = "stay"
    SIP = "sip"
    INFORMATION = "information"


FAMILIES: dict[What, Family] = {
    What.ADMISSION: Family.STAY,
    What.DISCHARGE: Family.STAY,
    What.STAY: Family.STAY,
    What.ADMISSION_OR_DISCHARGE: Family.STAY,
    What.SIP_INVITATION: Family.SIP,
    What.INFORMATION: Family.INFORMATION,
}


@dataclass(frozen=True, slots=True)
class Task:
    """One outcome: what to do in the system with these events, by whom (None: by hand or nobody), and why.

    `lines` are the first ids of its events, the one logged first before the others; `outcomes` are the keys of the
    outcomes found.
    """

    decision: Decision
    what: What
    by: Party | None
    clause: str | None
    events: tuple[str, ...]
    case: int
    do: str
    why: str
    lines: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()

    @property
    def family(self) -> Family:
        return FAMILIES[self.what]

    @property
    def key(self) -> str:
        """Stable however the events are corrected, so that a tick can refer to the task."""
        return f"{self.family.value}:{next(iter(self.lines), '')}"


def back_registration(
    *,
    routine: Routine,
    scope: OutageScope,
    before: Before,
    status: ChainStatus,
    events: Sequence[LoggedEvent],
    unlogged: Effect | None = None,
) -> tuple[Task, ...]:
    """Every outcome of one care chain (R4), ordered by each one's first event.

    `events` come in the order in which they were first logged. Withdrawn ones and those outside R4 are ignored; the
    rest count by `at`, equal times in the order given. `unlogged` is the move that a change of ward says and no event
    (`unlogged_move`). Every event that counts is in exactly one task, unless the chain was logged on the wrong
    patient: then there are none. Raises ValueError for a kind the routine does not have.
    """
    if status is ChainStatus.WRONG_PATIENT:
        return ()
    counted = [
        _Counted(event, routine.message(event.kind).effect, event.scope or scope)
        for event in sorted(events, key=lambda event: as_utc(event.at))
        if not event.withdrawn and not event.in_system
    ]
    before = as_began(before, _stood(routine, events))
    moves = [one for one in counted if one.effect in _MOVES]
    stays = _stays(before, status, moves)
    if unlogged is Effect.DISCHARGE and moves and moves[-1].effect is Effect.ADMISSION:
        odd = [(() if keys == ("1",) else keys) + ("11-left",) for _, keys in stays]
        stays = [
            (own, left if moves[-1].event in own else keys)
            for (own, keys), left in zip(stays, odd, strict=True)
        ]
    died = status is ChainStatus.DECEASED
    found = [*stays, *_others(counted, lambda sip: _sip_outcome(before, status, stays, sip), died=died)]
    place = {one.event.id: index for index, one in enumerate(counted)}
    logged = {event.id: index for index, event in enumerate(events)}
    found.sort(key=lambda each: place[each[0][0].id])
    return tuple(
        _task(routine, keys, own, sorted(own, key=lambda event: logged[event.id])) for own, keys in found
    )


def missing_move(
    *,
    routine: Routine,
    in_region: bool,
    on_ward: bool,
    before: Before,
    status: ChainStatus,
    events: Sequence[LoggedEvent],
    unlogged: Effect | None = None,
    other_ward: bool = False,
) -> Task | None:
    """In the region's log, with no admission or discharge logged: a patient who lies on a ward and is not known to be
    in the system (case 18), who lies on an `other_ward` than stands there (case 11), or who has died on a ward or in
    the system, and may stand as admitted there (case 13). In every log: whoever came in again, or left, by a change of
    ward alone (`unlogged`, case 18).

    For the page and its counts only.
    """
    stood = _stood(routine, events)
    effects = (
        routine.message(event.kind).effect for event in events if not (event.withdrawn or event.in_system)
    )
    moved = any(effect in _MOVES for effect in effects)
    if status is ChainStatus.OK and (unlogged is Effect.ADMISSION or (unlogged and not moved)):
        return _task(routine, ("18-again" if unlogged is Effect.ADMISSION else "18-left",), (), ())
    if not in_region or moved:
        return None
    is_in = as_began(before, stood) is Before.ADMITTED
    lies_there = on_ward and not stood
    if status is ChainStatus.DECEASED and (is_in or lies_there):
        return _task(routine, ("13-no-move",), (), ())
    if status is ChainStatus.OK and other_ward and is_in:
        return _task(routine, ("11-moved",), (), ())
    return _task(routine, ("18",), (), ()) if status is ChainStatus.OK and lies_there and not is_in else None


def to_check(routine: Routine, status: ChainStatus, events: Iterable[LoggedEvent]) -> tuple[Task, ...]:
    """Case 19: what happened after the end, logged by who did not know of it; a task for each event, in time order.

    Nobody is called to a SIP about a patient who has died.
    """
    if status is ChainStatus.WRONG_PATIENT:
        return ()
    return tuple(
        _task(routine, (f"19-{effect.value}",), (event,), (event,))
        for event in sorted(events, key=lambda event: as_utc(event.at))
        if (effect := routine.message(event.kind).effect) in _MOVES or status is ChainStatus.OK
    )


def done_elsewhere(routine: Routine, task: Task) -> Task:
    """`task` where no unit of ours is the party that does it: whoever holds the chain decides by hand."""
    return by_hand(routine, task, _ELSEWHERE[task.what])


def by_hand(routine: Routine, task: Task, key: str) -> Task:
    """`task` with the outcome `key`, under the same key of its own."""
    found = routine.outcomes[key]
    return replace(
        task,
        decision=found.decision,
        by=found.by,
        clause=found.clause,
        case=int(key.partition("-")[0]),
        do=found.do,
        why=found.why,
        outcomes=(key,),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    event: LoggedEvent
    effect: Effect
    scope: OutageScope


_MOVES = (Effect.ADMISSION, Effect.DISCHARGE)
_ELSEWHERE = {
    What.ADMISSION: "1-elsewhere",
    What.DISCHARGE: "3-elsewhere",
    What.SIP_INVITATION: "5-elsewhere",
}
_NOT_IN_SYSTEM = {"2", "2-untold"}
# The events of one outcome, in time order, and the keys of what was found.
_Found = tuple[tuple[LoggedEvent, ...], tuple[str, ...]]


def as_began(before: Before, stood: Sequence[Effect]) -> Before:
    """Whether the patient was in the system as the outage began: as somebody said, unless what is registered there
    says more.

    `stood` are the admissions and discharges registered in the system before the outage, in time order.
    """
    if before is Before.ADMITTED or not stood:
        return before
    return Before.ADMITTED if stood[-1] is Effect.ADMISSION else Before.NOT_ADMITTED


def _stood(routine: Routine, events: Sequence[LoggedEvent]) -> list[Effect]:
    found = [
        routine.message(event.kind).effect
        for event in sorted(events, key=lambda event: as_utc(event.at))
        if event.in_system and not event.withdrawn
    ]
    return [effect for effect in found if effect in _MOVES]


def _stays(before: Before, status: ChainStatus, moves: Sequence[_Counted]) -> list[_Found]:
    """The outcomes of admissions and discharges. Death outweighs scope; each event has its own scope.

    What happened while the region had the system is decided by hand, together with the stay it continued, and leaves
    it unknown what is registered there.
    """
    if status is ChainStatus.DECEASED:
        return [_of(moves, "13")] if moves else []
    cut_off: list[_Counted] = []
    found: list[_Found] = []
    parts = [(scope, list(part)) for scope, part in groupby(moves, key=lambda one: one.scope)]
    for place, (scope, part) in enumerate(parts, start=1):
        if scope is OutageScope.MUNICIPALITIES_ONLY:
            before = Before.UNKNOWN
            cut_off += part
            continue
        stays = _walk(before, part)
        if place < len(parts) and stays[-1][1] == ("1",):
            # How the stay went on was logged while the region had the system: whoever was in may be so no more.
            del stays[-1]
            cut_off.append(part[-1])
        found += stays
    return [_of(cut_off, "14"), *found] if cut_off else found


def _walk(before: Before, moves: Sequence[_Counted]) -> list[_Found]:
    """Split moves into stays: a discharge first closes the stay from before. Any inconsistency makes all one stay,
    decided by hand.
    """
    if before is Before.UNKNOWN and moves[0].effect is Effect.DISCHARGE:
        return [_of(moves, "12")]
    odd = list(dict.fromkeys(_oddities(before, moves)))
    if odd:
        return [_of(moves, *odd)]
    stays: list[_Found] = []
    admitted: _Counted | None = None
    for one in moves:
        if one.effect is Effect.ADMISSION:
            admitted = one
        elif admitted:
            stays.append(_of([admitted, one], "2" if one.event.told else "2-untold"))
            admitted = None
        else:
            stays.append(_of([one], "3"))
    if admitted:
        stays.append(_of([admitted], "1"))
    return stays


def _oddities(before: Before, moves: Sequence[_Counted]) -> Iterable[str]:
    inside = since_before = before is Before.ADMITTED
    for one in moves:
        if one.effect is Effect.ADMISSION:
            if inside:
                yield "11-already-admitted" if since_before else "11-admitted-twice"
            inside = True
        else:
            if not inside:
                yield "11-not-admitted"
            inside = since_before = False


def _others(
    counted: Sequence[_Counted], outcome_of_dated: Callable[[Sequence[_Counted]], str], *, died: bool
) -> Iterable[_Found]:
    """The outcomes of SIPs and information. What somebody has not been told of is one decision for the chain, unless
    the patient has `died`: then nobody need hear it.

    A later discharge that was told makes it told, except to those who take part in a SIP by name: what came before it
    may have reached nobody. A SIP is one, from its first message through every rebooking.
    """
    discharges = [
        place
        for place, one in enumerate(counted)
        if one.effect is Effect.DISCHARGE and one.event.told and one.event.ours
    ]
    told_by = max(discharges, default=-1)
    untold: list[_Counted] = []
    told: list[tuple[_Counted, str]] = []
    sip = [one for one in counted if one.effect is Effect.SIP]
    dated = any(one.event.sip_date for one in sip)
    for place, one in enumerate(counted):
        if one.effect not in _MOVES and not (dated and one.effect is Effect.SIP):
            later = place < told_by and not one.event.invited
            if one.event.told or later:
                told.append((one, "-later" if place < told_by else ""))
            elif died:
                told.append((one, "-needless"))
            else:
                untold.append(one)
    if dated:
        yield _of(sip, outcome_of_dated(sip))
    elif passed_on := [(one, why) for one, why in told if one.effect is Effect.SIP]:
        # "needless" says what holds of the other two as well.
        yield _of([one for one, _ in passed_on], f"6{max(why for _, why in passed_on)}")
    for one, why in told:
        if one.effect is Effect.INFORMATION:
            yield _of([one], f"4{why}")
    if untold:
        yield _of(untold, "17-former" if all(one.event.former for one in untold) else "17")


def _sip_outcome(
    before: Before, status: ChainStatus, stays: Sequence[_Found], sip: Sequence[_Counted]
) -> str:
    """The outcome key of a SIP with an agreed date: by hand where the patient may not be in the system."""
    if status is ChainStatus.DECEASED:
        return "13-sip"
    if any(one.event.sip_date and one.scope is OutageScope.MUNICIPALITIES_ONLY for one in sip):
        return "16-scope"
    if before is Before.ADMITTED:
        return "5"
    keys = {key for _, found in stays for key in found}
    if any(key.partition("-")[0] in ("11", "12") for key in keys):
        return "16-stay"
    return "10" if keys and keys <= _NOT_IN_SYSTEM else "5"


def _of(counted: Sequence[_Counted], *keys: str) -> _Found:
    return tuple(one.event for one in counted), keys


def _task(
    routine: Routine, keys: Sequence[str], events: Sequence[LoggedEvent], as_logged: Sequence[LoggedEvent]
) -> Task:
    outcomes = [routine.outcomes[key] for key in keys]
    first = outcomes[0]
    return Task(
        decision=first.decision,
        what=first.what,
        by=first.by,
        clause=first.clause,
        events=tuple(event.id for event in events),
        case=int(keys[0].partition("-")[0]),
        do=first.do,
        why=" ".join(outcome.why for outcome in outcomes),
        lines=tuple(event.root for event in as_logged),
        outcomes=tuple(keys),
    )
