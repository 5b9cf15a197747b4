"""From a chain's log to the rows that are kept of how it stands, and back to what was logged."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from contacts.models import Principal, Unit
from contacts.queries.joined import ids_read_as
from contacts.queries.prepared import prepared
from contacts.rules.parties import Party
from outage.models import (
    CareChain,
    CareChainDetails,
    CareChainEvent,
    ChainState,
    Handover,
    OpenItem,
    StateKind,
)
from outage.queries.chain_log import ChainLog
from outage.queries.doers import units_in_sight
from outage.queries.heard import heard_as
from outage.queries.owed import is_read_there, owed_by_unit, principal_of, readers_of
from outage.queries.ring_back import asked_back
from outage.queries.standing import (
    awaited_by_unit,
    holder_of,
    open_item_of,
    own_parties,
    row_of,
    standing_of,
    units_to_ring,
    untold_in,
)
from outage.queries.targets import named_in, rung_as_former, rung_by_name, target_choices
from outage.queries.tasks import entered_lines, is_move_missing
from outage.queries.wordings import tellers_in
from outage.rules.awaited import AwaitedAnswer
from outage.rules.informing import PARTICIPANT_PREFIX, InformState
from outage.rules.places import PARTIES
from outage.rules.reminders import ring_back_at, unsent
from outage.rules.told import Notice, Owed, Target
from outage.rules.wording import STOCKHOLM

_NONE: Mapping[Any, Any] = {}


def states_of(chain: CareChain, log: ChainLog) -> list[ChainState]:
    """Unsaved. Where anything in it is ticked the chain comes with its outage as its principal sees it."""
    owed = [one for one in standing_of(chain, log).owed if one.closed is None]
    made = _Owed(chain, log) if owed else None
    found = [made.row(unit, one) for one in owed if made for unit in sorted(units_to_ring(chain, log, one))]
    found += [*_awaited(chain, log), *_told(chain, log), *_latest(chain, log), *_untold(chain, log)]
    if is_move_missing(chain, log):
        found.append(
            ChainState.unsaved(
                what=StateKind.MISSING, chain=chain, unit_id=chain.unit_id, since=chain.recorded_at
            )
        )
    found += [*_unsent(chain, log), *_to_ring_back(chain, log)]
    for unit in sorted(units_in_sight(chain, log)):
        found.append(
            ChainState.unsaved(what=StateKind.TO_ENTER, chain=chain, unit_id=unit, since=chain.recorded_at)
        )
    # Within each kind, so that a row more of one leaves those of the others as they are.
    positions: Counter[str] = Counter()
    for row in found:
        row.position = positions[row.what]
        positions[row.what] += 1
        row.outage_id, row.principal_id = chain.outage_id, chain.principal_id
    return found


def owed_rows(chain: CareChain, log: ChainLog, unit_id: int) -> list[ChainState]:
    """Unsaved: what the unit is still to tell about the chain now, also what need not be told after all (`closed`)."""
    owed = owed_by_unit(chain, log, unit_id)
    made = _Owed(chain, log) if owed else None
    return [made.row(unit_id, one) for one in owed] if made else []


class _Owed:
    """What is owed, as rows with all that a list shows of it."""

    def __init__(self, chain: CareChain, log: ChainLog) -> None:
        self._chain, self._log, self._standing = chain, log, standing_of(chain, log)
        self._choices = {key: choice for choice, key in target_choices(chain, log).items()}
        self._events = {str(event.pk): event for event in log.events}
        self._items = {str(event.pk): log.items_of(event) for event in log.live_events}
        self._ticked, self._readers = entered_lines(chain, log), readers_of(self._standing, log)
        self._tries = [call for call in reversed(log.live_handovers) if call.is_try]
        said = ((event, n, name) for event in log.events for n, name in enumerate(event.participants))
        self._said = [(event, n, name.strip()) for event, n, name in said]

    def row(self, unit_id: int, owed: Owed) -> ChainState:
        target, log = owed.target, self._log
        named = named_in(log, self._standing, target.place)
        said_in, said_no = self._said_as(target) if target.participant else (None, 0)
        line = self._standing.line_of(owed.id)
        # What has been entered is read in the system by whoever is back, but never a discharge.
        reads = owed.answer or not (owed.urgent or owed.retracts or line is None)
        day, at = self._which(owed)
        row = ChainState.unsaved(
            what=StateKind.OWED,
            chain=self._chain,
            unit_id=unit_id,
            whom=self._whom(target),
            party=target.party or "",
            former=target.former,
            choice=self._choices.get(target.key, ""),
            named_in=named and named[0],
            named_as=named[1] if named else "",
            rung=self._rung(target) if named is None and said_in is None else None,
            said_in=said_in,
            said_no=said_no,
            message=_message(owed),
            kind=owed.kind,
            urgent=owed.urgent,
            retracts=owed.retracts,
            corrects=owed.corrects,
            day=day,
            at=at,
            rank=owed.rank,
            since=owed.since,
            state=owed.state,
            tries=owed.tries,
            last_at=owed.last_at,
            reads_in_id=self._readers.get(target.place) if reads else None,
            ticked=line in self._ticked,
            tried=self._tried(unit_id, target),
            open_item=open_item_of(self._chain, log, self._items.get(owed.id, ()), target.whom),
            heard_as=heard_as(log, self._standing, target.place) if owed.notice is Notice.IDENTITY else None,
        )
        row.closed = owed.closed
        return row

    def _rung(self, target: Target) -> Handover | None:
        return rung_as_former(self._log, self._standing, target) or rung_by_name(self._log, target)

    def _said_as(self, target: Target) -> tuple[CareChainEvent | None, int]:
        found = ((event, n) for event, n, name in self._said if name == target.participant.strip())
        return next(found, (None, 0))

    def _whom(self, target: Target) -> str:
        if not target.place.startswith(PARTICIPANT_PREFIX):
            return target.whom
        names = [name for _, _, name in self._said]
        # Somebody may have been rung whom no message names.
        calls = [call.place for call in self._standing.calls if call.place.startswith(PARTICIPANT_PREFIX)]
        names += [place.removeprefix(PARTICIPANT_PREFIX) for place in calls]
        places = dict.fromkeys(self._standing.participant(name).place for name in names)
        return f"{PARTICIPANT_PREFIX}{[*places].index(target.place)}"

    def _tried(self, unit_id: int, target: Target) -> Handover | None:
        """The unit's newest failed try to reach the target."""

        def was_to(call: Handover) -> bool:
            if target.participant and not target.party:
                return call.recipient == target.key
            return bool(target.place) and self._standing.same(call.place) == target.place

        return next((call for call in self._tries if call.unit_id == unit_id and was_to(call)), None)

    def _which(self, owed: Owed) -> tuple[date | None, datetime | None]:
        """Which of several messages of a kind it is: by the day that it names, else by when it was. Of a SIP taken back
        both: its day, and that of the meeting that holds.
        """
        row = self._events.get(owed.id)
        # Who is to take part no longer may have heard of another day.
        if row is None or (owed.retracts and owed.corrects):
            return None, None
        said = self._log.said_by(row)
        days = [value for name, value in said.particulars.items() if name.endswith("_date")]
        several = any(
            (e.kind, e.sender) == (row.kind, row.sender) and e.pk != row.pk for e in self._log.live_events
        )
        if days and (several or (row.withdraws and "sip_date" in said.particulars)):
            holds = self._standing.sip_date_that_holds(row_of(row))
            at = datetime.combine(date.fromisoformat(holds), time(), STOCKHOLM) if holds else None
            return date.fromisoformat(days[0]), at if row.withdraws else None
        return None, said.happened_at if several else None


def _message(owed: Owed) -> str:
    if owed.notice:
        return f"notice:{owed.id}"
    return f"new:{owed.kind}:{owed.by}" if owed.answer else f"event:{owed.id}"


def _awaited(chain: CareChain, log: ChainLog) -> Iterator[ChainState]:
    places = standing_of(chain, log).now.places
    for unit in sorted({holder_of(chain, log, party) for party in own_parties(chain.principal)}):
        for answer in awaited_by_unit(chain, log, unit):
            yield ChainState.unsaved(
                what=StateKind.AWAITED,
                chain=chain,
                unit_id=unit,
                kind=answer.kind,
                party=answer.sender,
                since=answer.since,
                reads_in_id=principal_of(log, places.get(answer.sender, "")),
            )


def _told(chain: CareChain, log: ChainLog) -> Iterator[ChainState]:
    """When each unit's own messages, and those that it told of itself, last reached each of the parties."""
    standing, others, tellers = standing_of(chain, log), untold_in(chain, log).others, tellers_in(chain, log)
    told: dict[tuple[int, str], datetime] = {}
    for event in log.live_events:
        if str(event.pk) not in others:
            reached = {
                s.target.place: s.got_at
                for s in standing.standings(row_of(event))
                if s.got_at and s.state is InformState.INFORMED
            }
            for unit in tellers(event) if reached else ():
                for place, at in reached.items():
                    told[unit, place] = max(at, told.get((unit, place), at))
    for unit, place in sorted(told):
        for party in PARTIES:
            if standing.place_of(party) == place:
                at = told[unit, place]
                yield ChainState.unsaved(
                    what=StateKind.TOLD, chain=chain, unit_id=unit, party=party, since=at, last_at=at
                )


def _latest(chain: CareChain, log: ChainLog) -> Iterator[ChainState]:
    """Of the events the last that stands; without a kind where none does any longer."""
    if log.events:
        last = (log.live_events or log.events)[-1]
        yield ChainState.unsaved(
            what=StateKind.LATEST,
            chain=chain,
            unit_id=chain.unit_id,
            kind=last.kind if log.live_events else "",
            since=last.happened_at,
        )


def _untold(chain: CareChain, log: ChainLog) -> Iterator[ChainState]:
    """What efterregistrering needs of the calls: a standing event that neither names is ours, and all were told."""
    untold = untold_in(chain, log)
    for what, ids in ((StateKind.UNTOLD, untold.ours), (StateKind.OTHERS, untold.others)):
        for event in log.live_events:
            if str(event.pk) in ids:
                yield ChainState.unsaved(
                    what=what,
                    chain=chain,
                    unit_id=chain.unit_id,
                    message=f"event:{event.pk}",
                    former=str(event.pk) in untold.former,
                    since=event.happened_at,
                )


def others_to_ring(chain: CareChain, unit: Unit) -> list[str]:
    """The names of the units that still are to tell of a discharge, but for `unit` and what was joined into it: answers
    are waited for.
    """
    return list(dict.fromkeys(_owing(chain.pk, ids_read_as(unit))))


@prepared
def _owing(chain_id: UUID, but: tuple[int, ...]) -> QuerySet[ChainState, str]:
    rows = ChainState.objects.filter(chain=chain_id, what=StateKind.OWED, urgent=True, retracts=False)
    rows = rows.exclude(unit__in=but)
    return rows.order_by("unit__sort_key", "pk").values_list("unit__name", flat=True)


def _unsent(chain: CareChain, log: ChainLog) -> Iterator[ChainState]:
    for one in unsent(standing_of(chain, log)):
        yield ChainState.unsaved(
            what=StateKind.UNSENT,
            chain=chain,
            unit_id=holder_of(chain, log, one.sender),
            party=one.sender,
            kind=one.kind,
            since=one.since,
        )


def _to_ring_back(chain: CareChain, log: ChainLog) -> Iterator[ChainState]:
    """Each unit's own: which of its calls asked to be rung back, and were not."""
    zone = chain.outage.routine.limits.time_zone
    for unit, calls in asked_back(chain, log).items():
        for call in calls:
            yield ChainState.unsaved(
                what=StateKind.RING_BACK,
                chain=chain,
                unit_id=unit,
                rung=call,
                since=call.at,
                at=ring_back_at(call.call_back, call.at, zone),
            )


def states_for(unit_id: int, chains: Iterable[CareChain]) -> dict[UUID, list[ChainState]]:
    """The kept rows of a unit and each chain's latest event, by chain, in order, with the rows that they point at.

    The chains come with their details, from `visible_chains`.
    """
    by_id = {chain.pk: chain for chain in chains}
    rows = _states(unit_id, tuple(by_id)) if by_id else []
    known = {chain.details.pk: chain.details for chain in by_id.values()}
    _point(rows, _versions, "named_in", "heard_as", known=known)
    _point(rows, _events, "said_in")
    _point(rows, _items, "open_item")
    _point(rows, _calls, "tried", "rung")
    found: dict[UUID, list[ChainState]] = defaultdict(list)
    for row in rows:
        row.chain = by_id[row.chain_id]
        found[row.chain_id].append(row)
    return found


def sole_party(principal: Principal) -> Party | None:
    """The one party that all units of a principal are: what others wait for from it is each one's own to answer."""
    party, *more = own_parties(principal)
    return None if more else party


def awaited_in(rows: Iterable[ChainState]) -> list[AwaitedAnswer]:
    """The longest wait first, but for those who answer in the system by now. The rows come from `states_for`, of chains
    with their outage as the principal sees it.
    """
    awaited = (row for row in rows if row.what == StateKind.AWAITED)
    return [
        AwaitedAnswer(row.kind, Party(row.party), row.since)
        for row in awaited
        if not is_read_there(
            row.chain.outage,
            row.chain.principal,
            row.reads_in_id,
            row.since,
            ticked=row.ticked,
            message=row.message,
        )
    ]


def _point(
    rows: Sequence[ChainState], read: Callable[..., list[Any]], *names: str, known: Mapping[Any, Any] = _NONE
) -> None:
    ids = [
        (row, name, pk) for row in rows for name in names if (pk := getattr(row, f"{name}_id")) is not None
    ]
    wanted = {pk for _, _, pk in ids if pk not in known}
    found = {**known, **{row.pk: row for row in (read(*wanted) if wanted else ())}}
    for row, name, pk in ids:
        setattr(row, name, found[pk])


OF_A_UNIT = (StateKind.OWED, StateKind.AWAITED, StateKind.TOLD)


@prepared
def _states(unit_id: int, chain_ids: tuple[UUID, ...]) -> QuerySet[ChainState]:
    own = Q(unit=unit_id, what__in=OF_A_UNIT)
    rows = ChainState.objects.filter(own | Q(what=StateKind.LATEST), chain__in=chain_ids)
    return rows.order_by("chain", "position")


@prepared
def _versions(*ids: int) -> QuerySet[CareChainDetails]:
    rows = CareChainDetails.objects.filter(pk__in=ids)
    return rows.select_related("ward_unit", "municipality", "outpatient_unit")


@prepared
def _events(*ids: UUID) -> QuerySet[CareChainEvent]:
    return CareChainEvent.objects.filter(pk__in=ids).order_by()


@prepared
def _items(*ids: int) -> QuerySet[OpenItem]:
    return OpenItem.objects.filter(pk__in=ids).order_by()


@prepared
def _calls(*ids: UUID) -> QuerySet[Handover]:
    return Handover.objects.filter(pk__in=ids).order_by()


@prepared
def kept_states(*chain_ids: UUID) -> QuerySet[ChainState]:
    return ChainState.objects.filter(chain__in=chain_ids).order_by("chain", "position")
