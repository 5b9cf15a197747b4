"""The log of a chain: all that was written of it, and of the chains that were joined to it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from contacts.access import Acting
from contacts.models import Unit, User
from contacts.page_versions import alike_beside_chains, of_one_minute
from contacts.queries.prepared import hand_out, prepared
from outage.models import (
    CareChain,
    CareChainDetails,
    CareChainEvent,
    DischargeCompletion,
    Handover,
    HandoverMessage,
    OpenItem,
    RegistrationMark,
)
from outage.queries.joined import (
    Joined,
    Logged,
    doubles_of,
    joined_to,
    number_anew,
    versions_of,
    with_lines,
)
from outage.queries.moved import with_first
from outage.rules.owed import ChainStanding
from outage.rules.ticks import stored_picture
from outage.rules.told import Untold

Row = TypeVar("Row", bound=CareChainEvent | Handover)


@dataclass
class ChainLog:
    """All rows of one chain: every event and call in time order, those replaced or taken back included, and
    `versions`, all that was ever known of it, oldest first.

    Rows of chains that were joined to it are included, their versions first: `order` then runs over them all.
    `doubles` has each event that is the same as one of the chain's own, with that one's id.
    """

    events: list[CareChainEvent] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)
    versions: list[CareChainDetails] = field(default_factory=list)
    # The marks of efterregistrering that count, by id: the newest of each task, of joined chains each one's own.
    marks: dict[int, RegistrationMark] = field(default_factory=dict)
    doubles: dict[UUID, UUID] = field(default_factory=dict)
    # What follows from the rows, kept by those who work it out.
    standing: ChainStanding | None = None
    untold: Untold | None = None
    our_units: list[int] | None = None

    @cached_property
    def by_id(self) -> dict[UUID, CareChainEvent]:
        return {event.id: event for event in self.events}

    @cached_property
    def by_text(self) -> dict[str, CareChainEvent]:
        """The events by their ids as the rules have them."""
        return {str(event.id): event for event in self.events}

    @cached_property
    def live_events(self) -> list[CareChainEvent]:
        """The events that stand, each once: neither replaced, nor taken back, nor a row that takes back."""
        replaced = {e.supersedes_id for e in self.events if e.supersedes_id} | self.doubles.keys()
        return [e for e in self.events if e.id not in replaced and not e.withdraws]

    def said_by(self, event: CareChainEvent) -> CareChainEvent:
        """The event itself; of one that takes back another, what it took back."""
        return self.by_text.get(str(event.supersedes_id), event) if event.withdraws else event

    def items_of(self, event: CareChainEvent) -> list[OpenItem]:
        """The open items of a discharge, oldest first; those of a duplicate belong to the other one."""
        return self._items.get(event.pk, [])

    @cached_property
    def _items(self) -> dict[UUID, list[OpenItem]]:
        found: dict[UUID, list[OpenItem]] = defaultdict(list)
        for row in self.events:
            found[self.doubles.get(row.pk, row.pk)] += row.open_items.all()
        return {pk: sorted(items, key=attrgetter("pk")) for pk, items in found.items()}

    @cached_property
    def live_handovers(self) -> list[Handover]:
        replaced = {h.supersedes_id for h in self.handovers if h.supersedes_id}
        return [h for h in self.handovers if h.pk not in replaced and not h.withdraws]


# A log with other rows.
_ANEW: dict[str, Any] = dict.fromkeys(("standing", "untold", "our_units"))


def logs_of(chain_ids: Iterable[UUID], *, signed: bool = True) -> dict[UUID, ChainLog]:
    """The number of queries does not depend on that of the chains. Where rows are not to be `signed`, who wrote each is
    not read: nobody is shown it.

    The caller has the ids from `visible_chains`, so they are within what the person may see.
    """
    joined = joined_to(chain_ids)
    home, others = joined.home, joined.others
    logs = {pk: ChainLog(doubles=doubles_of(joined.joins.get(pk, ()))) for pk in home if pk not in others}
    events, handovers, versions = _events(*home), _handovers(*home), versions_of(*home)
    completions, items = _completions(*home), _open_items(*home)
    hand_out(events, "completions", completions)
    hand_out(events, "open_items", items)
    hand_out(handovers, "messages", _messages(*home))
    rows: list[Logged] = [*versions, *events, *handovers]
    for kept in joined.joins:
        number_anew(row for row in rows if home[row.chain_id] == kept)
    # Few people at few units write many rows: each of them is read once, not once a row.
    written: list[Logged | OpenItem | DischargeCompletion] = [*events, *handovers]
    if signed:
        written += [*versions, *items, *completions]
    units = {unit.pk: unit for unit in _units(*{row.unit_id for row in written})}
    people = {user.pk: user for user in _people(*{row.user_id for row in written})} if signed else {}
    if signed:
        with_first(handovers)
    for row in written:
        row._state.fields_cache["unit"] = units[row.unit_id]
        if signed:
            row._state.fields_cache["user"] = people[row.user_id]
    for event in in_time_order(events):
        logs[home[event.chain_id]].events.append(event)
    for handover in in_time_order(handovers):
        logs[home[handover.chain_id]].handovers.append(handover)
    for version in sorted(versions, key=lambda row: row.chain_id not in others):
        logs[home[version.chain_id]].versions.append(version)
    for home_id, mark in marks_of(joined):
        logs[home_id].marks[mark.pk] = mark
    return logs


def log_of(chain_id: UUID, *, signed: bool = True) -> ChainLog:
    return logs_of([chain_id], signed=signed)[chain_id]


def log_shown(acting: Acting, chain: CareChain, now: datetime) -> ChainLog:
    """For what is shown of `chain`, as it was read: made once a minute, for as long as nothing is written about it or
    what was joined to it. Of one that is opened in an emergency, which is for one person, each time.
    """
    if chain.emergency:
        return log_of(chain.pk)
    rows = chain.details_id, chain.rows, *_rows_of_joined(chain.pk)
    return of_one_minute(("log", chain.pk, rows, alike_beside_chains(acting)), now, lambda: log_of(chain.pk))


@prepared
def _rows_of_joined(chain_id: UUID) -> QuerySet[CareChain, tuple[UUID, int]]:
    return CareChain.objects.filter(joined_to=chain_id).order_by("pk").values_list("pk", "rows")


def log_now(chain: CareChain, log: ChainLog | None, rows: int) -> ChainLog:
    """The log of `chain`, which the caller holds: `log`, read while it had that many `rows`, where it still has."""
    # The lock brought the details along, and with them what places are called now.
    if log is None or chain.rows != rows or log.versions != [chain.details] or chain.has_joined:
        return log_of(chain.pk, signed=False)
    return replace(log, versions=[chain.details], **_ANEW)


def log_with(log: ChainLog, call: Handover, told: Sequence[HandoverMessage]) -> ChainLog:
    """The log after a call has been written, with what it `told` of: as it would be read."""
    if log.versions[0].chain_id != call.chain_id:
        # Rows of several chains are numbered anew.
        return log_of(call.chain_id, signed=False)
    # What belongs to these is at hand; of the caller's own rows it can be asked anew.
    events = [copy(row.event) for row in told if row.event and row.event.pk not in log.by_id]
    call = copy(call)
    hand_out(events, "completions", ())
    hand_out(events, "open_items", ())
    hand_out([call], "messages", told)
    return replace(
        log,
        events=in_time_order([*log.events, *events]),
        handovers=in_time_order([*log.handovers, call]),
        **_ANEW,
    )


@prepared
def _events(*chain_ids: UUID) -> QuerySet[CareChainEvent]:
    # Of these and the calls the order is told by `in_time_order`.
    return CareChainEvent.objects.filter(chain__in=chain_ids).order_by()


@prepared
def _handovers(*chain_ids: UUID) -> QuerySet[Handover]:
    return Handover.objects.filter(chain__in=chain_ids).order_by()


@prepared
def _completions(*chain_ids: UUID) -> QuerySet[DischargeCompletion]:
    return DischargeCompletion.objects.filter(event__chain__in=chain_ids)


@prepared
def _open_items(*chain_ids: UUID) -> QuerySet[OpenItem]:
    return OpenItem.objects.filter(event__chain__in=chain_ids)


@prepared
def _messages(*chain_ids: UUID) -> QuerySet[HandoverMessage]:
    return HandoverMessage.objects.filter(handover__chain__in=chain_ids)


@prepared
def _people(*user_ids: int) -> QuerySet[User]:
    return User.objects.filter(pk__in=user_ids)


@prepared
def _units(*unit_ids: int) -> QuerySet[Unit]:
    return Unit.objects.filter(pk__in=unit_ids).order_by()


@prepared
def _marks_of(*chain_ids: UUID) -> QuerySet[RegistrationMark]:
    return RegistrationMark.objects.filter(chain__in=chain_ids).select_related("user").order_by("at", "pk")


def in_time_order(rows: Iterable[Row]) -> list[Row]:
    """Events and calls as they happened; within a minute as they were first logged, which a correction keeps."""
    by_id = {row.pk: row for row in rows}

    def place(row: Row) -> tuple[datetime, int, int]:
        first = row
        while first.supersedes_id in by_id:
            first = by_id[first.supersedes_id]
        at = row.at if isinstance(row, Handover) else row.happened_at
        return at.replace(second=0, microsecond=0), first.order, row.order

    return sorted(by_id.values(), key=place)


def marks_of(joined: Joined) -> Iterator[tuple[UUID, RegistrationMark]]:
    """The marks that count, each with the chain it is read in and, as `stored_task`, the task it was written for.

    In a chain that was joined to another, marks of events that are the same as its own count for these; they come
    first.
    """
    found: dict[tuple[UUID, str], list[RegistrationMark]] = defaultdict(list)
    for row in _marks_of(*joined.home):
        home = joined.home[row.chain_id]
        joins = joined.joins.get(home, ())
        row.stored_task = row.task
        if row.chain_id != home:
            row.task = with_lines(row.task, joins)
            row.picture, row.typed = json.loads(with_lines(json.dumps([row.picture, row.typed]), joins))
        own = found[home, row.task]
        since = {join.other_id: join.recorded_at for join in joins if row.chain_id == home}
        replaced = _replaced(row, own, since)
        found[home, row.task] = [mark for mark in own if mark is not replaced] + [row]
    for (home, _), marks in found.items():
        for mark in sorted(marks, key=lambda mark: mark.chain_id == home):
            yield home, mark


def _replaced(
    row: RegistrationMark, marks: Sequence[RegistrationMark], since: Mapping[UUID, datetime]
) -> RegistrationMark | None:
    """The mark of its task that a mark replaces: of its own chain, or of one joined by then."""
    # As `rules.ticks` finds the one that was shown.
    for mark in sorted(
        marks,
        key=lambda mark: (
            not mark.done,
            mark.done and _seen(mark) != _seen(row),
            mark.chain_id != row.chain_id,
        ),
    ):
        if mark.chain_id == row.chain_id or (mark.chain_id in since and since[mark.chain_id] < row.at):
            return mark
    return None


def _seen(mark: RegistrationMark) -> str:
    picture = stored_picture(mark.picture, mark.typed)
    return picture.timeless.seen if picture else ""
