"""What each place knows of one chain (R1.6, R2.1), from nothing but its rows.

A place that was told is a fact of the call: everything goes by the places that calls reached, never by what the chain
names today. Nothing is stored of it, so the order in which rows were written does not matter.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from contacts.rules.parties import Party

from .back_registration import ChainStatus
from .informing import FAILED, GETS_TO, PARTICIPANT_PREFIX, CallOutcome, InformState, recipients
from .lines import Lines, once_an_event
from .places import PARTIES
from .routine import Effect
from .told import (
    NOT_ADMITTED,
    CallRow,
    Closed,
    EventRow,
    Notice,
    Standing,
    Target,
    Version,
    folded,
    notice_id,
)

# After these a place no longer takes part: should the patient come back to it, it is to hear all that stands.
_LETS_GO = tuple(
    f"{notice}:" for notice in (Notice.NOT_YOURS, Notice.NO_LONGER_YOURS, Notice.NOT_THIS_PATIENT)
)


@dataclass(kw_only=True)
class Knowledge(Lines):
    """What everybody knows of one chain.

    `ours` are the parties that units of the own principal can be, `own` the keys of the places that are its own.
    `sent_from` has the place of the sender, by the first row of an event that was logged in a chain joined to this
    one. `entered` are the first ids of the events that have been entered into the system, `back` the places whose
    principal is in it again, `answered` those of them that are answered through it.
    """

    ours: frozenset[Party]
    own: frozenset[str]
    sent_from: Mapping[str, str] = field(default_factory=dict)
    entered: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()

    @property
    def held(self) -> frozenset[Party]:
        """The own parties that a place of our own is in this chain."""
        return frozenset(party for party in self.ours if self.now.places.get(party) in self.own)

    # Calls

    @cached_property
    def all_calls_to(self) -> dict[str, list[CallRow]]:
        """The calls to each place, in the order they were made: what it was told, until it heard that it was about
        another patient.
        """
        to: dict[str, list[CallRow]] = {}
        for call in sorted(self.calls, key=lambda call: call.when):
            place = self._reached_place(call.place)
            if place and _tells(call, f"{Notice.NOT_THIS_PATIENT}:"):
                to[place] = [replace(call, told=frozenset())]
            elif place:
                to.setdefault(place, []).append(call)
        return to

    @cached_property
    def calls_to(self) -> dict[str, list[CallRow]]:
        """Those calls by which a place knows of the chain: when it no longer takes part, only what it takes part in
        by name stays.

        What it is then told about what it heard before, that it was corrected, does not make the chain its own again.
        """
        return {place: self._until_let_go(place, calls) for place, calls in self.all_calls_to.items()}

    def _until_let_go(self, place: str, calls: Sequence[CallRow]) -> list[CallRow]:
        parts = self._parts_of.get(place, frozenset())
        found: list[CallRow] = []
        before: set[str | None] = set()
        for at, call in enumerate(calls):
            if _tells(call, *_LETS_GO):
                kept = (replace(one, told=one.told & parts) for one in (*found, call))
                found = [one for one in kept if one.told or one.id == call.id]
                if self.target_at(place).former and _tells(call, *_lets_go_by(self.left(place)[1])):
                    before = {self.line_of(told) for one in calls[: at + 1] for told in one.told}
            else:
                mends = {told for told in call.told if before and self._corrects(told, before)} - parts
                found.append(replace(call, told=call.told - mends) if mends else call)
        return found

    def _corrects(self, told: str, lines: Collection[str | None]) -> bool:
        event = self._by_id.get(told)
        if event is None:
            return told.startswith(f"{Notice.NOT_DECEASED}:")
        return event.supersedes is not None and self.root(event).id in lines

    @cached_property
    def _parts_of(self) -> dict[str, frozenset[str]]:
        """The ids of the events that each place takes part in by its name, in any version, and as no party."""
        parts: dict[str, frozenset[str]] = {}
        for event in self.newest:
            ids, parties = self.versions_of(event), self._named_as(event)
            names = {
                folded(name) for id_ in ids if id_ in self._by_id for name in self._by_id[id_].participants
            }
            for place in {self.participant(name).place for name in names - parties.keys()}:
                parts[place] = parts.get(place, frozenset()) | ids
        return parts

    def takes_part(self, place: str, event: EventRow) -> bool:
        return event.id in self._parts_of.get(place, ())

    def is_to_take_part(self, place: str, event: EventRow) -> bool:
        """Whether a place knows of an event that it takes part in by its name, or as the party that it is or was."""
        by_name = self.takes_part(place, event)
        if not by_name and self.target_at(place).party not in self._named_as(event).values():
            return False
        return self.knows_version(place, event, ever=by_name)

    @once_an_event
    def _named_as(self, event: EventRow) -> dict[str, Party]:
        """The participants, by name, that stand for a party: each the place of that party when it was first named, in
        any version. While nobody lies on a ward, the one that was named takes part by its own name.
        """
        found: dict[str, Party | None] = {}
        for row in (one for one in (event, *self._before(event)) if one.participants):
            since = self._known_at(row)
            for name in row.participants:
                place = self.participant(name).place
                stood = (
                    party
                    for party in reversed(PARTIES)
                    if self.same(self._place_since(party, since)) == place
                )
                found[folded(name)] = next(stood, None)
        return {
            name: party
            for name, party in found.items()
            if party and self.now.places.get(party) != NOT_ADMITTED
        }

    def _place_since(self, party: Party, since: Version) -> str:
        """Where a party was in that version; where nobody knew it, the first place named after."""
        places = (v.places.get(party, "") for v in self.versions if v.order >= since.order)
        return next((place for place in places if place not in ("", NOT_ADMITTED)), "")

    def _reached_place(self, place: str) -> str:
        if place.startswith(PARTICIPANT_PREFIX):
            return self.participant(place.removeprefix(PARTICIPANT_PREFIX)).place
        return self.same(place)

    def calls_about(self, place: str, ids: frozenset[str], ever: bool = False) -> list[CallRow]:
        """The calls to a place that told one of `ids`, since it last heard that what stands again was taken back; with
        `ever`, here and below, also those from before it left the chain.
        """
        asked = place, ids, ever
        if asked not in self._calls_about:
            calls = (self.all_calls_to if ever else self.calls_to).get(place, [])
            # Seldom is there any.
            if self.stood_again and (gone := self.taken_back_before(ids)):
                heard = [at for at, one in enumerate(calls, 1) if one.reached and gone & one.told]
                calls = calls[max(heard, default=0) :]
            self._calls_about[asked] = [call for call in calls if not ids.isdisjoint(call.told)]
        return self._calls_about[asked]

    @cached_property
    def _calls_about(self) -> dict[tuple[str, frozenset[str], bool], list[CallRow]]:
        return {}

    def state(
        self, place: str, ids: frozenset[str], *, ever: bool = False
    ) -> tuple[InformState, int, datetime | None]:
        """How far a place has been told one of `ids`: the best call counts. Also the number of failed tries, and the
        latest call.
        """
        calls = self.calls_about(place, ids, ever)
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

    def reached_with(self, place: str, ids: frozenset[str], *, ever: bool = False) -> bool:
        return any(call.reached for call in self.calls_about(place, ids, ever))

    # Events
    def targets(self, event: EventRow) -> tuple[Target, ...]:
        """Whom the sender's party must tell of an event as the chain stands now (R3); nobody twice, and never itself.

        Who takes part as a party is where that party is now.
        """
        parties = self._named_as(event)
        named = tuple((name, parties.get(folded(name))) for name in event.participants)
        return self.targets_for(event.kind, event.sender, named)

    def targets_for(
        self, kind: str, sender: Party, participants: tuple[tuple[str, Party | None], ...] = ()
    ) -> tuple[Target, ...]:
        asked = kind, sender, participants
        if asked not in self._targets:
            self._targets[asked] = self._targets_of(kind, sender, dict(participants))
        return self._targets[asked]

    @cached_property
    def _targets(self) -> dict[tuple[str, Party, tuple[tuple[str, Party | None], ...]], tuple[Target, ...]]:
        return {}

    def _targets_of(
        self, kind: str, sender: Party, participants: Mapping[str, Party | None]
    ) -> tuple[Target, ...]:
        own = self.place_of(sender)
        told = recipients(
            routine=self.routine,
            kind=kind,
            sender=sender,
            ward_kind=self.now.ward_kind,
            participants=tuple(participants),
        )
        parties = {folded(name): party for name, party in participants.items()}
        found: dict[tuple[str, Party | None], Target] = {}
        for recipient in told:
            if recipient.party is None:
                target = self.participant(recipient.participant)
                party = parties[folded(recipient.participant)]
                if party and target.place != self.place_of(party):
                    target = Target(self.place_of(party), party=party)
            elif recipient.party is Party.INPATIENT and self.now.places.get(Party.INPATIENT) == NOT_ADMITTED:
                continue
            else:
                target = Target(self.place_of(recipient.party), party=recipient.party)
            if not target.place or target.place != own:
                found.setdefault((target.place, None if target.place else target.party), target)
        return tuple(found.values())

    @once_an_event
    def targets_of(self, event: EventRow) -> tuple[Target, ...]:
        """Whom its sender must tell of an event as the chain stands now, never a place that sent it itself."""
        return tuple(target for target in self.targets(event) if target.place not in self.senders(event))

    @once_an_event
    def senders(self, event: EventRow) -> set[str]:
        """The place that is the sender now, and the one that logged the event as its own before the party moved on."""
        logged_by = self.same(self.root(event).by)
        return ({self.place_of(event.sender)} | {logged_by} & {self._sent_from(event)}) - {""}

    @once_an_event
    def standings(self, event: EventRow) -> tuple[Standing, ...]:
        """How far each one who must be told of a standing row has been told."""
        if event.withdraws or event.id in self._replaced:
            return ()
        same = self.says_the_same(event)
        rows = []
        for target in self.targets_of(event):
            state, tries, last = self.state(target.place, same)
            calls = self.calls_about(target.place, same)
            received = not any(call.reached and not call.received for call in calls)
            got = (call.at for call in calls if GETS_TO.get(call.outcome) is state)
            informed, closed = state is InformState.INFORMED, None
            if not informed:
                closed = self.closed(event, target, heard=self.knows_version(target.place, event))
            got_at = max(got, default=None)
            rows.append(Standing(target, state, tries, last, got_at, received and informed, closed))
        return tuple(rows)

    def closed(self, event: EventRow, target: Target, *, heard: bool) -> Closed | None:
        """Why a target need not be told of an event after all; never of a discharge (R1.6).

        Whoever has `heard` another version of it is to hear the right one.
        """
        message = self.routine.message(event.kind)
        if message.effect is Effect.DISCHARGE:
            return None
        if self.now.status is ChainStatus.DECEASED:
            return Closed.DECEASED
        if self.is_rebooked(event):
            return Closed.REBOOKED
        if message.answers and self.is_of_former_place(event) and not heard:
            return Closed.FORMER_PLACE
        read = event.in_system and not heard
        if read or (self.root(event).id in self.entered and target.place in self.back):
            return Closed.ENTERED
        return None

    @once_an_event
    def is_of_former_place(self, event: EventRow) -> bool:
        """Whether the sender's party was another place when the event was logged."""
        return self._sent_from(event) not in ("", self.place_of(event.sender))

    @once_an_event
    def _sent_from(self, event: EventRow) -> str:
        """The place that was the sender's party when the event was logged."""
        sent_from = self.sent_from.get(self.root(event).id)
        if sent_from is None:
            return self.place_of(event.sender, self._known_at(self.root(event)))
        return self.same(sent_from)

    def _known_at(self, row: EventRow) -> Version:
        """What was known of the chain when a row was written."""
        known = [version for version in self.versions if version.order <= row.order]
        return known[-1] if known else self.versions[0]

    def who_know(self, event: EventRow) -> set[str]:
        """The places that have been reached with a row, or with one before it that told the same."""
        same = self.says_the_same(event)
        return {place for place in self.calls_to if self.reached_with(place, same)}

    @once_an_event
    def is_ours(self, event: EventRow) -> bool:
        """Whether the own principal tells of an event: a unit of its own was the sender, or we rang about it.

        What an out-of-county ward rang us about is not ours to tell, wherever the patient goes from there. The sender
        is the place named when it was logged; where nobody knew that, the first one named.
        """
        if event.sender not in self.ours:
            return False
        sent_from = self.sent_from.get(self.root(event).id)
        if sent_from in (None, "", NOT_ADMITTED):
            sent_from = self._place_since(event.sender, self._known_at(self.root(event)))
        return sent_from in self.own or self.we_rang(event)

    def we_rang(self, event: EventRow, place: str | None = None) -> bool:
        """Whether a standing call of our own tells of an event, in any version; where `place` is given, one that
        reached it.
        """
        ids = self.versions_of(event)
        if place is None:
            return any(not call.received and not ids.isdisjoint(call.told) for call in self.calls)
        return any(not call.received and call.reached for call in self.calls_about(place, ids, ever=True))

    # What each place knows

    def knows_version(self, place: str, event: EventRow, *, ever: bool = False) -> bool:
        """Whether a place was reached with the event, in this version or an earlier one."""
        return self.reached_with(place, self.versions_of(event), ever=ever)

    def believes(self, place: str, *, ever: bool = False) -> Iterable[tuple[EventRow, CallRow]]:
        """The events that a place was reached with and has not heard taken back, each with the first such call."""
        for event in self.newest:
            if event.withdraws and self.reached_with(place, frozenset({event.id}), ever=ever):
                continue
            for call in self.calls_about(place, self.versions_of(event), ever):
                if call.reached and not self._only_heard(call, event):
                    yield event, call
                    break

    def _only_heard(self, call: CallRow, event: EventRow) -> bool:
        """Whether a unit of ours logged what others sent: nobody of ours has told it anything."""
        return call.received and event.sender not in self.ours

    def known_status(self, place: str, *, ever: bool = False) -> Notice | None:
        """What a place last heard of whether the patient lives."""
        heard = None
        for call in (self.all_calls_to if ever else self.calls_to).get(place, ()):
            for notice in (Notice.DECEASED, Notice.NOT_DECEASED):
                if _tells(call, f"{notice}:"):
                    heard = notice
        return heard

    @cached_property
    def reached(self) -> dict[str, Target]:
        """Every place that a call about this chain has reached, and every participant by name."""
        names = {PARTICIPANT_PREFIX + folded(name): name for e in self.events for name in e.participants}
        return {
            place: Target(place, participant=names[place]) if place in names else self.target_at(place)
            for place, calls in self.calls_to.items()
            if any(map(self.was_told, calls))
        }

    def was_told(self, call: CallRow) -> bool:
        events = (self._by_id.get(told) for told in call.told)
        return call.reached and (
            not call.received or any(event and not self._only_heard(call, event) for event in events)
        )


def _tells(call: CallRow, *notices: str) -> bool:
    """Whether a call got through with one of these notices, given as prefixes of their ids."""
    return call.reached and any(told.startswith(notices) for told in call.told)


def _lets_go_by(version: Version) -> tuple[str, ...]:
    return tuple(notice_id(notice, version.id) for notice in (Notice.NOT_YOURS, Notice.NO_LONGER_YOURS))
