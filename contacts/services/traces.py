"""What a write leaves in the audit log about a row of the directory: each field, from and to."""

import json
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import QuerySet

from contacts import audit
from contacts.access import Acting
from contacts.models import AuditEntry, Submission, User

_UNTOLD = frozenset({"password", "last_login", "flagged"})


def changes_between(before: models.Model | None, row: models.Model) -> dict[str, Any]:
    """Each field that differs, from and to, as text; for a new row what it starts with. Lists are JSON."""
    told: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.primary_key or field.attname in _UNTOLD or field.attname.endswith("_key"):
            continue
        old = getattr(before, field.attname) if before is not None else None
        new = getattr(row, field.attname)
        if old != new and not (before is None and new in (None, "", False, [])):
            told[field.attname] = [_as_text(old), _as_text(new)]
    return told


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


def person_of(by: Acting | User) -> User:
    return by if isinstance(by, User) else by.user


def leave_trace(
    by: Acting | User | None, action: str, row: models.Model, changes: dict[str, Any]
) -> AuditEntry:
    """Write the audit row; call it in the transaction of the write it records. None is a command on the server."""
    if by is None or isinstance(by, User):
        return audit.record_system(action=action, user=by, target=row, changes=changes)
    return audit.record(by=by, action=action, target=row, changes=changes)


def added_since(first: Submission, action: str, name: str) -> int:
    """The id of what an earlier submission added, from the audit rows since then."""
    return next(int(row.target_id) for row in _since(first, action) if row.changes.get("name") == ["", name])


def added_first(submission_id: UUID, *actions: str) -> int:
    """The id of what the form with that id added when it was saved; 0 where no row says so."""
    rows = _since(Submission.objects.get(pk=submission_id), *actions)
    return next((int(row.target_id) for row in rows), 0)


def _since(first: Submission, *actions: str) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.filter(user=first.user_id, action__in=actions, at__gte=first.at)
    return rows.order_by("at", "pk")
