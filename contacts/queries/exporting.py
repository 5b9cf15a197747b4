"""What goes out of the directory: the entries in force, in the order people look for them."""

from contacts.models import DirectoryEntry, Principal

from .entries import entries_in_use


def principal_or_none(principal_id: int) -> Principal | None:
    """Give the principal with that id, or None."""
    return Principal.objects.filter(pk=principal_id).first()


def entries_to_take_out(principal: Principal | None) -> list[DirectoryEntry]:
    """Give the entries in force, of one principal or of all: the region's first, each in Swedish order. One query."""
    found = entries_in_use()
    if principal is not None:
        found = found.filter(principal=principal)
    in_order = found.order_by("principal__sort_key", "sort_key", "pk")
    return sorted(in_order, key=lambda entry: not entry.principal.is_region)
