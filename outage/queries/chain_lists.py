"""Chains by their ids, as the lists of a page have them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import overload
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from contacts.access import Acting
from contacts.queries.prepared import prepared
from outage.models import CareChain, Outage
from outage.queries.care_chains import with_details

Known = dict[UUID, CareChain]


class ListedIds(Sequence[UUID]):
    """Read as texts, and made when they are asked for: to make those of thousands takes longer than to find them. Those
    of a page are made at once, and none to turn their order.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, at: int) -> UUID: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[UUID]: ...

    def __getitem__(self, at: int | slice) -> UUID | Sequence[UUID]:
        if not isinstance(at, slice):
            return UUID(self._texts[at])
        return [*map(UUID, self._texts[at])] if at.step is None else ListedIds(self._texts[at])


def as_text(column: str) -> Cast:
    return Cast(column, CharField())


class _Page(Page[CareChain]):
    """What it has is read: Django's own iterator asks for each by its place."""

    def __iter__(self) -> Iterator[CareChain]:
        return iter(self.object_list)


class ListedChains:
    """Chains by their ids, in the order to show them: only those of a slice are read, and of lists that have `known` in
    common each chain once.
    """

    def __init__(
        self, acting: Acting, outages: Iterable[Outage], ids: Sequence[UUID], known: Known | None = None
    ) -> None:
        self.ids = ids
        self._known: Known = {} if known is None else known
        self._acting = acting
        self._outages = {outage.pk: outage for outage in outages}

    @property
    def outages(self) -> Collection[Outage]:
        return self._outages.values()

    def count(self) -> int:
        return len(self.ids)

    def page(self, size: int, number: str | int | None) -> Page[CareChain]:
        return self.on(self.page_of_ids(size, number))

    def page_of_ids(self, size: int, number: str | int | None) -> Page[UUID]:
        """None is read."""
        return Paginator(self.ids, size).get_page(number)

    def on(self, page: Page[UUID]) -> Page[CareChain]:
        """The chains of one made by `page_of_ids`."""
        return _Page(self.read(page.object_list), page.number, page.paginator)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, chain: CareChain) -> bool:
        return chain.pk in self.ids

    def __getitem__(self, part: slice) -> list[CareChain]:
        return self.read(self.ids[part])

    def read(self, wanted: Collection[UUID]) -> list[CareChain]:
        """Those of its chains that are `wanted`."""
        found = [*map(self._known.get, wanted)]
        unread = [pk for pk, chain in zip(wanted, found, strict=True) if chain is None]
        if unread:
            for chain in _chains(*unread):
                if chain.principal_id == self._acting.principal.pk:
                    chain.outage = self._outages[chain.outage_id]
                    self._known[chain.pk] = chain
            found = [*map(self._known.get, wanted)]
        return [chain for chain in found if chain]


@prepared
def _chains(*ids: UUID) -> QuerySet[CareChain]:
    return with_details(CareChain.objects.filter(pk__in=ids)).order_by()
