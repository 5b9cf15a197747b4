"""The rows of a vårdkedjeblankett: events, and under each its calls, tries and corrections included."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from contacts.rules.parties import WardKind
from forms.queries import SheetSource
from outage.models import CareChainEvent, Handover
from outage.presenters.standing import recipient_of
from outage.rules.clock import before_or_after_break_point
from outage.rules.handover import DIRECTION_LABELS, READ_BACK_LABELS, Direction, ReadBack
from outage.rules.informing import CALL_OUTCOME_LABELS, FAILED, CallOutcome
from outage.rules.routine import PARTICULAR_LABELS, Routine
from outage.rules.wording import clock_time, day

# What a column still holds in a few lines.
_LONG = 120
_MANY_LINES = 3


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call or try. `remark` tells of a correction or withdrawal; `struck` that the row no longer counts.

    `also` names the other messages of the same call, so that one call is not taken for several. Long texts stand
    in `notes`, which get the full width of the page, so that a row never outgrows it.
    """

    at: datetime
    written_at: datetime | None
    direction: str
    other: str
    their_unit: str
    number: str
    outcome: str
    is_try: bool
    spoken_to: str
    read_back: str
    comment: str
    notes: tuple[str, ...]
    also: str
    signature: str
    struck: bool
    remark: str


@dataclass(frozen=True, slots=True)
class EventBlock:
    """One event with its calls; `at` is None for calls that told of none. The rest is as for calls."""

    calls: tuple[CallLine, ...]
    at: datetime | None = None
    side: str = ""
    lead: str = ""
    text: str = ""
    particulars: tuple[tuple[str, str], ...] = ()
    noted: str = ""
    struck: bool = False
    remark: str = ""
    open_items: tuple[str, ...] = ()


class _Superseding(Protocol):
    pk: Any
    supersedes_id: UUID | None


S = TypeVar("S", bound=_Superseding)


class RowMaker:
    """Makes the rows of one chain's sheet from its log."""

    def __init__(self, source: SheetSource, routine: Routine) -> None:
        self._routine = routine
        self._ward_kind = WardKind(source.details.ward_kind)
        self._event_after = {e.supersedes_id: e for e in source.log.events if e.supersedes_id}
        self._call_after = {h.supersedes_id: h for h in source.log.handovers if h.supersedes_id}
        self._open_items = source.open_items
        self._events = {event.pk: event for event in source.log.events}
        self._calls = [call for call in _in_reading_order(source.log.handovers) if not call.withdraws]
        self._told: dict[UUID, list[Handover]] = defaultdict(list)
        for call in self._calls:
            for message in call.messages.all():
                self._told[message.event_id].append(call)

    def blocks(self, events: Iterable[CareChainEvent]) -> Iterator[EventBlock]:
        """Give a block for each event, in time order, each correction right after what it replaces."""
        for event in _in_reading_order(events):
            after = self._event_after.get(event.pk)
            yield EventBlock(
                calls=tuple(self._line(call, event) for call in self._told[event.pk]),
                at=event.happened_at,
                side="" if event.withdraws else self._side(event.happened_at),
                lead="Återtag" if event.withdraws else "Hände",
                text=event.reason if event.withdraws else self._label(event),
                particulars=() if event.withdraws else tuple(self._particulars(event)),
                noted=_noted(event),
                struck=after is not None,
                remark=_remark(event, after),
                open_items=tuple(self._left_open(event)),
            )

    def loose_calls(self) -> tuple[CallLine, ...]:
        """Give the calls that told of no event of this chain."""
        return tuple(
            self._line(call)
            for call in self._calls
            if not any(message.event_id in self._events for message in call.messages.all())
        )

    def _line(self, call: Handover, event: CareChainEvent | None = None) -> CallLine:
        after = self._call_after.get(call.pk)
        outcome = CallOutcome(call.outcome)
        comment, read_back = _comment(call), _read_back(call)
        return CallLine(
            at=call.at,
            written_at=call.written_at,
            direction=DIRECTION_LABELS[Direction(call.direction)],
            other=self._recipient(call.recipient),
            their_unit=call.spoken_to_unit,
            number=call.number,
            outcome="" if outcome is CallOutcome.REACHED else CALL_OUTCOME_LABELS[outcome],
            is_try=outcome in FAILED,
            spoken_to=call.spoken_to,
            read_back="" if _is_long(read_back) else read_back,
            comment="" if _is_long(comment) else comment,
            notes=tuple(text for text in (read_back, comment) if _is_long(text)),
            also=self._also(call, event),
            signature=call.signature,
            struck=after is not None,
            remark=_remark(call, after),
        )

    def _recipient(self, key: str) -> str:
        return recipient_of(key, self._ward_kind).label

    def _also(self, call: Handover, event: CareChainEvent | None) -> str:
        told = [self._events[m.event_id] for m in call.messages.all() if m.event_id in self._events]
        labels = [self._label(other) for other in told if event is not None and other.kind != event.kind]
        return ", ".join(dict.fromkeys(labels))

    def _label(self, event: CareChainEvent) -> str:
        message = self._routine.messages.get(event.kind)
        return message.label if message else event.kind

    def _side(self, at: datetime) -> str:
        limits = self._routine.limits
        word = {"before": "före", "after": "efter"}[before_or_after_break_point(at, limits)]
        return f"{word} {limits.break_point:%H.%M}"

    def _particulars(self, event: CareChainEvent) -> Iterator[tuple[str, str]]:
        for key, value in event.particulars.items():
            if value:
                yield PARTICULAR_LABELS.get(key, key), _written(key, value)

    def _left_open(self, event: CareChainEvent) -> Iterator[str]:
        for item in self._open_items:
            if item.event_id == event.pk:
                recipient = self._recipient(item.recipient)
                yield f"{recipient} är inte underrättad. Ansvarig: {item.responsible}. Varför: {item.reason}"


def _in_reading_order(rows: Iterable[S]) -> list[S]:
    """Give `rows`, which are in time order, with each row followed by the row that replaces it."""
    every = list(rows)
    after = {row.supersedes_id: row for row in every if row.supersedes_id}
    present = {row.pk for row in every}
    ordered: list[S] = []
    for first in every:
        if first.supersedes_id in present:
            continue
        following: S | None = first
        while following is not None:
            ordered.append(following)
            following = after.get(following.pk)
    return ordered


def _remark(row: CareChainEvent | Handover, after: CareChainEvent | Handover | None) -> str:
    parts = []
    if row.supersedes_id and not row.withdraws:
        parts.append(f"Rättelse av raden ovan: {row.reason}")
    if after is not None:
        how = "Återtagen" if after.withdraws else "Ersatt av raden nedan"
        when = f"{day(after.recorded_at)} {clock_time(after.recorded_at)}"
        parts.append(f"{how} {when} av {after.user.full_name}. {after.reason}")
    return " ".join(parts)


def _noted(event: CareChainEvent) -> str:
    noted = f"Noterat {clock_time(event.recorded_at)} av {event.user.full_name}, {event.unit.name}"
    if event.written_at:
        noted += f". På papper {day(event.written_at)} {clock_time(event.written_at)}"
    return noted


def _is_long(text: str) -> bool:
    return len(text) > _LONG or text.count("\n") > _MANY_LINES


def _read_back(call: Handover) -> str:
    if not call.read_back:
        return ""
    label = READ_BACK_LABELS[ReadBack(call.read_back)]
    return f"{label}: {call.read_back_reason}" if call.read_back_reason else label


def _comment(call: Handover) -> str:
    parts = [call.comment]
    if call.next_step:
        parts.append(f"Nästa steg: {call.next_step}")
    if call.call_back:
        parts.append(f"Ring tillbaka: {call.call_back}")
    return "\n".join(part for part in parts if part)


def _written(key: str, value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(part) for part in value)
    if key.endswith("_date"):
        found = date.fromisoformat(str(value))
        return f"{day(found)} {found.year}"
    return str(value)
