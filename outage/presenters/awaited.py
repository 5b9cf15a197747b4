"""Väntar på svar: what the acting unit waits for from the others about a chain (R2.2)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contacts.access import Acting
from contacts.rules.parties import Party, WardKind
from outage.models import CareChain, CareChainEvent
from outage.presenters.care import Patient, details_of, parties_in, patient_in_list, place_of
from outage.presenters.standing import recipient_of
from outage.queries.care_chains import ChainLog
from outage.rules.awaited import Said, awaited_answers
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.rules.routine import Routine
from outage.rules.wording import moment, span


@dataclass(frozen=True, slots=True)
class AwaitedLine:
    """One answer that is waited for: which, of whom, since when and for how long."""

    chain_id: UUID
    patient: Patient
    label: str
    place: str
    since: str
    age: str


def awaited_lines(
    acting: Acting,
    chain: CareChain,
    log: ChainLog,
    routine: Routine,
    now: datetime,
    *,
    on_own_page: bool = False,
) -> list[AwaitedLine]:
    """What is awaited about one chain, the longest wait first.

    Of a patient with protected personal data a list tells no place; the chain's own page does.
    """
    details = details_of(chain)
    hidden = details.protected_identity and not on_own_page
    found = awaited_answers(
        routine=routine,
        acting=parties_in(acting, chain),
        status=ChainStatus(details.status),
        said=[_said(log, event) for event in log.live_events],
    )
    lines = []
    for answer in found:
        sender = recipient_of(answer.sender.value, WardKind(details.ward_kind))
        lines.append(
            AwaitedLine(
                chain_id=chain.pk,
                patient=patient_in_list(chain),
                label=routine.label(answer.kind),
                place=sender.label if hidden else place_of(chain, sender),
                since=moment(answer.since, now),
                age=span(now - answer.since),
            )
        )
    return lines


def _said(log: ChainLog, event: CareChainEvent) -> Said:
    told: dict[Party, datetime] = {}
    alike = _rows_alike(log, event)
    for call in log.live_handovers:
        if call.direction != Direction.GIVEN or call.outcome != CallOutcome.REACHED:
            continue
        if call.recipient not in set(Party):
            continue
        named = {message.event_id for message in call.messages.all()}
        # A row that was corrected after the call: the one told of was another version of it.
        if event.pk in named or (call.at >= event.happened_at and named & alike):
            party = Party(call.recipient)
            told[party] = min(told.get(party, call.at), call.at)
    return Said(event.kind, Party(event.sender), event.happened_at, told)


def _rows_alike(log: ChainLog, event: CareChainEvent) -> set[UUID]:
    return {
        row.pk
        for row in log.events
        if (row.kind, row.sender) == (event.kind, event.sender) and not row.withdraws
    }
