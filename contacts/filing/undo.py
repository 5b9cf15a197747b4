"""A whole import undone: what it added is retired, what it changed is restored, what it retired comes back.

What has changed since the import is somebody's later decision: it is reported, and kept.
"""

import json
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import AuditEntry, DirectoryEntry, DirectoryUpload, Principal, Unit
from contacts.models.locking import locked
from contacts.queries.joined import in_use_now
from contacts.queries.uploads import import_of, undone, undone_of
from contacts.rules.errors import RuleError
from contacts.rules.names import name_key
from contacts.rules.permissions import Right
from contacts.rules.phone import digits
from contacts.services.progress import Progress, Steps
from contacts.services.submissions import claim
from contacts.services.whole import whole

from .plan import UNCHECKED
from .write import undo_write_steps

UNDO_DAYS = 30


@dataclass(slots=True)
class Undo:
    """What an undo does: entries to retire, to restore (each as it becomes) and to remove; and what is kept."""

    retire: list[DirectoryEntry] = field(default_factory=list)
    set_back: list[tuple[DirectoryEntry, DirectoryEntry]] = field(default_factory=list)
    take_back: list[DirectoryEntry] = field(default_factory=list)
    kept: list[DirectoryEntry] = field(default_factory=list)

    @property
    def does_something(self) -> bool:
        return bool(self.retire or self.set_back or self.take_back)


def may_be_undone(import_row: AuditEntry, now: datetime) -> bool:
    return now - import_row.at <= timedelta(days=UNDO_DAYS)


def undo_of(import_row: AuditEntry, *, lock: bool = False) -> Undo:
    told = import_row.changes
    ids = [*told["new"], *map(int, told["changed"]), *told["retired"]]
    entries: models.QuerySet[DirectoryEntry] = DirectoryEntry.objects.filter(pk__in=ids).order_by("pk")
    entries = entries.select_related("principal", "unit")
    units = Unit.objects.filter(principal=import_row.principal_id).select_related("joined_into")
    places = {unit.pk: unit for unit in (locked(units) if lock else units)}
    by_id = {entry.pk: entry for entry in (locked(entries) if lock else entries)}
    changed_since = _changed_since(import_row, by_id.values())
    flagged = told.get("flagged", {})
    undo = Undo()
    main = set(Principal.objects.filter(main_switchboard__in=ids).values_list("main_switchboard", flat=True))
    for pk in told["new"]:
        entry = by_id[pk]
        chosen = entry.retired_at or pk in main
        (undo.kept if pk in changed_since or chosen else undo.retire).append(entry)
    for pk, changes in told["changed"].items():
        entry = by_id[int(pk)]
        before = None if int(pk) in changed_since else _set_back(entry, changes, flagged.get(pk), places)
        if before is None or (entry.pk in main and before.kind != entry.kind):
            undo.kept.append(entry)
        else:
            undo.set_back.append((entry, before))
    for pk in told["retired"]:
        entry = by_id[pk]
        entry.flagged = flagged.get(str(pk), [])
        place = places.get(entry.unit_id) if entry.unit_id else None
        back = entry.retired_at and pk not in changed_since and (place is None or place.active)
        (undo.take_back if back else undo.kept).append(entry)
    _keep_namesakes(undo, import_row)
    return undo


def _changed_since(import_row: AuditEntry, entries: Iterable[DirectoryEntry]) -> set[int]:
    ids = [str(entry.pk) for entry in entries]
    later = AuditEntry.objects.filter(
        target_type=DirectoryEntry._meta.label, action__startswith="directoryentry.", pk__gt=import_row.pk
    )
    later = later.filter(target_id__in=ids).exclude(at__in=_undone_since(import_row))
    return {int(row.target_id) for row in later.only("target_id")}


def _undone_since(import_row: AuditEntry) -> list[datetime]:
    """When what later imports wrote was written, and undone: what they changed is as it was before them."""
    rows = AuditEntry.objects.filter(
        principal=import_row.principal_id, action="directory.import", pk__gt=import_row.pk
    )
    undone_later = undone_of(later := list(rows))
    told = [row.changes for row in later if row.target_id in undone_later]
    told += [row.changes for row in undone_later.values()]
    return [datetime.fromisoformat(each["at"]) for each in told if "at" in each]


def _set_back(
    entry: DirectoryEntry, changes: dict[str, Any], flagged: list[str] | None, places: Mapping[int, Unit]
) -> DirectoryEntry | None:
    """The entry as it was before the import, None where that is no longer possible. A unit that was joined since is
    what it is now, and what has been said since of a number that both have stands.
    """
    before = copy(entry)
    for name, (old, _) in changes.items():
        column = next(f for f in DirectoryEntry._meta.concrete_fields if f.attname == name)
        setattr(before, name, _value(column, old))
    if before.unit_id and before.unit_id != entry.unit_id:
        before.unit = in_use_now(places[before.unit_id])
        if before.unit is None:
            return None
    both = {digits(phone.number) for phone in entry.phones}
    said = [number for number in flagged or () if number not in both] + entry.flagged
    before.flagged = [key for phone in before.phones if (key := digits(phone.number)) in said]
    try:
        before.clean_fields(exclude=UNCHECKED)
    except ValidationError:
        return None
    return before


def _value(column: Any, text: str) -> Any:
    """A value of a column from the text that the audit row has of it."""
    if text == "":
        return [] if isinstance(column, models.JSONField) else None if column.null else ""
    if isinstance(column, models.JSONField):
        return json.loads(text)
    return column.target_field.to_python(text) if column.is_relation else column.to_python(text)


def _keep_namesakes(undo: Undo, import_row: AuditEntry) -> None:
    """Keep what would come back beside another of the same name, however it is spelled."""
    going = {entry.pk for entry in undo.retire} | {entry.pk for entry, _ in undo.set_back}
    standing = DirectoryEntry.objects.filter(principal=import_row.principal_id, retired_at__isnull=True)
    names = {
        (name_key(name), name_key(department))
        for pk, name, department in standing.values_list("pk", "name", "department")
        if pk not in going
    }
    for entry in [entry for entry in undo.take_back if _named(entry) in names]:
        undo.take_back.remove(entry)
        undo.kept.append(entry)
    for pair in [pair for pair in undo.set_back if _named(pair[1]) in names]:
        undo.set_back.remove(pair)
        undo.kept.append(pair[0])


def _named(entry: DirectoryEntry) -> tuple[str, str]:
    return name_key(entry.name), name_key(entry.department)


def undo_steps(*, by: Acting, upload: DirectoryUpload, client_id: UUID) -> Steps[AuditEntry]:
    """Undo the import of an upload; returns the audit row, a second time the first one's.

    Raises NotAllowed, IdClash, and RuleError where the file was not imported, or longer ago than may be undone.
    """
    check_may(by, Right.MANAGE_DIRECTORY, upload)
    try:
        with whole():
            DirectoryUpload.objects.select_for_update(no_key=True).only("pk").get(pk=upload.pk)
            import_row = import_of(upload)
            if import_row is None:
                raise RuleError("Filen är inte inläst.")
            if done := undone(import_row):
                return done
            now = timezone.now()
            if not may_be_undone(import_row, now):
                raise RuleError(f"Inläsningen är äldre än {UNDO_DAYS} dagar. Ändra kontakterna var för sig.")
            claim(by=by, client_id=client_id, kind="directory.undo", content={"upload": str(upload.pk)})
            yield Progress("Jämför med katalogen")
            undo = undo_of(import_row, lock=True)
            changes = {
                "at": now.isoformat(),
                "retired": [entry.pk for entry in undo.retire],
                "set_back": [entry.pk for entry, _ in undo.set_back],
                "taken_back": [entry.pk for entry in undo.take_back],
                "kept": [entry.pk for entry in undo.kept],
            }
            yield from undo_write_steps(by, now, undo.retire, undo.set_back, undo.take_back)
            return audit.record(by=by, action="directory.import_undone", target=upload, changes=changes)
    except IntegrityError as wrong:
        raise RuleError("Kontakterna har ändrats under tiden. Försök igen.") from wrong
