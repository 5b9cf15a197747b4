"""The calls owed about several chains, with the numbers to ring now: what Läge lists, and the sheet of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from uuid import UUID

from contacts.page_versions import Part, each_of_one_minute, of_one_minute
from outage.models import CareChain, ChainState, LeftOpen
from outage.presenters.care import Numbers
from outage.presenters.owed import OwedCall, calls_kept, in_order_to_ring
from outage.queries.closing import left_about, newest_of
from outage.queries.listed import Listed
from outage.queries.ringing import numbers_of_rows


def calls_to_ring(
    chains: Iterable[CareChain], states: Mapping[UUID, Sequence[ChainState]], now: datetime
) -> list[OwedCall]:
    """In the order to make them. `chains` come with their outage, `states` are the unit's own (`states_for`)."""
    chains = list(chains)
    numbers = numbers_of_rows((row for chain in chains for row in states.get(chain.pk, ())), now)
    left = left_about(chains)
    return in_order_to_ring(
        call for chain in chains for call in calls_kept(chain, states.get(chain.pk, ()), now, numbers, left)
    )


def calls_listed(
    listed: Iterable[Listed], now: datetime, left: Mapping[str, LeftOpen]
) -> list[Part[OwedCall]]:
    """As `calls_to_ring`, each call as the part of a page; `left` is `left_about` the chains."""
    chains = {one.chain.pk: one for one in listed}
    keys = {pk: ("calls", newest_of(left), *one.as_shown) for pk, one in chains.items()}

    def read(missing: list[UUID]) -> Numbers:
        return numbers_of_rows((row for pk in missing for row in chains[pk].rows), now)

    def make(pk: UUID, numbers: Numbers) -> list[OwedCall]:
        return calls_kept(chains[pk].chain, chains[pk].rows, now, numbers, left)

    found = each_of_one_minute(keys, now, read, make)

    def of(pk: UUID, nth: int) -> OwedCall:
        # As it is kept: what is made of it holds no longer than it does.
        return of_one_minute(keys[pk], now, lambda: found[pk], part=True)[nth]

    parts = {
        id(call): Part((*keys[pk], nth), now, partial(of, pk, nth))
        for pk, calls in found.items()
        for nth, call in enumerate(calls)
    }
    return [parts[id(call)] for call in in_order_to_ring(chain.from_iterable(found.values()))]
