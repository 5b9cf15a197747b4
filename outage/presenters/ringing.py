"""The calls owed about several chains, with the numbers to ring now: what Läge lists, and the sheet of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from outage.models import CareChain, ChainState
from outage.presenters.owed import OwedCall, calls_kept, in_order_to_ring
from outage.queries.ringing import numbers_of_rows


def calls_to_ring(
    chains: Iterable[CareChain], states: Mapping[UUID, Sequence[ChainState]], now: datetime
) -> list[OwedCall]:
    """In the order to make them. `chains` come with their outage, `states` are the unit's own (`states_for`)."""
    chains = list(chains)
    numbers = numbers_of_rows((row for chain in chains for row in states.get(chain.pk, ())), now)
    return in_order_to_ring(
        call for chain in chains for call in calls_kept(chain, states.get(chain.pk, ()), now, numbers)
    )
