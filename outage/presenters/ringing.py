"""The calls owed about several chains, with the numbers to ring now: what Läge lists, and the sheet of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from outage.models import CareChain
from outage.presenters.owed import OwedCall, calls_owed, in_order_to_ring
from outage.queries.chain_log import ChainLog
from outage.queries.ringing import numbers_of_places


def calls_to_ring(
    acting: Acting, chains: Iterable[CareChain], logs: Mapping[UUID, ChainLog], now: datetime
) -> list[OwedCall]:
    """`chains` come with their outage; the calls come in the order to make them."""
    chains = list(chains)
    numbers = numbers_of_places((logs[chain.pk] for chain in chains), now)
    return in_order_to_ring(
        call
        for chain in chains
        for call in calls_owed(acting=acting, chain=chain, log=logs[chain.pk], now=now, numbers=numbers)
    )
