"""Lägesbild: how an outage stands, counted over the units' logs. Nothing here says who a patient is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from heapq import merge
from itertools import chain, islice
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
    when: also those to ring back. `untold` are the parties, or others, that are still to be told of a discharge,
    `untold_since` of the oldest; `left_open` are those of them that somebody has left open by name and reason.
    `asked_since` says since when others wait for an answer of the one party that all own units are.
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
    asked_since: datetime | None = None
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

    def rings_back(self, *, unit_id: int, since: datetime) -> None:
        """A call to make to somebody who asked for it at `since`, beside those that are owed."""
        self.calls[unit_id, f"back {len(self.calls)}"] = since

    def is_asked(self, since: datetime) -> None:
        self.asked_since = min(self.asked_since or since, since)

    @property
    def is_left_open(self) -> bool:
        """Whether there is a discharge to tell of, and somebody answers by name for each who is to be told of it."""
        return self.untold_since is not None and self.untold.keys() <= self.left_open

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
        """The worst first: a discharge that somebody was not told of, then calls owed, answers too, each the oldest
        first.
        """
        if self.untold_since:
            return 0, self.untold_since.timestamp(), self.number
        if waits := [*self.calls.values(), *filter(None, [self.asked_since])]:
            return 1, min(waits).timestamp(), self.number
        return 2, 0.0, self.number


_PLACE = attrgetter("place")


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

    def add(self, other: "UnitLine") -> None:
        """But for when it last wrote."""
        self.chains += other.chains
        if other.untold_since:
            self.untold += other.untold
            self.untold_since = min(self.untold_since or other.untold_since, other.untold_since)
        if other.calls_since:
            self.calls += other.calls
            self.calls_since = min(self.calls_since or other.calls_since, other.calls_since)


@dataclass(frozen=True, slots=True)
class Counted:
    """Over some of the lines: how many there are, the discharges that somebody was not told of, and those of them that
    somebody answers for by name. `by_unit` has each unit with any of the chains or calls; `places` are the
    municipalities, wards and units of any, each with its kind. Protected patients count in neither. `asked` says in how
    many others wait for an own answer.
    """

    lines: int
    untold: int
    left_open: int
    by_unit: Mapping[int, UnitLine]
    places: Set[tuple[str, str]]
    asked: int = 0


_NOTHING = Counted(0, 0, 0, {}, frozenset())


def counted_together(parts: Iterable[Counted]) -> Counted:
    lines = untold = left_open = 0
    places: set[tuple[str, str]] = set()
    found = [*parts]
    for part in found:
        lines, untold, left_open = lines + part.lines, untold + part.untold, left_open + part.left_open
        places |= part.places
    units = {pk for part in found for pk in part.by_unit}
    asked = sum(part.asked for part in found)
    return Counted(lines, untold, left_open, _units_together(found, units), places, asked)


def _units_together(parts: Iterable[Counted], units: Set[int]) -> dict[int, UnitLine]:
    """Of `units`, those with any of the chains or calls."""
    by_unit: dict[int, UnitLine] = {}
    for part in parts:
        for pk in part.by_unit.keys() & units:
            if pk not in by_unit:
                by_unit[pk] = UnitLine(pk)
            by_unit[pk].add(part.by_unit[pk])
    return by_unit


class LineGroup:
    """Some of the lines. Nobody changes them: what is counted over them, or asked of them, is found out once, over
    `parts` where it has any.
    """

    def __init__(self, lines: Collection[ChainLine], parts: Collection["LineGroup"] = ()) -> None:
        self.lines = lines
        self._parts = parts

    @property
    def parts(self) -> Collection["LineGroup"]:
        return self._parts or (self,)

    @cached_property
    def in_order(self) -> list[ChainLine]:
        """The worst first."""
        of_parts = chain.from_iterable(part.in_order for part in self._parts)
        return sorted(of_parts if self._parts else self.lines, key=_PLACE)

    @cached_property
    def protected(self) -> list[ChainLine]:
        return [line for line in self.lines if line.protected]

    @cached_property
    def counted(self) -> Counted:
        if self._parts:
            return counted_together(part.counted for part in self._parts)
        return Counted(
            len(self.lines),
            sum(line.untold_since is not None for line in self.lines),
            sum(line.is_left_open for line in self.lines),
            self._by_unit(),
            self._at.keys(),
            sum(line.asked_since is not None for line in self.lines),
        )

    def _by_unit(self) -> dict[int, UnitLine]:
        found: dict[int, UnitLine] = {}
        for line in self.lines:
            if line.protected:
                continue
            for pk in line.units:
                found.setdefault(pk, UnitLine(pk)).chains += 1
            for pk, (count, since) in line.owed_by.items():
                untold = line.untold_since if pk in line.untold_by else None
                owes = UnitLine(pk, 0, int(untold is not None), untold, count, since)
                found.setdefault(pk, UnitLine(pk)).add(owes)
        return found

    @cached_property
    def _at(self) -> dict[tuple[str, str], set[ChainLine]]:
        """The lines of each place. Those of a unit are what it opened, or is to ring about. Of protected patients there
        are none: what is looked for tells where a patient is.
        """
        found = defaultdict[tuple[str, str], set[ChainLine]](set)
        for line in self.lines:
            if line.protected:
                continue
            if line.municipality_id:
                found["municipality", str(line.municipality_id)].add(line)
            found["ward", str(line.ward)].add(line)
            for pk in {line.unit_id, *line.owed_by}:
                found["unit", str(pk)].add(line)
        return dict(found)

    @cached_property
    def seen(self) -> dict[int, list[ChainLine]]:
        """By each unit that sees any of them."""
        found = defaultdict[int, list[ChainLine]](list)
        for line in self.lines:
            for unit in line.seen_by:
                found[unit].append(line)
        return dict(found)

    @cached_property
    def seen_in(self) -> set[int]:
        """The units that see any of them."""
        return set().union(*(part.seen for part in self.parts))

    def narrowed(self, places: Collection[tuple[str, str]]) -> "LineGroup":
        """To those that are at each of `places`, of which there are some."""
        none = set[ChainLine]()
        found = (set.intersection(*(part._at.get(place, none) for place in places)) for part in self.parts)
        return LineGroup(list(chain.from_iterable(found)))


@dataclass(frozen=True, slots=True)
class Total:
    """What is counted over `groups`. Of those that are the very same as before nothing is counted anew."""

    groups: Collection[LineGroup] = ()
    counted: Counted = _NOTHING

    def read_on(self, groups: Collection[LineGroup]) -> "Total":
        gone, come = ({*one} - {*other} for one, other in ((self.groups, groups), (groups, self.groups)))
        if not (gone or come):
            return self
        was, now = (counted_together(group.counted for group in some) for some in (gone, come))
        known, found = self.counted, [group.counted for group in groups]
        units = was.by_unit.keys() | now.by_unit.keys()
        others = {pk for pk in units if was.by_unit.get(pk) != now.by_unit.get(pk)}
        stand = {pk: line for pk, line in known.by_unit.items() if pk not in others}
        return Total(
            groups,
            Counted(
                known.lines - was.lines + now.lines,
                known.untold - was.untold + now.untold,
                known.left_open - was.left_open + now.left_open,
                stand | _units_together(found, others),
                known.places if was.places == now.places else set().union(*(one.places for one in found)),
                known.asked - was.asked + now.asked,
            ),
        )


class InOrder(Iterable[ChainLine]):
    """The lines of all groups, the worst first; a slice at the beginning is found without sorting them all."""

    def __init__(self, groups: Collection[LineGroup]) -> None:
        self._groups = groups
        self._count = sum(len(group.lines) for group in groups)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[ChainLine]:
        return merge(*(group.in_order for group in self._groups), key=_PLACE)

    def __getitem__(self, part: slice) -> list[ChainLine]:
        return list(islice(self, *part.indices(self._count)))


def by_unit(counted: Counted, last: Mapping[int, datetime], units: Iterable[int]) -> dict[int, UnitLine]:
    """Each of `units`; `last` has when each that wrote anything wrote last."""
    return {pk: replace(counted.by_unit.get(pk, UnitLine(pk)), last=last.get(pk)) for pk in units}


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
