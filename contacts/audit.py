"""The audit log. Called by services inside their transaction, so that no write is without its row."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import models

from contacts.access import Acting
from contacts.models import (
    AuditEntry,
    DirectoryEntry,
    Membership,
    Principal,
    Unit,
    User,
)
from contacts.page_versions import changed_by
from contacts.seen import where_from
from contacts.trail.patient_sets import set_of
from contacts.trail.sealing import seal_on_commit, seal_with_row
from contacts.trail_log import tell


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
        origin=where_from(),
        action=action,
        target_type=target._meta.label if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        chain=chain,
        patients=set_of(patients) if patients else None,
        changes=changes or {},
    )


def _written(**columns: Any) -> AuditEntry:
    row = AuditEntry(**columns)
    row.save()
    seal_on_commit()
    changed_by(row.action, columns.get("unit"), row.chain)
    tell(row)
    if row.chain or row.patients_id:
        seal_with_row()
    return row


def record_system(
    *,
    action: str,
    user: User | None = None,
    principal: Principal | None = None,
    target: models.Model | None = None,
    chain: UUID | None = None,
    patients: Collection[UUID] = (),
    changes: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one audit row for an action outside any assignment.

    That is a command on the server, where `user` is None, what an administrator did in the admin pages, what a person
    does to the own account, and who tried to log in. `principal` is whose reviewers it concerns, by default that of
    the target.
    """
    return _written(
        user=user,
        origin=where_from(),
        principal=principal or (_principal_about(target) if target is not None else None),
        action=action,
        target_type=target._meta.label if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        chain=chain,
        patients=set_of(patients) if patients else None,
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
