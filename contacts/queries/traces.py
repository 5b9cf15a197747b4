"""Reads of the audit log."""

from django.db.models import Q

from contacts.models import AuditEntry, Principal

_LOOKS = ("chain.read", "protected_opened", "emergency_opened")


def newest_write(principal: Principal) -> int:
    """A number that grows with each write that people of `principal` can see; viewing a patient does not count.

    What is written about a patient is seen by its own principal only.
    """
    found = AuditEntry.objects.filter(Q(principal=principal) | Q(chain__isnull=True))
    seen = found.exclude(action__in=_LOOKS)
    newest: int | None = seen.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0
