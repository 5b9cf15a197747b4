"""Drills: which one goes on, or went on, and which count no more."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from contacts.models import Principal
from outage.models import Outage
from outage.queries.outages import current_outage, outages_for


def drill_in_view(principal: Principal) -> Outage | None:
    """The drill that goes on for `principal`, which an outage in earnest would end."""
    found = current_outage(principal)
    return found if found and found.drill else None


def drill_at(principal: Principal, *moments: datetime) -> Outage | None:
    """The drill that went on for `principal` at one of the aware moments, by what is said of its start; or None."""
    drills = outages_for(principal).filter(drill=True).order_by("-recorded_at") if moments else ()
    return next((drill for drill in drills if any(_played(drill, at) for at in moments)), None)


def _played(drill: Outage, at: datetime) -> bool:
    start = min(drill.current.started_at, drill.recorded_at)
    return start <= at and not (drill.own_end and drill.own_end < at)


def past_drills() -> QuerySet[Outage, UUID]:
    """The drills after which an outage was reported in earnest, by their ids: what is left of them counts no more."""
    later = Outage.objects.filter(drill=False, recorded_at__gt=OuterRef("recorded_at"))
    return Outage.objects.filter(Exists(later), drill=True).order_by().values_list("pk", flat=True)


def is_past(outage: Outage) -> bool:
    return outage.drill and outage.pk in set(past_drills())
