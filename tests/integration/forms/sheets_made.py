"""Sheets for the tests of what becomes of them: rows as printing leaves them, without typesetting."""

import hashlib
from typing import Any
from uuid import uuid4

from django.utils import timezone

from contacts.access import Acting
from forms import scan_store
from forms.models import Export, ScanMatch, ScannedPage, ScanUpload, Sheet, SheetBatch, SheetKind
from forms.queries.disposal import decision_in_force
from forms.rules.scan_finding import Finding
from forms.rules.sheet_fate import Fate, Look
from forms.services.disposal import record_decision
from forms.services.fates import check_scan, keep_paper, mark_filled, mark_scanned
from forms.services.steps import free_serials, write_step

PICTURE = b"\xff\xd8\xff the picture of a sheet"
SUM = hashlib.sha256(PICTURE).hexdigest()


def make_sheet(by: Acting, kind: SheetKind = SheetKind.CARE_CHAIN, pages: int = 1, **fields: Any) -> Sheet:
    """A sheet that `by` has just printed."""
    facts = {"unit": by.unit, "user": by.user, "routine_version": "2023-04-03"} | fields
    sheet = Sheet.objects.create(serial=free_serials(1)[0], kind=kind, pages=pages, **facts)
    write_step(by=by, unit=sheet.unit, sheet=sheet, step=Fate.PRINTED)
    digest = hashlib.sha256(sheet.serial.encode()).hexdigest()
    Export.objects.create(
        kind=kind,
        sheet=sheet,
        unit=sheet.unit,
        user=by.user,
        pages=pages,
        sha256=digest,
        sealed_by="Provsigill",
    )
    return sheet


def make_batch(by: Acting, count: int, kind: SheetKind = SheetKind.LOG_SHEET, **fields: Any) -> list[Sheet]:
    """The blank sheets of a batch that `by` has just issued."""
    batch = SheetBatch.objects.create(kind=kind, unit=by.unit, user=by.user, count=count, **fields)
    return [make_sheet(by, kind, batch=batch, place=place) for place in range(1, count + 1)]


def with_picture(page: ScannedPage) -> ScannedPage:
    """A page whose row has `SUM`, with its picture."""
    scan_store.save(page.pk, PICTURE, upload_id=page.upload_id)
    scan_store.keep([page.pk])
    return page


def scan(by: Acting, sheet: Sheet, typed: bool = False) -> list[ScannedPage]:
    """Scan every page of a sheet, as the service of scans does it."""
    upload = ScanUpload.objects.create(unit=by.unit, user=by.user, sha256="0" * 64, pages=sheet.pages)
    already = ScanMatch.objects.filter(sheet=sheet, sheet_page=1).count()
    made = []
    for number in range(1, sheet.pages + 1):
        page = ScannedPage.objects.create(
            upload=upload,
            number=number,
            finding=Finding.MATCHED,
            serial=sheet.serial,
            sheet_page=number,
            width=1654,
            height=2339,
            sha256=SUM,
        )
        with_picture(page)
        ScanMatch.objects.create(
            page=page,
            sheet=sheet,
            sheet_page=number,
            round=already + 1,
            typed=typed,
            user=by.user,
            unit=by.unit,
        )
        made.append(page)
    mark_scanned(by=by, sheet=sheet)
    return made


def bring_to(by: Acting, sheet: Sheet, step: Fate) -> Sheet:
    """Take a sheet from printed to filled, scanned, checked or kept."""
    if step is Fate.FILLED:
        mark_filled(by=by, sheet=sheet)
    if step in (Fate.SCANNED, Fate.CHECKED, Fate.KEPT):
        scan(by, sheet)
    if step in (Fate.CHECKED, Fate.KEPT):
        check_scan(by=by, sheet=sheet, client_id=uuid4(), looked=list(Look))
    if step is Fate.KEPT:
        keep_paper(by=by, sheet=sheet, client_id=uuid4())
    return sheet


def decide(by: Acting, allows: bool = True, reference: str = "RS 980-2026", **fields: Any):
    """Record a disposal decision of the principal of `by`, an administrator, made today."""
    stands = decision_in_force(by.principal)
    facts = {"decided_on": timezone.localdate(), "seen": stands and stands.pk} | fields
    return record_decision(by=by, client_id=uuid4(), allows=allows, reference=reference, **facts)


def path_of(sheet: Sheet) -> list[str]:
    """The stored steps of a sheet, in order."""
    return list(sheet.fates.order_by("number").values_list("fate", flat=True))
