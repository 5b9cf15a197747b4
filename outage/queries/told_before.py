"""The call by which somebody has been told what a call that is being logged tells of."""

from collections.abc import Collection
from uuid import UUID

from outage.models import CareChain, Handover
from outage.queries.chain_log import ChainLog
from outage.queries.standing import first_of, row_of, standing_of
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.rules.told import PLACE_PREFIX, CallRow


def told_before(
    chain: CareChain, log: ChainLog, recipient: str, event_ids: Collection[UUID | None]
) -> Handover | None:
    """The last standing call of ours by which `recipient`, by its place (`PLACE_PREFIX`) or its name as a participant,
    knows of the events; None where one of them is still to be told there. None among the ids is of what is new.
    """
    place = recipient.removeprefix(PLACE_PREFIX)
    # Nobody was reached there as a rule.
    rung = {str(first_of(call, log).pk): call for call in log.live_handovers if _reached(call, place)}
    if not rung or None in event_ids:
        return None
    standing = standing_of(chain, log)
    last: CallRow | None = None
    for event_id in event_ids:
        event = log.by_text.get(str(event_id))
        about = standing.calls_about(place, standing.says_the_same(row_of(event))) if event else ()
        known = [call for call in about if not call.received and call.outcome is CallOutcome.REACHED]
        if not known:
            return None
        last = max(known[-1], last or known[-1], key=lambda call: call.when)
    return rung.get(last.id) if last else None


def _reached(call: Handover, place: str) -> bool:
    """Whether it is one that we made and that got there, whoever corrected it since."""
    reached = call.direction == Direction.GIVEN and call.outcome == CallOutcome.REACHED
    return reached and place in (call.place, call.recipient)
