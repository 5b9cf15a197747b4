"""What was written of outages that are purged: for whoever wrote it, and for the coordinator who decides."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from contacts.access import Acting, can
from contacts.queries.branches import units_within, units_without
from contacts.queries.joined import units_read_as
from contacts.rules.permissions import Right
from forms.models import LateDecision, LateEntry
from forms.queries.left import OF_NO_PAST_DRILL
from outage.models import Outage
from outage.queries.outages import outages_for


def late_entries(by: Acting) -> QuerySet[LateEntry]:
    """Of all units that the acting person decides for, else of the own; those not decided first, then the newest.

    `forsaken`: nobody can decide it.
    """
    decided = Exists(LateDecision.objects.filter(entry=OuterRef("pk")))
    forsaken = Exists(units_without(by.principal, Right.DECIDE_LATE).filter(pk=OuterRef("unit")))
    rows = LateEntry.objects.annotate(decided=decided, forsaken=forsaken).select_related(
        "user", "unit__principal", "outage__current"
    )
    return _within(by, rows).order_by("decided", "-at", "pk")  # type: ignore[misc]


def late_entry_of(by: Acting, late_id: UUID) -> LateEntry:
    """Raises LateEntry.DoesNotExist for one out of reach."""
    return late_entries(by).get(pk=late_id)


def late_waiting(by: Acting) -> int:
    """How many the acting person has to decide, of drills only while nothing in earnest has followed."""
    if not can(by, Right.DECIDE_LATE):
        return 0
    return _within(by, LateEntry.objects.filter(OF_NO_PAST_DRILL, decisions=None)).count()


def decisions_of(entry: LateEntry) -> list[LateDecision]:
    """The newest first."""
    return list(entry.decisions.select_related("user", "unit").order_by("-number"))


def purged_outages(by: Acting) -> list[Outage]:
    """Those that the principal has purged, the newest first."""
    return [each for each in outages_for(by.principal).order_by("-recorded_at") if each.purged_at]


def _within(by: Acting, rows: QuerySet[LateEntry]) -> QuerySet[LateEntry]:
    if can(by, Right.DECIDE_LATE):
        return rows.filter(unit__in=units_within(by, Right.DECIDE_LATE))
    return rows.filter(unit__in=units_read_as(by.unit))
