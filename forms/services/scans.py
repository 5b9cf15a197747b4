"""Scans: pages come in, each finds its sheet or waits, and somebody says what those that wait are (R2.6)."""

import hashlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import DataKey
from contacts.queries.joined import units_read_as
from contacts.rules.errors import IdClash, RuleError
from contacts.rules.permissions import Right
from contacts.rules.trace_words import PICTURE
from contacts.services.progress import Progress, Steps
from contacts.services.submissions import claim
from contacts.services.whole import whole
from contacts.trail.roles import may_destroy_keys
from forms import scan_store
from forms.models import ScanAside, ScanBack, ScanMatch, ScannedPage, ScanUndone, ScanUpload, Sheet
from forms.queries.opened import chains_on, check_sheet_opened
from forms.queries.pictures import why_lost
from forms.queries.scan_keys import keys_of_no_scan
from forms.queries.scans import (
    after_cut_off,
    last_steps,
    rounds_of,
    scanned_before,
    scanned_pages_of,
    sheet_told_of,
    standing_now,
    telling_id,
    undone_as,
)
from forms.rules.scan_finding import AsideReason, BackBy, Finding
from forms.rules.serial import read_serial
from forms.rules.sheet_fate import ENDS, Fate, ended_words
from forms.scan_store import PictureLost
from forms.scanning import DecodedPage, PagesFound, read_scan
from forms.services.finding import find_sheets
from forms.services.steps import ChangedMeanwhileStep
from forms.services.telling import lock_page, next_turn, save_telling, step_as_scanned, write_undone

_KIND = "scan.upload"
# Far longer than the limits let a scan take.
_BROKEN_OFF = timedelta(hours=1)
_KEY_KEPT = timedelta(days=2)
_REPLACED = "Bilden byttes mot en hel"
_DONE = "Sidan är redan omhändertagen."


def scan_steps(*, by: Acting, client_id: UUID, files: Sequence[bytes]) -> Steps[ScanUpload]:
    """Take in one PDF, or images, of sheets in any order: each page is read, and finds its sheet or waits.

    All of it is stored or nothing. The same files under the same id again return the first upload. Raises NotAllowed,
    BadScan where the files cannot be read, and IdClash where the id was used for something else.
    """
    check_may(by, Right.HANDLE_SHEETS)
    yield Progress("Öppnar skanningen")
    digest = _digest(files)
    first = ScanUpload.objects.filter(pk=client_id).first()
    if first is not None:
        return _same(by, first, digest)
    read: list[tuple[ScannedPage, DecodedPage]] = []
    try:
        with closing(read_scan(files)) as told:
            for page in told:
                if isinstance(page, PagesFound):
                    total = page.count
                    yield Progress("Läser sidor", 0, total)
                    continue
                row = _row_of(page)
                # Five hundred pictures are not held in memory while the last page is read.
                read.append((row, replace(page, jpeg=b"")))
                scan_store.save(row.pk, page.jpeg, upload_id=client_id)
                yield Progress("Läser sidor", page.number, total)
        yield Progress("Parar ihop sidor och blad")
        with whole():
            claimed = claim(by=by, client_id=client_id, kind=_KIND, content={"files": digest})
            if claimed is not None:
                return ScanUpload.objects.get(pk=client_id)
            upload = ScanUpload.objects.create(
                id=client_id, unit=by.unit, user=by.user, sha256=digest, pages=len(read)
            )
            find_sheets(by=by, upload=upload, read=read)
            # Should it fail, the next scan says it: a picture is found by either name.
            transaction.on_commit(partial(scan_store.keep, [row.pk for row, _ in read]), robust=True)
        return upload
    finally:
        # Interrupted after the commit, their rows are there: the pictures stay, and `tidy_pictures` does the rest.
        ours = {row.pk for row, _ in read}
        for page_id in ours - set(ScannedPage.objects.filter(pk__in=ours).values_list("pk", flat=True)):
            scan_store.remove(page_id)


def tidy_pictures() -> int:
    """Delete the pictures of scans that were interrupted by a stop of the server; returns how many. By the clock.

    A picture whose row is written stays, however old. None is touched that a scan in progress may have saved.
    """
    left = scan_store.left_unkept(before=timezone.now() - _BROKEN_OFF)
    if not left:
        return 0
    kept = set(ScannedPage.objects.filter(pk__in=left).values_list("pk", flat=True))
    scan_store.keep(kept)
    broken_off = [page_id for page_id in left if page_id not in kept]
    if broken_off:
        audit.record_system(action="scan.left_over", changes={"count": len(broken_off)})
    for page_id in broken_off:
        scan_store.remove(page_id)
    return len(broken_off)


def drop_keys_of_no_scan() -> int:
    """Keys of scans that were never written, and will not be: a form that old has ended with its log-in.

    None where the role that is connected may destroy no keys: whoever may purge does it then.
    """
    if not may_destroy_keys():
        return 0
    with transaction.atomic():
        old = DataKey.objects.filter(name__startswith=scan_store.KEYS, made_at__lt=timezone.now() - _KEY_KEPT)
        left = keys_of_no_scan(list(old.filter(destroyed_at=None)))
        return DataKey.objects.filter(pk__in=[key.pk for key in left]).delete()[0]


def encrypt_pictures_again() -> int:
    """Put pictures from before there were data keys under that of their scan; returns how many. Idempotent."""
    pages = ScannedPage.objects.order_by("upload", "number").values_list("pk", "upload")
    return sum(
        scan_store.encrypt_again(page_id, upload_id=upload_id) for page_id, upload_id in pages.iterator()
    )


def match_page(
    *, by: Acting, page: ScannedPage, serial_text: str, sheet_page: int, back: bool = False
) -> ScanMatch | ScanBack:
    """Record which page of which sheet a waiting page is, or whose `back`.

    Idempotent. Raises NotAllowed, and RuleError with its field: NoSerial for what is no serial, and where the sheet
    is not the unit's, has no such page, has ended, has the page scanned already, or is checked. PictureLost where
    nobody can see what the page is.
    """
    check_may(by, Right.HANDLE_SHEETS, page)
    serial = read_serial(serial_text)
    with transaction.atomic():
        lock_page(page)
        told = standing_now(page)
        wanted = ScanBack if back else ScanMatch
        if (
            isinstance(told, wanted)
            and told.sheet
            and (told.sheet.serial, told.sheet_page) == (serial, sheet_page)
        ):
            return told
        if told is not None:
            raise RuleError(_DONE)
        sheets = Sheet.objects.select_for_update(no_key=True).filter(unit__in=units_read_as(by.unit))
        sheet = sheets.filter(serial=serial).first()
        if sheet is None:
            raise RuleError("Det finns inget blad med det löpnumret på din enhet.", field="serial")
        _check_free(sheet, sheet_page, back=back)
        scan_store.load(page.pk, sha256=page.sha256)
        slot = {"sheet": sheet, "sheet_page": sheet_page, "round": rounds_of([sheet])[sheet.pk]}
        if back:
            told = ScanBack(page=page, turn=next_turn(page), told_by=BackBy.TYPED, **slot)
        else:
            told = ScanMatch(page=page, turn=next_turn(page, slot), typed=True, **slot)
        save_telling(by=by, told=told)
        step_as_scanned(by, [sheet])
    return told


def lay_aside(*, by: Acting, page: ScannedPage, reason: AsideReason) -> ScanAside:
    """A waiting page belongs to no sheet. Its picture is kept. Idempotent.

    Raises NotAllowed, and RuleError where somebody else has said what the page is, PictureLost where nobody can see
    what it is: it is to be scanned again.
    """
    check_may(by, Right.HANDLE_SHEETS, page)
    with transaction.atomic():
        lock_page(page)
        told = standing_now(page)
        if isinstance(told, ScanAside) and told.reason == reason:
            return told
        if told is not None:
            raise RuleError(_DONE)
        if reason is not AsideReason.SCAN_AGAIN:
            _check_seen(by, page, reason)
        aside = ScanAside(page=page, turn=next_turn(page), reason=reason)
        save_telling(by=by, told=aside)
    return aside


def undo_told(*, by: Acting, page: ScannedPage, told: str, reason: str) -> ScanUndone:
    """What was said about a page is wrong, and why: it waits again. `told` is the `telling_id` that was seen.

    A sheet that is not whole without the page goes back to be scanned; its other pages stay. Idempotent. Raises
    NotAllowed, ChangedMeanwhileStep where somebody else was first, and RuleError without a reason or where the paper
    of the sheet is gone.
    """
    check_may(by, Right.HANDLE_SHEETS, page)
    if not reason.strip():
        raise RuleError("Skriv vad som är fel.", field="reason")
    with transaction.atomic():
        lock_page(page)
        before = undone_as(page, told)
        if before is not None and (before.reason, before.user_id) == (reason.strip(), by.user.pk):
            return before
        row = standing_now(page)
        if row is None or telling_id(row) != told:
            raise ChangedMeanwhileStep
        return write_undone(by=by, told=row, reason=reason.strip())


def lay_aside_duplicates(*, by: Acting, upload: ScanUpload) -> int:
    """Lay aside each page of a scan that waits because it was scanned before; returns how many there were. Not where a
    part of the picture that there is may be missing, or one of the two pictures is gone.

    Raises NotAllowed. The second time finds none.
    """
    check_may(by, Right.HANDLE_SHEETS, upload)
    with transaction.atomic():
        known = upload.scanned_pages.select_for_update(no_key=True).filter(finding=Finding.ALREADY)
        pages = known.order_by("number")
        half = after_cut_off(pages)
        waiting = [page for page in pages if page.pk not in half and standing_now(page) is None]
        waiting = [page for page in waiting if not why_lost(page) and not _before_lost(by, page)]
        for page in waiting:
            lay_aside(by=by, page=page, reason=AsideReason.DUPLICATE)
    return len(waiting)


def replace_picture(*, by: Acting, page: ScannedPage) -> ScanMatch:
    """A page that waits because it was scanned before takes the place of the picture that there is, of which a part may
    be missing, or which is gone. That one is laid aside, and its backs go with the new one.

    Raises NotAllowed, and RuleError where there is none such, or the sheet has ended. The second time finds it done.
    """
    check_may(by, Right.HANDLE_SHEETS, page)
    with transaction.atomic():
        lock_page(page)
        told = standing_now(page)
        if isinstance(told, ScanMatch):
            return told
        before = scanned_before(by, page)
        old = before.page if before else None
        if before is None or old is None or not (why_lost(old) or (before.cut_off and not page.cut_off)):
            raise RuleError(_DONE)
        scan_store.load(page.pk, sha256=page.sha256)
        lock_page(old)
        match = standing_now(old)
        if not isinstance(match, ScanMatch):
            raise RuleError(_DONE)
        write_undone(by=by, told=match, reason=_REPLACED)
        for back in before.backs:
            if back.front_id == old.pk:
                write_undone(by=by, told=back, reason=_REPLACED)
                turn = next_turn(back.page)
                save_telling(
                    by=by, told=ScanBack(page=back.page, turn=turn, front=page, told_by=back.told_by)
                )
        lay_aside(by=by, page=old, reason=AsideReason.SCAN_AGAIN)
        slot = {"sheet": match.sheet, "sheet_page": match.sheet_page, "round": match.round}
        told = ScanMatch(page=page, turn=next_turn(page, slot), **slot)
        save_telling(by=by, told=told)
        step_as_scanned(by, [match.sheet])
    return told


def view_picture(*, by: Acting, page: ScannedPage) -> bytes:
    """The picture of a page (JPEG). Each look leaves an audit row.

    Raises NotOpened, NotAllowed, and PictureLost with a Swedish sentence.
    """
    check_may(by, Right.HANDLE_SHEETS, page)
    sheet = sheet_told_of(standing_now(page))
    check_sheet_opened(by, sheet)
    picture = scan_store.load(page.pk, sha256=page.sha256)
    seen = chains_on(sheet) if sheet else set()
    own = sheet.chain_id if sheet else None
    with transaction.atomic():
        audit.record(
            by=by,
            action=PICTURE,
            target=page,
            chain=own or next(iter(seen)) if len(seen) == 1 else own,
            patients=seen if len(seen) > 1 else (),
        )
    return picture


def _before_lost(by: Acting, page: ScannedPage) -> bool:
    before = scanned_before(by, page)
    return before is not None and before.page is not None and bool(why_lost(before.page))


def _check_seen(by: Acting, page: ScannedPage, reason: AsideReason) -> None:
    """Raises RuleError where it cannot be said of a page that it is laid aside for that reason."""
    if lost := why_lost(page):
        raise PictureLost(f"{lost} Lägg undan sidan för att skannas om.")
    if reason is AsideReason.DUPLICATE and _before_lost(by, page):
        raise RuleError("Bilden som finns av sidan går inte att visa. Byt bild, eller skanna om bladet.")


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
        cut_off=page.cut_off,
        width=page.width,
        height=page.height,
        sha256=hashlib.sha256(page.jpeg).hexdigest(),
    )


def _check_free(sheet: Sheet, sheet_page: int, *, back: bool) -> None:
    if not 1 <= sheet_page <= sheet.pages:
        pages = "en sida" if sheet.pages == 1 else f"{sheet.pages} sidor"
        raise RuleError(f"Bladet har {pages}.", field="sheet_page")
    last = last_steps([sheet]).get(sheet.pk)
    if last in ENDS:
        raise RuleError(ended_words(last), field="serial")
    if back and last is Fate.CHECKED:
        raise RuleError(
            "Bladet är redan granskat, och den som granskade såg inte sidan. Skanna om bladet först.",
            field="serial",
        )
    if not back and sheet_page in scanned_pages_of([sheet])[sheet.pk]:
        raise RuleError(
            f"Sida {sheet_page} är redan skannad. Lägg undan den här om det är samma sida.",
            field="sheet_page",
        )
