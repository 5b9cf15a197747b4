"""Searching the directory (R5.6): from one box, by up to four texts with a field each, among the own contacts."""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, Self

from django.db import connection
from django.db.models import Aggregate, TextField
from django.db.models.functions import Cast

from contacts.content.search_words import search_language
from contacts.models import DirectoryEntry, EntryKind, Principal, Unit
from contacts.rules.directory_search import SearchField, needles
from contacts.rules.search_index import Entry, SearchIndex, Text
from contacts.rules.search_terms import Term
from contacts.rules.searching import Found, called, search, search_fields

from .entries import as_listed, entries_in_use

# While one types the first few are enough to see whether one is on the way.
WHILE_TYPING = 6
PAGE_SIZE = 25
_LASTS_SECONDS = 300
_REGIONS_SWITCHBOARD, _SWITCHBOARD, _UNIT, _PERSON = range(4)
_RANKS = {EntryKind.SWITCHBOARD: _SWITCHBOARD, EntryKind.PERSON: _PERSON}
_KIND_LABELS = {kind.value: str(kind.label) for kind in EntryKind} | {EntryKind.OTHER.value: ""}


@dataclass(frozen=True, slots=True)
class FoundEntries:
    """One page of a search. `page` counts from 1 and is within `pages`, of which there is always one.

    `terms`, `meant`, `replaced` and `partly` are those of `Found`; `units` the ids of the units in use that are called
    that, in Swedish order.
    """

    entries: list[DirectoryEntry]
    total: int
    page: int
    pages: int
    terms: tuple[Term, ...] = ()
    meant: str = ""
    replaced: bool = False
    partly: bool = False
    units: tuple[int, ...] = ()

    def shortened(self, limit: int) -> Self:
        """The same with no more than `limit` to a page; of a first page."""
        return replace(self, entries=self.entries[:limit], pages=max(1, -(-self.total // limit)))

    @property
    def previous(self) -> int | None:
        """The number of the page before, if any."""
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        """The number of the page after, if any."""
        return self.page + 1 if self.page < self.pages else None


NOTHING = FoundEntries([], 0, 1, 1)


def search_entries(
    text: str, *, own: Principal | None = None, page: int = 1, limit: int = PAGE_SIZE
) -> FoundEntries:
    """The entries in force that have everything `text` asks for, best first, those of `own` first among equals.

    Where there is none: what is nearest to it in spelling, then what has most of it. Two queries, whatever is
    found, as long as nothing was written since the last search.
    """
    wanted = needles(text)
    if not wanted:
        return NOTHING
    known = _known()
    found = search(known.entries, wanted, own=own.pk if own else None)
    return replace(_page_of(found, page, limit), units=called(known.units, found.terms))


def search_by_fields(
    texts: Iterable[tuple[SearchField, str]],
    *,
    own: Principal | None = None,
    page: int = 1,
    limit: int = PAGE_SIZE,
) -> FoundEntries:
    """The entries in force that have each text in its field, as `search_entries` gives them (R5.6).

    Texts without letters and digits ask for nothing; with no other, nothing is found.
    """
    wanted = [(field, asked) for field, text in texts if (asked := needles(text))]
    return (
        _page_of(search_fields(_known().entries, wanted, own=own.pk if own else None), page, limit)
        if wanted
        else NOTHING
    )


def search_among(text: str, ids: Collection[int]) -> Found:
    """Of the entries `ids`, retired ones too, those that have everything `text` asks for, or its nearest spelling."""
    return search(_known().entries, needles(text), of=ids)


def _page_of(found: Found, page: int, limit: int) -> FoundEntries:
    pages = max(1, -(-len(found.pks) // limit))
    page = min(max(page, 1), pages)
    entries = in_their_order(found.pks[(page - 1) * limit : page * limit])
    told = found.terms, found.meant, found.replaced, found.partly
    return FoundEntries(entries, len(found.pks), page, pages, *told)


def in_their_order(pks: Sequence[int]) -> list[DirectoryEntry]:
    """Read entries in force for a list, in the order of their ids; no query where none is asked for."""
    rows = {entry.pk: entry for entry in as_listed(entries_in_use().filter(pk__in=pks))} if pks else {}
    return [rows[pk] for pk in pks if pk in rows]


# The index: made anew by each process when the keys no longer read the same.


class _Joined(Aggregate):
    """All values of a column, one after another."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler, connection, **more):
        return super().as_sql(
            compiler, connection, template="STRING_AGG(%(expressions)s, ',')", function="STRING_AGG", **more
        )


class _Known(NamedTuple):
    """What is searched: the entries, and the units in use."""

    entries: SearchIndex
    units: SearchIndex


class _Kept(NamedTuple):
    """What this process made last: of which keys, and when the database held them."""

    stamp: tuple[object, ...]
    keys: tuple[str | None, ...]
    turn: int
    known: _Known


_kept: _Kept | None = None


def _known() -> _Known:
    """What is searched, as it stands.

    One query; two more where anything was written since, and three more where it was something of this.
    """
    global _kept
    last, stamp, turn = _kept, _stamp(), int(time.monotonic() // _LASTS_SECONDS)
    if last and (last.stamp, last.turn) == (stamp, turn):
        return last.known
    keys = _keys()
    known = last.known if last and (last.keys, last.turn) == (keys, turn) else _made()
    _kept = _Kept(stamp, keys, turn, known)
    return known


def _stamp() -> tuple[object, ...]:
    """What is another as soon as anything was written, by this connection or by any."""
    on_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version" if on_sqlite else "SELECT pg_current_wal_insert_lsn()")
        version = cursor.fetchone()
    return connection.connection, version, connection.connection.total_changes if on_sqlite else None


def _keys() -> tuple[str | None, ...]:
    """All that is searched, as one text for each column; of the entries only columns that one index holds."""
    entries = DirectoryEntry.objects.aggregate(
        words=_Joined("search_key"),
        numbers=_Joined("digits_key"),
        order=_Joined("sort_key"),
        retired=_Joined(Cast("retired_at", TextField())),
    )
    units = Unit.objects.aggregate(
        names=_Joined("name"),
        ids=_Joined(Cast("pk", TextField())),
        active=_Joined(Cast("active", TextField())),
    )
    return *entries.values(), *units.values()


def _made() -> _Known:
    language = search_language()
    principals = {principal.pk: principal for principal in Principal.objects.all()}
    places = [principal.short_name for principal in principals.values() if not principal.is_region]
    units = {unit.pk: unit for unit in Unit.objects.all()}
    names = {pk: unit.name for pk, unit in units.items()}
    in_use = [unit.name for unit in units.values() if unit.active]
    rows = DirectoryEntry.objects.values_list(*_SEARCHED).iterator(chunk_size=2_000)
    return _Known(
        SearchIndex((_entry(*row, principals, names) for row in rows), language, places, in_use),
        SearchIndex((_unit(unit, principals[unit.principal_id]) for unit in units.values()), language),
    )


def _unit(unit: Unit, principal: Principal) -> Entry:
    return Entry(
        pk=unit.pk,
        principal=principal.pk,
        order=(_UNIT, unit.sort_key, unit.pk),
        texts={Text.NAME: (unit.name,), Text.BESIDE: (principal.short_name, principal.name)},
        numbers="",
        in_use=unit.active,
    )


_SEARCHED = (
    "pk",
    "principal_id",
    "unit_id",
    "name",
    "kind",
    "first_name",
    "last_name",
    "title",
    "department",
    "remark",
    "digits_key",
    "sort_key",
    "retired_at",
)


def _entry(
    pk: int,
    principal_id: int,
    unit_id: int | None,
    name: str,
    kind: str,
    first_name: str,
    last_name: str,
    title: str,
    department: str,
    remark: str,
    digits_key: str,
    sort_key: str,
    retired_at: datetime | None,
    principals: Mapping[int, Principal],
    units: Mapping[int, str],
) -> Entry:
    principal, unit = principals[principal_id], units.get(unit_id, "") if unit_id else ""
    rank = _RANKS.get(kind, _UNIT)
    if kind == EntryKind.SWITCHBOARD and principal.is_region:
        rank = _REGIONS_SWITCHBOARD
    return Entry(
        pk=pk,
        principal=principal_id,
        order=(rank, sort_key, pk),
        texts={
            Text.NAME: (name,),
            Text.BESIDE: (_KIND_LABELS[kind], first_name, last_name, title, department, unit, principal.name),
            Text.REMARK: (remark,),
            SearchField.FIRST_NAME: (first_name,),
            SearchField.LAST_NAME: (last_name,),
            SearchField.TITLE: (title,),
            # Where no person is named, what the entry is called is the department.
            SearchField.DEPARTMENT: (department, unit, "" if first_name or last_name else name),
        },
        numbers=digits_key,
        in_use=retired_at is None,
    )
