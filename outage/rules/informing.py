"""Who must be told what, who has been, and whether a discharge may be completed (R1.6, R2.1, R3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.rules.errors import RuleError
from contacts.rules.labelled import Labelled
from contacts.rules.parties import (
    OutpatientKind,
    Party,
    WardKind,
    outpatient_kind_for,
)

from .clock import as_utc
from .routine import Effect, Routine, Sending

PARTICIPANT_PREFIX = "participant:"

_PARTY_ORDER = (Party.MUNICIPALITY, Party.OUTPATIENT, Party.INPATIENT)


class CallOutcome(Labelled):
    REACHED = "reached", "Nådd"
    RELAYED = "relayed", "Förmedlat"
    NO_ANSWER = "no_answer", "Inget svar"
    BUSY = "busy", "Upptaget"
    CLOSED = "closed", "Stängt"
    QUEUE = "queue", "Kö"
    MESSAGE_LEFT = "message_left", "Lämnade meddelande utan patientuppgifter"


FAILED = frozenset(CallOutcome) - {CallOutcome.REACHED, CallOutcome.RELAYED}


class InformState(Labelled):
    """How far one recipient has been told of one event. Only INFORMED counts as told."""

    INFORMED = "informed", "Underrättad"
    RELAYED = "relayed", "Förmedlat, inte underrättad"
    TRIED = "tried", "Ringd, inte nådd"
    STILL_TO_RING = "still_to_ring", "Att ringa"


GETS_TO = {CallOutcome.REACHED: InformState.INFORMED, CallOutcome.RELAYED: InformState.RELAYED}
LEAST_FIRST = (InformState.STILL_TO_RING, InformState.TRIED, InformState.RELAYED, InformState.INFORMED)


class DischargeState(Labelled):
    """Whether a discharge is done: all told, left with an open item for each not told, or neither."""

    COMPLETE = "complete", "Klar"
    LEFT_OPEN = "left_open", "Lämnad med öppen punkt"
    INCOMPLETE = "incomplete", "Inte klar"


class MayNotSend(RuleError):
    """The party may not send this message type (R3)."""


class DischargeNotComplete(RuleError):
    """Someone who must know of the discharge has not been told (R1.6)."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone to be told by the routine: a party, or by name a participant of a SIP (R3.9)."""

    party: Party | None
    outpatient_kind: OutpatientKind | None = None
    participant: str = ""

    @property
    def wire(self) -> str:
        """Its name in exchanged data: the party, öppenvård by its kind (R3.10), or `participant:` and the name."""
        if self.party is None:
            return PARTICIPANT_PREFIX + self.participant
        return str(self.outpatient_kind or self.party)


def sending_of(routine: Routine, kind: str, sender: Party) -> Sending:
    """How `sender` sends `kind` (R3). Raises MayNotSend, with the reason, when it may not."""
    message = routine.message(kind)
    sending = message.sending(sender)
    if sending is None:
        senders = _and(party.label for party in message.senders)
        why = f"{message.label} lämnas av {senders.lower()}, inte av {sender.label.lower()}."
        raise MayNotSend(why, field="kind")
    return sending


def recipients(
    *,
    routine: Routine,
    kind: str,
    sender: Party,
    ward_kind: WardKind,
    participants: Sequence[str] = (),
) -> tuple[Recipient, ...]:
    """Everyone to be told of a `kind` (R3): municipality, öppenvård, slutenvård, then participants.

    Öppenvård is the hälsocentral, or the psychiatric clinic for a patient on a psychiatric ward (R3.10).
    `participants` are the names of those who are to take part; blanks and repeats, ignoring case, are left out, and
    they count only for types that tell participants (R3.9). Raises MayNotSend when `sender` may not send `kind`.
    """
    sending = sending_of(routine, kind, sender)
    told = [
        Recipient(party, outpatient_kind_for(ward_kind) if party is Party.OUTPATIENT else None)
        for party in _PARTY_ORDER
        if party in sending.tells
    ]
    if sending.tells_participants:
        names: dict[str, str] = {}
        for name in participants:
            names.setdefault(" ".join(name.split()).casefold(), name.strip())
        told += [Recipient(None, participant=name) for name in names.values() if name]
    return tuple(told)


def check_all_told(missing: Sequence[str], without_open_item: Sequence[str]) -> None:
    """Raises DischargeNotComplete where somebody is `missing` that must know of a discharge (R1.6), each by name.

    An open item changes what the reason says, never the answer: a discharge left open is not complete.
    """
    if not missing:
        return
    reason = f"Utskrivningen är inte klar. Inte underrättad: {_and(missing)}."
    if without_open_item:
        reason += f" Ring, eller lämna en öppen punkt med namn och skäl för: {_and(without_open_item)}."
    else:
        reason += " Öppen punkt är lämnad. Ring så snart det går."
    raise DischargeNotComplete(reason)


def check_open_item(*, responsible: str, reason: str) -> dict[str, str]:
    """Errors by field. An open item names who is responsible and says why (R1.6)."""
    errors = {}
    if not responsible.strip():
        errors["responsible"] = "Ange vem som tar hand om den öppna punkten."
    if not reason.strip():
        errors["reason"] = "Skriv varför mottagaren inte är underrättad."
    return errors


def owed_answers(
    routine: Routine, party: Party, events: Sequence[tuple[str, Party, tuple[datetime, int]]]
) -> list[tuple[str, tuple[datetime, int]]]:
    """The answers `party` still owes, each as (kind, when what it answers happened) (R3.6, R3.8).

    `events` are the standing ones as (kind, sender, when), `when` an aware minute and the order of logging within it.
    A message is answered by a later answer of that party, and needs none once a discharge has followed it.
    """
    discharged = [_utc(when) for kind, _, when in events if routine.message(kind).effect is Effect.DISCHARGE]
    owed = []
    for answer in routine.messages_from(party):
        if not answer.answers:
            continue
        given = [_utc(when) for kind, sender, when in events if kind == answer.key and sender is party]
        asked = sorted((_utc(when), when) for kind, _, when in events if kind == answer.answers)
        open_since = [when for utc, when in asked if not any(later > utc for later in given + discharged)]
        if open_since:
            owed.append((answer.key, open_since[0]))
    return owed


def _utc(when: tuple[datetime, int]) -> tuple[datetime, int]:
    at, order = when
    return as_utc(at), order


def _and(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} och {last}" if first else last
