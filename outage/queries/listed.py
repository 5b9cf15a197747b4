"""Chains as the lists of a page show them, read once a minute for as long as nothing is written about them."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from contacts.access import Acting
from contacts.page_versions import each_of_one_minute
from contacts.queries.prepared import prepared
from outage.models import CareChain, ChainState, Outage
from outage.queries.chain_lists import Known, ListedChains
from outage.queries.states import states_for


@dataclass(frozen=True, slots=True)
class Listed:
    """A chain with its details and outage, and the acting unit's kept rows of it. `stamp` has its newest details, and
    how many rows it had: each write about it is one more.
    """

    chain: CareChain
    rows: Sequence[ChainState]
    stamp: Hashable

    @property
    def as_shown(self) -> tuple[Hashable, ...]:
        """All that a line about the chain is made of, but for the minute; once namesakes are marked."""
        return self.stamp, getattr(self.chain, "namesake", False)


def listed_now(
    acting: Acting, outages: Iterable[Outage], ids: Iterable[UUID], now: datetime, alike: Hashable
) -> dict[UUID, Listed]:
    """By the chain's id. `alike` is `alike_beside_chains`, asked for before the outages were."""
    outages = list(outages)
    keys = {pk: ("listed", alike, details, rows) for pk, details, rows in _stamps(*dict.fromkeys(ids))}

    def read(missing: list[UUID]) -> tuple[Known, Mapping[UUID, Sequence[ChainState]]]:
        chains = ListedChains(acting, outages, missing)[:]
        return {chain.pk: chain for chain in chains}, states_for(acting.unit.pk, chains)

    def make(chain_id: UUID, found: tuple[Known, Mapping[UUID, Sequence[ChainState]]]) -> Listed | None:
        chains, rows = found
        chain = chains.get(chain_id)
        return Listed(chain, rows.get(chain_id, ()), keys[chain_id]) if chain else None

    made = each_of_one_minute(keys, now, read, make)
    return {chain_id: one for chain_id, one in made.items() if one}


@prepared
def _stamps(*chain_ids: UUID) -> QuerySet[CareChain, tuple[UUID, int, int]]:
    return CareChain.objects.filter(pk__in=chain_ids).order_by().values_list("pk", "details", "rows")
