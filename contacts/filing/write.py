"""A plan carried out: many entries at a time, each with its own row of the trace."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from contacts.access import Acting
from contacts.models import AuditEntry, DirectoryEntry, User
from contacts.services.progress import Progress, Steps
from contacts.services.traces import changes_between, person_of

from .changes import Fate
from .plan import Plan, Planned

BATCH = 500
Item = TypeVar("Item")
Changes = dict[str, Any]


def write_steps(
    by: Acting | User | None, plan: Plan, at: datetime, *, retire_missing: bool
) -> Steps[dict[str, Any]]:
    """Write what the plan says, inside the transaction of the caller; give what the trace is to tell of it.

    That is the ids of the new entries and of the retired ones, from and to of each changed one, and flags that went.
    """
    for principal in plan.new_principals:
        principal.full_clean()
        principal.save()
    new, changed = plan.of(Fate.NEW), plan.of(Fate.CHANGED)
    gone = [planned.entry for planned in plan.of(Fate.GONE) if planned.entry is not None and retire_missing]
    flags_of_gone = {str(entry.pk): entry.flagged for entry in gone if entry.flagged}
    total = len(new) + len(changed) + len(gone)
    done = 0
    for batch in _batches(_entries(new)):
        yield Progress("Skriver", done, total)
        _insert(by, batch, at)
        done += len(batch)
    told: dict[str, Changes] = {}
    for columns, same in _by_changed_columns(changed).items():
        for pairs in _batches(same):
            yield Progress("Skriver", done, total)
            told |= _update(by, pairs, columns, at)
            done += len(pairs)
    for batch in _batches(gone):
        yield Progress("Skriver", done, total)
        _retire(by, batch, at)
        done += len(batch)
    yield Progress("Skriver", total, total)
    flagged = [(each.before, each.entry) for each in changed if each.before and each.entry]
    return {
        "flagged": {
            str(before.pk): before.flagged for before, entry in flagged if before.flagged != entry.flagged
        }
        | flags_of_gone,
        "principals": len(plan.new_principals),
        "new": [entry.pk for entry in _entries(new)],
        "changed": told,
        "retired": [entry.pk for entry in gone],
    }


def _entries(planned: Iterable[Planned]) -> list[DirectoryEntry]:
    return [each.entry for each in planned if each.entry is not None]


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _insert(by: Acting | User | None, entries: Sequence[DirectoryEntry], at: datetime) -> None:
    for entry in entries:
        # The principal may have got its id after the entry was made.
        entry.principal = entry.principal
        entry.make_keys()
    DirectoryEntry.objects.bulk_create(entries)
    _leave_traces(by, "directoryentry.added", at, ((e, changes_between(None, e)) for e in entries))


def _by_changed_columns(
    planned: Iterable[Planned],
) -> dict[tuple[str, ...], list[tuple[DirectoryEntry, DirectoryEntry]]]:
    """Give the changed entries, each as it was and as it is to be, by the columns that differ.

    The fewer columns a statement names, the faster it is, by far.
    """
    found: dict[tuple[str, ...], list[tuple[DirectoryEntry, DirectoryEntry]]] = defaultdict(list)
    for each in planned:
        if each.before is not None and each.entry is not None:
            each.entry.make_keys()
            found[_columns_that_differ(each.before, each.entry)].append((each.before, each.entry))
    return found


def _columns_that_differ(before: DirectoryEntry, entry: DirectoryEntry) -> tuple[str, ...]:
    return tuple(
        field.name
        for field in DirectoryEntry._meta.concrete_fields
        if getattr(before, field.attname) != getattr(entry, field.attname)
    )


def _update(
    by: Acting | User | None,
    pairs: Sequence[tuple[DirectoryEntry, DirectoryEntry]],
    columns: Sequence[str],
    at: datetime,
) -> dict[str, Changes]:
    # Rows that are there already, by their ids: `bulk_update` takes ten times as long to put the statement together.
    DirectoryEntry.objects.bulk_create(
        [entry for _, entry in pairs], update_conflicts=True, unique_fields=["id"], update_fields=columns
    )
    told = [(entry, changes_between(before, entry)) for before, entry in pairs]
    _leave_traces(by, "directoryentry.changed", at, told)
    return {str(entry.pk): changes for entry, changes in told}


def _retire(by: Acting | User | None, entries: Sequence[DirectoryEntry], at: datetime) -> None:
    assert by is not None, "who retires is told"
    ids = [entry.pk for entry in entries]
    DirectoryEntry.objects.filter(pk__in=ids).update(retired_at=at, retired_by=person_of(by), flagged=[])
    _leave_traces(by, "directoryentry.retired", at, ((entry, {}) for entry in entries))


def _leave_traces(
    by: Acting | User | None, action: str, at: datetime, told: Iterable[tuple[DirectoryEntry, Changes]]
) -> None:
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


def undo_write_steps(
    by: Acting,
    at: datetime,
    *,
    retire: Sequence[DirectoryEntry],
    set_back: Sequence[tuple[DirectoryEntry, DirectoryEntry]],
    take_back: Sequence[DirectoryEntry],
) -> Steps[None]:
    """Write what undoing an import does, inside the transaction of the caller; `set_back` gives each as it becomes."""
    total = len(retire) + len(set_back) + len(take_back)
    done = 0
    for batch in _batches(retire):
        yield Progress("Skriver", done, total)
        _retire(by, batch, at)
        done += len(batch)
    planned = [Planned(Fate.CHANGED, entry=then, before=now) for now, then in set_back]
    for columns, same in _by_changed_columns(planned).items():
        for pairs in _batches(same):
            yield Progress("Skriver", done, total)
            _update(by, pairs, columns, at)
            done += len(pairs)
    for batch in _batches(take_back):
        yield Progress("Skriver", done, total)
        ids = [entry.pk for entry in batch]
        DirectoryEntry.objects.filter(pk__in=ids).update(retired_at=None, retired_by=None)
        for entry in batch:
            if entry.flagged:
                DirectoryEntry.objects.filter(pk=entry.pk).update(flagged=entry.flagged)
        _leave_traces(by, "directoryentry.restored", at, ((entry, {}) for entry in batch))
        done += len(batch)
    yield Progress("Skriver", total, total)
