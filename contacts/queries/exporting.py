"""What goes out of the directory: the entries in force, in the order people look for them."""

from django.db.models import Count, Q

from contacts.models import DirectoryEntry, Principal

from .entries import entries_in_use


def principal_or_none(principal_id: int) -> Principal | None:
    """Give the principal with that id, or None."""
    return Principal.objects.filter(pk=principal_id).first()


def principals_to_take_out() -> list[Principal]:
    """Give the principals that have entries in force, the region first, each with `in_force`, how many. One query."""
    counted = Count("entries", filter=Q(entries__retired_at__isnull=True))
    found = Principal.objects.annotate(in_force=counted).filter(in_force__gt=0).order_by("sort_key", "pk")
    return sorted(found, key=lambda principal: not principal.is_region)


def entries_to_take_out(principal: Principal | None) -> list[DirectoryEntry]:
    """Give the entries in force, of one principal or of all: the region's first, each in Swedish order. One query."""
    found = entries_in_use()
    if principal is not None:
        found = found.filter(principal=principal)
    in_order = found.order_by("principal__sort_key", "sort_key", "pk")
    return sorted(in_order, key=lambda entry: not entry.principal.is_region)
