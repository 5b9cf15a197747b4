"""Searching the directory (R5.6): from one box, by up to four texts with a field each, among the own contacts."""

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from django.db.models import Aggregate, TextField
from django.db.models.functions import Cast

from contacts.content.search_words import search_language
from contacts.models import DirectoryEntry, EntryKind, Principal
from contacts.rules.directory_search import SearchField, needles
from contacts.rules.parties import PrincipalKind
from contacts.rules.search_index import Entry, Found, SearchIndex, Term, Text

from .entries import as_listed, entries_in_use

# While one types the first few are enough to see whether one is on the way.
WHILE_TYPING = 6
PAGE_SIZE = 25
# What tells that something has changed does not tell that a word has moved from the title to the department.
_LASTS_SECONDS = 300
_REGIONS_SWITCHBOARD, _SWITCHBOARD, _UNIT, _PERSON = range(4)


@dataclass(frozen=True, slots=True)
class FoundEntries:
    """One page of a search. `page` counts from 1 and is within `pages`, of which there is always one.

    `terms`, `meant`, `replaced` and `partly` are those of `Found`.
    """

    entries: list[DirectoryEntry]
    total: int
    page: int
    pages: int
    terms: tuple[Term, ...] = ()
    meant: str = ""
    replaced: bool = False
    partly: bool = False

    @property
    def previous(self) -> int | None:
        """The number of the page before, if any."""
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        """The number of the page after, if any."""
        return self.page + 1 if self.page < self.pages else None


def search_entries(
    text: str, *, own: Principal | None = None, page: int = 1, limit: int = PAGE_SIZE
) -> FoundEntries:
    """The entries in force that have everything `text` asks for, best first, those of `own` first among equals.

    Where there is none: what is nearest to it in spelling, then what has most of it. At most two queries once the
    index is made, whatever is found.
    """
    wanted = needles(text)
    found = _index().search(wanted, own=own.pk if own else None) if wanted else Found()
    return _page_of(found, page, limit)


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
    found = _index().search_fields(wanted, own=own.pk if own else None) if wanted else Found()
    return _page_of(found, page, limit)


def search_among(text: str, ids: Collection[int]) -> Found:
    """Of the entries `ids`, retired ones too, those that have everything `text` asks for, or its nearest spelling."""
    return _index().search(needles(text), of=ids)


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

    def as_postgresql(self, compiler, connection, **more):  # noqa: ANN001, ANN003, ANN202
        return super().as_sql(
            compiler, connection, template="STRING_AGG(%(expressions)s, ',')", function="STRING_AGG", **more
        )


def _index() -> SearchIndex:
    # Four columns of one index, which the database reads in two milliseconds where a row is ten times as wide.
    keys = DirectoryEntry.objects.aggregate(
        words=_Joined("search_key"),
        numbers=_Joined("digits_key"),
        order=_Joined("sort_key"),
        retired=_Joined(Cast("retired_at", TextField())),
    )
    return _made(connection.alias, tuple(keys.values()), int(time.monotonic() // _LASTS_SECONDS))


@lru_cache(maxsize=1)
def _made(alias: str, keys: tuple[str | None, ...], turn: int) -> SearchIndex:
    places = Principal.objects.filter(kind=PrincipalKind.MUNICIPALITY).values_list("short_name", flat=True)
    return SearchIndex(map(_entry, _rows()), search_language(), places)


def _rows() -> Iterable[DirectoryEntry]:
    return DirectoryEntry.objects.select_related("principal", "unit").only(
        "principal__name",
        "principal__kind",
        "unit__name",
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


def _entry(row: DirectoryEntry) -> Entry:
    person = f"{row.first_name} {row.last_name}".strip()
    unit_name = row.unit.name if row.unit else ""
    return Entry(
        pk=row.pk,
        principal=row.principal_id,
        order=(_rank(row), row.sort_key, row.pk),
        texts={
            Text.NAME: (row.name,),
            Text.BESIDE: (row.get_kind_display(), person, row.title, row.department, unit_name, row.principal.name),
            Text.REMARK: (row.remark,),
            SearchField.FIRST_NAME: (row.first_name,),
            SearchField.LAST_NAME: (row.last_name,),
            SearchField.TITLE: (row.title,),
            # Where no person is named, what the entry is called is the department.
            SearchField.DEPARTMENT: (row.department, unit_name, "" if person else row.name),
        },
        numbers=row.digits_key,
        in_use=row.retired_at is None,
    )


def _rank(row: DirectoryEntry) -> int:
    if row.kind == EntryKind.SWITCHBOARD:
        return _REGIONS_SWITCHBOARD if row.principal.is_region else _SWITCHBOARD
    return _PERSON if row.kind == EntryKind.PERSON else _UNIT
