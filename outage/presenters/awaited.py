"""Väntar på svar: what the acting unit waits for from the others about a chain (R2.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from outage.models import CareChain, LeftOpen
from outage.queries.naming import Patient, party_in_list, patient_in_list, place_of
from outage.rules.awaited import AwaitedAnswer
from outage.rules.closing import key_of_answer
from outage.rules.wording import moment, span


@dataclass(frozen=True, slots=True)
class AwaitedLine:
    """`left` says who took it on at the closing, and why, where somebody did."""

    chain_id: UUID
    patient: Patient
    label: str
    place: str
    since: str
    since_iso: str
    age: str
    left: str = ""


def awaited_lines(
    acting: Acting,
    chain: CareChain,
    answers: Iterable[AwaitedAnswer],
    now: datetime,
    left: Mapping[str, LeftOpen],
    *,
    on_own_page: bool = False,
) -> list[AwaitedLine]:
    """For a patient with protected personal data a list shows no place; the chain's own page does. `left` is
    `left_about` chains.
    """

    def taken_on(answer: AwaitedAnswer) -> str:
        key = key_of_answer(chain.pk, acting.unit.pk, answer.kind, answer.sender, answer.since)
        return left[key].in_words if key in left else ""

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
            left=taken_on(answer) if left else "",
        )
        for answer in answers
    ]
