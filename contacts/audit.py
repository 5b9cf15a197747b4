"""The audit log. Called by services inside their transaction, so that no write is without its row."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction

from contacts.access import Acting
from contacts.models import (
    AuditEntry,
    DirectoryEntry,
    Membership,
    PatientInSet,
    PatientSet,
    Principal,
    Unit,
    User,
)
from contacts.trail.patient_sets import digest_of
from contacts.trail.sealing import seal_on_commit


def record(
    *,
    by: Acting,
    action: str,
    target: models.Model | None = None,
    chain: UUID | None = None,
    patients: Collection[UUID] = (),
    changes: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one audit row: who, in which assignment, action, on what, which patient's chain, or those of a list.

    `changes` is for data that is not about patients; patient data never goes into the audit log.
    """
    return _written(
        user=by.user,
        membership=by.membership,
        unit=by.unit,
        principal=by.principal,
        action=action,
        target_type=target._meta.label if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        chain=chain,
        patients=_seen(patients) if patients else None,
        changes=changes or {},
    )


def _written(**columns: Any) -> AuditEntry:
    row = AuditEntry.objects.create(**columns)
    seal_on_commit()
    return row


def _seen(chains: Collection[UUID]) -> PatientSet:
    ids = sorted(set(chains))
    digest = digest_of(ids)
    if found := PatientSet.objects.filter(digest=digest).first():
        return found
    try:
        with transaction.atomic():
            seen = PatientSet.objects.create(digest=digest, size=len(ids))
            PatientInSet.objects.bulk_create(PatientInSet(seen_in=seen, chain=one) for one in ids)
    except IntegrityError:
        # Somebody else saw the same ones for the first time a moment earlier.
        return PatientSet.objects.get(digest=digest)
    return seen


def record_system(
    *,
    action: str,
    user: User | None = None,
    principal: Principal | None = None,
    target: models.Model | None = None,
    changes: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one audit row for an action outside any assignment.

    That is a command on the server, where `user` is None, what an administrator did in the admin pages, and what a
    person does to the own account; `principal` is whose reviewers it concerns, by default that of the target.
    """
    return _written(
        user=user,
        principal=principal or (_principal_about(target) if target is not None else None),
        action=action,
        target_type=target._meta.label if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        changes=changes or {},
    )


def _principal_about(row: models.Model) -> Principal | None:
    """Whose reviewers are to read of a change outside any assignment; None where it is not one principal's alone."""
    if isinstance(row, Principal):
        return row
    if isinstance(row, User):
        found = Principal.objects.filter(units__memberships__user=row).distinct()[:2]
        return found[0] if len(found) == 1 else None
    unit = row.unit if isinstance(row, Membership) else row
    return unit.principal if isinstance(unit, Unit | DirectoryEntry) else None
