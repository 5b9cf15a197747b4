"""Att ringa nu: every call the acting unit still owes, discharges first, then the oldest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from contacts.access import Acting
from contacts.rules.parties import Party, WardKind
from contacts.rules.phone import same_number
from contacts.rules.whom_to_call import NumberToRing
from outage.models import CareChain, CareChainEvent, Handover, OpenItem
from outage.presenters.care import (
    NumberRequest,
    Patient,
    details_of,
    number_request,
    parties_in,
    patient_in_list,
    place_of,
)
from outage.presenters.chain import is_own_try, recipient_choices
from outage.presenters.standing import is_discharge, rings_itself, standings_of
from outage.queries.care_chains import ChainLog
from outage.rules.handover import Direction
from outage.rules.informing import (
    FAILED,
    INFORM_STATE_LABELS,
    CallOutcome,
    InformState,
    Recipient,
    call_priority,
    owed_answers,
)
from outage.rules.informing import recipients as rule_recipients
from outage.rules.routine import Effect, Routine
from outage.rules.wording import clock_time, lower_first, moment, span

LEAST_FIRST = (InformState.STILL_TO_RING, InformState.TRIED, InformState.RELAYED, InformState.INFORMED)


@dataclass(frozen=True, slots=True)
class OwedMessage:
    """One message of a call. `event_id` is None for an answer that is not logged yet."""

    label: str
    kind: str
    event_id: UUID | None
    state: InformState
    is_discharge: bool = False
    is_retraction: bool = False
    is_answer: bool = False


@dataclass(slots=True)
class OwedCall:
    """One call to make: about one patient, to one recipient, with everything that recipient is still to be told.

    `state` is the least of its messages' states; `tries` counts failed calls to that recipient about them;
    `age` says how long ago the oldest message happened. `open_item` names who answers for it, if somebody does.
    """

    chain_id: UUID
    patient: Patient
    recipient: Recipient
    place: str
    messages: list[OwedMessage] = field(default_factory=list)
    tries: int = 0
    last_try: str = ""
    since: datetime | None = None
    age: str = ""
    request: NumberRequest | None = None
    numbers: tuple[NumberToRing, ...] = ()
    open_item: str = ""
    # Made here, so that a failed try logged by one press is one row however often it is sent.
    client_id: UUID = field(default_factory=uuid4)
    # The newest failed try of one's own unit to reach the recipient.
    tried: Handover | None = None
    # Which of the chain's recipients it is: a participant's name does not belong in an address.
    choice: str = ""

    @property
    def is_urgent(self) -> bool:
        """Whether a discharge is among the messages (R1.6)."""
        return any(message.is_discharge for message in self.messages)

    @property
    def state(self) -> InformState:
        """The least of its messages' states: what the row shows by word, icon and colour."""
        return min((message.state for message in self.messages), key=LEAST_FIRST.index)

    @property
    def state_label(self) -> str:
        """The state in Swedish."""
        return INFORM_STATE_LABELS[self.state]

    @property
    def event_ids(self) -> list[UUID]:
        """The logged events the call is about."""
        return [message.event_id for message in self.messages if message.event_id]

    @property
    def answer_kinds(self) -> list[str]:
        """The kinds of answer the call is to give that are not logged yet."""
        return [message.kind for message in self.messages if message.is_answer]

    @property
    def best(self) -> NumberToRing | None:
        """The number to ring now."""
        return next((number for number in self.numbers if number.number), None)

    @property
    def may_flag(self) -> bool:
        """Whether the number last tried without success can be said not to work, and nobody has said so."""
        if self.tried is None:
            return False
        tried = [n for n in self.numbers if n.entry_id and same_number(n.number, self.tried.number)]
        return bool(tried) and not any(number.flagged for number in tried)

    @property
    def others(self) -> list[NumberToRing]:
        """The other ways, best first."""
        return [number for number in self.numbers if number is not self.best]


def calls_owed(
    *,
    acting: Acting,
    chain: CareChain,
    log: ChainLog,
    routine: Routine,
    now: datetime,
    open_items: Sequence[OpenItem] = (),
    on_own_page: bool = False,
) -> list[OwedCall]:
    """Give the calls the acting unit owes about one chain, the most urgent first.

    Of a patient with protected personal data a list tells neither place nor number; the chain's own page does.
    """
    calls: dict[str, OwedCall] = {}
    hidden = details_of(chain).protected_identity and not on_own_page
    parties = parties_in(acting, chain)
    choices = recipient_choices(chain, log)

    def call_to(recipient: Recipient, since: datetime) -> OwedCall:
        call = calls.setdefault(
            recipient.key,
            OwedCall(
                chain_id=chain.pk,
                patient=patient_in_list(chain),
                recipient=recipient,
                place=_place_hidden(recipient) if hidden else place_of(chain, recipient),
                request=None if hidden else number_request(chain, recipient),
                choice=next((choice for choice, key in choices.items() if key == recipient.key), ""),
            ),
        )
        if call.since is None or since < call.since:
            call.since = since
            call.age = span(now - since)
        return call

    for event in _to_tell(parties, log):
        for standing in standings_of(chain, log, event):
            if standing.state is InformState.INFORMED:
                continue
            call = call_to(standing.recipient, event.happened_at)
            call.tries = max(call.tries, standing.tries)
            if standing.last_at:
                call.last_try = moment(standing.last_at, now)
            call.messages.append(
                OwedMessage(
                    label=_label(routine, event),
                    kind=event.kind,
                    event_id=event.pk,
                    state=standing.state,
                    is_discharge=is_discharge(routine, event),
                    is_retraction=event.withdraws,
                )
            )
            for item in open_items:
                if item.event_id == event.pk and item.recipient == standing.recipient.key:
                    call.open_item = f"{item.responsible}: {item.reason}"
    for party in sorted(parties):
        _add_answers(party, chain, log, routine, call_to)
    for handover in log.live_handovers:
        if handover.recipient in calls and is_own_try(acting, handover):
            calls[handover.recipient].tried = handover
    return in_order_to_ring(calls.values())


def in_order_to_ring(calls: Iterable[OwedCall]) -> list[OwedCall]:
    """Give the calls of one or several chains in the order to make them: discharges first, then the oldest (R1.6)."""

    def priority(call: OwedCall) -> tuple[int, datetime]:
        assert call.since is not None
        return call_priority(Effect.DISCHARGE if call.is_urgent else Effect.INFORMATION, call.since)

    return sorted(calls, key=priority)


def _place_hidden(recipient: Recipient) -> str:
    """Give who is to be rung, but neither where the patient is nor the name of a relative."""
    return recipient.label if recipient.party else "Deltagare i SIP"


def _to_tell(parties: frozenset[Party], log: ChainLog) -> list[CareChainEvent]:
    """Give the rows to tell of: those that stand, and those that take back what somebody was told."""
    replaced = {event.supersedes_id for event in log.events if event.supersedes_id}
    return [e for e in log.events if e.pk not in replaced and e.sender in parties]


def _label(routine: Routine, event: CareChainEvent) -> str:
    label = routine.label(event.kind)
    if event.withdraws:
        return f"Återtag: {lower_first(label)}"
    return f"{label} (rättad)" if event.supersedes_id else label


def _add_answers(party: Party, chain: CareChain, log: ChainLog, routine: Routine, call_to) -> None:
    details = details_of(chain)
    logged = [(e.kind, Party(e.sender), e.happened_at) for e in log.live_events]
    for kind, since in owed_answers(routine, party, logged):
        found = rule_recipients(
            routine=routine, kind=kind, sender=party, ward_kind=WardKind(details.ward_kind)
        )
        for recipient in found:
            if rings_itself(chain, party, recipient):
                continue
            call = call_to(recipient, since)
            tries = [h for h in log.live_handovers if _is_bare_try(h, recipient.key) and h.at >= since]
            call.tries = max(call.tries, len(tries))
            if tries:
                call.last_try = clock_time(tries[-1].at)
            call.messages.append(
                OwedMessage(
                    label=routine.label(kind),
                    kind=kind,
                    event_id=None,
                    state=InformState.TRIED if tries else InformState.STILL_TO_RING,
                    is_answer=True,
                )
            )


def _is_bare_try(handover: Handover, recipient_key: str) -> bool:
    """Tell whether a call is a failed try to give an answer that was not logged yet, so that it names no event."""
    return (
        handover.direction == Direction.GIVEN
        and handover.recipient == recipient_key
        and CallOutcome(handover.outcome) in FAILED
        and not handover.messages.all()
    )


def with_numbers(
    calls: Sequence[OwedCall], numbers: Mapping[NumberRequest, Sequence[NumberToRing]]
) -> Sequence[OwedCall]:
    """Fill in the numbers of each call, looked up for all of them at once."""
    for call in calls:
        if call.request:
            call.numbers = tuple(numbers.get(call.request, ()))
    return calls
