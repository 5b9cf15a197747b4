"""The events of one chain, each with all the wordings that it was logged and corrected by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, wraps
from typing import Any, TypeVar

from .places import Places
from .routine import Effect, Routine
from .told import Double, EventRow, minute_of

_NONE = Double(frozenset())
_UNKNOWN: Any = object()
Of = TypeVar("Of", bound="Lines")
Found = TypeVar("Found")


def once_an_event(work_out: Callable[[Of, EventRow], Found]) -> Callable[[Of, EventRow], Found]:
    """Worked out once for each event of a chain: its rows never change, and rules ask for the same again and again."""
    name = f"_known_{work_out.__name__}"

    @wraps(work_out)
    def found(chain: Of, event: EventRow) -> Found:
        known: dict[str, Any] = chain.__dict__.get(name) or chain.__dict__.setdefault(name, {})
        result: Found = known.get(event.id, _UNKNOWN)
        if result is _UNKNOWN:
            result = known[event.id] = work_out(chain, event)
        return result

    return found


@dataclass(kw_only=True)
class Lines(Places):
    """The events of one chain by their rows.

    `doubles` has, by the row that stood when chains were joined, the rows of the same event in the other chain.
    """

    routine: Routine
    events: Sequence[EventRow]
    doubles: Mapping[str, Double] = field(default_factory=dict)

    def effect(self, event: EventRow) -> Effect:
        return self.routine.message(event.kind).effect

    @cached_property
    def _by_id(self) -> dict[str, EventRow]:
        return {event.id: event for event in self.events}

    @cached_property
    def _replaced(self) -> set[str]:
        return {event.supersedes for event in self.events if event.supersedes}

    @cached_property
    def newest(self) -> list[EventRow]:
        """The newest row of each event, withdrawals too, in time order; within a minute as first logged."""
        return sorted((event for event in self.events if event.id not in self._replaced), key=self.when)

    def when(self, event: EventRow) -> tuple[datetime, int]:
        """Sort key: the minute, and within it the order of first logging."""
        return minute_of(event.at), self.root(event).order

    def root(self, event: EventRow) -> EventRow:
        """The row by which an event was first logged."""
        while event.supersedes:
            event = self._by_id[event.supersedes]
        return event

    def line_of(self, event_id: str) -> str | None:
        """The first id of an event; None for an unknown id."""
        event = self._by_id.get(event_id)
        return self.root(event).id if event else None

    @once_an_event
    def versions_of(self, event: EventRow) -> frozenset[str]:
        """The ids of a row and of all that it replaces."""
        rows = (event, *self._before(event))
        doubles = [self._double(row) for row in rows]
        return frozenset().union((row.id for row in rows), *(d.same | d.former for d in doubles))

    @once_an_event
    def says_the_same(self, event: EventRow) -> frozenset[str]:
        """The ids of a row and of those before it that told the same: those reached with them know this one too."""
        ids = {event.id} | self._double(event).same
        if event.supersedes and event.told_rightly:
            former = self._by_id[event.supersedes]
            # What stands again after it was taken back says what it said before.
            if former.withdraws and former.supersedes:
                former = self._by_id[former.supersedes]
            ids |= self.says_the_same(former)
            # Back to what it said before it was changed.
            before = (row for row in self._before(event) if not row.withdraws)
            alike = (row for row in before if row.content == event.content)
            ids |= next(map(self.says_the_same, alike), frozenset())
        return frozenset(ids)

    def taken_back_before(self, ids: frozenset[str]) -> set[str]:
        """The rows that took an event back which stands again by one of `ids`: who has heard that is to hear anew."""
        return {gone for gone, again in self.stood_again.items() if again in ids and gone not in ids}

    @cached_property
    def stood_again(self) -> dict[str, str]:
        """The rows that took back an event which stands again, each with the row by which it does."""
        rows = (event for event in self.events if event.supersedes)
        return {
            row.supersedes: row.id for row in rows if row.supersedes and self._by_id[row.supersedes].withdraws
        }

    def _before(self, event: EventRow) -> Iterable[EventRow]:
        while event.supersedes:
            event = self._by_id[event.supersedes]
            yield event

    def _double(self, event: EventRow) -> Double:
        return self.doubles.get(event.id, _NONE)

    def has_former(self, event: EventRow) -> bool:
        """Whether somebody may have been told an earlier version of an event."""
        return event.supersedes is not None or bool(self._double(event).former)

    @cached_property
    def discharges(self) -> list[EventRow]:
        """Those that stand, in the order of `newest`."""
        return [row for row in self.newest if not row.withdraws and self.effect(row) is Effect.DISCHARGE]

    @cached_property
    def _sips(self) -> list[EventRow]:
        return [row for row in self.newest if not row.withdraws and self.effect(row) is Effect.SIP]

    @once_an_event
    def earlier_of_sip(self, event: EventRow) -> list[EventRow]:
        """The same sender's standing messages about a SIP before this one: it is one through every rebooking."""
        own = [row for row in self._sips if row.sender is event.sender]
        return own[: own.index(event)] if event in own else []

    def sip_date_that_holds(self, event: EventRow) -> str:
        """When the meeting is by the same sender's standing messages, where `event` took one of them back; else ""."""
        if not event.withdraws or self.effect(event) is not Effect.SIP:
            return ""
        return next(
            (row.said.get("sip_date", "") for row in self._sips[::-1] if row.sender is event.sender), ""
        )

    def is_rebooked(self, event: EventRow) -> bool:
        """Whether a later message about the same SIP says all that this one did."""
        own = [row for row in self._sips if row.sender is event.sender]
        later = own[own.index(event) + 1 :] if event in own else []
        return any(all(row.said.get(name) for name in _to_say(event, row)) for row in later)


def _to_say(event: EventRow, later: EventRow) -> list[str]:
    """What was said about a SIP and still holds: with another date the old time does not."""
    names = [
        "sip_date",
        "sip_place",
        *["sip_time"] * (event.said.get("sip_date") == later.said.get("sip_date")),
    ]
    return [name for name in names if event.said.get(name)]
