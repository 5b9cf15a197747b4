"""Reads of the audit log."""

from django.db.models import Q

from contacts.models import AuditEntry, Principal

_LOOK = "chain.read"


def newest_write(principal: Principal) -> int:
    """A number that grows with each write that people of `principal` can see; viewing a patient does not count.

    What is written about a patient is seen by its own principal only.
    """
    seen = AuditEntry.objects.filter(Q(principal=principal) | Q(chain__isnull=True)).exclude(action=_LOOK)
    newest: int | None = seen.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0
