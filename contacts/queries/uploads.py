"""The directory files that were sent in: each is seen by those who keep the contacts of the same principal."""

from uuid import UUID

from contacts.access import Acting
from contacts.models import AuditEntry, DirectoryUpload, Principal, User
from contacts.rules.swedish_text import search_key


def upload_by_id(by: Acting, upload_id: UUID) -> DirectoryUpload | None:
    """Give an upload of one's own principal, or None. Its file is left in the database until it is asked for."""
    uploads = DirectoryUpload.objects.filter(principal=by.principal).defer("content")
    return uploads.select_related("user").filter(pk=upload_id).first()


def import_of(upload: DirectoryUpload) -> AuditEntry | None:
    """Give the row of the trace that the import of an upload left, None where it is not brought in."""
    rows = AuditEntry.objects.filter(
        action="directory.import", target_type=upload._meta.label, target_id=str(upload.pk)
    )
    return rows.select_related("user").first()


def principal_by_name(name: str) -> Principal | None:
    """Give the principal that is called so, in full or in short; case, accents and hyphens forgiven."""
    key = search_key(name)
    named = (p for p in Principal.objects.all() if key in {search_key(p.name), search_key(p.short_name)})
    return next(named, None) if key else None


def person_by_username(username: str) -> User | None:
    """Give the person who logs in by that name, or None."""
    return User.objects.filter(username=username, is_active=True).first()
