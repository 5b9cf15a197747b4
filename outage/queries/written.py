"""What the units have written in an outage: when each wrote last, and its calls by the hour.

The log of thousands of chains is not counted anew for each who looks. Its rows are only added, and each counts up its
chain's `rows` under the chain's lock: what was read of a chain holds as long as that number, which is asked each time.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, Max, Q, QuerySet
from django.db.models.functions import Cast, Substr

from contacts.page_versions import read_on
from contacts.queries.prepared import MOST_IN_GROUP, prepared
from outage.models import CareChainDetails, CareChainEvent, Handover
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome

# How far into the text of a moment its hour goes: 2026-11-24 10
_TO_THE_HOUR = 13
_Rows = QuerySet[Any, tuple[Any, ...]]
# The unit, the beginning of the hour, and the column that a call counts in.
Calls = tuple[int, datetime, str]
# By unit and part, as `Lines.versions` has them.
Versions = Mapping[int, Mapping[int, Mapping[int, int]]]


@dataclass(frozen=True, slots=True)
class Written:
    """`last` has when each unit that wrote anything wrote last; `calls` how many each made, by the hour."""

    last: Mapping[int, datetime] = field(default_factory=dict)
    calls: Mapping[Calls, int] = field(default_factory=Counter)
    # Of each part of the `Lines`, how many rows each chain was read with, by its number; and the calls in each.
    _versions: Versions = field(default_factory=dict)
    _in_chains: Mapping[tuple[int, int], Mapping[int, Mapping[Calls, int]]] = field(default_factory=dict)

    def read_on(self, principal_id: int, outage_id: UUID, versions: Versions) -> "Written":
        """As the principal's log is now; what has not been written in since is not read."""
        changed = {
            number: (unit, part)
            for unit, of_unit in versions.items()
            if (of_known := self._versions.get(unit, {})) is not of_unit
            for part, of_part in of_unit.items()
            if (known := of_known.get(part, {})) is not of_part
            for number, version in of_part.items()
            if known.get(number) != version
        }
        if not changed:
            return self
        last, calls, found = dict(self.last), Counter(self.calls), defaultdict[int, Counter[Calls]](Counter)
        for of_some, of_all in _READS:
            few = tuple(changed) if len(changed) <= MOST_IN_GROUP else None
            read = of_some(principal_id, outage_id, *few) if few else of_all(principal_id, outage_id)
            for chain, unit, at, *call in read:
                last[unit] = max(at, last.get(unit, at))
                if call and call[-1]:
                    found[chain][_counted_as(unit, *call[:-1])] += call[-1]
        in_chains = {**self._in_chains}
        for number, part in changed.items():
            of_part = in_chains.get(part, {})
            calls.subtract(of_part.get(number, {}))
            calls.update(found[number])
            in_chains[part] = {**of_part, number: found[number]}
        return Written(last, calls, versions, in_chains)


def written_in(principal_id: int, outage_id: UUID, versions: Versions) -> Written:
    """By all units, in the chains of the principal; `versions` are those of its `Lines`. Three queries at most."""
    key = "written", principal_id, outage_id
    return read_on(key, Written(), lambda known: known.read_on(principal_id, outage_id, versions))


@lru_cache(maxsize=10_000)
def _counted_as(unit_id: int, hour: str, direction: str, outcome: str) -> Calls:
    column = "given" if direction == Direction.GIVEN else "received"
    if outcome not in (CallOutcome.REACHED, CallOutcome.RELAYED):
        column = "tries"
    return unit_id, datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC), column


def _calls(rows: QuerySet[Any]) -> _Rows:
    # Both engines write a moment in UTC so that its hour is the beginning of the text.
    rows = rows.annotate(hour=Substr(Cast("at", CharField()), 1, _TO_THE_HOUR))
    stands = Q(withdraws=False, superseded_by__isnull=True)
    told = "unit", "hour", "direction", "outcome"
    counted = rows.values("chain__number", *told).annotate(
        last=Max("recorded_at"), count=Count("pk", filter=stands)
    )
    found: _Rows = counted.values_list("chain__number", "unit", "last", *told[1:], "count")
    return found


def _last(rows: QuerySet[Any]) -> _Rows:
    counted = rows.values("chain__number", "unit").annotate(last=Max("recorded_at"))
    found: _Rows = counted.values_list("chain__number", "unit", "last")
    return found


_Read = Callable[..., list[tuple[Any, ...]]]


def _read(model: type[Any], what: Callable[[QuerySet[Any]], _Rows]) -> tuple[_Read, _Read]:
    """Of some chains of a principal in an outage, by their numbers, and of all."""

    def of_all(principal_id: int, outage_id: UUID) -> _Rows:
        return what(model.objects.filter(chain__principal=principal_id, chain__outage=outage_id).order_by())

    def of_some(principal_id: int, outage_id: UUID, *numbers: int) -> _Rows:
        return of_all(principal_id, outage_id).filter(chain__number__in=numbers)

    return prepared(of_some), prepared(of_all)


_READS = (_read(Handover, _calls), _read(CareChainEvent, _last), _read(CareChainDetails, _last))
