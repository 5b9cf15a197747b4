"""A plan carried out: entries in bulk, each with its own audit row."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from contacts.access import Acting
from contacts.models import AuditEntry, DirectoryEntry, User
from contacts.page_versions import EVERYBODY, changed
from contacts.services.flags import carry_words
from contacts.services.progress import Progress, Steps
from contacts.services.traces import changes_between, person_of
from contacts.trail.sealing import seal_on_commit

from .changes import Fate
from .plan import Plan

BATCH = 500
By = Acting | User | None
"""Who acts; a command on the server may have a person without an assignment, or nobody."""
Changes = dict[str, Any]
Pair = tuple[DirectoryEntry, DirectoryEntry]
"""An entry as it was and as it is to be."""
Entries = Sequence[DirectoryEntry]
Job = tuple[Callable[[Any], None], Sequence[Any]]


def write_steps(by: By, plan: Plan, at: datetime, *, retire_missing: bool) -> Steps[dict[str, Any]]:
    """Write what the plan says, inside the transaction of the caller; returns the contents of the audit row.

    That is the ids of the new entries and of the retired ones, from and to of each changed one, and cleared flags.
    """
    for principal in plan.new_principals:
        principal.full_clean()
        principal.save()
    new = [planned.entry for planned in plan.of(Fate.NEW) if planned.entry is not None]
    changed = [
        (planned.before, planned.entry)
        for planned in plan.of(Fate.CHANGED)
        if planned.before is not None and planned.entry is not None
    ]
    gone = [planned.entry for planned in plan.of(Fate.GONE) if planned.entry is not None and retire_missing]
    flagged = {entry.pk: entry.flagged for entry in gone if entry.flagged}
    flagged |= {before.pk: before.flagged for before, entry in changed if before.flagged != entry.flagged}
    told: dict[str, Changes] = {}
    yield from _in_batches(
        (lambda batch: _insert(by, batch, at), new),
        *_updates(by, changed, at, told),
        (lambda batch: _retire(by, batch, at), gone),
    )
    return {
        "flagged": {str(pk): numbers for pk, numbers in flagged.items()},
        "principals": len(plan.new_principals),
        "new": [entry.pk for entry in new],
        "changed": told,
        "retired": [entry.pk for entry in gone],
    }


def _in_batches(*jobs: Job) -> Steps[None]:
    total, done = sum(len(items) for _, items in jobs), 0
    for write, items in jobs:
        for start in range(0, len(items), BATCH):
            yield Progress("Skriver", done, total)
            batch = items[start : start + BATCH]
            write(batch)
            done += len(batch)
    yield Progress("Skriver", total, total)


def _insert(by: By, entries: Sequence[DirectoryEntry], at: datetime) -> None:
    for entry in entries:
        # The principal may have got its id after the entry was made.
        entry.principal = entry.principal
        entry.make_keys()
    DirectoryEntry.objects.bulk_create(entries)
    carry_words(entries)
    _leave_traces(by, "directoryentry.added", at, ((e, changes_between(None, e)) for e in entries))


def _updates(by: By, pairs: Iterable[Pair], at: datetime, told: dict[str, Changes]) -> Iterator[Job]:
    """The changed entries by the columns that differ: the fewer a statement names, the faster it is, by far.

    `told` collects from and to.
    """
    found: dict[tuple[str, ...], list[Pair]] = defaultdict(list)
    for before, entry in pairs:
        entry.make_keys()
        found[_columns_that_differ(before, entry)].append((before, entry))
    for columns, same in found.items():
        yield partial(_update, by, columns, at, told), same


def _columns_that_differ(before: DirectoryEntry, entry: DirectoryEntry) -> tuple[str, ...]:
    return tuple(
        field.name
        for field in DirectoryEntry._meta.concrete_fields
        if getattr(before, field.attname) != getattr(entry, field.attname)
    )


def _update(
    by: By, columns: Sequence[str], at: datetime, told: dict[str, Changes], pairs: Sequence[Pair]
) -> None:
    # Rows that are there already, by their ids: `bulk_update` takes ten times as long to construct the statement.
    DirectoryEntry.objects.bulk_create(
        [entry for _, entry in pairs], update_conflicts=True, unique_fields=["id"], update_fields=columns
    )
    if "numbers" in columns:
        carry_words([entry for _, entry in pairs])
    changes = [(entry, changes_between(before, entry)) for before, entry in pairs]
    _leave_traces(by, "directoryentry.changed", at, changes)
    told |= {str(entry.pk): each for entry, each in changes}


def _retire(by: By, entries: Sequence[DirectoryEntry], at: datetime) -> None:
    assert by is not None, "who retires is told"
    ids = [entry.pk for entry in entries]
    DirectoryEntry.objects.filter(pk__in=ids).update(retired_at=at, retired_by=person_of(by), flagged=[])
    _leave_traces(by, "directoryentry.retired", at, ((entry, {}) for entry in entries))


def _leave_traces(by: By, action: str, at: datetime, told: Iterable[tuple[DirectoryEntry, Changes]]) -> None:
    who: dict[str, Any] = {}
    if isinstance(by, User):
        who = {"user": by}
    elif by is not None:
        who = {"user": by.user, "unit": by.unit, "principal": by.principal}
    label = DirectoryEntry._meta.label
    AuditEntry.objects.bulk_create(
        AuditEntry(at=at, action=action, target_type=label, target_id=str(entry.pk), changes=changes, **who)
        for entry, changes in told
    )
    seal_on_commit()
    changed(EVERYBODY)


def undo_write_steps(
    by: Acting, at: datetime, retire: Entries, set_back: Sequence[Pair], take_back: Entries
) -> Steps[None]:
    """Write what undoing an import does, inside the transaction of the caller; `set_back` has each as it becomes."""
    yield from _in_batches(
        (lambda batch: _retire(by, batch, at), retire),
        *_updates(by, set_back, at, {}),
        (lambda batch: _take_back(by, batch, at), take_back),
    )


def _take_back(by: Acting, entries: Sequence[DirectoryEntry], at: datetime) -> None:
    ids = [entry.pk for entry in entries]
    DirectoryEntry.objects.filter(pk__in=ids).update(retired_at=None, retired_by=None)
    for entry in entries:
        if entry.flagged:
            DirectoryEntry.objects.filter(pk=entry.pk).update(flagged=entry.flagged)
    carry_words(entries)
    _leave_traces(by, "directoryentry.restored", at, ((entry, {}) for entry in entries))
