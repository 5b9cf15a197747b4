"""Searching the directory (R5.6): from one box, or by up to four texts with a field each."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Collate

from contacts.models import DirectoryEntry
from contacts.rules.directory_search import SearchField, field_needles, needles

from .entries import as_listed, entries_in_use

# While one types the first few are enough to see whether one is on the way.
WHILE_TYPING = 6
PAGE_SIZE = 25
# More than any directory has: counting a slice is what keeps the order, and with it the index, in the question.
_MOST = 1_000_000
# Under PostgreSQL: so many hits that going along the list soon meets enough of them.
_MANY = 1_000
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

    A text without letters and digits finds nothing. Two queries, whatever is found.
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
    return _page_of(found, page, limit)


def search_by_fields(
    texts: Iterable[tuple[SearchField, str]], *, page: int = 1, limit: int = PAGE_SIZE
) -> FoundEntries:
    """Find entries in force that have each text in its field, in Swedish order, `limit` to a page (R5.6).

    Texts without letters and digits ask for nothing; with no other, nothing is found. Two queries, whatever is found.
    """
    wanted = field_needles(texts)
    if not wanted:
        return _NOTHING
    found = entries_in_use()
    for needle in wanted:
        for word in needle.words:
            found = found.filter(**{f"{_KEYS[needle.field]}__contains": word})
    return _page_of(found, page, limit)


def _page_of(found: QuerySet[DirectoryEntry], page: int, limit: int) -> FoundEntries:
    # In order, and no row but those of the page in full: so the index of the search answers, and it alone.
    in_order = found.select_related(None).order_by("sort_key", "pk").values("pk")
    few = False
    if connection.vendor == "postgresql":
        # Its index of trigrams finds the few; the many are soonest met by going along the list. It judges which of
        # the two by a guess, and wrongly: so it is told, by an order that only the list's index has, or that none has.
        total = in_order.order_by().count()
        few = total < _MANY
    else:
        total = in_order[:_MOST].count()
    pages = max(1, -(-total // limit))
    page = min(max(page, 1), pages)
    first, after = (page - 1) * limit, page * limit
    if few:
        rows = as_listed(found).order_by(Collate("sort_key", "C"), "pk")[first:after]
    else:
        rows = as_listed(DirectoryEntry.objects.filter(pk__in=in_order[first:after])).order_by(
            "sort_key", "pk"
        )
    return FoundEntries(list(rows), total, page, pages)
