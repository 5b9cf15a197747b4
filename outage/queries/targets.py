"""Whom a call about a chain can be with, and by what a form names them."""

from collections.abc import Collection

from contacts.rules.parties import Party
from outage.models import CareChain, CareChainDetails, Handover
from outage.queries.chain_log import ChainLog
from outage.queries.ring_back import asked_back, other_end_of
from outage.queries.standing import label_of, standing_of
from outage.rules.informing import PARTICIPANT_PREFIX
from outage.rules.owed import ChainStanding
from outage.rules.told import NOT_ADMITTED, PLACE_PREFIX, Target, folded


def targets_to_choose(chain: CareChain, log: ChainLog, *, before: bool = False) -> list[Target]:
    """Whom a call about this chain can be with: the three parties, former places, then participants of a SIP, and who
    asked to be rung back.

    Of the former places those reached; where the call was `before` the chain was changed, each that it named.
    """
    standing = standing_of(chain, log)
    found = {
        party: Target(standing.place_of(party), party)
        for party in (Party.MUNICIPALITY, Party.OUTPATIENT, Party.INPATIENT)
        if standing.place_of(party) != NOT_ADMITTED
    }
    former = [target for target in standing.reached.values() if target.former]
    if before:
        former += _named_before(standing, {target.place for target in former})
    targets = [*found.values(), *former]
    names = dict.fromkeys(name for event in log.live_events for name in event.participants)
    targets += [target for target in map(standing.participant, names) if target.party is None]
    asked = [other_end_of(standing, call) for calls in asked_back(chain, log).values() for call in calls]
    others = {target.place: target for target in (*standing.reached.values(), *asked) if target.place}
    known = {target.place for target in targets}
    return [*targets, *(target for place, target in others.items() if place not in known)]


def _named_before(standing: ChainStanding, known: Collection[str]) -> list[Target]:
    """The places that the chain has named and no longer names, the newest first."""
    places = [place for version in reversed(standing.versions) for place in version.places.values()]
    named = dict.fromkeys(map(standing.same, places))
    return [
        target
        for target in map(standing.target_at, named)
        if target.former and target.place not in (NOT_ADMITTED, *known)
    ]


def targets_by_key(
    chain: CareChain, log: ChainLog, was_with: Handover | None = None, *, before: bool = False
) -> dict[str, Target]:
    """Whom a call can be with, by the name used in forms. A call that is corrected, `was_with`, keeps its own place.

    Where the patient has moved since, its party's key means that place, and where the party is now is named by place.
    `before` as for `targets_to_choose`.
    """
    found = {target.key: target for target in targets_to_choose(chain, log, before=before)}
    if was_with is None or not was_with.place:
        return found
    place, now = standing_of(chain, log).same(was_with.place), found.get(was_with.recipient)
    if now is None or now.place != place:
        found.pop(PLACE_PREFIX + place, None)
        if now is not None and now.place:
            found[PLACE_PREFIX + now.place] = now
        found[was_with.recipient] = Target(place, Party(was_with.recipient), former=True)
    return found


def target_choices(chain: CareChain, log: ChainLog) -> dict[str, str]:
    """By what stands for each target in an address, its key: a participant's name does not belong there."""
    keys = [target.key for target in targets_to_choose(chain, log)]
    return {key if key in set(Party) else f"annan-{index}": key for index, key in enumerate(keys)}


def named_in(log: ChainLog, standing: ChainStanding, place: str) -> tuple[CareChainDetails, Party] | None:
    """What last named a place, and as which party, in the newest of its spellings."""
    for version in reversed(log.versions):
        for party, key in version.place_keys.items():
            if standing.same(key) == place:
                return version, party
    return None


def rung_as_former(log: ChainLog, standing: ChainStanding, target: Target) -> Handover | None:
    """The call by which a former place is known that no version names."""
    calls = log.live_handovers if target.former else ()
    return next((call for call in calls if standing.same(call.place) == target.place), None)


def rung_by_name(log: ChainLog, target: Target) -> Handover | None:
    """The call by which somebody is known whom no message names."""
    calls = log.live_handovers if target.place.startswith(PARTICIPANT_PREFIX) else ()
    return next((call for call in calls if folded(call.recipient) == folded(target.place)), None)


def target_name(chain: CareChain, log: ChainLog, target: Target) -> str:
    """Such as Skellefteå kommun, Medicin 2, a participant as written, Kommun (inte angiven än)."""
    if target.participant:
        return target.participant
    standing = standing_of(chain, log)
    if named := named_in(log, standing, target.place):
        version, party = named
        return version.place_names[party]
    if rung := rung_as_former(log, standing, target) or rung_by_name(log, target):
        return rung.place_name
    return f"{label_of(log, target)} (inte angiven än)" if target.party else "Okänd plats"
