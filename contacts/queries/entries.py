"""The entries in use, from which every other read starts."""

from django.db.models import QuerySet

from contacts.models import DirectoryEntry
from contacts.rules.entry_facts import HOUR_LABELS

# What a list shows of an entry, and what tells when somebody answers. Half the columns, so half the time to read.
_OF_PRINCIPAL = ("name", "kind", "short_name", "sort_key", "main_switchboard")
_LISTED = (
    *(f"principal__{column}" for column in _OF_PRINCIPAL),
    *(
        "unit",
        "unit__active",
        "name",
        "kind",
        "title",
        "department",
        "numbers",
        "flagged",
        "remark",
        "verified_at",
    ),
    *HOUR_LABELS,
)


def entries_in_use() -> QuerySet[DirectoryEntry]:
    """With principal and unit."""
    return DirectoryEntry.objects.filter(retired_at__isnull=True).select_related("principal", "unit")


def as_listed(entries: QuerySet[DirectoryEntry]) -> QuerySet[DirectoryEntry]:
    """Only the columns a list shows, with the principal's name and kind, and of the unit whether it is in use."""
    return entries.select_related(None).select_related("principal", "unit").only(*_LISTED)
