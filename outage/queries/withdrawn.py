"""Events that were taken back, and which of them may stand again."""

from collections.abc import Container
from uuid import UUID

from outage.models import CareChain, CareChainEvent
from outage.queries.chain_log import ChainLog
from outage.rules.back_registration import ChainStatus


def may_stand_again(chain: CareChain, log: ChainLog, row: CareChainEvent, moved: Container[UUID]) -> bool:
    """Whether `row` takes an event back, nothing has replaced it, and it may have been a mistake: not in a chain logged
    on the wrong patient, nor of what was `moved` to another.
    """
    return (
        row.withdraws
        and chain.details.status != ChainStatus.WRONG_PATIENT
        and row.pk not in moved
        and all(other.supersedes_id != row.pk for other in log.events)
    )
