"""Where to log what happens now, of a patient whose chain belongs to an outage that another has followed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from outage.models import CareChain
from outage.queries.naming import by_number
from outage.queries.outages import outage_since
from outage.queries.same_patient import own_chains_of
from outage.rules.wording import moment


@dataclass(frozen=True, slots=True)
class LaterOutage:
    system: str
    since: str
    chains: Sequence[CareChain]


def later_outage(acting: Acting, chain: CareChain, now: datetime) -> LaterOutage | None:
    """What a page of `chain` says about the outage that goes on, where the chain belongs to an earlier one; else
    None.
    """
    outage = outage_since(chain.outage, acting.principal)
    if outage is None:
        return None
    number = chain.details.identity_number
    return LaterOutage(
        system=outage.system,
        since=moment(outage.current.started_at, now),
        chains=by_number(*own_chains_of(acting, number, outage)) if number else [],
    )
