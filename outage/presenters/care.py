"""How a patient, a recipient and a call are written, the same on every page."""

from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.rules.parties import OUTPATIENT_KIND_LABELS, PARTY_LABELS, WARD_KIND_LABELS, Party, WardKind
from contacts.rules.whom_to_call import NumberToRing
from outage.models import CareChain, CareChainDetails
from outage.rules.identity import IDENTITY_KIND_LABELS, IdentityKind, classify_identity
from outage.rules.informing import Recipient
from outage.rules.wording import STOCKHOLM

NumberRequest = tuple[Party, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as shown. In lists somebody with protected personal data has neither name nor place.

    `where` is the ward and the municipality; `namesake` tells that another patient of the unit has the same name.
    """

    name: str
    identity: str
    identity_label: str
    protected: bool
    warnings: tuple[str, ...] = ()
    where: str = ""
    namesake: bool = False


def details_of(chain: CareChain) -> CareChainDetails:
    """Give the newest details of a chain; every chain has them from its first moment."""
    assert chain.details is not None
    return chain.details


def patient_in_list(chain: CareChain) -> Patient:
    """Give the patient for a list: with protected personal data only the chain's number tells who it is.

    The chain comes with its details, the places among them (`visible_chains`), and with who has a `namesake`.
    """
    details = details_of(chain)
    if details.protected_identity:
        return Patient(
            name=f"Skyddad patient, vårdkedja {chain.number}", identity="", identity_label="", protected=True
        )
    return Patient(
        name=details.patient_name or "Okänd patient",
        identity=shown_identity(details),
        identity_label=IDENTITY_KIND_LABELS[IdentityKind(details.identity_kind)],
        protected=False,
        where=", ".join(
            [place.name for place in [details.ward_unit] if place]
            + [place.short_name for place in [details.municipality] if place]
        ),
        namesake=getattr(chain, "namesake", False),
    )


def patient_on_own_page(chain: CareChain, now: datetime) -> Patient:
    """Give the patient for the chain's own page, with what one should look at twice in the identity."""
    details = details_of(chain)
    identity = classify_identity(details.identity_number, now.astimezone(STOCKHOLM).date())
    return Patient(
        name=details.patient_name or "Okänd patient",
        identity=identity.display,
        identity_label=IDENTITY_KIND_LABELS[identity.kind],
        protected=details.protected_identity,
        warnings=identity.warnings,
    )


def shown_identity(details: CareChainDetails) -> str:
    """Give the stored identity number as people write it: YYYYMMDD-NNNN; other kinds as they were typed."""
    number = details.identity_number
    if len(number) == 12 and number.isdigit():
        return f"{number[:8]}-{number[8:]}"
    return number


def place_of(chain: CareChain, recipient: Recipient) -> str:
    """Give the recipient by name: Skellefteå kommun, Heimdalls hälsocentral, Medicinavdelning 2, or a participant."""
    details = details_of(chain)
    if recipient.party is Party.MUNICIPALITY and details.municipality:
        return details.municipality.name
    if recipient.party is Party.OUTPATIENT and details.outpatient_unit:
        return details.outpatient_unit.name
    if recipient.party is Party.INPATIENT and details.ward_unit:
        return details.ward_unit.name
    return recipient.label


def party_label(chain: CareChain, party: Party) -> str:
    """Give the party's Swedish name, öppenvård by the kind that follows the ward (R3.10)."""
    details = details_of(chain)
    if party is Party.OUTPATIENT and details.outpatient_unit and details.outpatient_unit.outpatient_kind:
        return OUTPATIENT_KIND_LABELS[details.outpatient_unit.outpatient_kind]
    return PARTY_LABELS[party]


def ward_label(chain: CareChain) -> str:
    """Give the ward and its kind in words."""
    details = details_of(chain)
    kind = WARD_KIND_LABELS[WardKind(details.ward_kind)].lower()
    return f"{details.ward_unit.name} ({kind})" if details.ward_unit else kind


def number_request(chain: CareChain, recipient: Recipient) -> NumberRequest | None:
    """Give what to ask the directory for to reach a party of the chain; None for a participant of a SIP."""
    details = details_of(chain)
    if recipient.party is Party.MUNICIPALITY:
        return (Party.MUNICIPALITY, details.municipality_id, None)
    if recipient.party is Party.OUTPATIENT:
        return (Party.OUTPATIENT, None, details.outpatient_unit_id)
    if recipient.party is Party.INPATIENT:
        return (Party.INPATIENT, None, details.ward_unit_id)
    return None


def first_number(numbers: tuple[NumberToRing, ...]) -> str:
    """Give the number to ring first, as typed; nothing where there is none."""
    return next((n.number for n in numbers if n.number), "")


def parties_in(acting: Acting, chain: CareChain) -> frozenset[Party]:
    """Give the parties the acting unit is in this chain.

    A sjukstuga that is the patient's ward only, or only the öppenvård, answers for that part; elsewhere a unit is what
    it always is.
    """
    here = frozenset(party for party in acting.parties if is_own(acting, chain, party))
    return here or acting.parties


def is_own(acting: Acting, chain: CareChain, party: Party) -> bool:
    """Tell whether the acting unit itself is that party of the chain."""
    details = details_of(chain)
    if party is Party.MUNICIPALITY:
        return not acting.principal.is_region and acting.principal.pk == details.municipality_id
    unit_id = details.ward_unit_id if party is Party.INPATIENT else details.outpatient_unit_id
    return acting.unit.pk == unit_id
