"""Scans as they are read: what became of each page, what waits, and the pictures of a sheet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from contacts.access import Acting
from contacts.models import Unit
from forms.models import ScanMatch, ScannedPage, ScanUpload, Sheet, SheetFate
from forms.rules.scan_finding import WAITS
from forms.rules.sheet_fate import Fate


@dataclass(frozen=True, slots=True)
class PagePicture:
    """The picture of one page of a sheet: `page_id` is what its address takes. `typed`: matched by a typed serial."""

    sheet_page: int
    page_id: UUID
    at: datetime
    typed: bool


def pictures_of(sheet: Sheet) -> list[PagePicture]:
    """Give the pictures of a sheet in the order of its pages; of a page scanned again, the last one."""
    matches = ScanMatch.objects.filter(sheet=sheet).order_by("sheet_page", "round")
    last = {match.sheet_page: match for match in matches}
    return [
        PagePicture(sheet_page=number, page_id=match.page_id, at=match.at, typed=match.typed)
        for number, match in sorted(last.items())
    ]


def waiting_count(unit: Unit) -> int:
    """Give how many scanned pages of a unit wait for somebody to say what they are."""
    return _waiting(unit).count()


def waiting_pages(by: Acting) -> QuerySet[ScannedPage]:
    """Give the pages of the own unit that wait, oldest first, with their upload."""
    return (
        _waiting(by.unit)
        .select_related("upload__user", "match__sheet", "aside")
        .order_by("upload__at", "upload_id", "number")
    )


def upload_of(by: Acting, upload_id: UUID) -> ScanUpload:
    """Give an upload of the own unit. Raises ScanUpload.DoesNotExist for any other."""
    return ScanUpload.objects.select_related("user").get(pk=upload_id, unit=by.unit)


def page_of(by: Acting, page_id: UUID) -> ScannedPage:
    """Give a scanned page of the own unit. Raises ScannedPage.DoesNotExist for any other."""
    pages = ScannedPage.objects.select_related("upload__user", "match__sheet", "aside")
    return pages.get(pk=page_id, upload__unit=by.unit)


def pages_of(upload: ScanUpload) -> list[ScannedPage]:
    """Give the pages of an upload in their order, each with the sheet it was matched to or why it was laid aside."""
    return list(upload.scanned_pages.select_related("match__sheet", "aside").order_by("number"))


def rounds_of(sheets: Iterable[Sheet]) -> dict[UUID, int]:
    """Give the round of scanning that each sheet is in: 1, and one more for each time it went back to be scanned again.

    A sheet goes to "filled" from "printed" once at most; every time after that it came back from "scanned".
    """
    wanted = [sheet.pk for sheet in sheets]
    rounds = dict.fromkeys(wanted, 1)
    steps = SheetFate.objects.filter(sheet__in=wanted, fate__in=[Fate.SCANNED, Fate.FILLED])
    scanned: set[UUID] = set()
    for sheet_id, fate in steps.order_by("sheet", "number").values_list("sheet_id", "fate"):
        if fate == Fate.SCANNED:
            scanned.add(sheet_id)
        elif sheet_id in scanned:
            scanned.remove(sheet_id)
            rounds[sheet_id] += 1
    return rounds


def last_steps(sheets: Iterable[Sheet]) -> dict[UUID, Fate]:
    """Give the last step of each sheet."""
    steps = SheetFate.objects.filter(sheet__in=[sheet.pk for sheet in sheets]).order_by("sheet", "number")
    return {sheet_id: Fate(fate) for sheet_id, fate in steps.values_list("sheet_id", "fate")}


def scanned_pages_of(sheets: Iterable[Sheet]) -> dict[UUID, set[int]]:
    """Give which pages of each sheet have been scanned in its present round."""
    by_id = {sheet.pk: sheet for sheet in sheets}
    rounds = rounds_of(by_id.values())
    found: dict[UUID, set[int]] = {sheet_id: set() for sheet_id in by_id}
    matches = ScanMatch.objects.filter(sheet__in=list(by_id)).values_list("sheet_id", "sheet_page", "round")
    for sheet_id, page, number in matches:
        if number == rounds[sheet_id]:
            found[sheet_id].add(page)
    return found


def last_uploads(by: Acting, count: int) -> list[ScanUpload]:
    """Give the last uploads of the own unit, newest first."""
    uploads = ScanUpload.objects.filter(unit=by.unit).select_related("user")
    return list(uploads.annotate(pages_found=Count("scanned_pages__match"))[:count])


def _waiting(unit: Unit) -> QuerySet[ScannedPage]:
    return ScannedPage.objects.filter(
        upload__unit=unit, finding__in=[finding.value for finding in WAITS], match=None, aside=None
    )
