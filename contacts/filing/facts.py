"""An entry as a row of the directory file, such that bringing the file in again changes nothing; and in words."""

from collections.abc import Sequence
from dataclasses import fields

from django.utils import timezone

from contacts.models import DirectoryEntry, EntryKind
from contacts.rules.availability import hours_words
from contacts.rules.phone import PHONE_KIND_LABELS, display

from .changes import COLUMN_OF, EntryFacts
from .columns import COLUMNS
from .rows import DirectoryRow, cells_of

NOTHING = "tomt"
# Of numbers and hours, which stand in several columns, the word for all of them.
_LABELS = COLUMN_OF | {"numbers": "Nummer", "hours": "Tider"}
_KINDS = dict(EntryKind.choices)


def facts_of(entry: DirectoryEntry) -> EntryFacts:
    """What a file could say of an entry."""
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
    """The cells of an entry, which comes with its principal and unit, by heading and in the file's order."""
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


def _fact_words(facts: EntryFacts, name: str) -> str:
    """Put one of an entry's facts into words; "" where there is nothing."""
    if name == "kind":
        return str(_KINDS.get(facts.kind, facts.kind))
    if name == "numbers":
        return ", ".join(
            f"{PHONE_KIND_LABELS[phone.kind].lower()} {display(phone.number).removeprefix('internt ')}"
            for phone in facts.numbers
        )
    if name == "hours":
        return hours_words(facts.hours) if facts.hours.known else ""
    return str(getattr(facts, name))


def facts_in_words(facts: EntryFacts) -> list[list[str]]:
    """What a new entry starts with, as label and words; what is empty is left out."""
    told = [[_LABELS[name], _fact_words(facts, name)] for name in COLUMN_OF]
    return [pair for pair in told if pair[1]]


def changes_in_words(old: EntryFacts, new: EntryFacts, changed: Sequence[str]) -> list[list[str]]:
    """Each fact that changes, as label, from and to."""
    return [
        [_LABELS[name], _fact_words(old, name) or NOTHING, _fact_words(new, name) or NOTHING]
        for name in changed
    ]
