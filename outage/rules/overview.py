"""Lägesbild: how an outage stands, counted over the units' logs. Nothing here says who a patient is."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from operator import attrgetter
from uuid import UUID

from .informing import LEAST_FIRST, InformState

SILENT_AFTER = timedelta(hours=1)
# Of an outage that lasts longer the last hours are shown.
MOST_HOURS = 24

# Asked for thousands of times.
_INFORMED = InformState.INFORMED
_ORDER = {str(state): place for place, state in enumerate(LEAST_FIRST)}
_AN_HOUR = timedelta(hours=1)


def _least(one: str, other: str) -> str:
    return one if _ORDER[one] <= _ORDER[other] else other


@dataclass
class ChainLine:
    """One chain and how far each party has been told of it. Of a `protected` one nobody is shown where the patient is.

    `seen_by` are units that see it. `told` has by party the least of what it is to be told, and since when: of the
    oldest message, or when it was last told. `calls` has for each unit that is to ring, and whom it is to ring, since
    when. `untold` are the parties, or others, that are still to be told of a discharge, `untold_since` of the oldest;
    `left_open` are those of them that somebody has left open by name and reason.
    """

    chain_id: UUID
    number: int
    unit_id: int
    ward_unit_id: int | None
    municipality_id: int | None
    protected: bool = False
    seen_by: frozenset[int] = frozenset()
    told: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    calls: dict[tuple[int, str], datetime] = field(default_factory=dict)
    untold: dict[str, str] = field(default_factory=dict)
    left_open: frozenset[str] = frozenset()
    untold_since: datetime | None = None
    untold_by: frozenset[int] = frozenset()
    # What is made of a line is known by the very one.
    __hash__ = object.__hash__

    @cached_property
    def ward(self) -> int:
        """Where the patient is, or, where that is not known, the unit that opened the chain."""
        return self.ward_unit_id or self.unit_id

    def is_told(self, party: str, at: datetime) -> None:
        """Of a party that nothing is owed: what is owed counts before it. Of several times the last counts."""
        state, since = self.told.get(party, (_INFORMED, at))
        if state == _INFORMED:
            self.told[party] = state, max(since, at)

    def owes(
        self,
        *,
        unit_id: int,
        whom: str,
        party: str,
        state: str,
        since: datetime,
        discharge: bool = False,
        former: bool = False,
        left_open: bool = False,
    ) -> None:
        """`whom` tells recipients apart. Of who the patient was with before there is a call, and no mark."""
        at = self.calls.get((unit_id, whom), since)
        self.calls[unit_id, whom] = min(at, since)
        if party and not former:
            least, oldest = self.told.get(party, (state, since))
            if least == _INFORMED:
                least, oldest = state, since
            self.told[party] = _least(least, state), min(oldest, since)
        if discharge:
            self.untold[whom] = party
            self.untold_by |= {unit_id}
            self.untold_since = min(self.untold_since or since, since)
            if left_open:
                self.left_open |= {whom}

    # Nothing more is said of a line that is put in order, or counted.
    @cached_property
    def units(self) -> tuple[int, ...]:
        """Those that count it among their chains."""
        return (self.unit_id,) if self.ward == self.unit_id else (self.unit_id, self.ward)

    @cached_property
    def owed_by(self) -> dict[int, tuple[int, datetime]]:
        """Of each unit that is to ring, how many calls it owes, and since when the oldest."""
        found: dict[int, tuple[int, datetime]] = {}
        for (pk, _), since in self.calls.items():
            count, oldest = found.get(pk, (0, since))
            found[pk] = count + 1, min(oldest, since)
        return found

    @cached_property
    def place(self) -> tuple[int, float, int]:
        """The worst first: a discharge that somebody was not told of, then calls owed, each the oldest first."""
        if self.untold_since:
            return 0, self.untold_since.timestamp(), self.number
        if self.calls:
            return 1, min(self.calls.values()).timestamp(), self.number
        return 2, 0.0, self.number


@dataclass(slots=True)
class UnitLine:
    """One unit: its chains, the discharges that it still is to tell of, its calls owed, and when it last wrote."""

    unit_id: int
    chains: int = 0
    untold: int = 0
    untold_since: datetime | None = None
    calls: int = 0
    calls_since: datetime | None = None
    last: datetime | None = None

    @property
    def takes_part(self) -> bool:
        return bool(self.chains or self.calls or self.last)


def by_unit(
    lines: Collection[ChainLine], last: Mapping[int, datetime], units: Collection[int]
) -> dict[int, UnitLine]:
    """Each of `units`; `last` has when each that wrote anything wrote last."""
    # Of thousands, of which most have nothing that is owed.
    chains = Counter(chain.from_iterable(map(attrgetter("units"), lines)))
    found = {pk: UnitLine(pk, chains[pk], last=last.get(pk)) for pk in units}
    for line in lines:
        if not line.calls:
            continue
        for pk, (count, since) in line.owed_by.items():
            if unit := found.get(pk):
                unit.calls += count
                unit.calls_since = min(unit.calls_since or since, since)
        if line.untold_since:
            for pk in line.untold_by:
                if unit := found.get(pk):
                    unit.untold += 1
                    unit.untold_since = min(unit.untold_since or line.untold_since, line.untold_since)
    return found


def of_no_unit(lines: Collection[ChainLine], units: Collection[int]) -> UnitLine:
    """Of `lines` of which nobody is shown where the patient is: what is in no unit's, with the calls of `units`."""
    calls = [since for line in lines for (pk, _), since in line.calls.items() if pk in units]
    untold = [line.untold_since for line in lines if line.untold_since]
    return UnitLine(
        0, len(lines), len(untold), min(untold, default=None), len(calls), min(calls, default=None)
    )


def silent_since(line: UnitLine, began: datetime, now: datetime) -> datetime | None:
    """Since when a unit has written nothing, where that is an hour or longer; from the start of the outage at most."""
    since = max(line.last, began) if line.last else began
    return since if now - since >= SILENT_AFTER else None


def silent_from(lines: Iterable[UnitLine], began: datetime) -> list[datetime]:
    """The moments at which the clock alone makes each of the units a silent one."""
    return [(max(line.last, began) if line.last else began) + SILENT_AFTER for line in lines]


@dataclass(frozen=True, slots=True)
class HourLine:
    """The calls of one hour, by when they were made: those that reached somebody, given and received, and tries."""

    begins: datetime
    given: int = 0
    received: int = 0
    tries: int = 0

    @property
    def total(self) -> int:
        return self.given + self.received + self.tries


def by_hour(calls: Iterable[tuple[datetime, str, int]], began: datetime, until: datetime) -> list[HourLine]:
    """Every hour from `began` to `until`, those without calls too. Each of `calls` has the beginning of its hour, which
    column it counts in and how many; all are aware.
    """
    counted: dict[datetime, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for begins, column, number in calls:
        counted[begins][column] += number
    last = _hour(until)
    at = max(_hour(began), last - (MOST_HOURS - 1) * _AN_HOUR)
    hours = []
    while at <= last:
        hours.append(HourLine(at, **counted.get(at, {})))
        at += _AN_HOUR
    return hours


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
