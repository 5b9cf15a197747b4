"""Scanned pages of which nobody has said what they are, and of which outage they are."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from contacts.queries.prepared import prepared
from forms.models import ScanAside, ScanBack, ScanMatch, ScannedPage
from forms.queries.scan_keys import scans_of
from outage.models import Outage

WAITS = tuple(
    ~Exists(model.objects.filter(page=OuterRef("pk"), undone=None))
    for model in (ScanMatch, ScanBack, ScanAside)
)
"""Of a page: nothing that was said of it stands."""


class Waits(NamedTuple):
    """A page that waits, of a scan that a unit made `at` a moment."""

    page_id: UUID
    upload_id: UUID
    unit_id: int
    at: datetime


def waiting_at(units: tuple[int, ...], outage: Outage | None = None) -> list[Waits]:
    """The pages that wait of scans of the units, the oldest first; with an `outage` those of its scans. One query where
    none waits, and else as many however many there are.
    """
    found = [Waits(*row) for row in _waiting(units)]
    if outage is None or not found:
        return found
    scans = scans_of(outage, {page.upload_id for page in found})
    return [page for page in found if page.upload_id in scans]


def units_waiting(units: Collection[int]) -> list[int]:
    """The unit of each page that waits, by the ids of those that are asked about."""
    return [page.unit_id for page in waiting_at(tuple(units))]


@prepared
def _waiting(units: tuple[int, ...]) -> QuerySet[ScannedPage, tuple[Any, ...]]:
    rows = ScannedPage.objects.filter(*WAITS, upload__unit__in=units).order_by("upload__at", "number")
    return rows.values_list("pk", "upload", "upload__unit", "upload__at")
