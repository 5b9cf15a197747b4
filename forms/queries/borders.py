"""The border of paper: a unit's own, and that of units joined into it."""

from contacts.access import Acting, is_within
from contacts.queries.addressed import names
from contacts.queries.joined import is_read_as
from contacts.rules.permissions import Border
from forms.models import LateEntry, PaperEntry, ScannedPage, ScanUpload, Sheet, SheetBatch


@is_within.register
def _(row: Sheet | SheetBatch | ScanUpload, by: Acting, border: Border = Border.UNIT) -> bool:
    return is_read_as(by.unit, row.unit_id)


@is_within.register
def _(page: ScannedPage, by: Acting, border: Border = Border.UNIT) -> bool:
    return is_within(page.upload, by)


@is_within.register
def _(entry: PaperEntry, by: Acting, border: Border = Border.UNIT) -> bool:
    return is_within(entry.sheet, by)


@is_within.register
def _(entry: LateEntry, by: Acting, border: Border = Border.UNIT) -> bool:
    if border is Border.BRANCH:
        return by.unit.shares_branch(entry.unit)
    return is_read_as(by.unit, entry.unit_id)


names("serial", Sheet, "serial")
names("late_id", LateEntry)
names("page_id", ScannedPage)
names("upload_id", ScanUpload)
names("batch_id", SheetBatch)
