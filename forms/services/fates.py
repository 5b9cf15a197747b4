"""Steps in the life of a sheet, taken by those who handle it, until it is accounted for (R2.6)."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from forms.models import DisposalDecision, Sheet, SheetBatch, SheetFate
from forms.queries.disposal import decision_in_force, no_disposal
from forms.queries.pictures import check_pictures
from forms.queries.scans import pictures_count, waits_beside
from forms.queries.sheets import scanned_on, stock_in
from forms.rules.sheet_fate import (
    HAS_PICTURE,
    Fate,
    Look,
    VoidReason,
    check_day,
    check_looked,
    check_void,
)
from forms.scan_store import PictureLost
from forms.services.steps import ChangedMeanwhileStep, current_fate, lock_sheet, write_step

_MAY_BE_BACK = "Den kan vara en baksida. Säg vad den är, och granska sedan."
_NEITHER = "Finns inte papperet heller: välj Skanna om, och makulera sedan bladet. Skriv vad som stod på det."
_BEFORE_PRINT = "Bladet var inte utskrivet den dagen."
_BEFORE_SCAN = "Bladet var inte skannat den dagen."


def mark_filled(
    *, by: Acting, sheet: Sheet, client_id: UUID | None = None, seen: int | None = None, reason: str = ""
) -> SheetFate:
    """A sheet is filled in by hand. Without a `client_id` it is part of the caller's own write.

    `reason` says why, where it has come further: it lost a page that was not its own, is to be scanned again (the
    first scan is kept), or had ended and its paper is here after all. `seen`, here and below, is the number of the
    last step that the person saw. Each of these services raises NotAllowed, IdClash, ChangedMeanwhileStep where
    somebody else was first, and RuleError, with the field it belongs beside, where the step may not follow.
    """
    return _take(by, sheet, Fate.FILLED, client_id=client_id, seen=seen, reason=reason)


def mark_scanned(*, by: Acting, sheet: Sheet) -> SheetFate:
    """Each page of a sheet is scanned. Part of the caller's write; one that was only printed is filled first."""
    with transaction.atomic():
        last = current_fate(sheet)
        if last is not None and last.fate == Fate.PRINTED:
            mark_filled(by=by, sheet=sheet)
        return _take(by, sheet, Fate.SCANNED)


def void_sheet(
    *,
    by: Acting,
    sheet: Sheet,
    client_id: UUID,
    void_reason: VoidReason,
    reason: str = "",
    seen: int | None = None,
) -> SheetFate:
    """Void a sheet, a scanned one only where its paper is gone.

    `reason` says why in words, what stood on one that is lost, or what has become of the paper of one that is scanned.
    Raises PictureLost where the picture of one that is scanned is gone too.
    """
    check_may(by, Right.HANDLE_SHEETS, sheet)
    last = current_fate(sheet)
    scanned = last is not None and last.fate in HAS_PICTURE
    check_void(void_reason, reason, scanned=scanned)
    if scanned:
        try:
            check_pictures(sheet, paper_goes=True)
        except PictureLost as lost:
            raise PictureLost(f"{lost.reason} {_NEITHER}") from None
    facts: dict[str, Any] = {"void_reason": void_reason, "reason": reason}
    return _take(by, sheet, Fate.VOIDED, client_id=client_id, seen=seen, **facts)


def check_scan(
    *,
    by: Acting,
    sheet: Sheet,
    client_id: UUID,
    looked: Collection[Look],
    seen: int | None = None,
    pictures: int | None = None,
) -> SheetFate:
    """A person has compared paper and scan and vouches for all that `Look` names (R2.6).

    `pictures` is how many of the sheet's pages and backs were seen. Refused while a page waits that lies beside one
    of the sheet's in its scan: it may be the back of it. Raises PictureLost where one of the pictures is gone.
    """
    check_may(by, Right.HANDLE_SHEETS, sheet)
    check_looked(looked)
    if pictures is not None and pictures != pictures_count(sheet):
        raise ChangedMeanwhileStep
    beside = waits_beside(sheet)
    if beside:
        raise RuleError(
            f"Sida {beside[0].number} i skanningen ligger bredvid bladets och väntar. {_MAY_BE_BACK}"
        )
    check_pictures(sheet)
    return _take(by, sheet, Fate.CHECKED, client_id=client_id, seen=seen)


def destroy_sheet(
    *,
    by: Acting,
    sheet: Sheet,
    client_id: UUID,
    on: date,
    decision: UUID | None,
    seen: int | None = None,
) -> SheetFate:
    """The paper was destroyed `on` that day in Stockholm, under the decision that the person read (R2.6).

    Refused where the principal's decision in force is another one, or none, or says that paper may not be destroyed;
    raises PictureLost where a picture is gone.
    """
    check_may(by, Right.HANDLE_SHEETS, sheet)
    stands = decision_in_force(by.principal)
    if stands is None or not stands.allows:
        raise RuleError(no_disposal(by.principal, stands))
    if stands.pk != decision:
        raise RuleError("Gallringsbeslutet är ett annat än det du läste. Läs det och försök igen.")
    earliest = scanned_on(sheet)
    if earliest is not None:
        check_day(on, today=timezone.localdate(), earliest=earliest, too_early=_BEFORE_SCAN)
    check_pictures(sheet, paper_goes=True)
    return _take(by, sheet, Fate.DESTROYED, client_id=client_id, seen=seen, on=on, decision=stands)


def keep_paper(
    *, by: Acting, sheet: Sheet, client_id: UUID, reason: str = "", seen: int | None = None
) -> SheetFate:
    """The checked paper is kept, which accounts for it; `reason` may say where."""
    return _take(by, sheet, Fate.KEPT, client_id=client_id, seen=seen, reason=reason)


def hand_over(
    *, by: Acting, sheet: Sheet, client_id: UUID, given_to: str, on: date, seen: int | None = None
) -> SheetFate:
    """The patient's copy was handed to `given_to`, on that day in Stockholm (R3.11)."""
    check_may(by, Right.HANDLE_SHEETS, sheet)
    if not given_to.strip():
        raise RuleError("Skriv vem som fick bladet.", field="given_to")
    printed_on = timezone.localdate(sheet.printed_at)
    check_day(on, today=timezone.localdate(), earliest=printed_on, too_early=_BEFORE_PRINT)
    return _take(by, sheet, Fate.GIVEN, client_id=client_id, seen=seen, given_to=given_to, on=on)


def void_stock(
    *,
    by: Acting,
    batch: SheetBatch,
    client_id: UUID,
    void_reason: VoidReason,
    left: int,
    reason: str = "",
) -> int:
    """Void the blank sheets of a batch that nobody has taken; returns how many they were.

    `left` is how many the person saw: where somebody took one meanwhile, ChangedMeanwhileStep is raised and none is
    voided. Raises NotAllowed, IdClash, and RuleError where the reason requires words.
    """
    check_may(by, Right.HANDLE_SHEETS, batch)
    check_void(void_reason, reason)
    with transaction.atomic():
        content = {"batch": batch.pk, "void_reason": void_reason, "reason": reason, "left": left}
        if claim(by=by, client_id=client_id, kind="batch.void", content=content):
            return left
        sheets = stock_in(batch)
        if len(sheets) != left:
            raise ChangedMeanwhileStep
        for sheet in sheets:
            write_step(
                by=by,
                unit=by.unit,
                sheet=sheet,
                step=Fate.VOIDED,
                void_reason=void_reason,
                reason=reason,
                seen=1,
            )
        audit.record(by=by, action="batch.voided", target=batch, changes={"sheets": left})
    return left


def _take(
    by: Acting,
    sheet: Sheet,
    step: Fate,
    *,
    client_id: UUID | None = None,
    seen: int | None = None,
    decision: DisposalDecision | None = None,
    **facts: Any,
) -> SheetFate:
    """Write one step with its audit row; a form sent twice returns the first step."""
    check_may(by, Right.HANDLE_SHEETS, sheet)
    with transaction.atomic():
        if client_id is not None:
            content = {"sheet": sheet.serial, "decision": decision.pk if decision else None} | facts
            if claim(by=by, client_id=client_id, kind=f"sheet.{step.value}", content=content):
                return sheet.fates.filter(fate=step, user=by.user).order_by("-number")[0]
        lock_sheet(sheet)
        row = write_step(by=by, unit=by.unit, sheet=sheet, step=step, seen=seen, decision=decision, **facts)
        # Nothing in it is about a patient.
        changes = {"sheet": sheet.serial, "step": row.fate, "number": row.number}
        audit.record(by=by, action=f"sheet.{step.value}", target=row, chain=sheet.chain_id, changes=changes)
    return row
