"""Searching the directory (R5.6): from one box, by up to four texts with a field each, among the own contacts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from contacts.models import DirectoryEntry, Principal
from contacts.rules.directory_search import SearchField, needles
from contacts.rules.search_terms import Term
from contacts.rules.searching import Found, called, search, search_fields

from .entries import as_listed, entries_in_use
from .searched import searched

# While one types the first few are enough to see whether one is on the way.
WHILE_TYPING = 6
PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class FoundEntries:
    """One page of a search. `page` counts from 1 and is within `pages`, of which there is always one.

    `terms`, `meant`, `replaced` and `partly` are those of `Found`; `units` ids of units in use called so.
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
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
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
    known = searched()
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
    if not wanted:
        return NOTHING
    return _page_of(search_fields(searched().entries, wanted, own=own.pk if own else None), page, limit)


def search_among(text: str, ids: Collection[int]) -> Found:
    """Of the entries `ids`, retired ones too, those that have everything `text` asks for, or its nearest spelling."""
    return search(searched().entries, needles(text), of=ids)


def _page_of(found: Found, page: int, limit: int) -> FoundEntries:
    pages = max(1, -(-len(found.pks) // limit))
    page = min(max(page, 1), pages)
    entries = in_their_order(found.pks[(page - 1) * limit : page * limit])
    told = found.terms, found.meant, found.replaced, found.partly
    return FoundEntries(entries, len(found.pks), page, pages, *told)


def in_their_order(pks: Sequence[int]) -> list[DirectoryEntry]:
    """In the order of `pks`; no query for none."""
    rows = {entry.pk: entry for entry in as_listed(entries_in_use().filter(pk__in=pks))} if pks else {}
    return [rows[pk] for pk in pks if pk in rows]
