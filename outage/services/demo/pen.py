"""The pen that the demo writes its care chains with: short words for what a nurse does at the telephone.

Everything goes through the product's own services, at times counted in minutes from the start of the outage.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any
from uuid import uuid4

from contacts.access import Acting
from contacts.models import Principal, Unit
from contacts.rules.parties import Party, WardKind
from contacts.rules.whom_to_call import first_number
from outage.models import CareChain, CareChainEvent, ChainFacts, Handover, Outage
from outage.queries.chain_log import logs_of
from outage.queries.naming import place_of
from outage.queries.ringing import numbers_of_places
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.handover import CallFacts, Direction, Message, ReadBack
from outage.rules.informing import FAILED, PARTICIPANT_PREFIX, CallOutcome
from outage.services.care_chains import change_details, open_chain
from outage.services.events import complete_discharge, correct_event, leave_discharge_open, withdraw_event
from outage.services.handovers import correct_call, log_call, withdraw_call

WARD, HOME, CLINIC = Party.INPATIENT, Party.MUNICIPALITY, Party.OUTPATIENT
REACHED = CallOutcome.REACHED

_SPOKEN_TO = (
    "Anita Björkvad",
    "Roger Lövgrund",
    "Fatima Strandås",
    "Kerstin Myråker",
    "Jonas Hällvik",
    "Marja Sundtorp",
    "Lars Kvarnbo",
    "Ylva Tjärnlid",
)


def invented_number(born: str, serial: int, *, wrong: bool = False) -> str:
    """The identity number of an invented person: `born` is YYYYMMDD (day + 60 for a samordningsnummer).

    `serial` is 980–999, which is reserved for testing; with `wrong` the check digit does not hold.
    """
    nine = f"{born[2:]}{serial}"
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(nine))
    check = -sum(value // 10 + value % 10 for value in doubled) % 10
    return f"{born}-{serial}{(check + 1) % 10 if wrong else check}"


@dataclass(frozen=True, slots=True)
class Patient:
    """An invented patient: name and number as typed, and whether the identity is protected."""

    name: str
    number: str
    protected: bool = False


@dataclass(slots=True)
class Stage:
    """The outage of the demo, who acts, and the places."""

    outage: Outage
    start: datetime
    people: dict[str, Acting]
    units: dict[str, Unit]
    principals: dict[str, Principal]
    names: Iterator[str] = field(default_factory=lambda: cycle(_SPOKEN_TO))
    numbers: dict[str, str] = field(default_factory=dict)

    def at(self, minute: int) -> datetime:
        """`minute` is counted from the outage's start."""
        return self.start + timedelta(minutes=minute)

    def day(self, ahead: int) -> str:
        """An ISO date, as particulars hold it."""
        return (self.start + timedelta(days=ahead)).date().isoformat()

    def open(
        self,
        by: str,
        patient: Patient,
        *,
        ward: str,
        home: str,
        clinic: str,
        before: Before,
    ) -> "Pen":
        """`by` and the places are the demo's keys, the municipality its name."""
        facts = ChainFacts(
            identity=patient.number,
            patient_name=patient.name,
            protected_identity=patient.protected,
            ward_kind=WardKind(self.units[ward].ward_kind),
            ward_unit=self.units[ward],
            municipality=self.principals[home],
            outpatient_unit=self.units[clinic],
            before=before,
        )
        acting = self.people[by]
        chain = open_chain(by=acting, outage=self.outage, client_id=uuid4(), facts=facts)
        return Pen(self, acting, chain, facts)


@dataclass(slots=True)
class Pen:
    """Writes one chain. `last_call` is the newest call, for what is corrected or taken back."""

    stage: Stage
    by: Acting
    chain: CareChain
    facts: ChainFacts
    last_call: Handover | None = None

    def give(
        self,
        minute: int | None,
        to: Party | str,
        what: str | CareChainEvent,
        outcome: CallOutcome = REACHED,
        *,
        by: str = "",
        sender: Party | None = None,
        happened: int | None = None,
        comment: str = "",
        **particulars: Any,
    ) -> CareChainEvent:
        """Ring `to` (a party, or a participant's line) about an event, or about a new one of the kind `what`; returns
        the event.

        No minute means this moment. `sender` is needed where the unit is two parties.
        """
        acting = self.stage.people[by] if by else self.by
        message = self._message(what, sender or _only(acting.parties), happened, particulars)
        return self._log(acting, Direction.GIVEN, minute, to, message, outcome, comment)

    def receive(
        self, minute: int, sender: Party, what: str | CareChainEvent, *, comment: str = "", **particulars: Any
    ) -> CareChainEvent:
        """Be rung by `sender` about an event, which is returned."""
        message = self._message(what, sender, None, particulars)
        return self._log(self.by, Direction.RECEIVED, minute, sender, message, REACHED, comment)

    def tell(
        self, minute: int, what: str, *to: Party | str, by: str = "", **particulars: Any
    ) -> CareChainEvent:
        """Reach everyone in `to` about one new event, a few minutes apart; returns the event."""
        first, *rest = to
        event = self.give(minute, first, what, by=by, **particulars)
        for turn, who in enumerate(rest, start=1):
            self.give(minute + 3 * turn, who, event, by=by)
        return event

    def bare_try(self, minute: int, to: Party, outcome: CallOutcome) -> None:
        """A failed try to give an answer that is not logged yet."""
        self.last_call = log_call(
            by=self.by,
            chain=self.chain,
            client_id=uuid4(),
            facts=self._facts(Direction.GIVEN, minute, to, outcome, ""),
            messages=[],
        )

    def correct(
        self,
        event: CareChainEvent,
        reason: str,
        *,
        told_rightly: bool,
        happened: int | None = None,
        **changed: Any,
    ) -> CareChainEvent:
        """What is not named stays as it was."""
        return correct_event(
            by=self.by,
            event=event,
            client_id=uuid4(),
            happened_at=event.happened_at if happened is None else self.stage.at(happened),
            particulars={**event.particulars, **changed},
            reason=reason,
            told_rightly=told_rightly,
        )

    def take_back(self, event: CareChainEvent, reason: str) -> CareChainEvent:
        return withdraw_event(by=self.by, event=event, client_id=uuid4(), reason=reason)

    def take_back_call(self, reason: str) -> None:
        assert self.last_call is not None
        withdraw_call(by=self.by, handover=self.last_call, client_id=uuid4(), reason=reason)

    def correct_name(self, spoken_to: str, reason: str) -> None:
        old = self.last_call
        assert old is not None
        facts = replace(old.facts, spoken_to=spoken_to, read_back=ReadBack.CORRECTED)
        self.last_call = correct_call(by=self.by, handover=old, client_id=uuid4(), facts=facts, reason=reason)

    def complete(self, discharge: CareChainEvent) -> None:
        complete_discharge(by=self.by, event=discharge)

    def leave_open(self, discharge: CareChainEvent, recipient: Party, responsible: str, reason: str) -> None:
        leave_discharge_open(
            by=self.by,
            event=discharge,
            client_id=uuid4(),
            recipient=recipient.value,
            responsible=responsible,
            reason=reason,
        )

    def becomes(self, status: ChainStatus, reason: str) -> None:
        self.facts = replace(self.facts, status=status, status_reason=reason)
        assert self.chain.details_id is not None
        change_details(
            by=self.by,
            chain=self.chain,
            client_id=uuid4(),
            replaces=self.chain.details_id,
            facts=self.facts,
        )

    def _message(
        self, what: str | CareChainEvent, sender: Party, happened: int | None, particulars: dict[str, Any]
    ) -> Message:
        if isinstance(what, CareChainEvent):
            return Message(event_id=what.pk, kind=what.kind)
        at = None if happened is None else self.stage.at(happened)
        return Message(kind=what, sender=sender, happened_at=at, particulars=particulars)

    def _log(
        self,
        by: Acting,
        direction: Direction,
        minute: int | None,
        other: Party | str,
        message: Message,
        outcome: CallOutcome,
        comment: str,
    ) -> CareChainEvent:
        self.last_call = log_call(
            by=by,
            chain=self.chain,
            client_id=uuid4(),
            facts=self._facts(direction, minute, other, outcome, comment),
            messages=[message],
        )
        told = self.last_call.messages.select_related("event").get().event
        assert told is not None
        told.chain = self.chain
        return told

    def _facts(
        self, direction: Direction, minute: int | None, other: Party | str, outcome: CallOutcome, comment: str
    ) -> CallFacts:
        key = other.value if isinstance(other, Party) else PARTICIPANT_PREFIX + other
        through = outcome not in FAILED
        # A participant's line is "name, role, number".
        name, _, rest = ("", "", "") if isinstance(other, Party) else other.partition(", ")
        number = self._number(other) if isinstance(other, Party) else rest.rpartition(", ")[2]
        return CallFacts(
            direction=direction,
            recipient=key,
            outcome=outcome,
            at=None if minute is None else self.stage.at(minute),
            spoken_to=(name or next(self.stage.names)) if through else "",
            spoken_to_unit=place_of(self.chain, other) if through and isinstance(other, Party) else "",
            number=number if direction is Direction.GIVEN else "",
            read_back=ReadBack.DONE if outcome is REACHED else None,
            comment=comment,
        )

    def _number(self, party: Party) -> str:
        assert self.chain.details is not None
        key = self.chain.details.place_keys[party]
        if key not in self.stage.numbers:
            found = numbers_of_places(logs_of([self.chain.pk]).values(), self.stage.start)
            self.stage.numbers |= {place: first_number(numbers) for place, numbers in found.items()}
        return self.stage.numbers[key]


def _only(parties: Collection[Party]) -> Party:
    (party,) = parties
    return party
