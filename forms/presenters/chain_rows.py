"""What is logged of a care chain as rows in time order: a row for each call, and for each event that none tells of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Protocol, TypeVar
from uuid import UUID

from contacts.rules.parties import WardKind
from forms.presenters.notes import Notes
from forms.presenters.rows import (
    WHOLE_WIDTH,
    Row,
    call_texts,
    in_lines,
    note_call,
    paper_words,
    row_of,
    signed,
    written,
)
from forms.queries.sources import SheetSource
from forms.rules.initials import Signatures
from forms.rules.spec import Column, SheetSpec
from outage.models import CareChainEvent, Handover
from outage.presenters.call_codes import code_lines_in_list
from outage.presenters.care import role_of
from outage.presenters.chain import COUNTS_AS_ANOTHER, event_title, moved_here, told_labels
from outage.presenters.outside import outside_outage
from outage.rules.clock import before_or_after_break_point
from outage.rules.routine import Particular, Routine
from outage.rules.wording import clock_time, day_and_time, local_day

_SIDES = {"before": "före", "after": "efter"}


class _Superseding(Protocol):
    pk: Any
    supersedes_id: UUID | None


S = TypeVar("S", bound=_Superseding)
_logged_by = attrgetter("user_id", "unit_id", "paper_serial")


class ChainRows:
    """Makes the rows of one chain's sheet from its log. `signatures` then holds those that the rows name."""

    def __init__(
        self, source: SheetSource, spec: SheetSpec, routine: Routine, now: datetime, *, ink: bool
    ) -> None:
        self._source, self._spec, self._routine, self._now, self._ink = source, spec, routine, now, ink
        self._ward_kind = WardKind(source.details.ward_kind)
        self._events = {event.pk: event for event in source.log.events}
        self._calls = [call for call in source.log.handovers if not call.withdraws]
        logged: list[CareChainEvent | Handover] = [*source.log.events, *source.log.handovers]
        self._after = {row.supersedes_id: row for row in logged if row.supersedes_id}
        self._told: dict[UUID | None, list[Handover]] = defaultdict(list)
        for call in self._calls:
            for message in call.messages.all():
                self._told[message.event_id].append(call)
        self._said: set[UUID] = set()
        self._codes = code_lines_in_list(
            source.log.live_handovers, now, hidden=source.details.protected_identity
        )
        self.signatures = Signatures()

    def rows(self) -> tuple[Row, ...]:
        """In time order, each correction right after what it replaces, and of one moment the event before the call."""
        own = ([row for row in run if self._needs_a_row(row)] for run in _runs(self._source.log.events))
        runs: list[Sequence[CareChainEvent | Handover]] = [*filter(None, own), *_runs(self._calls)]
        return tuple(
            self._call_row(row) if isinstance(row, Handover) else self._event_row(row)
            for run in sorted(runs, key=lambda run: _moment(run[0]))
            for row in run
        )

    def _needs_a_row(self, event: CareChainEvent) -> bool:
        """Whether neither the event's calls nor the row that it takes back say all there is to say of it."""
        if event.withdraws and not self._told[event.pk]:
            return False
        changed = event.supersedes_id or event.pk in self._after or event.pk in self._source.log.doubles
        return bool(changed) or not self._told[event.pk]

    def _call_row(self, call: Handover) -> Row:
        notes = Notes(WHOLE_WIDTH)
        notes.add("", self._remark(call), remark=True)
        events = [self._events[m.event_id] for m in call.messages.all() if m.event_id in self._events]
        texts = call_texts(call, self._ward_kind, self.signatures, self._now)
        happened = dict.fromkeys(day_and_time(event.happened_at, self._now) for event in events)
        same_day = bool(events) and local_day(events[0].happened_at) == local_day(call.at)
        texts |= {
            Column.HAPPENED: "\n".join(happened),
            Column.TIME: clock_time(call.at) if same_day else day_and_time(call.at, self._now),
            Column.MESSAGE: self._messages(call, events),
        }
        for event in events:
            if event.pk not in self._said and not self._needs_a_row(event):
                self._note_event(event, notes, beside=call)
        notes.add("Kommentar", call.comment)
        note_call(call, notes, self._now)
        if call.pk in self._codes:
            notes.add("", self._codes[call.pk].on_paper, remark=True)
        struck = call.pk in self._after
        return row_of(self._spec.columns, texts, notes, struck=struck, ink=self._ink)

    def _messages(self, call: Handover, events: list[CareChainEvent]) -> str:
        versions = () if self._source.details.protected_identity else self._source.log.versions
        labels = told_labels(call, events, self._routine, versions)
        if events and len(labels) == 1:
            return f"{labels[0]} ({self._side(events[0].happened_at)})"
        return in_lines(*labels) or "Inget meddelande"

    def _event_row(self, event: CareChainEvent) -> Row:
        notes = Notes(WHOLE_WIDTH)
        double = event.pk in self._source.log.doubles
        notes.add("", COUNTS_AS_ANOTHER if double else self._remark(event), remark=True)
        title = event_title(self._routine, event)
        if event.withdraws:
            notes.add("Varför", event.reason)
        self._note_event(event, notes)
        texts = {
            Column.HAPPENED: day_and_time(event.happened_at, self._now),
            Column.WAY: "Händelse",
            Column.MESSAGE: title if event.withdraws else f"{title} ({self._side(event.happened_at)})",
            Column.OUTCOME: "" if self._told[event.pk] or event.withdraws else "Inget samtal",
            Column.SIGNATURE: self._signed(event),
        }
        struck = event.pk in self._after or double
        return row_of(self._spec.columns, texts, notes, struck=struck, ink=self._ink)

    def _note_event(self, event: CareChainEvent, notes: Notes, beside: Handover | None = None) -> None:
        """What an event holds beside its time and name, and who logged it where the call does not say so."""
        self._said.add(event.pk)
        if not event.withdraws:
            for key, value in event.particulars.items():
                if value:
                    notes.add(dict(Particular.choices()).get(key, key), written(key, value))
        if event.pk not in self._after and event.pk not in self._source.log.doubles:
            notes.add("", outside_outage(self._source.chain, self._source.log, event, self._now), remark=True)
        for item in self._source.log.items_of(event):
            recipient = role_of(item.recipient, self._ward_kind)
            words = f"{recipient} är inte underrättad. Ansvarig: {item.responsible}. Varför: {item.reason}"
            notes.add("Öppen punkt", words, remark=True)
        if beside is None:
            notes.add("Från papper", paper_words(event, self._now))
        elif _logged_by(event) != _logged_by(beside):
            notes.add("Händelsen loggad av", f"{self._signed(event)} {paper_words(event, self._now)}".strip())

    def _signed(self, event: CareChainEvent) -> str:
        """The initials of who logged an event: those of the same person's calls, where there are any."""
        own = (c.signature for c in self._calls if (c.user_id, c.unit_id) == (event.user_id, event.unit_id))
        hsa_id = f" ({event.user.hsa_id})" if event.user.hsa_id else ""
        signature = next(own, f"{event.user.full_name}{hsa_id}, {event.unit.name}")
        return signed(self.signatures.short(signature), event.recorded_at, event.happened_at, self._now)

    def _side(self, at: datetime) -> str:
        limits = self._routine.limits
        return f"{_SIDES[before_or_after_break_point(at, limits)]} {limits.break_point:%H.%M}"

    def _remark(self, row: CareChainEvent | Handover) -> str:
        after = self._after.get(row.pk)
        parts = []
        if row.supersedes_id and not row.withdraws:
            parts.append(f"Rättelse av raden ovan: {row.reason}")
        if isinstance(row, Handover) and (moved := moved_here(row, self._now)):
            parts.append(f"{moved}. {row.reason}")
        if after is not None:
            how = "Återtagen" if after.withdraws else "Ersatt av raden nedan"
            when = day_and_time(after.recorded_at, self._now)
            parts.append(f"{how} {when} av {after.user.full_name}. {after.reason}")
        return " ".join(parts)


def _moment(row: CareChainEvent | Handover) -> datetime:
    return row.at if isinstance(row, Handover) else row.happened_at


def _runs(rows: Iterable[S]) -> Iterator[list[S]]:
    """Each row that replaces none of the others, with those that replace it one after another."""
    every = list(rows)
    after, present = {row.supersedes_id: row for row in every}, {row.pk for row in every}
    for first in every:
        if first.supersedes_id in present:
            continue
        run = [first]
        while following := after.get(run[-1].pk):
            run.append(following)
        yield run
