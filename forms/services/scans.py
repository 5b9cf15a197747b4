"""Scans: pages come in, each finds its sheet or waits, and somebody says what those that wait are (R2.6)."""

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.rules.errors import IdClash, RuleError
from contacts.rules.permissions import Right
from contacts.services.progress import Progress, Steps
from contacts.services.submissions import claim
from forms import scan_store
from forms.models import ScanAside, ScanMatch, ScannedPage, ScanUpload, Sheet
from forms.queries.scans import last_steps, rounds_of, scanned_pages_of
from forms.rules.scan_finding import ASIDE_REASON_LABELS, AsideReason, Finding
from forms.rules.scan_matching import KnownSheet, finding_of
from forms.rules.serial import NoSerial, PageCode, read_page_code, read_serial
from forms.rules.sheet_fate import ENDS, FATE_LABELS, Fate
from forms.scanning import DecodedPage, PagesFound, read_scan
from forms.services.fates import mark_scanned

_KIND = "scan.upload"
# Far longer than the limits let a scan take.
_BROKEN_OFF = timedelta(hours=1)
_DONE = "Någon annan har redan tagit hand om sidan."


def scan_steps(*, by: Acting, client_id: UUID, files: Sequence[bytes]) -> Steps[ScanUpload]:
    """Take in one PDF, or images, of sheets in any order: each page is read, and finds its sheet or waits.

    All of it is kept or nothing. The same files under the same id again are the first upload. Raises NotAllowed,
    BadScan where the files can not be read, and IdClash where the id was used for something else.
    """
    check_may(by, Right.HANDLE_SHEETS)
    yield Progress("Öppnar skanningen")
    digest = _digest(files)
    first = ScanUpload.objects.filter(pk=client_id).first()
    if first is not None:
        return _same(by, first, digest)
    tidy_pictures()
    read: list[tuple[ScannedPage, DecodedPage]] = []
    kept = False
    try:
        with closing(read_scan(files)) as told:
            for page in told:
                if isinstance(page, PagesFound):
                    total = page.count
                    yield Progress("Läser sidor", 0, total)
                    continue
                row = _row_of(page)
                read.append((row, _without_picture(page)))
                scan_store.save(row.pk, page.jpeg)
                yield Progress("Läser sidor", page.number, total)
        yield Progress("Parar ihop sidor och blad")
        with transaction.atomic():
            claimed = claim(by=by, client_id=client_id, kind=_KIND, content={"files": digest})
            if claimed is not None:
                return ScanUpload.objects.get(pk=client_id)
            upload = _keep(by, client_id, digest, read)
            # Should it fail, the next scan says it: a picture is found by either name.
            transaction.on_commit(partial(scan_store.keep, [row.pk for row, _ in read]), robust=True)
        kept = True
        return upload
    finally:
        if not kept:
            for row, _ in read:
                scan_store.remove(row.pk)


def tidy_pictures() -> int:
    """Take away the pictures of scans that were broken off by a stop of the server; give how many.

    A picture whose row is written stays, however old. None is touched that a scan in progress may have put there.
    """
    left = scan_store.left_unkept(before=timezone.now() - _BROKEN_OFF)
    if not left:
        return 0
    kept = set(ScannedPage.objects.filter(pk__in=left).values_list("pk", flat=True))
    scan_store.keep(kept)
    broken_off = [page_id for page_id in left if page_id not in kept]
    for page_id in broken_off:
        scan_store.remove(page_id)
    return len(broken_off)


def match_page(*, by: Acting, page: ScannedPage, serial_text: str, sheet_page: int) -> ScanMatch:
    """Say which page of which sheet a page is that found none; `page` comes from `page_of`, so it is the own unit's.

    The same said twice is said once. Raise NotAllowed, and RuleError with its field: NoSerial for what is no serial,
    and where the sheet is not the unit's, has no such page, has ended, or has the page scanned already.
    """
    check_may(by, Right.HANDLE_SHEETS)
    try:
        serial = read_serial(serial_text)
    except NoSerial as error:
        raise NoSerial(error.reason, field="serial") from None
    with transaction.atomic():
        _lock_page(page)
        match = ScanMatch.objects.filter(page=page).select_related("sheet").first()
        if match is not None and (match.sheet.serial, match.sheet_page) == (serial, sheet_page):
            return match
        if match is not None or ScanAside.objects.filter(page=page).exists():
            raise RuleError(_DONE)
        sheet = Sheet.objects.select_for_update(no_key=True).filter(serial=serial, unit=by.unit).first()
        if sheet is None:
            raise RuleError("Det finns inget blad med det löpnumret på din enhet.", field="serial")
        _check_free(sheet, sheet_page)
        round_number = rounds_of([sheet])[sheet.pk]
        match = _match(by, page, sheet, sheet_page, round_number, typed=True)
        _scanned_when_whole(by, [sheet])
    return match


def lay_aside(*, by: Acting, page: ScannedPage, reason: AsideReason) -> ScanAside:
    """Lay aside a page that waits: it belongs to no sheet. Its picture is kept; the same said twice is said once.

    Raise NotAllowed, and RuleError where somebody else has said what the page is.
    """
    check_may(by, Right.HANDLE_SHEETS)
    with transaction.atomic():
        _lock_page(page)
        aside = ScanAside.objects.filter(page=page).first()
        if aside is not None and aside.reason == reason:
            return aside
        if aside is not None or ScanMatch.objects.filter(page=page).exists():
            raise RuleError(_DONE)
        aside = ScanAside(page=page, reason=reason, user=by.user, unit=by.unit)
        aside.full_clean(exclude=["page", "user", "unit"], validate_constraints=False)
        aside.save()
        audit.record(by=by, action="scan.aside", target=page, changes={"reason": ASIDE_REASON_LABELS[reason]})
    return aside


def lay_aside_duplicates(*, by: Acting, upload: ScanUpload) -> int:
    """Lay aside each page of a scan that waits because it was scanned before; give how many there were.

    `upload` comes from `upload_of`, so it is the own unit's. Raise NotAllowed. Said twice, the second finds none.
    """
    check_may(by, Right.HANDLE_SHEETS)
    with transaction.atomic():
        pages = (
            upload.scanned_pages.select_for_update(no_key=True)
            .filter(finding=Finding.ALREADY)
            .order_by("number")
        )
        told = set(ScanMatch.objects.filter(page__upload=upload).values_list("page_id", flat=True))
        told |= set(ScanAside.objects.filter(page__upload=upload).values_list("page_id", flat=True))
        waiting = [page for page in pages if page.pk not in told]
        for page in waiting:
            lay_aside(by=by, page=page, reason=AsideReason.DUPLICATE)
    return len(waiting)


def view_picture(*, by: Acting, page: ScannedPage) -> bytes:
    """Give the picture of a page (JPEG) and leave in the trace that it was looked at.

    `page` comes from `page_of`, so it is the own unit's. Raise NotAllowed, and PictureLost with a Swedish sentence.
    """
    check_may(by, Right.HANDLE_SHEETS)
    picture = scan_store.load(page.pk, sha256=page.sha256)
    match = getattr(page, "match", None)
    audit.record(
        by=by, action="scan.viewed", target=page, chain=match.sheet.chain_id if match is not None else None
    )
    return picture


def _digest(files: Sequence[bytes]) -> str:
    return hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in files)).hexdigest()


def _same(by: Acting, first: ScanUpload, digest: str) -> ScanUpload:
    if (first.sha256, first.user_id) != (digest, by.user.pk):
        raise IdClash("Den här skanningen är redan sparad med andra filer. Välj filerna igen.", field="files")
    return first


def _row_of(page: DecodedPage) -> ScannedPage:
    return ScannedPage(
        id=uuid4(),
        number=page.number,
        turned=page.turned,
        width=page.width,
        height=page.height,
        sha256=hashlib.sha256(page.jpeg).hexdigest(),
    )


def _without_picture(page: DecodedPage) -> DecodedPage:
    # Five hundred pictures are not held in memory while the last page is read.
    return DecodedPage(**{name: getattr(page, name) for name in page.__slots__} | {"jpeg": b""})


def _keep(
    by: Acting, upload_id: UUID, digest: str, read: Sequence[tuple[ScannedPage, DecodedPage]]
) -> ScanUpload:
    upload = ScanUpload(id=upload_id, unit=by.unit, user=by.user, sha256=digest, pages=len(read))
    upload.full_clean(exclude=["unit", "user"], validate_unique=False)
    upload.save()
    said = [_codes_of(page) for _, page in read]
    # Locked in one order: two who scan the same sheets at once wait for each other.
    serials = {code.serial for codes in said for code in codes}
    sheets = {
        sheet.serial: sheet
        for sheet in Sheet.objects.select_for_update(no_key=True).filter(serial__in=serials).order_by("pk")
    }
    scanned = scanned_pages_of(sheets.values())
    rounds = rounds_of(sheets.values())
    last = last_steps(sheets.values())
    found: Counter[str] = Counter()
    touched: dict[UUID, Sheet] = {}
    for (row, page), codes in zip(read, said, strict=True):
        code = codes[0] if len(codes) == 1 else None
        sheet = sheets.get(code.serial) if code else None
        known = _known(by, sheet, last, scanned) if sheet else None
        finding = finding_of(codes, foreign=page.foreign, blank=page.blank, sheet=known)
        row.upload, row.finding = upload, finding
        if code:
            row.serial, row.sheet_page = code.serial, code.page
        row.full_clean(exclude=["upload", "sheet_page"], validate_unique=False, validate_constraints=False)
        row.save()
        found[finding] += 1
        if finding is Finding.MATCHED and sheet and code:
            _match(by, row, sheet, code.page, rounds[sheet.pk])
            scanned[sheet.pk].add(code.page)
            touched[sheet.pk] = sheet
    _scanned_when_whole(by, touched.values())
    audit.record(by=by, action="scan.uploaded", target=upload, changes={"pages": len(read)} | dict(found))
    return upload


def _codes_of(page: DecodedPage) -> list[PageCode]:
    read = (read_page_code(text) for text in page.codes)
    return list(dict.fromkeys(code for code in read if code is not None))


def _known(by: Acting, sheet: Sheet, last: dict[UUID, Fate], scanned: dict[UUID, set[int]]) -> KnownSheet:
    return KnownSheet(
        pages=sheet.pages,
        version=sheet.version,
        own_unit=sheet.unit_id == by.unit.pk,
        ended=last.get(sheet.pk) in ENDS,
        scanned=frozenset(scanned[sheet.pk]),
    )


def _check_free(sheet: Sheet, sheet_page: int) -> None:
    if not 1 <= sheet_page <= sheet.pages:
        pages = "en sida" if sheet.pages == 1 else f"{sheet.pages} sidor"
        raise RuleError(f"Bladet har {pages}.", field="sheet_page")
    last = last_steps([sheet]).get(sheet.pk)
    if last in ENDS:
        raise RuleError(f"Bladet är redan {FATE_LABELS[last].lower()}.", field="serial")
    if sheet_page in scanned_pages_of([sheet])[sheet.pk]:
        raise RuleError(
            f"Sida {sheet_page} är redan skannad. Lägg undan den här om det är samma sida.",
            field="sheet_page",
        )


def _match(
    by: Acting, page: ScannedPage, sheet: Sheet, sheet_page: int, round_number: int, *, typed: bool = False
) -> ScanMatch:
    match = ScanMatch(
        page=page,
        sheet=sheet,
        sheet_page=sheet_page,
        round=round_number,
        typed=typed,
        user=by.user,
        unit=by.unit,
    )
    # The rows it points at are in hand and locked, so what the database holds of them is held here.
    match.full_clean(exclude=["page", "sheet", "user", "unit"], validate_constraints=False)
    match.save()
    audit.record(
        by=by,
        action="scan.matched",
        target=page,
        chain=sheet.chain_id,
        changes={"sheet": sheet.serial, "page": sheet_page, "typed": typed},
    )
    return match


def _scanned_when_whole(by: Acting, sheets: Collection[Sheet]) -> None:
    """Take the step to scanned for each sheet all of whose pages are there."""
    scanned, last = scanned_pages_of(sheets), last_steps(sheets)
    for sheet in sheets:
        whole = scanned[sheet.pk] >= set(range(1, sheet.pages + 1))
        # The patient's copy is handed over, not scanned: a picture of it does not change where it is.
        if whole and not sheet.patients_copy and last.get(sheet.pk) in (Fate.PRINTED, Fate.FILLED):
            mark_scanned(by=by, sheet=sheet)


def _lock_page(page: ScannedPage) -> None:
    ScannedPage.objects.select_for_update(no_key=True).get(pk=page.pk)
