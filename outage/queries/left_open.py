"""What was left open by name and reason as an outage was closed, for as long as nobody has done it since."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from contacts.models import Principal
from outage.models import Acknowledgement, Handover, LeftOpen, PrincipalEnd, RegistrationMark
from outage.rules.closing import CALLS, Holds
from outage.rules.informing import CallOutcome

Key = TypeVar("Key")


def standing(principal: Principal, rows: Iterable[LeftOpen]) -> dict[str, LeftOpen]:
    """Of `rows` of a principal, oldest first, the one by which each thing is left open, by the thing's key.

    Who took it on and has done it is done with it: what is undone after that is taken on anew. So is all of it once the
    principal has said that it is out again. No query where there are no rows.
    """
    rows = list(rows)
    if not rows:
        return {}
    done = _done_since(principal, {row.outage_id for row in rows}, min(row.at for row in rows))
    return {key: row for row in rows for key in row.keys if not done.is_done(key, row)}


@dataclass
class _Done:
    """When each was done last, or said to be undone: calls by chain, tasks by chain and key, messages by unit, and when
    each outage was opened again.
    """

    calls: dict[str, datetime] = field(default_factory=dict)
    tasks: dict[str, dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict))
    acknowledged: dict[tuple[UUID, str], datetime] = field(default_factory=dict)
    opened_again: dict[UUID, datetime] = field(default_factory=dict)

    def is_done(self, key: str, row: LeftOpen) -> bool:
        what, _, rest = key.partition(":")
        chain, _, task = rest.partition(":")
        found = [self.opened_again.get(row.outage_id)]
        if what in CALLS:
            found.append(self.calls.get(chain))
        elif what == Holds.TASK:
            found += [at for name, at in self.tasks.get(chain, {}).items() if task.startswith(f"{name}:")]
        elif what == Holds.ACKNOWLEDGE:
            found.append(self.acknowledged.get((row.outage_id, rest)))
        return any(at is not None and at > row.at for at in found)


def _done_since(principal: Principal, outages: set[UUID], since: datetime) -> _Done:
    found = _Done()
    calls = Handover.objects.filter(
        chain__outage__in=outages,
        supersedes__outcome=CallOutcome.REACHED,
        supersedes__recorded_at__gt=since,
    )
    for row in calls.select_related("supersedes", "chain").order_by():
        was = row.supersedes
        assert was is not None
        # Of a call that still stands as it was made nothing is open.
        if row.withdraws or (row.outcome, row.recipient) != (was.outcome, was.recipient):
            chains = {str(row.chain_id), str(row.chain.joined_to_id or row.chain_id)}
            _note(found.calls, chains, was.recorded_at)
    marks = RegistrationMark.objects.filter(chain__outage__in=outages, at__gt=since)
    for chain, into, task, at in marks.values_list("chain", "chain__joined_to", "task", "at"):
        for each in {str(chain), str(into or chain)}:
            _note(found.tasks[each], [task], at)
    acknowledged = Acknowledgement.objects.filter(outage__in=outages, at__gt=since)
    for outage, unit, read_as, at in acknowledged.values_list("outage", "unit", "unit__joined_into", "at"):
        _note(found.acknowledged, {(outage, str(unit)), (outage, str(read_as or unit))}, at)
    opened = PrincipalEnd.objects.filter(
        outage__in=outages, principal=principal, ended_at=None, recorded_at__gt=since
    )
    for outage, at in opened.values_list("outage", "recorded_at"):
        _note(found.opened_again, [outage], at)
    return found


def _note(found: dict[Key, datetime], keys: Iterable[Key], at: datetime) -> None:
    for key in keys:
        found[key] = max(at, found.get(key, at))
