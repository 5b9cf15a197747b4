"""The directory files that were sent in: each is seen by those who keep the contacts of the same principal."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from contacts.access import Acting
from contacts.models import AuditEntry, DirectoryFile, DirectoryUpload, Principal
from contacts.rules.swedish_text import search_key


def upload_by_id(by: Acting, upload_id: UUID) -> DirectoryUpload | None:
    """None for another principal's."""
    return DirectoryUpload.objects.filter(principal=by.principal, pk=upload_id).select_related("user").first()


def book_of(upload: DirectoryUpload) -> dict[str, Any] | None:
    """None where the file is deleted."""
    if upload.file is None:
        return None
    files = DirectoryFile.objects.filter(pk=upload.file, principal=upload.principal_id)
    book: dict[str, Any] | None = files.values_list("book", flat=True).first()
    return book


def remembered(principal: Principal) -> dict[str, Any]:
    """What was last chosen of columns and words for a file of the principal's, {} where nothing was."""
    chosen = DirectoryUpload.objects.filter(principal=principal).exclude(memory={}).order_by("-at")
    memory: dict[str, Any] | None = chosen.values_list("memory", flat=True).first()
    return memory or {}


def import_of(upload: DirectoryUpload) -> AuditEntry | None:
    rows = AuditEntry.objects.filter(
        action="directory.import", target_type=upload._meta.label, target_id=str(upload.pk)
    )
    return rows.select_related("user").first()


def last_imports(principal: Principal, since: datetime) -> list[AuditEntry]:
    """The imports of the principal's files since then, newest first."""
    rows = AuditEntry.objects.filter(
        principal=principal, action="directory.import", target_type=DirectoryUpload._meta.label, at__gte=since
    )
    return list(rows.select_related("user"))


def undone(import_row: AuditEntry) -> AuditEntry | None:
    return undone_of([import_row]).get(import_row.target_id)


def undone_of(import_rows: Iterable[AuditEntry]) -> dict[str, AuditEntry]:
    """The audit rows of the undoing of imports, by the upload's id."""
    rows = AuditEntry.objects.filter(
        action="directory.import_undone",
        target_type=DirectoryUpload._meta.label,
        target_id__in=[row.target_id for row in import_rows],
    )
    return {row.target_id: row for row in rows.select_related("user")}


def retired_by_undoing(principal_ids: Iterable[int]) -> set[tuple[int, str]]:
    """Which entries the undoing of imports retired, and when: nobody said of them that they are out of use."""
    rows = AuditEntry.objects.filter(action="directory.import_undone", principal__in=principal_ids)
    told = rows.values_list("changes", flat=True)
    return {(pk, changes["at"]) for changes in told for pk in changes["retired"]}


def principal_by_name(name: str) -> Principal | None:
    """In full or in short, ignoring case, accents and hyphens."""
    key = search_key(name)
    named = (p for p in Principal.objects.all() if key in {search_key(p.name), search_key(p.short_name)})
    return next(named, None) if key else None
