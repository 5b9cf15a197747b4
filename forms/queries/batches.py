"""Reads of batches of blank sheets. A batch is seen by people of its unit only."""

from uuid import UUID, uuid5

from contacts.access import Acting
from forms.models import Export, Sheet, SheetBatch, SheetKind

SHOWN = 20


def get_batch(by: Acting, batch_id: UUID) -> SheetBatch:
    """Give a batch of the acting unit; raise SheetBatch.DoesNotExist for any other."""
    return SheetBatch.objects.select_related("unit", "user").get(pk=batch_id, unit=by.unit)


def latest_batches(by: Acting) -> list[SheetBatch]:
    """Give the acting unit's latest batches, at most SHOWN, the last issued first."""
    return list(SheetBatch.objects.filter(unit=by.unit).select_related("user")[:SHOWN])


def exports_of(batch: SheetBatch) -> list[Export]:
    """Give each time that a part of the batch was printed, the last first."""
    return list(batch.exports.select_related("user"))


def serials_of(batch: SheetBatch) -> list[str]:
    """Give the serials of a batch, in the order of its sheets."""
    return list(batch.sheets.order_by("place").values_list("serial", flat=True))


def batch_id_in_binder(binder_id: UUID, kind: SheetKind) -> UUID:
    """Give the id of the batch that holds a binder's blank sheets of one kind: always the same for that binder."""
    return uuid5(binder_id, kind.value)


def binder_of(batch: SheetBatch) -> Sheet | None:
    """Give the binder that the batch was issued for, None for a batch issued by itself."""
    kind = SheetKind(batch.kind)
    printed = Sheet.objects.filter(
        kind=SheetKind.BINDER, unit=batch.unit_id, printed_at=batch.issued_at
    ).select_related("user")
    return next((binder for binder in printed if batch_id_in_binder(binder.pk, kind) == batch.pk), None)
