"""From a chain's log to the rules of efterregistrering: what is to be entered afterwards, as the log stands (R4)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from itertools import chain as chained

from contacts.access import Acting
from contacts.models.encrypted import GONE
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, RegistrationMark
from outage.queries.chain_log import ChainLog
from outage.queries.counted import counted, scope_for
from outage.queries.naming import shown_identity
from outage.queries.standing import own_parties, own_unit, places_of, untold_in
from outage.queries.whereabouts import (
    effect_of,
    is_move,
    last_move,
    line_of,
    move_unlogged,
    places_then,
    ward_as_began,
    way_since,
    when_of,
)
from outage.rules.after_end import Counts
from outage.rules.agreed_sip import agreed_sip
from outage.rules.back_registration import (
    Before,
    ChainStatus,
    Family,
    LoggedEvent,
    Task,
    back_registration,
    by_hand,
    done_elsewhere,
    missing_move,
    to_check,
)
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Decision, Effect, Particular
from outage.rules.ticks import (
    TIME_OF,
    Mark,
    Tick,
    TickState,
    Typed,
    entered_events,
    picture_of,
    stored_picture,
    ticks,
)
from outage.rules.told import NOT_ADMITTED
from outage.rules.wording import day, local_day, typed_clock

# What is to be decided of a move that no row logs.
_NO_ROW = frozenset({"11-left", "18", "18-again", "18-left"})


def tasks_of(chain: CareChain, log: ChainLog) -> tuple[Task, ...]:
    """What is to be entered afterwards for a chain as its log stands (R4); first what is without an event."""
    details, routine = log.versions[-1], chain.outage.routine
    before, status = Before(details.before), ChainStatus(details.status)
    logged = _logged_events(chain, log)
    # What R4 does not count still tells how the patient came.
    missing = _missing(chain, log, [event for event, _ in logged])
    inside, late = ([event for event, how in logged if how is one] for one in (Counts.BY_R4, Counts.TO_CHECK))
    found = back_registration(
        routine=routine,
        scope=OutageScope(chain.outage.current.scope),
        before=before,
        status=status,
        events=inside,
        unlogged=move_unlogged(chain, log),
    )
    found += to_check(routine, status, late)
    ours = own_parties(chain.principal)
    found = tuple(_as_ours(chain, log, task, task.by) if task.by in ours else task for task in found)
    return (missing, *found) if missing else found


def _as_ours(chain: CareChain, log: ChainLog, task: Task, by: Party) -> Task:
    """A task of one of our own parties, by hand where no unit of ours is that party, or where a SIP is past."""
    if not _is_ours(chain, log, by):
        return done_elsewhere(chain.outage.routine, task)
    past = task.outcomes == ("5",) and _is_past(chain, log, task)
    return by_hand(chain.outage.routine, task, "16-past") if past else task


def _is_past(chain: CareChain, log: ChainLog, sip: Task) -> bool:
    """Whether a SIP was to be held before the system was back: known once, so that no tick or closing changes by the
    day.
    """
    back, begins = chain.outage.own_end, sip_begins(log, sip)
    return bool(back and begins and begins < back)


def sip_begins(log: ChainLog, sip: Task) -> datetime | None:
    """When the meeting of a task is to begin, as `AgreedSip` has it."""
    return agreed_sip(log.by_text[event].particulars for event in sip.events).begins


def _is_ours(chain: CareChain, log: ChainLog, party: Party) -> bool:
    """Whether a unit of ours is or was `party`, and does not only hold it for having opened the chain."""
    return party in chain.unit.parties or any(own_unit(chain, row, party) for row in log.versions)


def _missing(chain: CareChain, log: ChainLog, events: Sequence[LoggedEvent]) -> Task | None:
    details, began, now = log.versions[-1], _ward_as_began(chain, log), _places_now(log).get(Party.INPATIENT)
    return missing_move(
        routine=chain.outage.routine,
        in_region=chain.principal.is_region,
        on_ward=details.place_keys.get(Party.INPATIENT, NOT_ADMITTED) != NOT_ADMITTED,
        before=Before(details.before),
        status=ChainStatus(details.status),
        events=events,
        unlogged=move_unlogged(chain, log),
        other_ward=bool(began and now) and now not in (began, NOT_ADMITTED),
    )


def _ward_as_began(chain: CareChain, log: ChainLog) -> str:
    key = ward_as_began(chain, log)
    return places_of(log).same(key) if key else ""


def is_move_missing(chain: CareChain, log: ChainLog) -> bool:
    """Whether nobody has logged how the patient came to the ward or left it, nor decided about it."""
    if log.versions[-1].status != ChainStatus.OK:
        return False
    logged = [
        LoggedEvent(id="", kind=event.kind, at=event.happened_at, in_system=event.in_system)
        for event in log.live_events
    ]
    found = _missing(chain, log, logged)
    missing = found is not None and not _NO_ROW.isdisjoint(found.outcomes)
    if missing and not log.marks:
        return True
    return (missing or move_unlogged(chain, log) is not None) and bool(moves_to_decide(chain, log))


def moves_to_decide(chain: CareChain, log: ChainLog) -> frozenset[str]:
    """The outcomes by which it is to be decided how the patient came or left, as far as nobody has."""
    found, _ = ticks_of(chain, log)
    left = (tick.task.outcomes for tick in found if tick.state is not TickState.DONE)
    return _NO_ROW & frozenset(chained.from_iterable(left))


def ticks_of(chain: CareChain, log: ChainLog) -> tuple[tuple[Tick, ...], tuple[Mark, ...]]:
    """The tasks of a chain with their marks, and the marks of what is to be undone as its task is gone."""
    typed = _Typed(chain, log)
    return ticks(
        [(task, picture_of(task, typed.for_task(task))) for task in tasks_of(chain, log)],
        [_mark(log, row) for row in log.marks.values()],
    )


def entered_lines(chain: CareChain, log: ChainLog) -> frozenset[str]:
    """The first ids of the events that valid ticks say have been entered in the system."""
    if not log.marks:
        return frozenset()
    found, _ = ticks_of(chain, log)
    entered = entered_events(found)
    return frozenset(str(line_of(log, log.by_text[event]).pk) for event in entered)


def _mark(log: ChainLog, row: RegistrationMark) -> Mark:
    picture = stored_picture(row.picture, row.typed)
    entered = row.entered
    lines: tuple[str, ...] = ()
    if picture is None:
        # Of the first version: a decision by hand has its words, anything else was entered.
        entered = not (row.choice or row.choice is GONE)
        named = row.task.partition(":")[2].split("+")
        lines = tuple(str(line_of(log, log.by_text[name]).pk) for name in named if name in log.by_text)
    return Mark(task=row.task, done=row.done, entered=entered, picture=picture, lines=lines, id=row.pk)


class _Typed:
    """What is typed into the system for the tasks of one chain."""

    def __init__(self, chain: CareChain, log: ChainLog) -> None:
        self._chain, self._log, self._details = chain, log, log.versions[-1]
        self._routine = chain.outage.routine
        self._began = local_day(chain.outage.current.started_at)

    def for_task(self, task: Task) -> list[Typed]:
        """All that is typed for a task; for a decision by hand, what it is about."""
        if self._details.is_purged:
            # Nor is what was typed when it was marked: the two are alike, and a tick stands.
            return []
        own = [self._log.by_text[event_id] for event_id in task.events]
        if task.family is Family.INFORMATION:
            return self._dated(own)
        if task.family is Family.SIP:
            return [
                self._number,
                self._places[Party.MUNICIPALITY],
                self._places[Party.OUTPATIENT],
                *self._of_sip(own),
            ]
        name = Typed("name", "Namn", self._details.patient_name)
        # What is decided by hand may have been entered in any way, or not at all.
        times = self._timed(own) if task.decision is Decision.REGISTER else []
        places = self._places_of(own)
        before = self._ward_before(own, places[Party.INPATIENT])
        return [self._number, name, *before, *places.values(), *self._dated(own), *times]

    def _ward_before(self, own: Sequence[CareChainEvent], now: Typed) -> list[Typed]:
        """For the stay that was in the system as the outage began: its ward there, where that is another one."""
        key = _ward_as_began(self._chain, self._log)
        moves = (
            event for event in self._log.live_events if not event.in_system and is_move(self._chain, event)
        )
        first = min(moves, key=lambda event: when_of(self._log, event), default=None)
        if not key or key.partition(":")[2] == now.ref or (first is not None and first not in own):
            return []
        names = (
            row.place_names[Party.INPATIENT]
            for row in reversed(self._log.versions)
            if places_of(self._log).same(row.place_keys.get(Party.INPATIENT, "")) == key
        )
        label = f"Avdelning i {self._chain.outage.system} före driftstoppet"
        return [Typed("ward_before", label, next(names, ""), key.partition(":")[2])]

    @cached_property
    def _number(self) -> Typed:
        return Typed("number", "Nummer", shown_identity(self._details), self._details.identity_number)

    @cached_property
    def _places(self) -> dict[Party, Typed]:
        names, keys = self._details.place_names, _places_now(self._log)
        # Nobody is entered as lying nowhere: who has gone home was on the ward before that.
        on_ward = next((each for each in reversed(self._log.versions) if not each.not_admitted), None)
        if self._details.not_admitted and on_ward:
            names = {**names, Party.INPATIENT: on_ward.place_names.get(Party.INPATIENT, "")}
            keys = {**keys, Party.INPATIENT: on_ward.place_keys.get(Party.INPATIENT, "")}
        return {party: _typed_place(party, names, keys) for party in Party}

    def _places_of(self, stay: Sequence[CareChainEvent]) -> dict[Party, Typed]:
        """As the chain stands now; of a stay that another one followed, as it stood when the patient left."""
        last = stay[-1] if stay else None
        if (
            last is None
            or effect_of(self._chain, last) is not Effect.DISCHARGE
            or not self._is_followed(last)
        ):
            return self._places
        then, same = places_then(self._log, line_of(self._log, last)), places_of(self._log).same
        return {
            party: _typed_place(
                party,
                row.place_names,
                {party: same(row.place_keys[party])} if party in row.place_keys else {},
            )
            for party, row in then.items()
        }

    def _is_followed(self, discharge: CareChainEvent) -> bool:
        """Whether the patient was admitted again, or is on another ward since."""
        if last_move(self._chain, self._log) != discharge:
            return any(
                effect_of(self._chain, event) is Effect.ADMISSION
                and when_of(self._log, event) > when_of(self._log, discharge)
                for event in self._log.live_events
            )
        return not self._details.not_admitted and len(way_since(self._chain, self._log, discharge)) > 1

    def _of_sip(self, events: Sequence[CareChainEvent]) -> list[Typed]:
        sip = agreed_sip(event.particulars for event in events)
        on = day(date.fromisoformat(sip.date), self._began) if sip.date else ""
        return [
            Typed("sip_date", "Datum", on, sip.date),
            Typed("sip_time", "Tid", sip.time),
            Typed("sip_place", "Plats", sip.place),
            Typed(
                "participants",
                Particular.PARTICIPANTS.label,
                ", ".join(sip.participants),
                "\n".join(sorted(sip.participants)),
            ),
        ]

    def _dated(self, events: Sequence[CareChainEvent]) -> list[Typed]:
        """Each event with its date; with its year when that is far from when the outage began."""
        return [
            Typed(
                f"event_date:{line_of(self._log, event).id}",
                self._routine.label(event.kind),
                day(event.happened_at, self._began),
                f"{event.kind} {local_day(event.happened_at)}",
            )
            for event in events
        ]

    def _timed(self, events: Sequence[CareChainEvent]) -> list[Typed]:
        """Each event with its time of day, as it is typed of an admission or a discharge."""
        return [
            Typed(
                f"{TIME_OF}{line_of(self._log, event).id}",
                f"{self._routine.label(event.kind)}, klockslag",
                typed_clock(event.happened_at),
            )
            for event in events
        ]


def _places_now(log: ChainLog) -> Mapping[Party, str]:
    """The key of each party's place; no key where it is not known."""
    if len(log.versions) == 1:
        return log.versions[0].place_keys
    places = places_of(log)
    return {party: key for party in Party if (key := places.place_of(party))}


def _typed_place(party: Party, names: Mapping[Party, str], keys: Mapping[Party, str]) -> Typed:
    return Typed(
        party.value,
        "Avdelning" if party is Party.INPATIENT else party.label,
        names.get(party, ""),
        # The id alone, as it was before places had keys.
        keys.get(party, "").partition(":")[2],
    )


def _logged_events(chain: CareChain, log: ChainLog) -> list[tuple[LoggedEvent, Counts]]:
    """The standing events, in the order in which they were first logged, each with whether R4 counts it."""
    untold = untold_in(chain, log)
    standing = [(line_of(log, event), event) for event in log.live_events]
    standing.sort(key=lambda each: each[0].order)
    ids = {event.id: text for text, event in log.by_text.items()}
    return [
        (
            LoggedEvent(
                id=ids[event.id],
                kind=event.kind,
                # People say times by the minute; within it things count as they were logged.
                at=event.happened_at.replace(second=0, microsecond=0),
                sip_date=event.sip_date,
                sender=Party(event.sender),
                told=ids[event.id] not in untold.ours,
                ours=ids[event.id] not in untold.others,
                in_system=event.in_system,
                scope=scope_for(chain, event),
                line=ids[first.id],
                invited=bool(event.participants),
                former=ids[event.id] in untold.former,
            ),
            counted(chain, first, event),
        )
        for first, event in standing
    ]


def parties_in(acting: Acting, chain: CareChain) -> frozenset[Party]:
    """The parties the acting unit is in this chain.

    A sjukstuga that is only the patient's ward, or only the öppenvård, answers for that part; elsewhere a unit has
    all its usual parties.
    """
    keys = chain.details.place_keys
    here = frozenset(party for party in acting.parties if is_place_of(acting, keys.get(party), party))
    return here or acting.parties


def is_place_of(acting: Acting, key: str | None, party: Party) -> bool:
    if party is Party.MUNICIPALITY:
        return key == f"principal:{acting.principal.pk}"
    return key == f"unit:{acting.unit.pk}"
