"""What is searched, kept by each process as an index, and rebuilt when the data has changed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Aggregate, TextField

from contacts.content.search_words import search_language
from contacts.models import DirectoryEntry, Principal, Unit
from contacts.rules.directory_search import SearchField
from contacts.rules.entry_facts import EntryKind
from contacts.rules.search_index import Entry, SearchIndex, Text

# Among equals a switchboard comes before a unit, and a unit before a person.
_REGIONS_SWITCHBOARD, _SWITCHBOARD, _UNIT, _PERSON = range(4)
_RANKS = {EntryKind.SWITCHBOARD: _SWITCHBOARD, EntryKind.PERSON: _PERSON}
_KIND_LABELS = dict(EntryKind.choices()) | {EntryKind.OTHER.value: ""}


class Searched(NamedTuple):
    """The entries, retired ones too, and the units."""

    entries: SearchIndex
    units: SearchIndex


class _Kept(NamedTuple):
    stamp: tuple[object, ...]
    keys: tuple[str | None, ...]
    searched: Searched


_kept: _Kept | None = None


def searched() -> Searched:
    """One query; three more where anything was written since, and three more than that where it concerned this."""
    global _kept
    last, stamp = _kept, _stamp()
    if last and last.stamp == stamp:
        return last.searched
    keys = _keys()
    _kept = _Kept(stamp, keys, last.searched if last and last.keys == keys else _made())
    return _kept.searched


def _stamp() -> tuple[object, ...]:
    """Changes as soon as anything was written, by this connection or by any other."""
    on_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version" if on_sqlite else "SELECT pg_current_wal_insert_lsn()")
        version = cursor.fetchone()
    return connection.connection, version, connection.connection.total_changes if on_sqlite else None


class _Joined(Aggregate):
    """All values of a column, one after another."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "STRING_AGG(CAST(%(expressions)s AS text), ',')"
        return self.as_sql(compiler, connection, template=template, **more)


_READ = (
    # The columns of two indexes: narrow beside the rows, and all that the database has to read.
    (DirectoryEntry, ("id", "sort_key", "search_key", "digits_key", "retired_at")),
    (DirectoryEntry, ("first_name_key", "last_name_key", "title_key", "department_key")),
    (Unit, ("id", "name", "active")),
)


def _keys() -> tuple[str | None, ...]:
    """All that is searched, each column as one text."""
    read = [
        model.objects.aggregate(**{f"all_{column}": _Joined(column) for column in columns})
        for model, columns in _READ
    ]
    return tuple(text for texts in read for text in texts.values())


def _made() -> Searched:
    language = search_language()
    principals = {principal.pk: principal for principal in Principal.objects.all()}
    places = [principal.short_name for principal in principals.values() if not principal.is_region]
    units = {unit.pk: unit for unit in Unit.objects.all()}
    # Who knows a unit, or a contact, by the name it had before it was joined to another finds what stands.
    names = {pk: " ".join([unit.name, *unit.other_names]) for pk, unit in units.items()}
    in_use = [unit.name for unit in units.values() if unit.active]
    rows = DirectoryEntry.objects.values_list(*_SEARCHED, named=True).iterator(chunk_size=2_000)
    return Searched(
        SearchIndex((_entry(row, principals, names) for row in rows), language, places, in_use),
        SearchIndex((_unit(unit, principals[unit.principal_id]) for unit in units.values()), language),
    )


def _unit(unit: Unit, principal: Principal) -> Entry:
    return Entry(
        pk=unit.pk,
        principal=principal.pk,
        order=(_UNIT, unit.sort_key, unit.pk),
        texts={
            Text.NAME: (unit.name, *unit.other_names),
            Text.BESIDE: (principal.short_name, principal.name),
        },
        numbers="",
        in_use=unit.active,
    )


_SEARCHED = (
    *("pk", "principal_id", "unit_id", "name", "kind", "first_name", "last_name", "title", "department"),
    *("remark", "other_names", "digits_key", "sort_key", "retired_at"),
)


def _entry(row: Any, principals: Mapping[int, Principal], units: Mapping[int, str]) -> Entry:
    """What is searched of an entry, by its columns `_SEARCHED`."""
    principal, unit = principals[row.principal_id], units.get(row.unit_id, "")
    rank = _RANKS.get(row.kind, _UNIT)
    if row.kind == EntryKind.SWITCHBOARD and principal.is_region:
        rank = _REGIONS_SWITCHBOARD
    names = row.first_name, row.last_name
    return Entry(
        pk=row.pk,
        principal=row.principal_id,
        order=(rank, row.sort_key, row.pk),
        texts={
            Text.NAME: (row.name, *(other for other, _ in row.other_names)),
            Text.BESIDE: (_KIND_LABELS[row.kind], *names, row.title, row.department, unit, principal.name),
            Text.REMARK: (row.remark,),
            SearchField.FIRST_NAME: (row.first_name,),
            SearchField.LAST_NAME: (row.last_name,),
            SearchField.TITLE: (row.title,),
            # Where no person is named, what the entry is called is the department.
            SearchField.DEPARTMENT: (row.department, unit, "" if any(names) else row.name),
        },
        numbers=row.digits_key,
        in_use=row.retired_at is None,
    )
