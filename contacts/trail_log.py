"""The trace told to a log server as it is written: a row that was rolled back is not told."""

import logging

from django.db import transaction

from contacts.models import AuditEntry
from contacts.rules.trail_line import security, trail_line

# Security events and all else; off, with no handler, until TRAIL_LOG is set (docs/operation.md).
SECURITY = logging.getLogger("trail.security")
ROWS = logging.getLogger("trail.rows")


def tell(entry: AuditEntry) -> None:
    """Call it in the transaction that writes the row."""
    logger = SECURITY if security(entry.action) else ROWS
    if logger.isEnabledFor(logging.INFO):
        transaction.on_commit(lambda: logger.info("%s", line_of(entry)))


def line_of(entry: AuditEntry) -> str:
    seen = entry.patients
    return trail_line(
        row=entry.pk,
        at=entry.at,
        action=entry.action,
        origin=entry.origin,
        changes=entry.changes,
        known={
            "user.id": entry.user_id and str(entry.user_id),
            "user.name": entry.user and entry.user.get_username(),
            "organization.id": entry.principal_id and str(entry.principal_id),
            "organization.name": entry.principal and entry.principal.name,
            "trail.unit": entry.unit and entry.unit.name,
            "trail.unit_id": entry.unit_id,
            "trail.assignment": entry.membership_id,
            "trail.target": f"{entry.target_type} {entry.target_id}".strip(),
            "trail.chain": entry.chain and str(entry.chain),
            "trail.patients": seen and seen.digest,
            "trail.patients_count": seen and seen.size,
        },
    )
