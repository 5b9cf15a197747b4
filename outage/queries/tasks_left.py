"""What is not entered, decided or undone of all chains of a principal in an outage, for its closing.

The tasks of thousands of chains are not worked out anew for each question. Whatever is written about a chain counts up
its `rows` in the same transaction (`outage.services.states`): what was found of it holds as long as that number and
those of the chains joined to it, which are asked each time, and as long as nothing has changed but chains.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from contacts.models import Principal
from contacts.page_versions import EVERYBODY, read_on, version_of
from contacts.queries.prepared import MOST_IN_GROUP, prepared
from contacts.rules.parties import Party
from contacts.seen import counting
from outage.models import CareChain, Outage
from outage.queries.care_chains import with_details
from outage.queries.chain_log import ChainLog
from outage.queries.doers import doer_of
from outage.queries.standing import own_parties
from outage.queries.task_logs import stamps_of, task_logs_of
from outage.queries.tasks import ticks_of
from outage.rules.closing import Holds, OpenThing
from outage.rules.ticks import ToDo, to_do

Things = tuple[OpenThing, ...]


@dataclass(frozen=True, slots=True)
class TasksLeft:
    """`of_chain` has what is left of each chain, in the order of their numbers; `alike` the version it was found at of
    all that no chain says.
    """

    of_chain: Mapping[UUID, Things] = field(default_factory=dict)
    alike: str = ""
    _stamps: Mapping[UUID, Hashable] = field(default_factory=dict)

    def read_on(self, principal: Principal, outage: Outage) -> "TasksLeft":
        """As it is now; the outage is as the principal sees it. What is found is no older than what it is known by."""
        alike, stamps = version_of(EVERYBODY), _stamps(principal, outage)
        holds = self.of_chain if alike == self.alike else {}
        missing = [pk for pk, stamp in stamps.items() if pk not in holds or self._stamps[pk] != stamp]
        found = _found(principal, outage, missing) if missing else {}
        return TasksLeft({pk: found[pk] if pk in found else holds[pk] for pk in stamps}, alike, stamps)


def tasks_left(principal: Principal, outage: Outage) -> Iterable[OpenThing]:
    """Those of the principal's own parties; what others enter is theirs, and what is decided by hand is each one's."""

    def on(known: TasksLeft) -> TasksLeft:
        return known.read_on(principal, outage)

    found = read_on(("tasks left", principal.pk, outage.pk), TasksLeft(), on)
    return (thing for things in found.of_chain.values() for thing in things)


def _stamps(principal: Principal, outage: Outage) -> dict[UUID, Hashable]:
    written = _written(principal.pk, outage.pk)
    return stamps_of((pk for pk, into, _ in written if into is None), written)


@prepared
def _written(principal_id: int, outage_id: UUID) -> QuerySet[CareChain, tuple[UUID, UUID | None, int]]:
    chains = CareChain.objects.filter(principal=principal_id, outage=outage_id).order_by("number")
    return chains.values_list("pk", "joined_to", "rows")


def _found(principal: Principal, outage: Outage, ids: list[UUID]) -> dict[UUID, Things]:
    rows = CareChain.objects.filter(principal=principal, outage=outage, joined_to__isnull=True)
    chains = list(with_details(rows.filter(pk__in=ids) if len(ids) <= MOST_IN_GROUP else rows))
    for chain in chains:
        chain.outage, chain.principal = outage, principal
    logs = task_logs_of(chains)
    return {chain.pk: _left_of(chain, logs[chain.pk]) for chain in chains}


def _left_of(chain: CareChain, log: ChainLog) -> Things:
    with counting():
        tasks = to_do(*ticks_of(chain, log), own_parties(chain.principal))
    return tuple(
        OpenThing(_doer(chain, log, task), f"{Holds.TASK}:{chain.pk}:{task.key}:{task.seen}")
        for task in tasks
        if not task.done
    )


def _doer(chain: CareChain, log: ChainLog, task: ToDo) -> int:
    by = task.by or (Party.INPATIENT if chain.principal.is_region else Party.MUNICIPALITY)
    return doer_of(chain, log, by, task.key)
