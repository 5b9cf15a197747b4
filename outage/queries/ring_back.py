"""Which calls about a chain asked to be rung back, and were not."""

from contacts.models import Unit
from contacts.rules.parties import Party
from outage.models import CareChain, Handover
from outage.queries.care_chains import with_those_joined_into
from outage.queries.chain_log import ChainLog
from outage.queries.standing import our_units, standing_of
from outage.rules.informing import PARTICIPANT_PREFIX, CallOutcome
from outage.rules.owed import ChainStanding
from outage.rules.shift import RungCall, to_ring_back
from outage.rules.told import NOT_ADMITTED, PLACE_PREFIX, Target, minute_of


def asked_back(chain: CareChain, log: ChainLog) -> dict[int, list[Handover]]:
    """By the unit that rings, in the order in which they were made."""
    if not any(call.call_back for call in log.live_handovers):
        return {}
    standing = standing_of(chain, log)
    rung: dict[int, list[RungCall]] = {}
    for call in sorted(log.live_handovers, key=lambda call: (minute_of(call.at), call.order)):
        rung.setdefault(_rings_for(chain, log, call.unit), []).append(_rung(chain, standing, call))
    calls = {call.pk: call for call in log.live_handovers}
    left = {unit: [calls[pk] for pk in to_ring_back(of_unit)] for unit, of_unit in sorted(rung.items())}
    return {unit: asking for unit, asking in left.items() if asking}


def asked_of(chain: CareChain, log: ChainLog, unit: Unit) -> list[Handover]:
    """Those that `unit` rings, or the one that rings in its place."""
    asked = asked_back(chain, log)
    return asked.get(_rings_for(chain, log, unit), []) if asked else []


def _rings_for(chain: CareChain, log: ChainLog, unit: Unit) -> int:
    """Whoever had the chain, or wrote who the patient is, rings back itself. Of a unit that only opened it in an
    emergency, or whose call was moved here, the one that opened the chain does: it had no part in it.
    """
    here = unit.joined_into_id or unit.pk
    ours = {*our_units(chain, log), *(row.unit_id for row in log.versions)}
    if {here, unit.pk} & ours or here in with_those_joined_into(ours):
        return here
    return chain.unit.joined_into_id or chain.unit_id


def _rung(chain: CareChain, standing: ChainStanding, call: Handover) -> RungCall:
    return RungCall(
        id=call.pk,
        chain=chain.pk,
        whom=call.recipient,
        place=other_end_of(standing, call).place,
        asks=bool(call.call_back),
        reached=call.outcome == CallOutcome.REACHED,
    )


def other_end_of(standing: ChainStanding, call: Handover) -> Target:
    """Whom a call was with; without a place where nobody knew it."""
    if call.recipient.startswith(PARTICIPANT_PREFIX):
        return standing.participant(call.recipient.removeprefix(PARTICIPANT_PREFIX))
    return standing.target_at(standing.same(call.place)) if call.place else Target("")


def key_to_ring_back(chain: CareChain, log: ChainLog, call: Handover) -> str:
    """By what a form names whom a call was with, among those that a call about the chain can be with."""
    end = other_end_of(standing_of(chain, log), call)
    return end.key if end.party or end.participant else call.recipient


def is_asked_back(chain: CareChain, log: ChainLog, unit: Unit, recipient: str) -> bool:
    """Whether a call of the unit to `recipient`, by the key of a form or of a place, rings somebody back."""
    asking, standing = asked_of(chain, log, unit), standing_of(chain, log)
    if recipient in set(Party):
        place = standing.place_of(Party(recipient))
        whom, place = recipient, "" if place == NOT_ADMITTED else place
    elif recipient.startswith(PLACE_PREFIX):
        place = standing.same(recipient.removeprefix(PLACE_PREFIX))
        whom = standing.target_at(place).party or recipient
    else:
        whom, place = recipient, standing.participant(recipient.removeprefix(PARTICIPANT_PREFIX)).place
    now = RungCall(id=chain.pk, chain=chain.pk, whom=whom, place=place, asks=False, reached=True)
    return any(now.answers(_rung(chain, standing, call)) for call in asking)


def is_ward_asking(chain: CareChain, log: ChainLog) -> bool:
    """Whether a ward that the patient had left asked to be rung back: which one it is nobody but itself knows."""
    asking = (call for calls in asked_back(chain, log).values() for call in calls)
    return any(call.recipient == Party.INPATIENT and not call.place for call in asking)
