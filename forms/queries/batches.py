"""Reads of batches of blank sheets. A batch is seen by people of its unit only."""

from uuid import UUID, uuid5

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.access import Acting
from contacts.queries.joined import units_read_as
from forms.models import COPIES, Export, Sheet, SheetBatch, SheetKind
from outage.models import Outage

SHOWN = 20
OF_DRILL = Exists(Sheet.objects.filter(batch=OuterRef("pk"), outage__drill=True))
"""Whether a batch was issued in a drill."""


def get_batch(by: Acting, batch_id: UUID) -> SheetBatch:
    """Raises SheetBatch.DoesNotExist for one of another unit."""
    return SheetBatch.objects.select_related("unit", "user").get(pk=batch_id, unit__in=units_read_as(by.unit))


def latest_batches(by: Acting) -> list[SheetBatch]:
    """At most SHOWN, the last issued first."""
    found = SheetBatch.objects.filter(unit__in=units_read_as(by.unit)).annotate(drill=OF_DRILL)
    return list(found.select_related("user")[:SHOWN])


def outage_of(batch: SheetBatch) -> Outage | None:
    """The drill that the batch was issued in."""
    return Outage.objects.filter(pk__in=batch.sheets.order_by().values("outage")).first()


def exports_of(batch: SheetBatch) -> list[Export]:
    """Each time that a part of the batch was printed, newest first; copies are printed with their sheets too."""
    return list(Export.objects.filter(printed_with(batch)).select_related("user"))


def printed_with(batch: SheetBatch) -> Q:
    """Filter for the files that sheets of a batch were handed out in."""
    found = Q(batch=batch)
    if batch.kind in COPIES.values():
        found |= Q(_issued_with(batch), batch__kind__in=COPIES)
    return found


def serials_of(batch: SheetBatch) -> list[str]:
    return list(batch.sheets.order_by("place").values_list("serial", flat=True))


def sheets_with_copies(batch: SheetBatch) -> QuerySet[Sheet]:
    """The sheets of a batch, and the patient's copies that were issued with them, each at the same place."""
    copies = COPIES.get(SheetKind(batch.kind))
    return Sheet.objects.filter(Q(batch=batch) | Q(_issued_with(batch), kind=copies))


def originals_of(batch: SheetBatch) -> dict[int | None, str]:
    """The serials that patient's copies go with, by place; `batch` is theirs or that of the copies."""
    issued = Sheet.objects.filter(_issued_with(batch), kind__in=COPIES)
    return dict(issued.values_list("place", "serial"))


def twin_of(sheet: Sheet) -> Sheet | None:
    """The patient's copy that was issued with a blank sheet, or the sheet that a blank copy goes with."""
    kinds = COPIES | {copy: original for original, copy in COPIES.items()}
    if sheet.batch is None or sheet.kind not in kinds:
        return None
    return Sheet.objects.filter(
        _issued_with(sheet.batch), kind=kinds[SheetKind(sheet.kind)], place=sheet.place
    ).first()


def _issued_with(batch: SheetBatch) -> Q:
    """Filter for the sheets that were issued by the same press as a batch."""
    return Q(batch__issued_at=batch.issued_at, batch__unit=batch.unit_id)


def batch_id_in_binder(binder_id: UUID, kind: SheetKind) -> UUID:
    """The id of the batch that holds a binder's blank sheets of one kind: always the same for that binder."""
    return uuid5(binder_id, kind.value)


def binder_of(batch: SheetBatch) -> Sheet | None:
    """The binder that the batch was issued for, None for a batch issued by itself."""
    kind = SheetKind(batch.kind)
    printed = Sheet.objects.filter(
        kind=SheetKind.BINDER, unit=batch.unit_id, printed_at=batch.issued_at
    ).select_related("user")
    return next((binder for binder in printed if batch_id_in_binder(binder.pk, kind) == batch.pk), None)
