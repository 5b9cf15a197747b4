"""The lines of Lägesbild: each chain of a principal in an outage, and how far each party has been told of it.

Thousands of them are not read and put together anew for each who looks. Whatever changes what a chain has, or what is
kept of how it stands, counts up its `rows` in the same transaction (`outage.services.states`): a line holds as long as
that number, which is asked each time, and only chains with another are read.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from contacts.models import Principal
from contacts.queries.prepared import MOST_IN_GROUP, prepared
from outage.models import CareChain, ChainState, Outage, StateKind
from outage.queries.owed import is_read_there
from outage.rules.overview import ChainLine

_Row = tuple[Any, ...]
_Read = Mapping[int, _Row]
# The number of a chain, and how many rows; what it was joined to; the unit, of a chain and of a row of how it stands.
# The last three columns of such a row say whether it is read there.
_ROWS, _JOINED, _ID, _UNIT, _THERE = 1, 2, 3, 4, -3
_OWED, _TOLD = StateKind.OWED, StateKind.TOLD


@dataclass(frozen=True, slots=True)
class Lines:
    """`by_number` are the lines, which nobody changes. `versions` has how many `rows` each chain was read with, those
    that were joined too, by number.
    """

    by_number: Mapping[int, ChainLine] = field(default_factory=dict)
    versions: Mapping[int, int] = field(default_factory=dict)
    _chains: _Read = field(default_factory=dict)
    # How each chain stands, and what is left of that where somebody is back.
    _states: _Read = field(default_factory=dict)
    _left: _Read = field(default_factory=dict)

    def seen_by(self, units: Collection[int]) -> list[ChainLine]:
        """As `outage.queries.care_chains.seen_by`, by number."""
        opened = {row[_JOINED] for row in self._chains.values() if row[_JOINED] and row[_UNIT] in units}
        return [
            line
            for line in self.by_number.values()
            if not line.seen_by.isdisjoint(units) or (opened and line.chain_id in opened)
        ]

    def read_on(self, principal: Principal, outage: Outage) -> "Lines":
        """As it is now. What is read is no older than the number that it is known by."""
        versions: dict[int, int] = dict(_versions(principal.pk, outage.pk)) if self.versions else {}
        changed = {number for number, rows in versions.items() if self.versions.get(number) != rows}
        chains, states = self._chains, self._states
        if not versions or len(changed) > MOST_IN_GROUP:
            found = _all_chains(principal.pk, outage.pk)
            chains, states = _read(found, _all_states(principal.pk, outage.pk))
            versions = {number: row[_ROWS] for number, row in chains.items()}
            changed = set(versions)
        elif changed:
            found = _chains(principal.pk, outage.pk, *changed)
            read = _read(found, _states(*(row[_ID] for row in found)))
            chains, states = {**chains, **read[0]}, {**states, **read[1]}
        left = states if outage.is_open else _not_read_there(states, principal, outage)
        if left is not states or self._left is not self._states:
            changed |= {number for number in versions if left[number] != self._left.get(number)}
        lines = {**self.by_number}
        for number in changed:
            if chains[number][_JOINED] is None:
                lines[number] = _line(chains[number], states[number], left[number])
            else:
                lines.pop(number, None)
        if lines.keys() != self.by_number.keys():
            lines = dict(sorted(lines.items()))
        return Lines(lines, versions, chains, states, left)


def _read(chains: list[_Row], states: list[_Row]) -> tuple[_Read, _Read]:
    of_chain: dict[int, list[_Row]] = defaultdict(list)
    for row in states:
        of_chain[row[0]].append(row)
    return {row[0]: row for row in chains}, {row[0]: tuple(of_chain[row[0]]) for row in chains}


def _line(chain: _Row, states: _Row, left: _Row) -> ChainLine:
    number, _, _, pk, unit, ward, municipality, protected, outpatient = chain
    ringing = (row[_UNIT] for row in states if row[1] != _TOLD)
    seen_by = frozenset({unit, ward, outpatient, *ringing} - {None})
    line = ChainLine(pk, number, unit, ward, municipality, protected, seen_by)
    for _, what, since, party, unit, whom, former, state, urgent, retracts, item, *_ in left:
        if what == _TOLD:
            line.is_told(party, since)
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


def _not_read_there(states: _Read, principal: Principal, outage: Outage) -> _Read:
    def is_left(row: _Row) -> bool:
        reads_in, ticked, message = row[_THERE:]
        return row[1] == _TOLD or not is_read_there(
            outage, principal, reads_in, row[2], ticked=ticked, message=message
        )

    return {number: tuple(filter(is_left, rows)) for number, rows in states.items()}


@prepared
def _versions(principal_id: int, outage_id: UUID) -> QuerySet[CareChain, _Row]:
    return _of(principal_id, outage_id).values_list(*_CHAIN[: _ROWS + 1])


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
    rows = ChainState.objects.filter(what__in=(_OWED, StateKind.AWAITED, _TOLD))
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
