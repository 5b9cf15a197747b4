"""The one way a step in a sheet's life is written, inside the transaction of the service that takes it."""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model

from contacts import audit
from contacts.access import Acting
from contacts.models import Unit
from contacts.rules.errors import RuleError
from contacts.services.versions import ChangedMeanwhile
from forms.models import DisposalDecision, Sheet, SheetFate
from forms.queries.scan_keys import key_to_tell_with
from forms.rules.serial import make_serial
from forms.rules.sheet_fate import PAPER_GONE, Fate, VoidReason, check_step
from outage.rules.handover import signature

_WIDE = 2**64


class ChangedMeanwhileStep(ChangedMeanwhile):
    """Somebody else took a step with the same sheet after the page was rendered. Nothing is written."""

    def __init__(self) -> None:
        RuleError.__init__(self, "Bladet ändrades nyss. Läs vad som är gjort och försök igen.")


def free_serials(count: int) -> list[str]:
    """`count` distinct serials, unguessable and not in use."""
    found: dict[str, None] = {}
    while len(found) < count:
        drawn = dict.fromkeys(make_serial(secrets.randbelow(_WIDE)) for _ in range(count - len(found)))
        taken = set(Sheet.objects.filter(serial__in=drawn).values_list("serial", flat=True))
        found |= {serial: None for serial in drawn if serial not in taken}
    return list(found)


def record_by(
    by: Acting | None, action: str, target: Model | None, changes: dict[str, Any], chain: UUID | None = None
) -> None:
    """Write an audit row; `by` is None for a command on the server."""
    if by is None:
        audit.record_system(action=action, target=target, changes=changes)
    else:
        audit.record(by=by, action=action, target=target, chain=chain, changes=changes)


def lock_sheet(sheet: Sheet) -> None:
    """Row lock: until the caller's transaction ends nobody else takes a step with the sheet, or enters from it."""
    list(Sheet.objects.select_for_update(no_key=True).filter(pk=sheet.pk).values("pk"))


def current_fate(sheet: Sheet) -> SheetFate | None:
    """None for a sheet that is only now printed."""
    return sheet.fates.order_by("-number").first()


def write_step(
    *,
    by: Acting | None,
    unit: Unit,
    sheet: Sheet,
    step: Fate,
    reason: str = "",
    void_reason: VoidReason | None = None,
    given_to: str = "",
    on: date | None = None,
    decision: DisposalDecision | None = None,
    all_pages_scanned: bool = True,
    seen: int | None = None,
) -> SheetFate:
    """Write the next step of a sheet after the rule has allowed it; `by` is None for a command on the server.

    `seen` is the number of the last step that the person saw: a later one may have changed what they judged. The
    caller holds the transaction. Raises RuleError with the reason where the step may not follow, and
    ChangedMeanwhileStep where somebody else was first.
    """
    last = current_fate(sheet)
    if seen is not None and (last is None or last.number != seen):
        raise ChangedMeanwhileStep
    check_step(
        Fate(last.fate) if last else None,
        step,
        patients_copy=sheet.patients_copy,
        reason=reason or (void_reason.value if void_reason else ""),
        may_destroy=decision is not None and decision.allows,
        all_pages_scanned=all_pages_scanned,
        paper_gone=void_reason in PAPER_GONE,
    )
    row = SheetFate(
        sheet=sheet,
        number=last.number + 1 if last else 1,
        fate=step,
        on=on,
        void_reason=void_reason or "",
        reason=reason.strip(),
        given_to=given_to.strip(),
        decision=decision,
        signature=_signature(by),
        user=by.user if by else None,
        unit=unit,
    )
    if row.reason or row.given_to:
        row.kept_with = key_to_tell_with(unit.principal, sheet)
    _save(row)
    return row


def _save(row: SheetFate) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        # Somebody else took a step of that number at the same time.
        raise ChangedMeanwhileStep from None


def write_first_steps(*, by: Acting | None, unit: Unit, sheets: Sequence[Sheet]) -> None:
    """The step to printed for each of `sheets`, all new and of one print, in one insert in the caller's transaction."""
    check_step(None, Fate.PRINTED)
    rows = [
        SheetFate(
            sheet=sheet,
            number=1,
            fate=Fate.PRINTED,
            signature=_signature(by),
            user=by.user if by else None,
            unit=unit,
        )
        for sheet in sheets
    ]
    rows[0].check_fields()
    SheetFate.objects.bulk_create(rows)


def _signature(by: Acting | None) -> str:
    return signature(by.user.full_name, by.role_text, by.unit.name, by.user.hsa_id) if by else ""
