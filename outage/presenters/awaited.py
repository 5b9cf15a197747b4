"""Väntar på svar: what the acting unit waits for from the others about a chain (R2.2)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from outage.models import CareChain
from outage.queries.chain_log import ChainLog
from outage.queries.naming import Patient, party_in_list, patient_in_list, place_of
from outage.queries.standing import awaited_by_unit
from outage.rules.wording import moment, span


@dataclass(frozen=True, slots=True)
class AwaitedLine:
    chain_id: UUID
    patient: Patient
    label: str
    place: str
    since: str
    since_iso: str
    age: str


def awaited_lines(
    acting: Acting, chain: CareChain, log: ChainLog, now: datetime, *, on_own_page: bool = False
) -> list[AwaitedLine]:
    """The longest wait first.

    For a patient with protected personal data a list shows no place; the chain's own page does.
    """
    hidden = chain.details.protected_identity and not on_own_page
    label_of = party_in_list if hidden else place_of
    return [
        AwaitedLine(
            chain_id=chain.pk,
            patient=patient_in_list(chain),
            label=chain.outage.routine.label(answer.kind),
            place=label_of(chain, answer.sender),
            since=moment(answer.since, now),
            since_iso=answer.since.isoformat(),
            age=span(now - answer.since),
        )
        for answer in awaited_by_unit(chain, log, acting.unit.pk)
    ]
