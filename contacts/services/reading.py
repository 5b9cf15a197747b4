"""That somebody looked at a patient's data leaves a row too."""

from uuid import UUID

from django.db import transaction

from contacts import audit
from contacts.access import Acting
from contacts.models import AuditEntry


def note_look(*, by: Acting, action: str, chain: UUID | None = None) -> AuditEntry:
    """Write that the acting person looked: at one patient's chain, or (None) at a list."""
    with transaction.atomic():
        return audit.record(by=by, action=action, chain=chain)
