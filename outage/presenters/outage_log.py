"""The log of an outage, all its chains one after the other, with what they had to do with each other."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from outage.models import CareChain, CareChainDetails, CareChainEvent, ChainJoin, Handover
from outage.presenters.call_codes import CodeLine, CodeLines, code_lines_in_list
from outage.presenters.outage_files import AT_ONCE, LogCells, LogRows
from outage.queries.chain_lists import ListedChains
from outage.queries.chain_log import ChainLog, in_time_order, logs_of
from outage.queries.joined import joins_by_home
from outage.queries.moved import came_from, left_to

JoinRow = tuple[ChainJoin, CareChain, CareChain]


@dataclass(frozen=True, slots=True)
class Beside:
    """What a chain had to do with others: its joins, as `joins_by_home`, and its calls that were moved, by `left_to`
    and `came_from`.
    """

    joins: Sequence[JoinRow] = ()
    left: Mapping[UUID, int] = field(default_factory=dict)
    came: Mapping[UUID, int] = field(default_factory=dict)


def log_of_outage(
    chains: ListedChains | Sequence[CareChain], now: datetime
) -> Iterator[tuple[CareChain, list[LogCells]]]:
    """Each chain with its rows. Of so many at once the logs are read, and let go of: an outage has any number."""
    left: dict[UUID, int] | None = None
    for start in range(0, len(chains), AT_ONCE):
        some = chains[start : start + AT_ONCE]
        logs = logs_of(chain.pk for chain in some)
        joins = joins_by_home([chain.pk for chain in some])
        logged = [call for log in logs.values() for call in log.handovers]
        came = came_from(logged)
        if left is None and any(call.withdraws for call in logged):
            left = left_to(some[0].outage_id, some[0].principal_id)
        codes: dict[UUID, CodeLine] = {}
        for hidden in (False, True):
            own = (logs[chain.pk] for chain in some if chain.details.protected_identity is hidden)
            calls = [call for log in own for call in log.live_handovers]
            codes |= code_lines_in_list(calls, now, hidden)
        for chain in some:
            beside = Beside(joins.get(chain.pk, ()), left or {}, came)
            yield chain, list(log_cells(chain, logs[chain.pk], codes, now, beside))


def log_cells(
    chain: CareChain, log: ChainLog, codes: CodeLines, now: datetime, beside: Beside | None = None
) -> Iterator[LogCells]:
    """What was known of the patient, as it was opened and each time that was changed, and with what it was joined; then
    every event and call of the chain in time order, also what was corrected and taken back, and what did that.

    The log is signed. Of a patient with protected personal data what is withheld on paper is so here.
    """
    shown, beside = LogRows(chain, log, codes, now), beside or Beside()
    numbers = {each.pk: str(each.number) for _, *two in beside.joins for each in two}
    numbers[chain.pk] = str(chain.number)
    known: dict[UUID, CareChainDetails] = {}
    joins = deque(beside.joins)
    for version in sorted(log.versions, key=attrgetter("order")):
        while joins and joins[0][0].recorded_at <= version.recorded_at:
            yield shown.join(*joins.popleft())
        # Of joined chains each has its own.
        cells = shown.version(version, known.get(version.chain_id))
        known[version.chain_id] = version
        # What a join left as it was is no change.
        if cells.said or not version.made_by_id:
            yield cells._replace(opened=numbers[version.chain_id])
    yield from (shown.join(*join) for join in joins)
    rows: list[CareChainEvent | Handover] = in_time_order([*log.events, *log.handovers])
    for row in rows:
        cells = shown.event(row) if isinstance(row, CareChainEvent) else shown.call(row)
        if isinstance(row, Handover):
            cells = cells._replace(moved=shown.moved(row, beside.came.get(row.pk), beside.left))
        yield cells._replace(opened=numbers[row.chain_id])
