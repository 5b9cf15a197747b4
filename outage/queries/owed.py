"""The chains in which a unit still has somebody to ring, so that thousands of them cost no more questions than ten."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet

from contacts.access import Acting
from outage.models import CareChain, Duty, Outage
from outage.queries.care_chains import visible_chains


class OwedChains:
    """The chains in which a unit still has somebody to ring, or waits for an answer, the most urgent first.

    Takes count and slices. Which they are was worked out as their rows were written (`Duty`); only the chains of a
    slice are read in full.
    """

    def __init__(self, acting: Acting, outages: Iterable[Outage], *, awaits: bool = False) -> None:
        self._acting = acting
        self._awaits = awaits
        self._outages = {outage.pk: outage for outage in outages}

    @cached_property
    def ids(self) -> list[UUID]:
        """The ids of the chains, the most urgent first."""
        first: dict[UUID, tuple[int, datetime, int]] = {}
        rows = self._duties().values_list("chain", "rank", "since", "chain__number")
        for chain_id, rank, since, number in rows:
            known_rank, known_since, _ = first.get(chain_id, (rank, since, number))
            first[chain_id] = (min(rank, known_rank), min(since, known_since), number)
        return sorted(first, key=first.__getitem__)

    def _duties(self) -> QuerySet[Duty]:
        return Duty.objects.filter(
            unit=self._acting.unit,
            awaits=self._awaits,
            chain__in=visible_chains(self._acting, *self._outages.values()).values("pk"),
        )

    def count(self) -> int:
        """How many chains there are."""
        return len(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, chain: CareChain) -> bool:
        return chain.pk in self.ids

    def __getitem__(self, part: slice) -> list[CareChain]:
        wanted = self.ids[part]
        chains = visible_chains(self._acting, *self._outages.values()).in_bulk(wanted)
        found = [chains[pk] for pk in wanted if pk in chains]
        for chain in found:
            chain.outage = self._outages[chain.outage_id]
        return found


def chains_with_answers_awaited(acting: Acting, *outages: Outage) -> OwedChains:
    """The chains of these outages in which the acting unit waits for an answer (R2.2), the longest wait first."""
    return OwedChains(acting, outages, awaits=True)


def chains_with_calls_owed(acting: Acting, *outages: Outage) -> OwedChains:
    """The chains of these outages, at least one, in which the acting unit still has somebody to ring."""
    return OwedChains(acting, outages)
