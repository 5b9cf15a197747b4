"""Writes about who there is: principals, units, people, assignments, entries. Each leaves its trace."""

from typing import Any

from django.db import models, transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting
from contacts.models import AuditEntry, DirectoryEntry, Membership, Principal, Unit, User
from contacts.rules.errors import RuleError

Row = Principal | Unit | User | Membership | DirectoryEntry

_UNTOLD = frozenset({"password", "last_login", "search_key", "digits_key", "sort_key"})
# When one of these changes, what somebody verified is not what stands there any more.
_VERIFIED_FIELDS = frozenset(
    {
        "name",
        "phone",
        "extension",
        "mobile",
        "availability",
        "opens_at",
        "closes_at",
        "friday_closes_at",
        "lunch_from",
        "lunch_to",
    }
)


def save_row(*, by: Acting | User, row: Row) -> None:
    """Save a new or changed row. Raises ValidationError where it can not stand.

    Saving with nothing changed writes nothing. A changed number or changed hours take an entry's verification
    away; a new name of a principal or unit goes into the search keys of its entries.
    """
    with transaction.atomic():
        before = type(row)._default_manager.filter(pk=row.pk).first() if row.pk else None
        changes = _changes(before, row)
        password_set = isinstance(row, User) and isinstance(before, User) and before.password != row.password
        if before is not None and not changes and not password_set:
            return
        if isinstance(row, DirectoryEntry) and before is not None and _VERIFIED_FIELDS & changes.keys():
            row.verified_at = row.verified_by = None
            changes = _changes(before, row)
        row.full_clean()
        row.save()
        if isinstance(row, Principal | Unit) and "name" in changes:
            for entry in row.entries.select_related("principal", "unit"):
                entry.save()
        if password_set:
            changes["password"] = ["", ""]
        verb = "added" if before is None else "changed"
        _record(by, f"{row._meta.model_name}.{verb}", row, changes)


def retire_entry(*, by: Acting | User, entry: DirectoryEntry) -> None:
    """Take an entry out of use; it keeps its history. Retiring it again changes nothing."""
    with transaction.atomic():
        entry = DirectoryEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
        if entry.retired_at is not None:
            return
        entry.retired_at, entry.retired_by = timezone.now(), _person(by)
        entry.full_clean()
        entry.save()
        _record(by, "directoryentry.retired", entry, {})


def restore_entry(*, by: Acting | User, entry: DirectoryEntry) -> None:
    """Take a retired entry back into use. Raises RuleError where another entry has its name by now."""
    with transaction.atomic():
        entry = DirectoryEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
        if entry.retired_at is None:
            return
        namesakes = DirectoryEntry.objects.filter(
            principal=entry.principal_id,
            name=entry.name,
            department=entry.department,
            retired_at__isnull=True,
        )
        if namesakes.exists():
            raise RuleError(f"{entry.name} finns redan bland kontakterna. Avför den först.")
        entry.retired_at = entry.retired_by = None
        entry.full_clean()
        entry.save()
        _record(by, "directoryentry.restored", entry, {})


def note_password_change(*, by: Acting | User, person: User) -> None:
    """Leave in the trace that somebody set a person's password; the admin page has saved it."""
    with transaction.atomic():
        _record(by, "user.password_set", person, {})


def _changes(before: models.Model | None, row: models.Model) -> dict[str, Any]:
    """Give each field that differs, from and to, as text; for a new row what it starts with."""
    told: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.primary_key or field.attname in _UNTOLD:
            continue
        old = getattr(before, field.attname) if before is not None else None
        new = getattr(row, field.attname)
        if old != new and not (before is None and new in (None, "", False)):
            told[field.attname] = ["" if old is None else str(old), "" if new is None else str(new)]
    return told


def _person(by: Acting | User) -> User:
    return by if isinstance(by, User) else by.user


def _record(by: Acting | User, action: str, row: Row, changes: dict[str, Any]) -> AuditEntry:
    if isinstance(by, User):
        return audit.record_system(action=action, user=by, target=row, changes=changes)
    return audit.record(by=by, action=action, target=row, changes=changes)
