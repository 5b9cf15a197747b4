"""The rows of a vårdkedjeblankett: events, and under each its calls, tries and corrections included."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from contacts.rules.parties import WardKind
from forms.presenters.notes import Note, Notes
from forms.queries.sources import SheetSource
from forms.rules.serial import shown_serial
from outage.models import CareChainEvent, Handover
from outage.presenters.care import role_of
from outage.presenters.chain import COUNTS_AS_ANOTHER, after_own_end
from outage.rules.clock import before_or_after_break_point
from outage.rules.handover import DIRECTION_LABELS, READ_BACK_LABELS, Direction, ReadBack
from outage.rules.informing import CALL_OUTCOME_LABELS, FAILED, CallOutcome
from outage.rules.routine import PARTICULAR_LABELS, Routine
from outage.rules.told import NOTICE_LABELS, Notice
from outage.rules.wording import clock_time, day_and_time, day_and_year

# What a column still holds in a few lines, in small letters, and how many of them the full width has on a line.
_NARROW, _CELL, _BROAD = 120, 200, 260
_COMMENT_LINES = 4
_WHOLE_WIDTH = 145
_EVENT = 480


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call or try. `remark` tells of a correction or withdrawal; `struck` that the row no longer counts.

    `also` names the other messages of the same call, after its label, so that one call is not taken for several. Long
    texts stand in `notes`, which get the full width of the page, so that a row never outgrows it. The electronic
    signature is `signature` and `signed_at`; `paper` tells which sheet the call was entered from.
    """

    at: datetime
    direction: str
    other: str
    their_unit: str
    number: str
    outcome: str
    is_try: bool
    spoken_to: str
    read_back: str
    comment: str
    notes: tuple[Note, ...]
    also_label: str
    also: str
    signature: str
    signed_at: datetime
    struck: bool
    remark: str
    paper: str


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
    after_end: str = ""
    open_items: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


class _Superseding(Protocol):
    pk: Any
    supersedes_id: UUID | None


S = TypeVar("S", bound=_Superseding)


class RowMaker:
    """Makes the rows of one chain's sheet from its log."""

    def __init__(self, source: SheetSource, routine: Routine, now: datetime) -> None:
        self._now = now
        self._chain = source.chain
        self._routine = routine
        self._ward_kind = WardKind(source.details.ward_kind)
        self._event_after = {e.supersedes_id: e for e in source.log.events if e.supersedes_id}
        self._call_after = {h.supersedes_id: h for h in source.log.handovers if h.supersedes_id}
        self._doubles = source.log.doubles
        self._log = source.log
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
            notes = Notes(_WHOLE_WIDTH)
            particulars = () if event.withdraws else tuple(self._particulars(event, notes))
            open_items = tuple(self._left_open(event, notes))
            double = event.pk in self._doubles
            said = COUNTS_AS_ANOTHER if double else _remark(event, after, self._now)
            remark = notes.cell("", said, _EVENT, _COMMENT_LINES)
            yield EventBlock(
                calls=tuple(self._line(call, event) for call in self._told[event.pk]),
                at=event.happened_at,
                side="" if event.withdraws else self._side(event.happened_at),
                lead="Återtag" if event.withdraws else "Hände",
                text=notes.cell("Varför", event.reason, _EVENT, _COMMENT_LINES)
                if event.withdraws
                else self._label(event),
                particulars=particulars,
                noted=_noted(event, notes, self._now),
                struck=after is not None or double,
                remark=remark,
                after_end="" if after or double else after_own_end(self._chain, event, self._now),
                open_items=open_items,
                notes=notes.taken(),
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
        notes = Notes(_WHOLE_WIDTH)
        also_label = "Samma samtal gällde också" if event else "Meddelande"
        return CallLine(
            at=call.at,
            direction=DIRECTION_LABELS[Direction(call.direction)],
            other=notes.cell("Till eller från", self._recipient(call.recipient), _CELL),
            their_unit=notes.cell("Deras enhet", call.spoken_to_unit, _CELL),
            number=notes.cell("Nummer", call.number, _NARROW),
            outcome="" if outcome is CallOutcome.REACHED else CALL_OUTCOME_LABELS[outcome],
            is_try=outcome in FAILED,
            spoken_to=notes.cell("Talade med", call.spoken_to, _CELL),
            read_back=notes.cell("Återläst", read_back_words(call), _NARROW, _COMMENT_LINES),
            comment=notes.cell("Kommentar", comment_words(call), _NARROW, _COMMENT_LINES),
            also_label=also_label,
            also=notes.cell(also_label, self._also(call, event), _CELL),
            signature=notes.cell("Signatur", call.signature, _BROAD),
            signed_at=call.recorded_at,
            struck=after is not None,
            remark=notes.cell("", _remark(call, after, self._now), _BROAD),
            paper=notes.cell("", paper_words(call, self._now), _CELL),
            notes=notes.taken(),
        )

    def _recipient(self, key: str) -> str:
        return role_of(key, self._ward_kind)

    def _also(self, call: Handover, event: CareChainEvent | None) -> str:
        labels = []
        for message in call.messages.all():
            other = self._events.get(message.event_id)
            if message.notice:
                labels.append(NOTICE_LABELS[Notice(message.notice)])
            elif other and event and other.kind != event.kind:
                labels.append(self._label(other))
        return ", ".join(dict.fromkeys(labels))

    def _label(self, event: CareChainEvent) -> str:
        message = self._routine.messages.get(event.kind)
        return message.label if message else event.kind

    def _side(self, at: datetime) -> str:
        limits = self._routine.limits
        word = {"before": "före", "after": "efter"}[before_or_after_break_point(at, limits)]
        return f"{word} {limits.break_point:%H.%M}"

    def _particulars(self, event: CareChainEvent, notes: Notes) -> Iterator[tuple[str, str]]:
        for key, value in event.particulars.items():
            label = PARTICULAR_LABELS.get(key, key)
            if value and (text := notes.cell(label, written(key, value), _EVENT, _COMMENT_LINES)):
                yield label, text

    def _left_open(self, event: CareChainEvent, notes: Notes) -> Iterator[str]:
        for item in self._log.items_of(event):
            recipient = self._recipient(item.recipient)
            words = f"{recipient} är inte underrättad. Ansvarig: {item.responsible}. Varför: {item.reason}"
            if text := notes.cell("Öppen punkt", words, _EVENT, _COMMENT_LINES):
                yield text


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


def _remark(row: CareChainEvent | Handover, after: CareChainEvent | Handover | None, now: datetime) -> str:
    parts = []
    if row.supersedes_id and not row.withdraws:
        parts.append(f"Rättelse av raden ovan: {row.reason}")
    if after is not None:
        how = "Återtagen" if after.withdraws else "Ersatt av raden nedan"
        when = day_and_time(after.recorded_at, now)
        parts.append(f"{how} {when} av {after.user.full_name}. {after.reason}")
    return " ".join(parts)


def _noted(event: CareChainEvent, notes: Notes, now: datetime) -> str:
    hsa_id = f" ({event.user.hsa_id})" if event.user.hsa_id else ""
    noted = f"Noterat {clock_time(event.recorded_at)} av {event.user.full_name}{hsa_id}, {event.unit.name}"
    paper = paper_words(event, now)
    return notes.cell("", f"{noted}. {paper}" if paper else noted, _EVENT, _COMMENT_LINES)


def paper_words(row: CareChainEvent | Handover, now: datetime) -> str:
    """Give which sheet a row was entered from, when it was written and by whom; "" for what was logged at once."""
    parts = [
        f"blad {shown_serial(row.paper_serial)}" if row.paper_serial else "",
        f"skrivet {day_and_time(row.written_at, now)}" if row.written_at else "",
        f"signatur på pappret: {row.paper_signature}" if row.paper_signature else "",
    ]
    known = ", ".join(part for part in parts if part)
    return f"Från papper: {known}" if known else ""


def read_back_words(call: Handover) -> str:
    """Give whether the message was repeated, with the reason where it could not be; "" where nothing is known."""
    if not call.read_back:
        return ""
    label = READ_BACK_LABELS[ReadBack(call.read_back)]
    return f"{label}: {call.read_back_reason}" if call.read_back_reason else label


def comment_words(call: Handover) -> str:
    """Give the comment with the next step and whom to ring back, a line for each."""
    parts = [call.comment]
    if call.next_step:
        parts.append(f"Nästa steg: {call.next_step}")
    if call.call_back:
        parts.append(f"Ring tillbaka: {call.call_back}")
    return "\n".join(part for part in parts if part)


def written(key: str, value: object) -> str:
    """Give a stored particular as it is read: several with commas, a date in words."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(part) for part in value)
    if key.endswith("_date"):
        return day_and_year(date.fromisoformat(str(value)))
    return str(value)
