"""Calls that came from another patient: who logged them first, there, and from where and to where they went."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from contacts.models.encrypted import GONE
from contacts.queries.prepared import prepared
from outage.models import Handover
from outage.models.handover import Logged


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


def came_from(calls: Iterable[Handover]) -> dict[UUID, int]:
    """The number of the chain that each of `calls` was struck in that came from another. No query where none did."""
    steps = {call.left_by: call.pk for call in calls if call.first}
    left = (
        Handover.objects.filter(pk__in=steps).order_by().values_list("pk", "chain__number") if steps else ()
    )
    return {steps[pk]: number for pk, number in left}
