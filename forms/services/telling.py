"""The rows that say what a scanned page is, and that what was said is undone. In the caller's transaction."""

from collections.abc import Collection
from typing import Any

from contacts import audit
from contacts.access import Acting
from contacts.rules.errors import RuleError
from forms.models import ScanAside, ScanBack, ScanMatch, ScannedPage, ScanUndone, Sheet, SheetFate
from forms.queries.scan_keys import key_to_tell_with
from forms.queries.scans import (
    Telling,
    last_steps,
    scanned_pages_of,
    sheet_told_of,
    told_now,
    turns_of,
)
from forms.rules.scan_finding import AsideReason
from forms.rules.sheet_fate import TO_SCAN_AGAIN, TO_TAKE_BACK, Fate
from forms.services.fates import mark_filled, mark_scanned
from forms.services.steps import lock_sheet


def lock_page(page: ScannedPage) -> None:
    """Row lock: until the caller's transaction ends nobody else says what a page is."""
    ScannedPage.objects.select_for_update(no_key=True).get(pk=page.pk)


def next_turn(page: ScannedPage, slot: dict[str, Any] | None = None) -> int:
    """The turn of what is said next about a page, of which nothing stands, or about a page of a sheet."""
    turns = [told.turn for told in told_now(page)]
    if slot is not None:
        turns += turns_of([slot["sheet"]]).values()
    return max(turns, default=0) + 1


def save_telling(*, by: Acting, told: Telling) -> None:
    told.user, told.unit = by.user, by.unit
    told.save()
    action, chain, changes = _traced(told)
    audit.record(by=by, action=action, target=told.page, chain=chain, changes=changes)


def step_as_scanned(by: Acting, sheets: Collection[Sheet]) -> None:
    """Take the step to scanned for each sheet all of whose pages are there; some of the others are, and what stands on
    them is to be entered.
    """
    scanned, last = scanned_pages_of(sheets), last_steps(sheets)
    for sheet in sheets:
        now, whole = last.get(sheet.pk), scanned[sheet.pk] >= set(range(1, sheet.pages + 1))
        # The patient's copy is handed over, not scanned: a picture of it does not change where it is.
        if sheet.patients_copy or now not in (Fate.PRINTED, Fate.FILLED):
            continue
        if whole:
            mark_scanned(by=by, sheet=sheet)
        elif now is Fate.PRINTED:
            mark_filled(by=by, sheet=sheet)


def write_undone(*, by: Acting, told: Telling, reason: str) -> ScanUndone:
    """What was said about a page is undone; a sheet that was scanned or checked with it goes back to filled.

    Raises RuleError where the sheet has ended.
    """
    sheet = sheet_told_of(told)
    step = _step_back(by, sheet, told, reason) if sheet is not None else None
    kind = {ScanMatch: "match", ScanBack: "back", ScanAside: "aside"}[type(told)]
    row = ScanUndone(**{kind: told}, step=step, reason=reason, user=by.user, unit=by.unit)
    row.kept_with = key_to_tell_with(by.principal, sheet)
    row.save()
    if step is not None and sheet is not None:
        # Without a back it may be whole still, and is looked at again.
        step_as_scanned(by, [sheet])
    _, chain, changes = _traced(told)
    audit.record(by=by, action="scan.undone", target=told.page, chain=chain, changes=changes)
    return row


def _step_back(by: Acting, sheet: Sheet, told: Telling, reason: str) -> SheetFate | None:
    lock_sheet(sheet)
    last = last_steps([sheet]).get(sheet.pk)
    if last in TO_TAKE_BACK:
        raise RuleError(f"Bladet är redan {last.label.lower()}. Bilden stannar hos det.")
    # A back less does not make a sheet less whole, but who checked it has seen another picture.
    if last in TO_SCAN_AGAIN and (last is not Fate.SCANNED or isinstance(told, ScanMatch)):
        return mark_filled(by=by, sheet=sheet, reason=reason)
    return None


def _traced(told: Telling) -> tuple[str, Any, dict[str, Any]]:
    if isinstance(told, ScanAside):
        return "scan.aside", None, {"reason": AsideReason(told.reason).label}
    if isinstance(told, ScanBack):
        sheet = told.sheet
        return "scan.back", sheet.chain_id if sheet else None, {"told_by": told.told_by}
    changes = {"sheet": told.sheet.serial, "page": told.sheet_page, "typed": told.typed}
    return "scan.matched", told.sheet.chain_id, changes
