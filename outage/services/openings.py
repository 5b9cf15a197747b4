"""Writes of who opened a patient, and why."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may, check_within, is_within
from contacts.rules.errors import NotYours, RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from outage.models import CareChain, Opening, Outage
from outage.queries.openings import emergency_chain
from outage.queries.same_patient import found_elsewhere
from outage.rules.opening import OpeningKind, OpeningReason, check_reason, until

# As the list of the log reviewer knows them.
ACTIONS = {OpeningKind.PROTECTED: "protected_opened", OpeningKind.EMERGENCY: "emergency_opened"}


def open_protected(
    *, by: Acting, chain: CareChain, client_id: UUID, reason: OpeningReason, note: str = ""
) -> Opening:
    """Open a patient with protected personal data, for a time; `client_id` becomes the row's id.

    A resend returns the first row. Raises RuleError by field for a reason that is none, and for any other patient.
    """
    check_may(by, Right.READ_CARE, chain)
    if not chain.details.protected_identity:
        raise RuleError("Patienten har inte skyddade personuppgifter.")
    return _open(by, chain, OpeningKind.PROTECTED, client_id, reason, note)


def open_in_emergency(
    *,
    by: Acting,
    outage: Outage,
    number: str,
    chain_id: UUID,
    client_id: UUID,
    reason: OpeningReason,
    note: str = "",
) -> Opening:
    """Open a chain of another unit, for a time, to read and to log calls in.

    It is found by the patient's whole `number`, never by its id alone, within the own principal and branch: NotYours
    for any other, and for a patient with protected personal data. A resend returns the first row.
    """
    check_may(by, Right.EMERGENCY_OPEN)
    found = (chain for chain in found_elsewhere(by, number, outage) if chain.pk == chain_id)
    if (chain := next(found, None)) is None:
        raise NotYours
    return _open(by, chain, OpeningKind.EMERGENCY, client_id, reason, note)


def check_may_log(by: Acting, chain: CareChain) -> None:
    """As `check_may`, for calls: alone of all that is written, they may be about a chain opened in an emergency."""
    check_may(by, Right.LOG_CARE)
    if not is_within(chain, by) and emergency_chain(by, chain.pk) is None:
        check_within(by, chain)


def _open(
    by: Acting, chain: CareChain, kind: OpeningKind, client_id: UUID, reason: OpeningReason, note: str
) -> Opening:
    note = note.strip() if reason is OpeningReason.OTHER else ""
    check_reason(kind, reason, note, chain.details.patient_name)
    content = {"chain": chain.pk, "unit": by.unit.pk, "kind": kind, "reason": reason, "note": note}
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="opening", content=content):
            return Opening.objects.get(pk=client_id)
        now = timezone.now()
        row = Opening(
            id=client_id,
            chain=chain,
            kind=kind,
            reason=reason,
            note=note,
            at=now,
            until=until(kind, now),
            user=by.user,
            unit=by.unit,
        )
        row.save()
        # Not the note: nothing that a person wrote of a patient stands in the trace.
        changes = {"reason": reason.value, "until": row.until.isoformat()}
        audit.record(by=by, action=ACTIONS[kind], target=row, chain=chain.pk, changes=changes)
    return row
