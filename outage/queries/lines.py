"""The lines of Lägesbild: each chain of a principal in an outage, and how far each party has been told of it.

Thousands of them are not read and put together anew for each who looks. Whatever changes what a chain has, or what is
kept of how it stands, counts up its `rows` in the same transaction (`outage.services.states`): a line holds as long as
that number. It is asked of the chains that a unit opened whose pages have changed, and only chains with another are
read. Once a minute, and where what has changed may be of any unit, how many rows each has in all says which those are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from contacts.models import Principal
from contacts.queries.prepared import MOST_IN_GROUP, prepared
from contacts.rules.parties import Party
from outage.models import CareChain, ChainState, Outage, StateKind
from outage.models.chain_state import IN_SIGHT
from outage.queries.changes_seen import ChangesSeen
from outage.queries.owed import is_read_there
from outage.queries.states import sole_party
from outage.rules.overview import ChainLine, Counted, LineGroup, Total

_Row = tuple[Any, ...]
_Read = Mapping[int, _Row]
# The number of a chain, and how many rows; what it was joined to; the unit, of a chain and of a row of how it stands.
# The last three columns of such a row say whether it is read there.
_ROWS, _JOINED, _ID, _UNIT, _THERE = 1, 2, 3, 4, -3
_OWED, _TOLD, _BACK, _AWAITED = StateKind.OWED, StateKind.TOLD, StateKind.RING_BACK, StateKind.AWAITED
# So many numbers of an outage are counted together of each unit: of a large outage it has some tens of them.
_IN_PART = 1024
_MOST_TOTALS = 16


def by_number(lines: Iterable[ChainLine]) -> list[ChainLine]:
    return sorted(lines, key=attrgetter("number"))


_Versions = Mapping[int, Mapping[int, int]]


class _Part(LineGroup):
    """The lines of a few chains that one unit opened, and what they are made of. `versions` has how many `rows` each
    chain was read with, those that were joined too, by number; `states` how each stands, `left` what is left of that
    where somebody is back.
    """

    def __init__(
        self,
        versions: Mapping[int, int],
        chains: _Read,
        states: _Read,
        left: _Read,
        lines: Mapping[int, ChainLine],
    ) -> None:
        super().__init__(lines.values())
        self.versions, self.chains, self.states, self.left = versions, chains, states, left
        self.by_number = lines

    def changed(self, versions: Mapping[int, int]) -> list[int]:
        if versions == self.versions:
            return []
        return [number for number, version in versions.items() if self.versions.get(number) != version]

    def read_on(self, versions: Mapping[int, int], chains: _Read, states: _Read, seen_as: "_As") -> "_Part":
        """With what has been read since: the very same where that changes nothing."""
        if versions == self.versions:
            versions, chains, states = self.versions, self.chains, self.states
        else:
            chains = {n: chains[n] if n in chains else self.chains[n] for n in versions}
            states = {n: states[n] if n in states else self.states[n] for n in versions}
        left = seen_as.left_of(states)
        if chains is self.chains and (left is self.left or left == self.left):
            return self
        lines = {}
        for number, row in chains.items():
            if row[_JOINED] is None:
                stands = row is self.chains.get(number) and left[number] == self.left[number]
                made = self.by_number[number] if stands else None
                lines[number] = made or _line(row, states[number], left[number], seen_as.own)
        return _Part(versions, chains, states, left, lines)

    @cached_property
    def joined_to(self) -> set[UUID]:
        return {row[_JOINED] for row in self.chains.values() if row[_JOINED]}


class _Opened(LineGroup):
    """The lines of the chains that one unit opened. `total` is how many there are, and their rows in all."""

    def __init__(self, by_part: Mapping[int, _Part]) -> None:
        parts = by_part.values()
        super().__init__([line for part in parts for line in part.lines], parts)
        self.by_part = by_part
        self.versions = {number: part.versions for number, part in by_part.items()}
        rows = [rows for part in parts for rows in part.versions.values()]
        self.total = len(rows), sum(rows)

    def read_on(self, versions: _Versions, chains: _Read, states: _Read, seen_as: "_As") -> "_Opened":
        """As a part of it does."""
        by_part = {
            part: self.by_part.get(part, _NO_PART).read_on(rows, chains, states, seen_as)
            for part, rows in versions.items()
        }
        return self if by_part == self.by_part else _Opened(by_part)


_NO_PART = _Part({}, {}, {}, {}, {})
_NOTHING = _Opened({})


@dataclass(frozen=True, slots=True)
class Lines:
    """By the unit that opened the chains: of what nobody has written about since, nothing is gone through anew."""

    _by_unit: Mapping[int, _Opened] = field(default_factory=dict)
    changes: ChangesSeen = field(default_factory=ChangesSeen)
    _while_open: bool = False
    # By the units whose chains are counted.
    _totals: dict[frozenset[int], Total] = field(default_factory=dict)

    @property
    def groups(self) -> Collection[LineGroup]:
        return self._by_unit.values()

    @property
    def versions(self) -> dict[int, _Versions]:
        """By unit and part, how many `rows` each chain was read with, by number; the very same as long as they are."""
        return {unit: opened.versions for unit, opened in self._by_unit.items()}

    def opened_by(self, units: Collection[int]) -> list[LineGroup]:
        return [opened for unit, opened in self._by_unit.items() if unit in units]

    def counted(self, units: Collection[int]) -> Counted:
        """Over what these units opened."""
        known = self._totals.get(frozenset(units), Total())
        if len(self._totals) > _MOST_TOTALS:
            self._totals.clear()
        total = self._totals[frozenset(units)] = known.read_on(self.opened_by(units))
        return total.counted

    def seen_by(self, units: Collection[int]) -> list[LineGroup]:
        """As `outage.queries.care_chains.seen_by`: what they opened, as it was found, and what they see of others."""
        joined_to: set[UUID] = set()
        for unit in units:
            joined_to.update(*(part.joined_to for part in self._of(unit).by_part.values()))
        found: dict[int, ChainLine] = {}
        for by, opened in self._by_unit.items():
            if by in units:
                continue
            there = opened.seen_in.intersection(units)
            seen = [line for part in opened.parts for unit in there for line in part.seen.get(unit, ())]
            seen += [line for line in opened.lines if line.chain_id in joined_to] if joined_to else []
            found |= {line.number: line for line in seen}
        return [*self.opened_by(units), LineGroup(found.values())]

    def read_on(self, principal: Principal, outage: Outage) -> "Lines":
        """As it is now. What is read is no older than the number that it is known by."""
        changes, units = self.changes.read_on(timezone.now())
        if units is None and self._by_unit:
            totals = _totals(principal.pk, outage.pk)
            units = {unit for unit, *total in totals if self._of(unit).total != tuple(total)}
        versions: dict[int, _Versions] = {unit: opened.versions for unit, opened in self._by_unit.items()}
        changed: list[int] = []
        if units and len(units) <= MOST_IN_GROUP:
            since = _in_parts(_versions(principal.pk, outage.pk, *units))
            versions |= since
            for unit, parts in since.items():
                known = self._of(unit).by_part
                changed += chain.from_iterable(
                    known.get(part, _NO_PART).changed(rows) for part, rows in parts.items()
                )
        if units is None or max(len(units), len(changed)) > MOST_IN_GROUP:
            found = _all_chains(principal.pk, outage.pk)
            read = _read(found, _all_states(principal.pk, outage.pk))
            versions = _in_parts((row[_UNIT], row[0], row[_ROWS]) for row in found)
            units = set(versions)
        elif changed:
            found = _chains(principal.pk, outage.pk, *changed)
            read = _read(found, _states(*(row[_ID] for row in found)))
        else:
            read = {}, {}
        # With the end of an outage less is left of any of them.
        same, seen_as = outage.is_open and self._while_open, _As(principal, outage)
        by_unit = {
            unit: opened if same and unit not in units else opened.read_on(parts, *read, seen_as)
            for unit, parts in versions.items()
            for opened in [self._of(unit)]
        }
        return Lines(by_unit, changes, outage.is_open, self._totals)

    def _of(self, unit: int) -> _Opened:
        return self._by_unit.get(unit, _NOTHING)


def _in_parts(rows: Iterable[_Row]) -> dict[int, _Versions]:
    """By the unit."""
    found = defaultdict[int, dict[int, dict[int, int]]](lambda: defaultdict(dict))
    for unit, number, version in rows:
        found[unit][number // _IN_PART][number] = version
    return {**found}


def _read(chains: list[_Row], states: list[_Row]) -> tuple[_Read, _Read]:
    of_chain: dict[int, list[_Row]] = defaultdict(list)
    for row in states:
        of_chain[row[0]].append(row)
    return {row[0]: row for row in chains}, {row[0]: tuple(of_chain[row[0]]) for row in chains}


def _line(of_chain: _Row, states: _Row, left: _Row, own: Party | None) -> ChainLine:
    number, _, _, pk, unit, ward, municipality, protected, outpatient = of_chain
    ringing = (row[_UNIT] for row in states if row[1] in IN_SIGHT)
    seen_by = frozenset({unit, ward, outpatient, *ringing} - {None})
    line = ChainLine(pk, number, unit, ward, municipality, protected, seen_by)
    for _, what, since, party, unit, whom, former, state, urgent, retracts, item, *_ in left:
        if what == _TOLD:
            line.is_told(party, since)
        elif what == _BACK:
            line.rings_back(unit_id=unit, since=since)
        elif what == _AWAITED and party == own:
            line.is_asked(since)
        elif what == _OWED:
            line.owes(
                unit_id=unit,
                whom=f"{whom}{party}{former}",
                party=party,
                state=state,
                since=since,
                # One that is taken back is a call; it is no discharge.
                discharge=urgent and not retracts,
                former=former,
                left_open=item is not None,
            )
    return line


class _As:
    """How a principal has its outage: `own` is the one party that all its units are, if they are."""

    def __init__(self, principal: Principal, outage: Outage) -> None:
        self._principal, self._outage, self.own = principal, outage, sole_party(principal)

    def left_of(self, states: _Read) -> _Read:
        """Without what is read in the system by now."""
        if self._outage.is_open:
            return states
        return {number: tuple(filter(self._is_left, rows)) for number, rows in states.items()}

    def _is_left(self, row: _Row) -> bool:
        reads_in, ticked, message = row[_THERE:]
        return row[1] == _TOLD or not is_read_there(
            self._outage, self._principal, reads_in, row[2], ticked=ticked, message=message
        )


@prepared
def _totals(principal_id: int, outage_id: UUID) -> QuerySet[CareChain, _Row]:
    # The number of a chain's rows never falls: what any of them has more shows in the total.
    rows = _of(principal_id, outage_id).order_by().values("unit")
    return rows.annotate(chains=Count("*"), total=Sum("rows")).values_list("unit", "chains", "total")


@prepared
def _versions(principal_id: int, outage_id: UUID, *unit_ids: int) -> QuerySet[CareChain, _Row]:
    rows = CareChain.objects.filter(principal=principal_id, outage=outage_id, unit__in=unit_ids)
    return rows.order_by().values_list("unit", "number", "rows")


@prepared
def _all_chains(principal_id: int, outage_id: UUID) -> QuerySet[CareChain, _Row]:
    return _of(principal_id, outage_id).values_list(*_CHAIN)


@prepared
def _chains(principal_id: int, outage_id: UUID, *numbers: int) -> QuerySet[CareChain, _Row]:
    return _of(principal_id, outage_id).filter(number__in=numbers).values_list(*_CHAIN)


@prepared
def _all_states(principal_id: int, outage_id: UUID) -> QuerySet[ChainState, _Row]:
    return _kept().filter(outage=outage_id, principal=principal_id)


@prepared
def _states(*chain_ids: UUID) -> QuerySet[ChainState, _Row]:
    return _kept().filter(chain__in=chain_ids)


def _of(principal_id: int, outage_id: UUID) -> "QuerySet[CareChain]":
    return CareChain.objects.filter(principal=principal_id, outage=outage_id).order_by("number")


def _kept() -> QuerySet[ChainState, _Row]:
    rows = ChainState.objects.filter(what__in=(*IN_SIGHT, _TOLD))
    return rows.order_by().values_list(*_STATE)


# Numbers, which the outage has once: ids are dearer to read.
_CHAIN = (
    "number",
    "rows",
    "joined_to",
    "pk",
    "unit",
    "ward_unit",
    "details__municipality",
    "details__protected_identity",
    "outpatient_unit",
)
_STATE = (
    *("chain__number", "what", "since", "party", "unit", "whom", "former", "state", "urgent"),
    *("retracts", "open_item"),
    *("reads_in", "ticked", "message"),
)
