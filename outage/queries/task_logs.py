"""The logs of many chains for the list of what is to be entered, read without their calls: what the rules need of these
is kept (`StateKind.UNTOLD`, `StateKind.OTHERS`).
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from contacts.queries.prepared import prepared
from outage.models import CareChain, CareChainEvent, ChainState, StateKind, TaskTurn
from outage.queries.chain_log import ChainLog, logs_of, marks_of
from outage.queries.joined import Joined, joined_to, versions_of
from outage.rules.told import Untold


@dataclass(frozen=True, slots=True)
class Turn:
    """`row` has who does the task, since when; `noted` the newest note, if any."""

    row: TaskTurn
    noted: TaskTurn | None


Turns = Mapping[tuple[UUID, str], Turn]


def task_logs_of(chains: Iterable[CareChain]) -> dict[UUID, ChainLog]:
    """For `ticks_of` and what is shown of them, and nothing else: `events`, of these only what tasks need, `versions`,
    `marks` and `untold`. Chains that others were joined to, and those whose text is purged, are read whole.

    They come with their details, from `visible_chains`; the number of queries does not depend on that of the chains.
    """
    by_id = {chain.pk: chain for chain in chains}
    purged = {pk for pk, chain in by_id.items() if chain.details.is_purged}
    home = joined_to(by_id).home
    read_whole = purged | {kept for pk, kept in home.items() if pk != kept}
    logs = logs_of(read_whole) if read_whole else {}
    ids = [pk for pk in by_id if pk not in read_whole]
    if not ids:
        return logs
    logs |= {pk: ChainLog() for pk in ids}
    for event in _events(*ids):
        logs[event.chain_id].events.append(event)
    changed = [pk for pk in ids if by_id[pk].details.replaces_id]
    for version in versions_of(*changed) if changed else ():
        logs[version.chain_id].versions.append(version)
    kept: dict[tuple[UUID, str], set[str]] = {}
    former: set[str] = set()
    for what, chain_id, message, is_former in _untold(*ids):
        event_id = message.removeprefix("event:")
        kept.setdefault((chain_id, what), set()).add(event_id)
        former |= {event_id} if is_former else set()
    for pk in ids:
        logs[pk].versions = logs[pk].versions or [by_id[pk].details]
        ours, others = (frozenset(kept.get((pk, what), ())) for what in (StateKind.UNTOLD, StateKind.OTHERS))
        logs[pk].untold = Untold(ours=ours, others=others, former=ours & former)
    for chain_id, mark in marks_of(Joined(home={pk: pk for pk in ids})):
        logs[chain_id].marks[mark.pk] = mark
    return logs


def task_stamps(chain_ids: Sequence[UUID]) -> dict[UUID, Hashable]:
    """By chain, another one whenever anything of what is read here of it has become another: how much has been written
    about it, and about those that were joined to it.
    """
    return stamps_of(chain_ids, _written(tuple(chain_ids)) if chain_ids else ())


def stamps_of(
    chain_ids: Iterable[UUID], written: Iterable[tuple[UUID, UUID | None, int]]
) -> dict[UUID, Hashable]:
    """As `task_stamps`; `written` has of each chain which it was joined to, and its rows."""
    found: dict[UUID | None, set[tuple[UUID, int]]] = {pk: set() for pk in chain_ids}
    for pk, into, rows in written:
        for home in (pk, into):
            if home in found:
                found[home].add((pk, rows))
    return {pk: frozenset(stamp) for pk, stamp in found.items() if pk}


@prepared
def _written(chain_ids: tuple[UUID, ...]) -> QuerySet[CareChain, tuple[UUID, UUID | None, int]]:
    here = CareChain.objects.filter(Q(pk__in=chain_ids) | Q(joined_to__in=chain_ids))
    return here.order_by().values_list("pk", "joined_to", "rows")


def turns_of(chain_ids: Iterable[UUID]) -> Turns:
    """Whose turn each task is, by the chain and the task's key; one query. Those of chains that were joined to another
    are found where the key is the same there.
    """
    home = joined_to(chain_ids).home
    found: dict[tuple[UUID, str], Turn] = {}
    for row in _turns(*home) if home else ():
        before = found.get((home[row.chain_id], row.task))
        noted = row if row.note else before.noted if before else None
        # Who went on with it goes on since before.
        since = before.row if before and before.row.holder_id == row.holder_id else row
        found[home[row.chain_id], row.task] = Turn(row=since, noted=noted)
    return found


@prepared
def _turns(*chain_ids: UUID) -> QuerySet[TaskTurn]:
    return TaskTurn.objects.filter(chain__in=chain_ids).select_related("holder", "user").order_by("pk")


@prepared
def _events(*chain_ids: UUID) -> QuerySet[CareChainEvent]:
    shown = CareChainEvent.objects.only(
        "id",
        "chain_id",
        "unit_id",
        "kind",
        "sender",
        "happened_at",
        "recorded_at",
        "first_logged_at",
        "written_at",
        "particulars",
        "order",
        "in_system",
        "supersedes_id",
        "unit_id",
        "withdraws",
    )
    return shown.filter(chain__in=chain_ids).order_by()


@prepared
def _untold(*chain_ids: UUID) -> QuerySet[ChainState, tuple[str, UUID, str, bool]]:
    rows = ChainState.objects.filter(chain__in=chain_ids, what__in=(StateKind.UNTOLD, StateKind.OTHERS))
    return rows.order_by().values_list("what", "chain", "message", "former")
