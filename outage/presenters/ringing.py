"""The calls owed about several chains, with the numbers to ring now: what Läge lists, and the sheet of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from contacts.queries.ringing import numbers_for_many
from outage.models import CareChain
from outage.presenters.owed import OwedCall, calls_owed, in_order_to_ring, with_numbers
from outage.queries.care_chains import ChainLog, open_items_of
from outage.routine import get_routine


def calls_to_ring(
    acting: Acting, chains: Iterable[CareChain], logs: Mapping[UUID, ChainLog], now: datetime
) -> list[OwedCall]:
    """Give the calls owed about these chains, which come with their outage, in the order to make them."""
    chains = list(chains)
    items = open_items_of(chain.pk for chain in chains)
    calls: list[OwedCall] = []
    for chain in chains:
        routine = get_routine(chain.outage.routine_id)
        calls += calls_owed(
            acting=acting, chain=chain, log=logs[chain.pk], routine=routine, now=now, open_items=items
        )
    calls = in_order_to_ring(calls)
    with_numbers(calls, numbers_for_many({call.request for call in calls if call.request}, now))
    return calls
