"""What each place knows of one chain (R1.6, R2.1), from nothing but its rows.

A place that was told is a fact of the call: everything goes by the places that calls reached, never by what the chain
names today. Nothing is stored of it, so the order in which rows were written does not matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from contacts.rules.parties import Party

from .back_registration import ChainStatus
from .informing import FAILED, PARTICIPANT_PREFIX, CallOutcome, InformState, recipients
from .routine import Effect, Routine
from .told import (
    NOT_ADMITTED,
    CallRow,
    Closed,
    Double,
    EventRow,
    Notice,
    PlaceChange,
    Standing,
    Target,
    Version,
    folded,
    minute_of,
)

PARTIES = (Party.MUNICIPALITY, Party.OUTPATIENT, Party.INPATIENT)

# After these a place knows nothing more of the chain, whatever it was told before.
_LETS_GO = tuple(
    f"{notice}:" for notice in (Notice.NOT_YOURS, Notice.NO_LONGER_YOURS, Notice.NOT_THIS_PATIENT)
)


_NONE = Double(frozenset())


@dataclass
class Knowledge:
    """What everybody knows of one chain.

    `ours` are the parties that units of the own principal can be, `own` the keys of the places that are its own.
    `doubles` has, by the row that stood when chains were joined, as what an event was logged in the other one;
    `sent_from` the place of the sender, by the first row of an event that was logged there.
    `entered` are the first ids of the events that have been entered into the system, `back` the places whose
    principal is in it again.
    """

    routine: Routine
    versions: Sequence[Version]
    events: Sequence[EventRow]
    calls: Sequence[CallRow]
    ours: frozenset[Party]
    own: frozenset[str]
    doubles: Mapping[str, Double] = field(default_factory=dict)
    sent_from: Mapping[str, str] = field(default_factory=dict)
    entered: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()

    @property
    def now(self) -> Version:
        """The newest version of what is known."""
        return self.versions[-1]

    @property
    def held(self) -> frozenset[Party]:
        """The own parties that a place of our own is in this chain."""
        return frozenset(party for party in self.ours if self.now.places.get(party) in self.own)

    # Places

    @cached_property
    def _alias(self) -> dict[str, str]:
        """Each place that is only another spelling of a later one, with the later one's key."""
        alias: dict[str, str] = {}
        for former, version in zip(self.versions, self.versions[1:], strict=False):
            for party, how in version.changed.items():
                old, new = (self._follow(alias, v.places.get(party, "")) for v in (former, version))
                if how is PlaceChange.SAME and old and new and old != new:
                    alias[old] = new
        return alias

    @staticmethod
    def _follow(alias: Mapping[str, str], place: str) -> str:
        while place in alias:
            place = alias[place]
        return place

    def same(self, place: str) -> str:
        """The key of `place` as it is known now."""
        return self._follow(self._alias, place)

    def place_of(self, party: Party, version: Version | None = None) -> str:
        """Where `party` is reached, as the newest version has it, else as `version` had; "" where nobody knows."""
        return self.same((version or self.now).places.get(party, ""))

    @cached_property
    def _named(self) -> dict[str, str]:
        return {name: self.same(key) for version in self.versions for name, key in version.names.items()}

    def participant(self, name: str) -> Target:
        """Somebody who is to take part in a SIP; a place of the chain where its name is what was written."""
        place = self._named.get(folded(name))
        if place is None:
            return Target(PARTICIPANT_PREFIX + folded(name), participant=name)
        return replace(self.target_at(place), participant=name)

    def target_at(self, place: str) -> Target:
        """A place that the chain names, or has named, as somebody to ring."""
        for version in reversed(self.versions):
            for party in PARTIES:
                if self.place_of(party, version) == place:
                    return Target(place, party, former=version is not self.now)
        return Target(place)

    # Calls

    @cached_property
    def calls_to(self) -> dict[str, list[CallRow]]:
        """The calls to each place, in the order they were made; nothing from before the place was last let go of."""
        to: dict[str, list[CallRow]] = {}
        for call in sorted(self.calls, key=lambda call: call.when):
            place = self._reached_place(call.place)
            if not place:
                continue
            if call.outcome is CallOutcome.REACHED and any(told.startswith(_LETS_GO) for told in call.told):
                to[place] = [replace(call, told=frozenset())]
            else:
                to.setdefault(place, []).append(call)
        return to

    def _reached_place(self, place: str) -> str:
        if place.startswith(PARTICIPANT_PREFIX):
            return self.participant(place.removeprefix(PARTICIPANT_PREFIX)).place
        return self.same(place)

    def _calls_about(self, place: str, ids: frozenset[str]) -> list[CallRow]:
        return [call for call in self.calls_to.get(place, ()) if not ids.isdisjoint(call.told)]

    def state(self, place: str, ids: frozenset[str]) -> tuple[InformState, int, datetime | None]:
        """How far a place has been told one of `ids`: the best call counts. The failed tries, and the latest call."""
        calls = self._calls_about(place, ids)
        outcomes = {call.outcome for call in calls}
        state = InformState.STILL_TO_RING
        if CallOutcome.REACHED in outcomes:
            state = InformState.INFORMED
        elif CallOutcome.RELAYED in outcomes:
            state = InformState.RELAYED
        elif outcomes:
            state = InformState.TRIED
        tries = sum(call.outcome in FAILED for call in calls)
        return state, tries, max((call.at for call in calls), default=None)

    def reached_with(self, place: str, ids: frozenset[str]) -> bool:
        """Whether a call that told one of `ids` got through to a place."""
        return any(call.outcome is CallOutcome.REACHED for call in self._calls_about(place, ids))

    # Events

    @cached_property
    def _by_id(self) -> dict[str, EventRow]:
        return {event.id: event for event in self.events}

    @cached_property
    def _replaced(self) -> set[str]:
        return {event.supersedes for event in self.events if event.supersedes}

    @cached_property
    def newest(self) -> list[EventRow]:
        """The newest row of each event, withdrawals too, in time order; within a minute as first logged."""
        return sorted(
            (event for event in self.events if event.id not in self._replaced),
            key=self.when,
        )

    def when(self, event: EventRow) -> tuple[datetime, int]:
        """Where an event stands in time: by the minute, and within it as it was logged first."""
        return minute_of(event.at), self.root(event).order

    def root(self, event: EventRow) -> EventRow:
        """The row by which an event was logged first."""
        while event.supersedes:
            event = self._by_id[event.supersedes]
        return event

    def line_of(self, event_id: str) -> str | None:
        """The first id of an event; None for what is none."""
        event = self._by_id.get(event_id)
        return self.root(event).id if event else None

    def versions_of(self, event: EventRow) -> frozenset[str]:
        """The ids of a row and of all that it replaces."""
        ids = {event.id} | self._double(event).same | self._double(event).former
        while event.supersedes:
            event = self._by_id[event.supersedes]
            ids |= {event.id} | self._double(event).same | self._double(event).former
        return frozenset(ids)

    def says_the_same(self, event: EventRow) -> frozenset[str]:
        """The ids of a row and of those before it that told the same: those reached with them know this one too.

        What was taken back and stands again, with nobody told of it, is passed over.
        """
        ids = {event.id} | self._double(event).same
        newest = event
        while event.supersedes and (event.told_rightly or (event.withdraws and event is not newest)):
            event = self._by_id[event.supersedes]
            ids |= {event.id} | self._double(event).same
        return frozenset(ids)

    def _double(self, event: EventRow) -> Double:
        return self.doubles.get(event.id, _NONE)

    def has_former(self, event: EventRow) -> bool:
        """Whether somebody may have been told an earlier version of an event."""
        return event.supersedes is not None or bool(self._double(event).former)

    def targets(self, kind: str, sender: Party, participants: Sequence[str] = ()) -> tuple[Target, ...]:
        """Whom `sender` must tell of a `kind` as the chain stands now (R3); nobody twice, and never itself."""
        own = self.place_of(sender)
        told = recipients(
            routine=self.routine,
            kind=kind,
            sender=sender,
            ward_kind=self.now.ward_kind,
            participants=participants,
        )
        found: dict[tuple[str, Party | None], Target] = {}
        for recipient in told:
            if recipient.party is None:
                target = self.participant(recipient.participant)
            elif recipient.party is Party.INPATIENT and self.now.places.get(Party.INPATIENT) == NOT_ADMITTED:
                continue
            else:
                target = Target(self.place_of(recipient.party), party=recipient.party)
            if not target.place or target.place != own:
                found.setdefault((target.place, None if target.place else target.party), target)
        return tuple(found.values())

    def standings(self, event: EventRow) -> tuple[Standing, ...]:
        """How far each one who must be told of a row that stands has been told."""
        if event.withdraws or event.id in self._replaced:
            return ()
        same = self.says_the_same(event)
        rows = []
        for target in self.targets(event.kind, event.sender, event.participants):
            state, tries, last = self.state(target.place, same)
            received = not any(
                call.outcome is CallOutcome.REACHED and not call.received
                for call in self._calls_about(target.place, same)
            )
            rows.append(
                Standing(
                    target,
                    state,
                    tries,
                    last,
                    received=received and state is InformState.INFORMED,
                    closed=self.closed(event, target) if state is not InformState.INFORMED else None,
                )
            )
        return tuple(rows)

    def closed(self, event: EventRow, target: Target) -> Closed | None:
        """Why a target need not be told of an event after all; never of a discharge (R1.6)."""
        message = self.routine.message(event.kind)
        if message.effect is Effect.DISCHARGE:
            return None
        if self.now.status is ChainStatus.DECEASED:
            return Closed.DECEASED
        if message.answers and self.is_of_former_place(event) and not self.knows_version(target.place, event):
            return Closed.FORMER_PLACE
        if event.in_system or (self.root(event).id in self.entered and target.place in self.back):
            return Closed.ENTERED
        return None

    def is_of_former_place(self, event: EventRow) -> bool:
        """Whether the sender's party was another place when the event was logged."""
        sent_from = self.sent_from.get(self.root(event).id)
        if sent_from is None:
            sent_from = self.place_of(event.sender, self._logged_under(event))
        return self.same(sent_from) not in ("", self.place_of(event.sender))

    def _logged_under(self, event: EventRow) -> Version:
        """What was known of the chain when an event was logged first."""
        first = self.root(event)
        known = [version for version in self.versions if version.order <= first.order]
        return known[-1] if known else self.versions[0]

    def who_know(self, event: EventRow) -> set[str]:
        """The places that have been reached with a row, or with one before it that told the same."""
        same = self.says_the_same(event)
        return {place for place in self.calls_to if self.reached_with(place, same)}

    def told_by(self, event: EventRow) -> dict[str, str]:
        """The first call by which each place to tell was reached about an event, by the key of the place."""
        same = self.says_the_same(event)
        found: dict[str, str] = {}
        for target in self.targets(event.kind, event.sender, event.participants):
            for call in self._calls_about(target.place, same):
                if call.outcome is CallOutcome.REACHED:
                    found.setdefault(target.place, call.id)
        return found

    def told_at(self, event: EventRow) -> dict[Party, datetime]:
        """When each party to tell was first reached with an event by a call of our own, in whichever version."""
        ids = self.versions_of(event)
        found: dict[Party, datetime] = {}
        for target in self.targets(event.kind, event.sender, event.participants):
            for call in self._calls_about(target.place, ids):
                if target.party and call.outcome is CallOutcome.REACHED and not call.received:
                    found.setdefault(target.party, call.at)
        return found

    def is_ours(self, event: EventRow) -> bool:
        """Whether the own principal tells of an event: a unit of its own was the sender, or we rang about it.

        What an out-of-county ward rang us about is not ours to tell, wherever the patient goes from there. The sender
        is the place named when it was logged; where nobody knew that, the first one named.
        """
        if event.sender not in self.ours:
            return False
        since = self._logged_under(event)
        places = [v.places.get(event.sender) for v in self.versions if v.order >= since.order]
        sent_from = self.sent_from.get(self.root(event).id)
        sender = next(
            (place for place in (sent_from, *places) if place not in (None, "", NOT_ADMITTED)), None
        )
        return sender in self.own or self.we_rang(event)

    def we_rang(self, event: EventRow, place: str | None = None) -> bool:
        """Whether a call of our own that stands tells of an event, in whichever version; where `place` is given, one
        that reached it.
        """
        ids = self.versions_of(event)
        if place is None:
            return any(not call.received and not ids.isdisjoint(call.told) for call in self.calls)
        return any(
            not call.received and call.outcome is CallOutcome.REACHED
            for call in self._calls_about(place, ids)
        )

    def effect(self, event: EventRow) -> Effect:
        """What the message does to the stay."""
        return self.routine.message(event.kind).effect

    # What each place knows

    def knows_version(self, place: str, event: EventRow) -> bool:
        """Whether a place was reached with the event, in this version or an earlier one."""
        return self.reached_with(place, self.versions_of(event))

    def believes(self, place: str) -> Iterable[tuple[EventRow, CallRow]]:
        """The events that a place was reached with and has not heard taken back, each with the first such call."""
        for event in self.newest:
            if event.withdraws and self.reached_with(place, frozenset({event.id})):
                continue
            for call in self._calls_about(place, self.versions_of(event)):
                if call.outcome is CallOutcome.REACHED:
                    yield event, call
                    break

    def known_status(self, place: str) -> Notice | None:
        """What a place heard last of whether the patient lives."""
        heard = None
        for call in self.calls_to.get(place, ()):
            if call.outcome is CallOutcome.REACHED:
                for notice in (Notice.DECEASED, Notice.NOT_DECEASED):
                    if any(told.startswith(f"{notice}:") for told in call.told):
                        heard = notice
        return heard

    @cached_property
    def reached(self) -> dict[str, Target]:
        """Every place that a call about this chain has got through to, and everyone by name."""
        names = {PARTICIPANT_PREFIX + folded(name): name for e in self.events for name in e.participants}
        return {
            place: Target(place, participant=names[place]) if place in names else self.target_at(place)
            for place, calls in self.calls_to.items()
            if any(call.outcome is CallOutcome.REACHED for call in calls)
        }
