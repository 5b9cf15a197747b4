"""How a patient, a place and a party are written, the same on every page."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from contacts.access import Acting
from contacts.rules import parties
from contacts.rules.parties import Party, WardKind
from contacts.rules.whom_to_call import NumberToRing
from contacts.seen import shows
from outage.models import CareChain, Handover
from outage.queries.chain_log import ChainLog
from outage.queries.naming import PURGED, Patient, party_in_list, party_label, patient_name
from outage.queries.standing import standing_of, target_name
from outage.rules.identity import IdentityKind, classify_identity
from outage.rules.informing import PARTICIPANT_PREFIX
from outage.rules.owed import ChainStanding
from outage.rules.told import NOT_ADMITTED, PLACE_PREFIX, Target
from outage.rules.wording import STOCKHOLM

Numbers = Mapping[str, Sequence[NumberToRing]]


def patient_on_own_page(chain: CareChain, now: datetime) -> Patient:
    """The patient for the chain's own page, with warnings about the identity."""
    details = chain.details
    shows(chain.pk)
    if details.is_purged:
        kind = IdentityKind(details.identity_kind)
        return Patient(
            name=PURGED, identity="gallrat", identity_label=kind.label, protected=details.protected_identity
        )
    identity = classify_identity(details.identity_number, now.astimezone(STOCKHOLM).date())
    return Patient(
        name=patient_name(details, "Okänd patient"),
        identity=identity.display,
        identity_label=identity.kind.label,
        protected=details.protected_identity,
        warnings=identity.warnings,
        born=identity.born,
    )


def role_of(key: str, ward_kind: WardKind) -> str:
    """What the other end of a call is: the party, or a participant's name."""
    if key in set(Party):
        return parties.party_label(Party(key), ward_kind)
    return key.removeprefix(PARTICIPANT_PREFIX)


def parties_in(acting: Acting, chain: CareChain) -> frozenset[Party]:
    """The parties the acting unit is in this chain.

    A sjukstuga that is only the patient's ward, or only the öppenvård, answers for that part; elsewhere a unit has
    all its usual parties.
    """
    here = frozenset(party for party in acting.parties if is_own(acting, chain, party))
    return here or acting.parties


def is_own(acting: Acting, chain: CareChain, party: Party) -> bool:
    """Whether the acting unit itself is that party of the chain."""
    key = chain.details.place_keys.get(party)
    if party is Party.MUNICIPALITY:
        return key == f"principal:{acting.principal.pk}"
    return key == f"unit:{acting.unit.pk}"


def targets_to_choose(chain: CareChain, log: ChainLog, *, before: bool = False) -> list[Target]:
    """Whom a call about this chain can be with: the three parties, former places, then participants of a SIP.

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
    known = {target.place for target in targets}
    return [*targets, *(target for target in standing.reached.values() if target.place not in known)]


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


def target_in_list(chain: CareChain, log: ChainLog, target: Target) -> str:
    """Whom a call is with; with protected personal data neither where the patient is nor the name of a relative."""
    if not chain.details.protected_identity:
        return target_name(chain, log, target)
    said = party_in_list(chain, target.key if target.party is None else target.party)
    return f"{said} (tidigare)" if target.former else said


def target_label(chain: CareChain, log: ChainLog, target: Target) -> str:
    """What a target is; a former party by the kind that it was then (R3.10)."""
    if target.party is None:
        return "Deltagare i SIP"
    if not target.former:
        return party_label(chain, target.party)
    standing = standing_of(chain, log)
    there = (v for v in reversed(standing.versions) if standing.place_of(target.party, v) == target.place)
    kinds = (version.ward_kind for version in there)
    return f"{parties.party_label(target.party, next(kinds, standing.now.ward_kind))} (tidigare)"
