"""What an event said before it was corrected or taken back: a call may have told of that."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Handover
from outage.queries.chain_log import ChainLog
from outage.queries.standing import first_of, line_back, units_to_tell
from outage.rules.handover import Direction
from outage.rules.informing import PARTICIPANT_PREFIX, CallOutcome
from outage.rules.told import folded, is_left_out, minute_of


def former_wordings(log: ChainLog, event_id: UUID) -> Iterator[tuple[CareChainEvent, CareChainEvent]]:
    """The rows of an event that said something else than the one after them, newest first, each with that one."""
    for newer, older in pairwise(line_back(log, event_id)):
        if not newer.told_rightly:
            yield older, newer


def wording_at(log: ChainLog, event_id: UUID, at: datetime) -> CareChainEvent | None:
    """The row by which an event stood at a moment; None where it said then what the row `event_id` says."""
    found, differs = None, False
    for newer, older in pairwise(line_back(log, event_id)):
        if minute_of(newer.recorded_at) <= at:
            break
        found, differs = older, differs or not newer.told_rightly
    return found if differs else None


def tellers_in(chain: CareChain, log: ChainLog) -> Callable[[CareChainEvent], set[int]]:
    """Asked of an event: the ids of the units whose message it is, and of those that reached somebody with it, whoever
    corrected the call since.
    """
    rang: dict[UUID | None, set[int]] = defaultdict(set)
    for call in log.live_handovers:
        if call.direction == Direction.GIVEN and call.outcome == CallOutcome.REACHED:
            for message in call.messages.all():
                rang[message.event_id].add(first_of(call, log).unit_id)

    def of(event: CareChainEvent) -> set[int]:
        told = (rang.get(row.pk, ()) for row in line_back(log, event.pk))
        return units_to_tell(chain, log, Party(event.sender), str(event.pk)).union(*told)

    return of


def leaves_out(call: Handover, event: CareChainEvent, events: Mapping[UUID, CareChainEvent]) -> bool:
    """Whether who was called, a participant by name or a place that took part by its own, was told not to take part
    any more.
    """
    kind, _, name = call.recipient.partition(":")
    if event.withdraws:
        return False
    lists: list[tuple[str, ...]] = []
    row: CareChainEvent | None = event
    while row is not None:
        lists.append(row.participants)
        row = events.get(row.supersedes_id) if row.supersedes_id else None
    if f"{kind}:" == PARTICIPANT_PREFIX:
        return is_left_out(name, *lists)
    if event.participants:
        lists += [
            e.participants
            for e in events.values()
            if (e.sender, e.order < event.order) == (event.sender, True)
        ]
    took_part = any(folded(call.place_name) in map(folded, names) for names in lists[1:])
    return took_part and is_left_out(call.place_name, *lists)
