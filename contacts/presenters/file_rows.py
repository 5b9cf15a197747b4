"""An entry as a row of the directory file, such that bringing the file in again changes nothing."""

from dataclasses import fields

from django.utils import timezone

from contacts.models import DirectoryEntry
from contacts.rules.directory_changes import EntryFacts
from contacts.rules.directory_columns import COLUMNS
from contacts.rules.directory_file import DirectoryRow, cells_of


def facts_of(entry: DirectoryEntry) -> EntryFacts:
    """Give what a file could say of an entry."""
    return EntryFacts(
        kind=entry.kind,
        first_name=entry.first_name,
        last_name=entry.last_name,
        title=entry.title,
        department=entry.department,
        numbers=entry.phones,
        hours=entry.hours,
        remark=entry.remark,
        unit=entry.unit.name if entry.unit else "",
        owner=entry.owner,
        source=entry.source,
    )


def file_row(entry: DirectoryEntry) -> dict[str, str]:
    """Give the cells of an entry, which comes with its principal and unit, by heading and in the file's order."""
    facts = facts_of(entry)
    row = DirectoryRow(
        row=0,
        given=frozenset(COLUMNS),
        principal=entry.principal.name,
        name=entry.name,
        **{field.name: getattr(facts, field.name) for field in fields(facts)},
    )
    checked = timezone.localdate(entry.verified_at).isoformat() if entry.verified_at else ""
    return dict(zip(COLUMNS, cells_of(row, label=entry.get_kind_display(), checked=checked), strict=True))
