"""Which scans tell of a principal's patients in an outage: their keys are what purging destroys."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from django.db.models import QuerySet

from contacts.models import DataKey, Principal
from contacts.models.data_key import name_of, outage_id_of
from forms import scan_store
from forms.models import PaperEntry, ScanBack, ScanMatch, ScanUpload, Sheet
from outage.models import Outage
from outage.queries.outages import outage_id_in_view


@dataclass(frozen=True, slots=True)
class ScanKeys:
    """The names of data keys. `shared`: scans that hold pages of another outage too, of which `pages` are to be taken
    one by one.
    """

    alone: tuple[str, ...]
    shared: tuple[str, ...]
    pages: tuple[UUID, ...] = ()


def scan_keys_of(principal: Principal, outage: Outage) -> ScanKeys:
    """A page tells of the outage of its sheet, and of those of the calls entered from it.

    A scan of which no page says it is of the outage reported last before it was made, and of no drill. What is shared
    with outages that are purged already is this one's alone.
    """
    purged = _purged(principal)
    alone: list[str] = []
    shared: list[str] = []
    pages: list[UUID] = []
    for upload_id, outages, of_pages in _outages_of(ScanUpload.objects.filter(unit__principal=principal)):
        if outage.pk not in outages:
            continue
        if outages - purged <= {outage.pk}:
            alone.append(scan_store.key_name(upload_id))
        else:
            shared.append(scan_store.key_name(upload_id))
            pages += [page for page, of in of_pages.items() if outage.pk in of and of - purged <= {outage.pk}]
    return ScanKeys(tuple(sorted(alone)), tuple(sorted(shared)), tuple(sorted(pages)))


def scans_of(outage: Outage, uploads: Collection[UUID]) -> set[UUID]:
    """Which of the scans are of the outage, alone or with others."""
    found = _outages_of(ScanUpload.objects.filter(pk__in=uploads))
    return {upload_id for upload_id, outages, _ in found if outage.pk in outages}


def _outages_of(
    uploads: QuerySet[ScanUpload],
) -> Iterator[tuple[UUID, set[UUID | None], dict[UUID, set[UUID]]]]:
    """Of each of the scans which outages it is of, and of which its pages tell."""
    told = _outages_told(uploads)
    earnest = Outage.objects.filter(drill=False).order_by("-recorded_at")
    reported = list(earnest.values_list("pk", "recorded_at"))
    for upload_id, at in uploads.values_list("pk", "at"):
        of_pages = told.get(upload_id, {})
        outages: set[UUID | None] = {*chain.from_iterable(of_pages.values())}
        yield upload_id, outages or {next((pk for pk, since in reported if since <= at), None)}, of_pages


def key_to_tell_with(principal: Principal, sheet: Sheet | None) -> str:
    """The name of the key of what is typed about a sheet, or about a page of none, so that it goes with what it tells
    of: a blank sheet is of the outage that its calls were entered in, else of the one in view; and of none, once
    that is purged.
    """
    if sheet is not None and sheet.outage_id:
        return sheet.key_name
    entered = PaperEntry.objects.filter(sheet=sheet).values_list("handover__chain__outage", flat=True)
    outage_id = (entered.first() if sheet else None) or outage_id_in_view(principal)
    return name_of(principal.pk, None if outage_id in _purged(principal) else outage_id)


def keys_of_no_scan(keys: list[DataKey]) -> list[DataKey]:
    """Of these, those whose scan was never written."""
    ids = {key.name.removeprefix(scan_store.KEYS): key for key in keys}
    written = {str(pk) for pk in ScanUpload.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    return [key for upload_id, key in ids.items() if upload_id not in written]


def _purged(principal: Principal) -> set[UUID | None]:
    """The outages whose key is destroyed."""
    own = DataKey.objects.filter(name__startswith=f"patients/{principal.pk}/", wrapped=b"")
    return {outage_id_of(name) for name in own.values_list("name", flat=True)}


def _outages_told(uploads: QuerySet[ScanUpload]) -> dict[UUID, dict[UUID, set[UUID]]]:
    """Of each scan its pages that tell of outages, and of which; the back of a page tells of the same."""
    said: dict[UUID, dict[UUID, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    of_sheet: dict[UUID, set[tuple[UUID, UUID]]] = defaultdict(set)
    for telling in (ScanMatch, ScanBack):
        rows = telling.objects.filter(page__upload__in=uploads.values("pk"), sheet__isnull=False, undone=None)
        for upload_id, page_id, sheet_id, outage_id in rows.values_list(
            "page__upload", "page", "sheet", "sheet__outage"
        ):
            if outage_id:
                said[upload_id][page_id].add(outage_id)
            of_sheet[sheet_id].add((upload_id, page_id))
    entries = PaperEntry.objects.filter(sheet__in=of_sheet).values_list("sheet", "handover__chain__outage")
    for sheet_id, outage_id in entries:
        for upload_id, page_id in of_sheet[sheet_id]:
            said[upload_id][page_id].add(outage_id)
    backs = ScanBack.objects.filter(page__upload__in=said, front__isnull=False, undone=None)
    for upload_id, page_id, front_id in backs.values_list("page__upload", "page", "front"):
        if found := said[upload_id].get(front_id):
            said[upload_id][page_id] |= found
    return said
