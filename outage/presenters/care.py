"""How a patient, a place and a party are written, the same on every page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.rules import parties
from contacts.rules.parties import Party, WardKind
from contacts.rules.whom_to_call import NumberToRing
from contacts.seen import shows
from outage.models import CareChain
from outage.queries.chain_log import ChainLog
from outage.queries.naming import PURGED, Patient, party_in_list, party_label, patient_name
from outage.queries.standing import standing_of
from outage.queries.targets import target_name
from outage.queries.tasks import is_place_of
from outage.rules.identity import IdentityKind, classify_identity
from outage.rules.informing import PARTICIPANT_PREFIX
from outage.rules.told import Target
from outage.rules.wording import STOCKHOLM

Numbers = Mapping[str, Sequence[NumberToRing]]


@dataclass(frozen=True, slots=True)
class PartyLine:
    """One party of the chain with its numbers, best first; `place` is empty where it is not known yet. `closed`:
    it is a unit out of use.
    """

    party: Party
    label: str
    place: str
    closed: bool
    numbers: tuple[NumberToRing, ...]


def patient_on_own_page(chain: CareChain, now: datetime) -> Patient:
    """The patient for the chain's own page, with warnings about the identity."""
    details = chain.details
    shows({chain.pk})
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


def is_own(acting: Acting, chain: CareChain, party: Party) -> bool:
    """Whether the acting unit itself is that party of the chain."""
    return is_place_of(acting, chain.details.place_keys.get(party), party)


def target_in_list(chain: CareChain, log: ChainLog, target: Target) -> str:
    """Whom a call is with; with protected personal data neither where the patient is nor the name of a relative."""
    return whom_hidden(chain, target) if chain.details.protected_identity else target_name(chain, log, target)


def whom_hidden(chain: CareChain, target: Target) -> str:
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


def party_lines(chain: CareChain, numbers: Numbers) -> tuple[PartyLine, ...]:
    details = chain.details
    keys, names = details.place_keys, details.place_names
    return tuple(
        PartyLine(
            party=party,
            label=party_label(chain, party),
            place=names.get(party, ""),
            closed=party in details.places_closed,
            numbers=tuple(numbers.get(keys.get(party, ""), ())),
        )
        for party in (Party.INPATIENT, Party.MUNICIPALITY, Party.OUTPATIENT)
    )
