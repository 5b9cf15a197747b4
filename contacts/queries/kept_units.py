"""The units of a principal as those who keep them look at them."""

from collections.abc import Collection
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from contacts.models import DirectoryEntry, Membership, Principal, Unit
from contacts.rules.parties import PrincipalKind
from contacts.rules.ways import MissingWay, WayIn, missing_ways
from contacts.rules.whom_to_call import Way

from .ringing import numbers_for_many, request_for_unit

PAGE_SIZE = 50


def _with_use(units: QuerySet[Unit]) -> QuerySet[Unit]:
    def counted(rows: QuerySet[Membership] | QuerySet[DirectoryEntry]) -> Coalesce:
        of_unit = rows.filter(unit=OuterRef("pk")).order_by().values("unit").annotate(n=Count("pk"))
        return Coalesce(Subquery(of_unit.values("n")), 0)

    people = counted(Membership.objects.filter(active=True, user__is_active=True))
    entries = counted(DirectoryEntry.objects.filter(retired_at__isnull=True))
    return units.annotate(people=people, contacts=entries).select_related("principal", "joined_into")


def own_units(principal: Principal, page: int | str | None = 1) -> Page[Unit]:
    """A page of the principal's units, in use first, each with `people` and `contacts`. Two queries."""
    # One that was joined into another is told of on that one's page.
    units = Unit.objects.filter(principal=principal, joined_into__isnull=True)
    rows = _with_use(units).order_by("-active", "sort_key", "pk")
    return Paginator(rows, PAGE_SIZE).get_page(page)


def own_unit(principal: Principal, unit_id: int) -> Unit | None:
    """A unit of the principal, with `people` and `contacts`; None for any other."""
    return _with_use(Unit.objects.filter(principal=principal, pk=unit_id)).first()


def units_to_choose(principal: Principal) -> list[Unit]:
    """The principal's units in use, in Swedish order."""
    return list(Unit.objects.filter(principal=principal, active=True).order_by("sort_key", "pk"))


def ways_missing(units: Collection[Unit], now: datetime) -> dict[int, tuple[MissingWay, ...]]:
    """What each unit lacks to be reached when one telephony is down, by id. Three queries, however many."""
    requests = {unit.pk: request_for_unit(unit) for unit in units}
    numbers = numbers_for_many(requests.values(), now, rota=False)
    region = Principal.objects.filter(kind=PrincipalKind.REGION).first()
    series = [start.strip() for start in region.own_series.split(",")] if region else []
    return {
        unit.pk: missing_ways(
            [
                WayIn(line.number, of_region=line.way is Way.REGION_SWITCHBOARD or unit.principal.is_region)
                for line in numbers[requests[unit.pk]]
            ],
            [start for start in series if start],
        )
        for unit in units
    }
