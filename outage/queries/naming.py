"""How a patient, a place and a party are written, the same wherever they are named.

Whoever is named is shown: that is noted here, for the trace.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contacts.rules import parties
from contacts.rules.parties import Party, WardKind
from contacts.seen import shows
from outage.models import CareChain, CareChainDetails, CareChainEvent
from outage.rules.identity import IdentityKind, is_number
from outage.rules.informing import PARTICIPANT_PREFIX

PURGED = "Gallrad patient"


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as shown. In lists somebody with protected personal data has neither name nor place.

    `where` is the ward and the municipality; `namesake`: another patient of the unit has the same name.
    """

    name: str
    identity: str
    identity_label: str
    protected: bool
    warnings: tuple[str, ...] = ()
    born: int | None = None
    where: str = ""
    namesake: bool = False

    @property
    def number(self) -> str:
        """The identity as one types it; "" where it is words."""
        return self.identity if is_number(self.identity) else ""


def patient_in_list(chain: CareChain) -> Patient:
    """With protected personal data only the chain's number says who it is.

    The chain comes with its details, places included (`visible_chains`), and with `namesake` set.
    """
    details = chain.details
    shows({chain.pk})
    if details.is_purged:
        return Patient(
            name=f"{PURGED}, vårdkedja {chain.number}",
            identity="",
            identity_label="",
            protected=details.protected_identity,
        )
    if details.protected_identity:
        return Patient(
            name=f"Skyddad patient, vårdkedja {chain.number}", identity="", identity_label="", protected=True
        )
    return Patient(
        name=patient_name(details, "Okänd patient"),
        identity=shown_identity(details),
        identity_label=IdentityKind(details.identity_kind).label,
        protected=False,
        where=_where(details),
        namesake=getattr(chain, "namesake", False),
    )


def patient_name(details: CareChainDetails, unknown: str) -> str:
    return PURGED if details.is_purged else details.patient_name or unknown


def patient_in_short(details: CareChainDetails) -> str:
    """For who has the patient's page open."""
    return f"{patient_name(details, 'Okänd patient')} {shown_identity(details)}".strip()


def names_shown(chains: Iterable[CareChain]) -> list[str]:
    """The patients' names, but of nobody with protected personal data."""
    return [chain.details.patient_name for chain in chains if not chain.details.protected_identity]


def _where(details: CareChainDetails) -> str:
    names = details.place_names
    if details.municipality:
        names[Party.MUNICIPALITY] = details.municipality.short_name
    return ", ".join(names[party] for party in (Party.INPATIENT, Party.MUNICIPALITY) if party in names)


def shown_identity(details: CareChainDetails) -> str:
    """The stored identity number as people write it: YYYYMMDD-NNNN; other kinds as they were typed."""
    shows({details.chain_id})
    number = details.identity_number
    if len(number) == 12 and number.isascii() and number.isdigit():
        return f"{number[:8]}-{number[8:]}"
    return number


def by_number(*chains: CareChain) -> list[CareChain]:
    """Chains that a page names by their number and address alone."""
    shows(chain.pk for chain in chains)
    return list(chains)


def place_of(chain: CareChain, party: Party) -> str:
    """Such as Skellefteå kommun, Heimdalls hälsocentral, Medicin 2; the party's kind where the place is not known
    yet.
    """
    return chain.details.place_names.get(party) or f"{party_label(chain, party)} (inte angiven än)"


def party_label(chain: CareChain, party: Party) -> str:
    """In Swedish, öppenvård by the kind that follows the ward (R3.10)."""
    return parties.party_label(party, WardKind(chain.details.ward_kind))


def party_in_list(chain: CareChain, key: str) -> str:
    """The other end of a call, by its key, without its place. With protected personal data neither a participant's
    name nor which kind of care the öppenvård is.
    """
    if key not in set(Party):
        return "Deltagare i SIP" if chain.details.protected_identity else key.removeprefix(PARTICIPANT_PREFIX)
    return Party(key).label if chain.details.protected_identity else party_label(chain, Party(key))


def ward_label(chain: CareChain) -> str:
    details = chain.details
    kind = WardKind(details.ward_kind).label.lower()
    ward = details.place_names.get(Party.INPATIENT)
    return f"{ward} ({kind})" if ward and not details.not_admitted else ward or kind


def shown_in_list(chain: CareChain, event: CareChainEvent) -> dict[str, Any]:
    """With protected personal data only dates and times, as the rest may reveal who or where."""
    hidden = chain.details.protected_identity
    return {
        name: value
        for name, value in event.particulars.items()
        if not hidden or name.endswith(("_date", "_time"))
    }
