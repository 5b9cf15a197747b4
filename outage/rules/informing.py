"""Who must be told what, who has been, and whether a discharge may be completed (R1.6, R2.1, R3)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contacts.rules.errors import RuleError
from contacts.rules.parties import (
    OUTPATIENT_KIND_LABELS,
    PARTY_LABELS,
    OutpatientKind,
    Party,
    WardKind,
    outpatient_kind_for,
)

from .clock import as_utc
from .routine import Effect, Routine, Sending

PARTICIPANT_PREFIX = "participant:"

_PARTY_ORDER = (Party.MUNICIPALITY, Party.OUTPATIENT, Party.INPATIENT)


class CallOutcome(StrEnum):
    """How a telephone call ended."""

    REACHED = "reached"
    RELAYED = "relayed"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    CLOSED = "closed"
    QUEUE = "queue"
    MESSAGE_LEFT = "message_left"


FAILED: frozenset[CallOutcome] = frozenset(
    {
        CallOutcome.NO_ANSWER,
        CallOutcome.BUSY,
        CallOutcome.CLOSED,
        CallOutcome.QUEUE,
        CallOutcome.MESSAGE_LEFT,
    }
)


class InformState(StrEnum):
    """How far one recipient has been told of one event. Only INFORMED counts as told."""

    INFORMED = "informed"
    RELAYED = "relayed"
    TRIED = "tried"
    STILL_TO_RING = "still_to_ring"


class DischargeState(StrEnum):
    """Whether a discharge is done: all told, left with an open item for each not told, or neither."""

    COMPLETE = "complete"
    LEFT_OPEN = "left_open"
    INCOMPLETE = "incomplete"


CALL_OUTCOME_LABELS: dict[CallOutcome, str] = {
    CallOutcome.REACHED: "Nådd",
    CallOutcome.RELAYED: "Förmedlat",
    CallOutcome.NO_ANSWER: "Inget svar",
    CallOutcome.BUSY: "Upptaget",
    CallOutcome.CLOSED: "Stängt",
    CallOutcome.QUEUE: "Kö",
    CallOutcome.MESSAGE_LEFT: "Lämnade meddelande utan patientuppgifter",
}

INFORM_STATE_LABELS: dict[InformState, str] = {
    InformState.INFORMED: "Underrättad",
    InformState.RELAYED: "Förmedlat, inte underrättad",
    InformState.TRIED: "Ringd, inte nådd",
    InformState.STILL_TO_RING: "Att ringa",
}

DISCHARGE_STATE_LABELS: dict[DischargeState, str] = {
    DischargeState.COMPLETE: "Klar",
    DischargeState.LEFT_OPEN: "Lämnad med öppen punkt",
    DischargeState.INCOMPLETE: "Inte klar",
}


class MayNotSend(RuleError):
    """The party may not send this message type (R3)."""


class DischargeNotComplete(RuleError):
    """Someone who must know of the discharge has not been told (R1.6). `missing` are those recipients."""

    def __init__(self, reason: str, missing: tuple["Recipient", ...]) -> None:
        super().__init__(reason)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone to be told: a party of the chain, or by name someone who is to take part in a SIP (R3.9)."""

    party: Party | None
    outpatient_kind: OutpatientKind | None = None
    participant: str = ""

    @property
    def key(self) -> str:
        """What stored rows refer to it by: the party, or `participant:` and the name."""
        return str(self.party) if self.party else PARTICIPANT_PREFIX + self.participant

    @property
    def wire(self) -> str:
        """Its name in exchanged data: like `key`, but öppenvård by its kind (R3.10)."""
        return str(self.outpatient_kind) if self.outpatient_kind else self.key

    @property
    def label(self) -> str:
        """Its Swedish name."""
        if self.outpatient_kind:
            return OUTPATIENT_KIND_LABELS[self.outpatient_kind]
        return PARTY_LABELS[self.party] if self.party else self.participant


@dataclass(frozen=True, slots=True)
class Call:
    """One try to tell one recipient of one event. `at` is an aware datetime."""

    recipient_key: str
    outcome: CallOutcome
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one recipient stands: state, failed tries so far, and the latest call (None when never rung)."""

    recipient: Recipient
    state: InformState
    tries: int
    last_at: datetime | None


def may_send(routine: Routine, kind: str, sender: Party) -> bool:
    """Tell whether `sender` may send `kind` (R3); raises ValueError for a kind the routine does not have."""
    return routine.message(kind).sending(sender) is not None


def check_may_send(routine: Routine, kind: str, sender: Party) -> None:
    """Raise MayNotSend, with the reason, when `sender` may not send `kind` (R3)."""
    _sending(routine, kind, sender)


def _sending(routine: Routine, kind: str, sender: Party) -> Sending:
    message = routine.message(kind)
    sending = message.sending(sender)
    if sending is None:
        senders = _and(PARTY_LABELS[party] for party in message.senders)
        raise MayNotSend(
            f"{message.label} lämnas av {senders.lower()}, inte av {PARTY_LABELS[sender].lower()}.",
            field="kind",
        )
    return sending


def recipients(
    *,
    routine: Routine,
    kind: str,
    sender: Party,
    ward_kind: WardKind,
    participants: Sequence[str] = (),
) -> tuple[Recipient, ...]:
    """Give everyone to be told of a `kind` (R3): municipality, öppenvård, slutenvård, then participants.

    Öppenvård is the hälsocentral, or the psychiatric clinic for a patient on a psychiatric ward (R3.10).
    `participants` are the names of those who are to take part; blanks and repeats are left out, and they
    count only for types that tell participants (R3.9). Raises MayNotSend when `sender` may not send `kind`.
    """
    sending = _sending(routine, kind, sender)
    told = [
        Recipient(party, outpatient_kind_for(ward_kind) if party is Party.OUTPATIENT else None)
        for party in _PARTY_ORDER
        if party in sending.tells
    ]
    if sending.tells_participants:
        names = dict.fromkeys(name.strip() for name in participants)
        told += [Recipient(None, participant=name) for name in names if name]
    return tuple(told)


def inform_state(recipient_key: str, calls: Iterable[Call]) -> InformState:
    """Give the state of one recipient from the calls about one event: the best call counts, in any order."""
    outcomes = {call.outcome for call in calls if call.recipient_key == recipient_key}
    if CallOutcome.REACHED in outcomes:
        return InformState.INFORMED
    if CallOutcome.RELAYED in outcomes:
        return InformState.RELAYED
    return InformState.TRIED if outcomes else InformState.STILL_TO_RING


def standings(recipients: Iterable[Recipient], calls: Iterable[Call]) -> tuple[Standing, ...]:
    """Give where each recipient stands, in the order given."""
    every = tuple(calls)
    rows = []
    for recipient in recipients:
        own = [call for call in every if call.recipient_key == recipient.key]
        rows.append(
            Standing(
                recipient=recipient,
                state=inform_state(recipient.key, own),
                tries=sum(call.outcome in FAILED for call in own),
                last_at=max((call.at for call in own), key=as_utc, default=None),
            )
        )
    return tuple(rows)


def not_informed(standings: Iterable[Standing]) -> tuple[Recipient, ...]:
    """Give those who still do not know: relayed and tried are not informed."""
    return tuple(row.recipient for row in standings if row.state is not InformState.INFORMED)


def check_discharge_complete(standings: Iterable[Standing], open_item_keys: Collection[str] = ()) -> None:
    """Raise DischargeNotComplete, naming them, when someone is not informed of a discharge (R1.6).

    `open_item_keys` are the keys of recipients for whom an open item was left. They change what the reason
    says, never the answer: a discharge left open is not complete.
    """
    missing = not_informed(standings)
    if not missing:
        return
    uncovered = [recipient.label for recipient in missing if recipient.key not in open_item_keys]
    reason = (
        f"Utskrivningen är inte klar. Inte underrättad: {_and(recipient.label for recipient in missing)}."
    )
    if uncovered:
        reason += f" Ring, eller lämna en öppen punkt med namn och skäl för: {_and(uncovered)}."
    else:
        reason += " Öppen punkt är lämnad. Ring så snart det går."
    raise DischargeNotComplete(reason, missing)


def can_complete_discharge(standings: Iterable[Standing], open_item_keys: Collection[str] = ()) -> bool:
    """Tell whether everyone is informed of the discharge (R1.6)."""
    try:
        check_discharge_complete(standings, open_item_keys)
    except DischargeNotComplete:
        return False
    return True


def discharge_state(standings: Iterable[Standing], open_item_keys: Collection[str] = ()) -> DischargeState:
    """Give whether a discharge is complete, left with open items, or incomplete (R1.6)."""
    missing = not_informed(standings)
    if not missing:
        return DischargeState.COMPLETE
    if all(recipient.key in open_item_keys for recipient in missing):
        return DischargeState.LEFT_OPEN
    return DischargeState.INCOMPLETE


def check_open_item(*, responsible: str, reason: str) -> dict[str, str]:
    """Give the errors, by field, of an open item: it names who is responsible and says why (R1.6)."""
    errors = {}
    if not responsible.strip():
        errors["responsible"] = "Ange vem som tar hand om den öppna punkten."
    if not reason.strip():
        errors["reason"] = "Skriv varför mottagaren inte är underrättad."
    return errors


def call_priority(effect: Effect, happened_at: datetime) -> tuple[int, datetime]:
    """Give the sort key of an owed call: discharges first (R1.6), then the oldest event."""
    return (0 if effect is Effect.DISCHARGE else 1, as_utc(happened_at))


def owed_answers(
    routine: Routine, party: Party, events: Sequence[tuple[str, Party, datetime]]
) -> list[tuple[str, datetime]]:
    """Give the answers `party` still owes, each as (kind, when what it answers happened) (R3.6, R3.8).

    `events` are (kind, sender, aware time) of what stands. A message is answered by an answer of that party
    at the same time or later, and needs none any more once a discharge has followed it.
    """
    discharged = [as_utc(at) for kind, _, at in events if routine.message(kind).effect is Effect.DISCHARGE]
    owed = []
    for answer in routine.messages_from(party):
        if not answer.answers:
            continue
        given = [as_utc(at) for kind, sender, at in events if kind == answer.key and sender is party]
        asked = sorted((as_utc(at), at) for kind, _, at in events if kind == answer.answers)
        open_since = [at for utc, at in asked if not any(later >= utc for later in given + discharged)]
        if open_since:
            owed.append((answer.key, open_since[0]))
    return owed


def _and(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} och {last}" if first else last
