"""What was joined: which row an old name leads to, and what each of two says."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from contacts.models import DirectoryEntry, DirectoryJoin, Principal, RotaTurn, Unit
from contacts.models.locking import locked
from contacts.page_versions import of_everybody
from contacts.queries.prepared import prepared
from contacts.rules.entry_facts import HOUR_LABELS
from contacts.rules.joining import Part, Said, Side, UnitKinds
from contacts.rules.names import is_near, name_key
from contacts.rules.swedish_text import search_key
from contacts.seen import once

COLUMNS: dict[Part, tuple[str, ...]] = {
    Part.KIND: ("kind",),
    Part.NAME: ("name", "first_name", "last_name"),
    Part.TITLE: ("title",),
    Part.DEPARTMENT: ("department",),
    Part.UNIT: ("unit_id",),
    Part.NUMBERS: ("numbers",),
    Part.HOURS: tuple(HOUR_LABELS),
    Part.REMARK: ("remark",),
    Part.OWNER: ("owner",),
    Part.SOURCE: ("source",),
}
"""The columns of a contact that each part is stored in."""

UNIT_COLUMNS = ("ward_kind", "outpatient_kind", "municipal_kind", "hsa_id")
Key = TypeVar("Key")
_STANDING = {"undoes__isnull": True, "undone_by__isnull": True}


def said_by(entry: DirectoryEntry) -> Said:
    return {
        Part.KIND: entry.kind,
        Part.NAME: (entry.name, entry.first_name, entry.last_name),
        Part.TITLE: entry.title,
        Part.DEPARTMENT: entry.department,
        Part.UNIT: entry.unit,
        Part.NUMBERS: entry.phones,
        Part.HOURS: entry.hours,
        Part.REMARK: entry.remark,
        Part.OWNER: entry.owner,
        Part.SOURCE: entry.source,
    }


def stored(row: DirectoryEntry | Unit, names: Iterable[str]) -> dict[str, Any]:
    """Columns of a row, as a join's row stores them."""
    told: dict[str, Any] = json.loads(json.dumps({name: getattr(row, name) for name in names}, default=str))
    return told


def side_of(row: DirectoryEntry | Unit) -> Side:
    """A row as input to the rules of joining. One query, two for one that is joined."""
    return Side(
        pk=row.pk,
        name=row.name,
        in_use=row.active if isinstance(row, Unit) else row.retired_at is None,
        joined_into=row.joined_into.name if row.joined_into else "",
        holds=row.joined.exists(),
    )


def kinds_of(unit: Unit) -> UnitKinds:
    return UnitKinds(unit.ward_kind, unit.outpatient_kind, unit.municipal_kind)


def standing_joins(row: DirectoryEntry | Unit) -> list[DirectoryJoin]:
    """The joins into a row that nobody has undone, the newest first; no query for one that has none."""
    if not row.other_names:
        return []
    related = ("other_unit",) if isinstance(row, Unit) else ("other_entry",)
    return list(row.joins.filter(**_STANDING).select_related("user", *related).order_by("-at"))


def standing_join(kept: DirectoryEntry | Unit, other_id: int) -> DirectoryJoin | None:
    """The join of `other_id` into `kept` that nobody has undone."""
    found = (join for join in standing_joins(kept) if other_id in (join.other_entry_id, join.other_unit_id))
    return next(found, None)


def near_entries(entry: DirectoryEntry) -> list[DirectoryEntry]:
    """The contacts in use of the same principal whose name or number most likely is the same one's. One query."""
    own = {key for key in entry.digits_key.split() if key}
    others = DirectoryEntry.objects.filter(principal=entry.principal_id, retired_at__isnull=True)
    return [
        other
        for other in others.exclude(pk=entry.pk).select_related("unit").order_by("sort_key", "pk")
        if _is_alike(entry.name, other.name) or own & set(other.digits_key.split())
    ]


def units_beside(unit: Unit, text: str = "") -> list[Unit]:
    """The other units in use of the same principal, those of nearly its name first; with `text` those of its words."""
    words = search_key(text).split()
    units = Unit.objects.filter(principal=unit.principal_id, active=True).exclude(pk=unit.pk)
    found = [
        other
        for other in units.order_by("sort_key", "pk")
        if any(all(word in key for word in words) for key in other.name_keys)
    ]
    return sorted(found, key=lambda other: not _is_alike(unit.name, other.name))


def _is_alike(one: str, other: str) -> bool:
    return name_key(one) == name_key(other) or is_near(one, other)


# Units of two branches are not joined, but what one of them is may have been changed since.
_SAME_BRANCH = Q(municipal_kind="") | Q(municipal_kind=F("joined_into__municipal_kind"))


def units_read_as(unit: Unit | int) -> QuerySet[Unit, int]:
    """The ids of a unit and of those of its branch joined into it, as a subquery: what these wrote is the unit's to
    see.
    """
    pk = unit.pk if isinstance(unit, Unit) else unit
    found = Unit.objects.filter(Q(pk=pk) | Q(_SAME_BRANCH, joined_into=pk))
    return found.order_by().values_list("pk", flat=True)


def ids_read_as(unit: Unit | int) -> tuple[int, ...]:
    """As `units_read_as`, read: a database that has counted its rows takes a subquery for a large part of all units."""
    pk = unit.pk if isinstance(unit, Unit) else unit
    key = "units read as", pk
    return once(key, lambda: of_everybody(key, timezone.now(), lambda: tuple(_read_as(pk))))


@prepared
def _read_as(unit_id: int) -> QuerySet[Unit, int]:
    return units_read_as(unit_id)


def is_read_as(unit: Unit, unit_id: int) -> bool:
    """Whether what the unit `unit_id` wrote is `unit`'s to see. No query where they are the same."""
    joined = Unit.objects.filter(_SAME_BRANCH, pk=unit_id, joined_into=unit.pk)
    return unit_id == unit.pk or joined.exists()


def units_by_name(
    principals: Iterable[Principal | int], *, lock: bool = False
) -> dict[tuple[int, str], Unit]:
    """The units of principals by the principal's id and `name_key`, as `leads_to`. With `lock` they stay as they are
    until the transaction is over.
    """
    rows = Unit.objects.filter(principal__in=principals).select_related("joined_into")
    return leads_to(locked(rows) if lock else rows, lambda unit, name: (unit.principal_id, name_key(name)))


def leads_to(units: Iterable[Unit], key: Callable[[Unit, str], Key]) -> dict[Key, Unit]:
    """What each name leads to: a name that was joined to what it is now, a former one to the unit that had it unless
    it is another's by now.
    """
    units = list(units)
    of_today = {key(unit, unit.name): unit.joined_into or unit for unit in units}
    former = {key(unit, name): unit.joined_into or unit for unit in units for name in unit.other_names}
    return former | of_today


def in_use_now(unit: Unit) -> Unit | None:
    """The unit, or what it was joined into; None where that is out of use: nobody looks for a contact there."""
    unit = unit.joined_into or unit
    return unit if unit.active else None


def turns_to_move(unit: Unit) -> QuerySet[RotaTurn]:
    """The turns of a unit that stand, in the order they were written."""
    return RotaTurn.objects.filter(unit=unit, replaced_by__isnull=True, withdraws=False).order_by("order")
