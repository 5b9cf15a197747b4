"""Calls that came from another patient: who logged them first, there, and from where and to where they went."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from contacts.models.encrypted import GONE
from contacts.queries.prepared import prepared
from outage.models import CareChainEvent, Handover
from outage.models.handover import Logged

# A call is taken back, and what stood by it alone, in one and the same write.
_AT_ONCE = timedelta(minutes=1)


class MovedTo(NamedTuple):
    """Where something stands that was moved: a call there, and the number of its chain."""

    call: UUID
    number: int


def with_first(calls: Iterable[Handover]) -> None:
    """Hand to each of `calls` that was moved here its `first`. No query where none was; else one for each time that
    one of them was moved or corrected, however many they are.
    """
    # Of what replaces none here only a call that came from elsewhere has a reason. What was purged has lost its own.
    by_id = {c.pk: c for c in calls if not c.supersedes_id and (c.reason or c.reason is GONE)}
    at = {pk: Logged(pk, call.signature, call.recorded_at) for pk, call in by_id.items()}
    moved: set[UUID] = set()
    while at:
        steps = {Handover(pk=row.pk).left_by: pk for pk, row in at.items()}
        # What was corrected before it was moved is asked after; a copy of a parted chain is signed as what it copies.
        steps |= {at[pk].pk: pk for pk in moved & at.keys()}
        after = {}
        for step, *origin in _replaced(tuple(steps)):
            pk, row = steps[step], Logged._make(origin)
            if row.recorded_at != at[pk].recorded_at:
                moved.add(pk)
            if pk in moved:
                by_id[pk].first = row
            after[pk] = row
        at = after


@prepared
def _replaced(steps: tuple[UUID, ...]) -> QuerySet[Handover, tuple[Any, ...]]:
    """The row that each of them replaces."""
    found = Handover.objects.filter(pk__in=steps, supersedes__isnull=False).order_by()
    return found.values_list("pk", "supersedes", "supersedes__signature", "supersedes__recorded_at")


def left_to(outage_id: UUID, principal_id: int) -> dict[UUID, int]:
    """The number of the chain that each call of an outage went to that came from another, by the id of the row that
    struck it there.
    """
    calls = Handover.objects.filter(
        chain__outage=outage_id, chain__principal=principal_id, supersedes__isnull=True
    )
    came = calls.order_by().values_list("pk", "chain__number")
    return {Handover(pk=pk).left_by: number for pk, number in came.iterator()}


def moved_from(calls: Iterable[Handover], events: Iterable[CareChainEvent]) -> dict[UUID, MovedTo]:
    """Where that stands which was moved out of the chain that these are the log of, by the id of the row that took it
    back: calls, and the events that went with them. No query where no call was taken back.
    """
    struck = {call.pk: call for call in calls if call.withdraws}
    if not struck:
        return {}
    since, users = min(call.recorded_at for call in struck.values()), {c.user_id for c in struck.values()}
    came = Handover.objects.filter(user__in=users, recorded_at__gte=since, supersedes__isnull=True).order_by()
    to = {
        Handover(pk=pk).left_by: MovedTo(pk, number) for pk, number in came.values_list("pk", "chain__number")
    }
    found = {pk: to[pk] for pk in struck.keys() & to.keys()}
    gone = [event for event in events if event.withdraws] if found else []
    return found | {
        event.pk: moved
        for pk, moved in found.items()
        for event in gone
        if (event.user_id, event.reason) == (struck[pk].user_id, struck[pk].reason)
        and timedelta(0) <= event.recorded_at - struck[pk].recorded_at < _AT_ONCE
    }


def came_from(calls: Iterable[Handover]) -> dict[UUID, int]:
    """The number of the chain that each of `calls` was struck in that came from another. No query where none did."""
    steps = {call.left_by: call.pk for call in calls if call.first}
    left = (
        Handover.objects.filter(pk__in=steps).order_by().values_list("pk", "chain__number") if steps else ()
    )
    return {steps[pk]: number for pk, number in left}
