"""The steps of a care chain, as the script writes them, and which service each of them is played through."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import uuid4

from contacts.access import Acting
from contacts.models import Principal, Unit
from contacts.queries.ringing import numbers_for
from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from contacts.rules.whom_to_call import first_number
from outage.models import CareChain, CareChainEvent, ChainFacts, Handover, Outage
from outage.queries.naming import place_of
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import CallFacts, Direction, Message, ReadBack
from outage.rules.informing import FAILED, PARTICIPANT_PREFIX, CallOutcome
from outage.services.care_chains import change_details
from outage.services.events import complete_discharge, correct_event, leave_discharge_open, withdraw_event
from outage.services.handovers import correct_call, log_call, withdraw_call

PersonKey = Annotated[str, "people"]
MessageKey = Annotated[str, "messages"]
_BETWEEN_CALLS = 3


@dataclass(slots=True)
class Stage:
    """The outage that goes on, who acts, the places, and who answers at the other end."""

    outage: Outage
    start: datetime
    people: Mapping[str, Acting]
    units: Mapping[str, Unit]
    principals: Mapping[str, Principal]
    answering: Iterator[str]

    def at(self, minute: int | None) -> datetime | None:
        """`minute` is counted from the outage's start."""
        return None if minute is None else self.start + timedelta(minutes=minute)


@dataclass(slots=True)
class Played:
    """A care chain as far as it is played: the newest event of each kind of message, and the newest call."""

    stage: Stage
    by: Acting
    chain: CareChain
    facts: ChainFacts
    events: dict[str, CareChainEvent] = field(default_factory=dict)
    call: Handover | None = None

    def event(self, kind: str) -> CareChainEvent:
        if kind not in self.events:
            raise RuleError(f"{kind} är inte lämnat eller mottaget än. Flytta steget dit det är det.")
        return self.events[kind]

    def last_call(self) -> Handover:
        if self.call is None:
            raise RuleError("Det finns inget samtal än. Flytta steget dit det finns ett.")
        return self.call

    def ring(
        self,
        direction: Direction,
        other: str,
        minute: int | None,
        outcome: CallOutcome,
        comment: str = "",
        message: Message | None = None,
        by: Acting | None = None,
        code: str = "",
    ) -> None:
        """Log a call with a party, or with a participant, who is written as "name, role, number"; no minute is now."""
        through = outcome not in FAILED
        party = Party(other) if other in set(Party) else None
        name, _, rest = ("", "", "") if party else other.partition(", ")
        if not party and not rest:
            known = ", ".join(Party)
            raise RuleError(
                f"{other} är ingen part. Skriv {known}, eller en deltagares namn, roll och nummer."
            )
        number = self._number(party) if party else rest.rpartition(", ")[2]
        facts = CallFacts(
            direction=direction,
            recipient=party or PARTICIPANT_PREFIX + other,
            outcome=outcome,
            at=self.stage.at(minute),
            spoken_to=(name or next(self.stage.answering)) if through else "",
            spoken_to_unit=place_of(self.chain, party) if through and party else "",
            number=number if direction is Direction.GIVEN else "",
            read_back=ReadBack.DONE if outcome is CallOutcome.REACHED else None,
            comment=comment,
        )
        messages = [message] if message else []
        self.call = log_call(
            by=by or self.by, chain=self.chain, client_id=uuid4(), facts=facts, messages=messages, code=code
        )
        for told in self.call.messages.select_related("event"):
            assert told.event is not None
            told.event.chain = self.chain
            self.events[told.event.kind] = told.event

    def _number(self, party: Party) -> str:
        details = self.chain.details
        assert details is not None
        units = {Party.INPATIENT: details.ward_unit_id, Party.OUTPATIENT: details.outpatient_unit_id}
        principal = details.municipality_id if party is Party.MUNICIPALITY else None
        return first_number(numbers_for(party, principal, units.get(party), self.stage.start))


@dataclass(frozen=True, slots=True)
class Says:
    """The particulars of a message; dates are days after the one on which the outage began."""

    preliminary_date: int | None = None
    sip_date: int | None = None
    sip_time: str = ""
    sip_place: str = ""
    participants: tuple[str, ...] = ()
    named_care_contact: str = ""
    current_services: str = ""

    def particulars(self, start: datetime) -> dict[str, Any]:
        """As an event holds them: only what is said."""
        return {
            name: (start + timedelta(days=said)).date().isoformat() if isinstance(said, int) else said
            for name, said in asdict(self).items()
            if said
        }


# The first key of each step tells them apart.


@dataclass(frozen=True, slots=True)
class Tell:
    """Ring each in `to`, a party or a participant's line, about one new event, or `again` about the newest of its kind.

    No minute means now. `sender` is needed where the unit is two parties.
    """

    tell: MessageKey
    to: tuple[str, ...]
    at: int | None = None
    again: bool = False
    by: PersonKey | None = None
    sender: Party | None = None
    happened: int | None = None
    outcome: CallOutcome = CallOutcome.REACHED
    comment: str = ""
    says: Says = Says()

    def play(self, played: Played) -> None:
        stage = played.stage
        by = stage.people[self.by] if self.by else played.by
        if len(by.parties) > 1 and not self.sender:
            raise RuleError(f"{by.unit.name} är flera parter. Skriv sender.")
        message = Message(
            kind=self.tell,
            sender=self.sender or next(iter(by.parties)),
            happened_at=stage.at(self.happened),
            particulars=self.says.particulars(stage.start),
        )
        for turn, who in enumerate(self.to):
            if self.again or turn:
                message = Message(event_id=played.event(self.tell).pk, kind=self.tell)
            minute = None if self.at is None else self.at + turn * _BETWEEN_CALLS
            played.ring(Direction.GIVEN, who, minute, self.outcome, self.comment, message, by)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A failed try to give an answer that is not logged yet."""

    attempt: Party
    at: int
    outcome: CallOutcome

    def play(self, played: Played) -> None:
        played.ring(Direction.GIVEN, self.attempt, self.at, self.outcome)


@dataclass(frozen=True, slots=True)
class Hear:
    """Be rung by a party about a new event; `rang` is who read the code aloud, where that call is played already."""

    hear: MessageKey
    sender: Party
    at: int
    comment: str = ""
    rang: PersonKey | None = None
    says: Says = Says()

    def play(self, played: Played) -> None:
        particulars = self.says.particulars(played.stage.start)
        message = Message(kind=self.hear, sender=self.sender, particulars=particulars)
        code = self._code(played.stage) if self.rang else ""
        played.ring(
            Direction.RECEIVED, self.sender, self.at, CallOutcome.REACHED, self.comment, message, code=code
        )

    def _code(self, stage: Stage) -> str:
        assert self.rang is not None
        rang = stage.people[self.rang]
        at = stage.start + timedelta(minutes=self.at)
        for call in Handover.objects.filter(at=at, user=rang.user, code__isnull=False):
            assert call.code is not None
            return call.code.code
        raise RuleError(f"{rang.user.full_name} har inget samtal som kom fram då. Ändra rang eller at.")


@dataclass(frozen=True, slots=True)
class Correct:
    """What is not written stays as it was."""

    correct: MessageKey
    reason: str
    told_rightly: bool
    happened: int | None = None
    says: Says = Says()

    def play(self, played: Played) -> None:
        event = played.event(self.correct)
        played.events[self.correct] = correct_event(
            by=played.by,
            event=event,
            client_id=uuid4(),
            happened_at=played.stage.at(self.happened) or event.happened_at,
            particulars=event.particulars | self.says.particulars(played.stage.start),
            reason=self.reason,
            told_rightly=self.told_rightly,
        )


@dataclass(frozen=True, slots=True)
class Withdraw:
    withdraw: MessageKey
    reason: str

    def play(self, played: Played) -> None:
        played.events[self.withdraw] = withdraw_event(
            by=played.by, event=played.event(self.withdraw), client_id=uuid4(), reason=self.reason
        )


@dataclass(frozen=True, slots=True)
class Complete:
    complete: MessageKey

    def play(self, played: Played) -> None:
        complete_discharge(by=played.by, event=played.event(self.complete))


@dataclass(frozen=True, slots=True)
class LeaveOpen:
    leave_open: MessageKey
    recipient: Party
    responsible: str
    reason: str

    def play(self, played: Played) -> None:
        leave_discharge_open(
            by=played.by,
            event=played.event(self.leave_open),
            client_id=uuid4(),
            recipient=self.recipient,
            responsible=self.responsible,
            reason=self.reason,
        )


@dataclass(frozen=True, slots=True)
class CorrectCall:
    """The reason, and the name as it was read back."""

    correct_call: str
    spoken_to: str

    def play(self, played: Played) -> None:
        call = played.last_call()
        facts = replace(call.facts, spoken_to=self.spoken_to, read_back=ReadBack.CORRECTED)
        played.call = correct_call(
            by=played.by, handover=call, client_id=uuid4(), facts=facts, reason=self.correct_call
        )


@dataclass(frozen=True, slots=True)
class WithdrawCall:
    """The reason."""

    withdraw_call: str

    def play(self, played: Played) -> None:
        withdraw_call(by=played.by, handover=played.last_call(), client_id=uuid4(), reason=self.withdraw_call)


@dataclass(frozen=True, slots=True)
class Become:
    become: ChainStatus
    reason: str

    def play(self, played: Played) -> None:
        assert played.chain.details_id is not None
        played.facts = replace(played.facts, status=self.become, status_reason=self.reason)
        change_details(
            by=played.by,
            chain=played.chain,
            client_id=uuid4(),
            replaces=played.chain.details_id,
            facts=played.facts,
        )


Step = Tell | Attempt | Hear | Correct | Withdraw | Complete | LeaveOpen | CorrectCall | WithdrawCall | Become
