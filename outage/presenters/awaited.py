"""Väntar på svar: what the acting unit waits for from the others about a chain (R2.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from outage.models import CareChain
from outage.queries.naming import Patient, party_in_list, patient_in_list, place_of
from outage.rules.awaited import AwaitedAnswer
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
    chain: CareChain, answers: Iterable[AwaitedAnswer], now: datetime, *, on_own_page: bool = False
) -> list[AwaitedLine]:
    """For a patient with protected personal data a list shows no place; the chain's own page does."""
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
        for answer in answers
    ]
