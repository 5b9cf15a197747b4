"""Searching the directory (R5.6): from one box, or by up to four texts with a field each."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q, QuerySet, Window
from django.db.models.functions import Collate

from contacts.models import DirectoryEntry
from contacts.rules.directory_search import SearchField, field_needles, needles

from .entries import as_listed, entries_in_use

# While one types the first few are enough to see whether one is on the way.
WHILE_TYPING = 6
PAGE_SIZE = 25
# More than any directory has: counting a slice is what keeps the order, and with it the index, in the question.
_MOST = 1_000_000
# Under PostgreSQL: a shorter word has no trigram, and so many hits that going along the list soon meets enough.
_TRIGRAM = 3
_KEYS = {
    SearchField.FIRST_NAME: "first_name_key",
    SearchField.LAST_NAME: "last_name_key",
    SearchField.TITLE: "title_key",
    SearchField.DEPARTMENT: "department_key",
}


@dataclass(frozen=True, slots=True)
class FoundEntries:
    """One page of a search. `page` counts from 1 and is within `pages`, of which there is always one."""

    entries: list[DirectoryEntry]
    total: int
    page: int
    pages: int

    @property
    def previous(self) -> int | None:
        """Give the number of the page before, if any."""
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        """Give the number of the page after, if any."""
        return self.page + 1 if self.page < self.pages else None


_NOTHING = FoundEntries([], 0, 1, 1)


def search_entries(text: str, *, page: int = 1, limit: int = PAGE_SIZE) -> FoundEntries:
    """Find entries in force that have everything `text` asks for, in Swedish order, `limit` to a page.

    A text without letters and digits finds nothing. At most two queries, whatever is found, for a page that there is.
    """
    wanted = needles(text)
    if not wanted:
        return _NOTHING
    found = entries_in_use()
    for needle in wanted:
        match = Q()
        for word in needle.words:
            match &= Q(search_key__contains=word)
        if needle.digits:
            match |= Q(digits_key__contains=needle.digits)
        found = found.filter(match)
    narrow = any(_has_trigram(needle.words) and len(needle.digits) not in (1, 2) for needle in wanted)
    return _page_of(found, page, limit, narrow=narrow)


def search_by_fields(
    texts: Iterable[tuple[SearchField, str]], *, page: int = 1, limit: int = PAGE_SIZE
) -> FoundEntries:
    """Find entries in force that have each text in its field, in Swedish order, `limit` to a page (R5.6).

    Texts without letters and digits ask for nothing; with no other, nothing is found. At most two queries, whatever
    is found, for a page that there is.
    """
    wanted = field_needles(texts)
    if not wanted:
        return _NOTHING
    found = entries_in_use()
    for needle in wanted:
        for word in needle.words:
            found = found.filter(**{f"{_KEYS[needle.field]}__contains": word})
    return _page_of(found, page, limit, narrow=any(_has_trigram(needle.words) for needle in wanted))


def _has_trigram(words: Iterable[str]) -> bool:
    return any(len(word) >= _TRIGRAM for word in words)


def _page_of(found: QuerySet[DirectoryEntry], page: int, limit: int, *, narrow: bool) -> FoundEntries:
    if narrow and connection.vendor == "postgresql":
        return _page_by_trigrams(found, page, limit)
    # In order, and no row but those of the page in full: so the index of the list answers, and it alone.
    in_order = found.select_related(None).order_by("sort_key", "pk").values("pk")
    counted = in_order.order_by() if connection.vendor == "postgresql" else in_order[:_MOST]
    total = counted.count()
    pages = max(1, -(-total // limit))
    page = min(max(page, 1), pages)
    rows = as_listed(DirectoryEntry.objects.filter(pk__in=in_order[(page - 1) * limit : page * limit]))
    return FoundEntries(list(rows.order_by("sort_key", "pk")), total, page, pages)


def _page_by_trigrams(found: QuerySet[DirectoryEntry], page: int, limit: int) -> FoundEntries:
    """Read a page and the number of hits at once. One query; three for a page after the last.

    PostgreSQL judges by a guess whether its trigrams or the index of the list soonest lead to the hits, and wrongly:
    so it is told, by an order that no index has.
    """
    rows = as_listed(found).annotate(total=Window(Count("*"))).order_by(Collate("sort_key", "C"), "pk")
    page = max(page, 1)
    hits = list(rows[(page - 1) * limit : page * limit])
    if not hits and page > 1:
        pages = max(1, -(-found.count() // limit))
        return _page_by_trigrams(found, pages, limit)
    total = hits[0].total if hits else 0
    return FoundEntries(hits, total, page, max(1, -(-total // limit)))
