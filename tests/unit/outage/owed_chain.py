"""A chain as plain rows, written in order, for the tests of who knows and who is owed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from contacts.rules.parties import Party, WardKind
from outage.routine import current_routine
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.informing import CallOutcome
from outage.rules.owed import ChainStanding
from outage.rules.told import (
    CallRow,
    EventRow,
    Notice,
    PlaceChange,
    Version,
    notice_id,
)

NOON = datetime(2026, 1, 20, 11, tzinfo=UTC)
WARD, TOWN, CENTRE = Party.INPATIENT, Party.MUNICIPALITY, Party.OUTPATIENT
PLACES = {WARD: "unit:ward", TOWN: "town:a", CENTRE: "unit:centre"}
MOVED, MISTAKE, SAME = PlaceChange.MOVED, PlaceChange.MISTAKE, PlaceChange.SAME
REACHED = CallOutcome.REACHED
REGION = frozenset({WARD, CENTRE})


@dataclass
class Chain:
    """A chain as its rows are written, one minute apart."""

    ours: frozenset[Party] = REGION
    held: frozenset[Party] = REGION
    versions: list[Version] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    calls: list[CallRow] = field(default_factory=list)
    entered: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()
    rows: int = 0

    def __post_init__(self) -> None:
        self.known()

    def _next(self) -> int:
        self.rows += 1
        return self.rows

    def known(
        self, places: Mapping[Party, str] = {}, changed: Mapping[Party, PlaceChange] = {}, **more: object
    ) -> str:
        """What is known from now on, all else as before."""
        order = self._next()
        former = self.versions[-1] if self.versions else None
        base = former or Version("v", 0, NOON, PLACES, WardKind.SOMATIC, ChainStatus.OK, Before.NOT_ADMITTED)
        version = replace(
            base,
            id=f"v{order}",
            order=order,
            at=NOON + timedelta(minutes=order),
            places={party: key for party, key in {**base.places, **places}.items() if key},
            changed=changed,
            **{"identity": None} | more,
        )
        self.versions.append(version)
        return version.id

    def event(self, kind: str = "admission", sender: Party = WARD, **more: object) -> str:
        order = self._next()
        at = more.pop("at", NOON + timedelta(minutes=order))
        self.events.append(EventRow(f"e{order}", order, at, kind, sender, **more))
        return f"e{order}"

    def corrected(self, event: str, *, rightly: bool = False, **more: object) -> str:
        old = next(row for row in self.events if row.id == event)
        facts = {"participants": old.participants, "at": old.at} | more
        return self.event(old.kind, old.sender, supersedes=event, told_rightly=rightly, **facts)

    def withdrawn(self, event: str) -> str:
        old = next(row for row in self.events if row.id == event)
        return self.event(old.kind, old.sender, supersedes=event, withdraws=True)

    def call(self, place: str, *told: str, outcome: CallOutcome = REACHED, received: bool = False) -> str:
        order = self._next()
        at = NOON + timedelta(minutes=order)
        self.calls.append(CallRow(f"c{order}", order, at, place, outcome, frozenset(told), received))
        return f"c{order}"

    def call_withdrawn(self, call: str) -> None:
        self.calls = [row for row in self.calls if row.id != call]

    @property
    def standing(self) -> ChainStanding:
        return ChainStanding(
            routine=current_routine(),
            versions=self.versions,
            events=self.events,
            calls=self.calls,
            ours=self.ours,
            own=frozenset(v.places[p] for v in self.versions for p in self.held if p in v.places),
            entered=self.entered,
            back=self.back,
        )

    @property
    def owed(self) -> set[tuple[str, str]]:
        """What is still to be told: the place or person, and the id of the event or the notice."""
        return {(o.target.place, o.id) for o in self.standing.owed if o.closed is None and not o.answer}

    @property
    def answers(self) -> set[tuple[str, str]]:
        """The answers that are not given yet: the place, and their kind."""
        return {(o.target.place, o.id) for o in self.standing.owed if o.closed is None and o.answer}

    @property
    def closed(self) -> set[tuple[str, str, str]]:
        return {(o.target.place, o.id, str(o.closed)) for o in self.standing.owed if o.closed}

    def told(self, *places: str, **more: object) -> str:
        """An event that each of `places` was told of."""
        event = self.event(**more)
        for place in places:
            self.call(place, event)
        return event


BOTH = ("town:a", "unit:centre")


def notice(what: Notice, version: str) -> str:
    return notice_id(what, version)
