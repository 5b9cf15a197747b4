"""Which scans tell of a principal's patients in an outage: their keys are what purging destroys."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from contacts.models import DataKey, Principal
from forms import scan_store
from forms.models import PaperEntry, ScanBack, ScanMatch, ScanUpload
from outage.models import Outage


@dataclass(frozen=True, slots=True)
class ScanKeys:
    """The names of data keys. `shared`: scans that hold pages of another outage too, and must be taken page by page."""

    alone: tuple[str, ...]
    shared: tuple[str, ...]


def scan_keys_of(principal: Principal, outage: Outage) -> ScanKeys:
    """A page tells of the outage of its sheet; of a blank one's, that of the calls entered from it.

    A scan of which no page says it is of the outage reported last before it was made.
    """
    told = _outages_told(principal)
    reported = list(Outage.objects.order_by("-recorded_at").values_list("pk", "recorded_at"))
    alone: list[str] = []
    shared: list[str] = []
    for upload_id, at in ScanUpload.objects.filter(unit__principal=principal).values_list("pk", "at"):
        last = next((pk for pk, since in reported if since <= at), None)
        outages: set[UUID | None] = {*told.get(upload_id, ())} or {last}
        if outage.pk in outages:
            (alone if len(outages) == 1 else shared).append(scan_store.key_name(upload_id))
    return ScanKeys(tuple(sorted(alone)), tuple(sorted(shared)))


def keys_of_no_scan(keys: list[DataKey]) -> list[DataKey]:
    """Of these, those whose scan was never written."""
    ids = {key.name.removeprefix(scan_store.KEYS): key for key in keys}
    written = {str(pk) for pk in ScanUpload.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    return [key for upload_id, key in ids.items() if upload_id not in written]


def _outages_told(principal: Principal) -> dict[UUID, set[UUID]]:
    said: dict[UUID, set[UUID]] = defaultdict(set)
    sheets: dict[UUID, set[UUID]] = defaultdict(set)
    for telling in (ScanMatch, ScanBack):
        rows = telling.objects.filter(
            page__upload__unit__principal=principal, sheet__isnull=False, undone=None
        )
        for upload_id, sheet_id, outage_id in rows.values_list("page__upload", "sheet", "sheet__outage"):
            if outage_id:
                said[upload_id].add(outage_id)
            else:
                sheets[sheet_id].add(upload_id)
    entries = PaperEntry.objects.filter(sheet__in=sheets).values_list("sheet", "handover__chain__outage")
    for sheet_id, outage_id in entries:
        for upload_id in sheets[sheet_id]:
            said[upload_id].add(outage_id)
    return said
