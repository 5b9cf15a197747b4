"""What a principal has logged as of the outage, and that lies after a moment at which it may have been over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from contacts.access import Acting
from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.queries.care_chains import visible_chains
from outage.queries.naming import patient_in_list
from outage.rules.after_end import was_known
from outage.rules.told import minute_of


@dataclass(frozen=True, slots=True)
class PastEnd:
    """`seen` has each event with its chain and how the patient is named on lists, the earliest first; `hidden` counts
    those in chains that the acting person does not see, `calls` the calls.
    """

    seen: tuple[tuple[CareChainEvent, CareChain, str], ...]
    hidden: int
    calls: int


def past_end(by: Acting, outage: Outage, ended_at: datetime) -> PastEnd | None:
    """What lies after `ended_at`, but for what was logged as after an end that had been said; None for no event."""
    # What happened in the minute of the end happened in the outage (`Outage.was_over_at`).
    after = minute_of(ended_at) + timedelta(minutes=1)
    own = standing_events(outage).filter(chain__principal=by.principal, happened_at__gte=after)
    own = own.select_related("chain", "user", "unit").order_by("happened_at", "pk")
    ends = outage.ends.filter(principal=by.principal).order_by("pk")
    said = list(ends.values_list("recorded_at", "ended_at"))
    late = [row for row in own if not was_known(row.happened_at, row.put_down_at, said)]
    if not late:
        return None
    # A chain that was joined to another is seen there.
    homes = {row.pk: row.chain.joined_to_id or row.chain_id for row in late}
    chains = _named(by, outage, set(homes.values()))
    seen = tuple((row, *chains[homes[row.pk]]) for row in late if homes[row.pk] in chains)
    calls = Handover.objects.filter(chain__outage=outage, chain__principal=by.principal, at__gte=after)
    calls = calls.filter(superseded_by__isnull=True, withdraws=False)
    return PastEnd(seen, len(late) - len(seen), calls.count())


def standing_events(outage: Outage) -> QuerySet[CareChainEvent]:
    # What is replaced or taken back, and the row that takes it back, say nothing of when the outage was.
    return CareChainEvent.objects.filter(chain__outage=outage, superseded_by__isnull=True, withdraws=False)


def _named(by: Acting, outage: Outage, ids: set[UUID]) -> dict[UUID, tuple[CareChain, str]]:
    chains = visible_chains(by, outage).filter(pk__in=ids)
    return {chain.pk: (chain, patient_in_list(chain).name) for chain in chains}
