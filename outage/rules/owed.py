"""Who is still owed a call (R1.6, R2.1, R3).

New messages are owed to the places that the chain names now; corrections, retractions and changes of the chain to
whoever was reached with what they change.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from operator import attrgetter

from contacts.rules.parties import Party

from .back_registration import Before, ChainStatus, as_began
from .handover import CLOCK_SKEW
from .informing import FAILED, DischargeState, InformState, owed_answers
from .knowledge import Knowledge
from .lines import once_an_event
from .places import PARTIES
from .routine import Effect
from .told import (
    NOT_ADMITTED,
    CallRow,
    Closed,
    EventRow,
    IdentityChange,
    Notice,
    Owed,
    PlaceChange,
    Target,
    Version,
    minute_of,
    notice_id,
)

# Who rings about the chain as such, where several have reached the same place: one call is enough.
_SPEAKERS = (Party.INPATIENT, Party.OUTPATIENT, Party.MUNICIPALITY)
_STAYS = (Effect.ADMISSION, Effect.DISCHARGE)


@dataclass(kw_only=True)
class ChainStanding(Knowledge):
    def discharge_state(self, event: EventRow, left_open: Collection[str]) -> DischargeState:
        """`left_open` has whom an open item was left for (R1.6)."""
        missing = [s for s in self.standings(event) if s.state is not InformState.INFORMED]
        if not missing:
            return DischargeState.COMPLETE
        if all(s.target.whom in left_open for s in missing):
            return DischargeState.LEFT_OPEN
        return DischargeState.INCOMPLETE

    def all_told(self, event: EventRow) -> bool:
        """Whether everyone who must be told of a message has been, of it or of a later discharge that stands (R4.2)."""
        missing = {
            s.target.place
            for s in self.standings(event)
            if s.state is not InformState.INFORMED and s.closed not in (Closed.ENTERED, Closed.REBOOKED)
        }
        for later in self.discharges:
            if self.when(later) > self.when(event):
                # Who sent it knows of it.
                missing -= {self.place_of(later.sender)} - {""}
                missing -= {s.target.place for s in self.standings(later) if s.state is InformState.INFORMED}
        return not missing

    def told_by(self, event: EventRow) -> dict[str, str]:
        """The first call by which each place to tell was reached about an event, by the key of the place."""
        same = self.says_the_same(event)
        found: dict[str, str] = {}
        for target in self.targets_of(event):
            for call in self.calls_about(target.place, same):
                if call.reached:
                    found.setdefault(target.place, call.id)
        return found

    @once_an_event
    def told_at(self, event: EventRow) -> dict[Party, datetime]:
        """When each party to tell was first reached with an event, in any version."""
        ids = self.versions_of(event)
        found: dict[Party, datetime] = {}
        for target in self.targets(event):
            if target.party and target.place in self.senders(event):
                found[target.party] = event.at
            for call in self.calls_about(target.place, ids):
                if target.party and call.reached:
                    found.setdefault(target.party, call.at)
        return found

    @cached_property
    def owed(self) -> list[Owed]:
        """All that the own parties are still to tell, and what they need not tell after all (`closed`)."""
        found = [*self._messages(), *self._answers()]
        for target in self.reached.values():
            found += self._changes(target)
            found += self._about_the_chain(target)
        return [*found, *self._deaths_untold()]

    def _messages(self) -> Iterable[Owed]:
        for event in self.newest:
            if event.withdraws or not self.is_ours(event):
                continue
            for s in self.standings(event):
                if s.state is not InformState.INFORMED:
                    yield Owed(
                        by=event.sender,
                        target=s.target,
                        id=event.id,
                        since=event.at,
                        state=s.state,
                        tries=s.tries,
                        last_at=s.last_at,
                        kind=event.kind,
                        corrects=event.supersedes is not None,
                        closed=s.closed,
                        urgent=self.effect(event) is Effect.DISCHARGE,
                    )

    def _changes(self, target: Target) -> Iterable[Owed]:
        """Retractions, and corrections of what a place was told that need not hear of it otherwise."""
        for event in self.newest:
            before = self.earlier_of_sip(event)
            if not (before or self.has_former(event)) or target.place in self.senders(event):
                continue
            ours = self.is_ours(event)
            by = event.sender if ours else self._speaker(set(), target)
            if ours:
                # Who was to take part hears of a rebooking, too.
                heard = self.knows_version(target.place, event, ever=True) or any(
                    self.is_to_take_part(target.place, sip) for sip in before
                )
            else:
                heard = self.we_rang(event, target.place)
            if not heard or by is None:
                continue
            same = self.says_the_same(event)
            told_anyhow = {t.place for t in self.targets_of(event)} if ours and not event.withdraws else set()
            if target.place in told_anyhow or self.reached_with(target.place, same, ever=True):
                continue
            state, tries, last = self.state(target.place, same, ever=True)
            left_out = ours and self._is_left_out(target, event, before)
            closed = None if event.withdraws else self.closed(event, target, heard=True)
            yield Owed(
                by=by,
                target=target,
                id=event.id,
                since=event.at,
                state=state,
                tries=tries,
                last_at=last,
                kind=event.kind,
                retracts=event.withdraws or left_out,
                corrects=not event.withdraws,
                # What is sent in the system is not sent to who is left out.
                closed=None if left_out and closed is Closed.ENTERED else closed,
                urgent=self.effect(event) is Effect.DISCHARGE,
            )

    def _is_left_out(self, target: Target, event: EventRow, before: Iterable[EventRow]) -> bool:
        """Whether who is not to be told of a message about a SIP was to take part by one `before` it, or as it stood
        before: they hear that they no longer are, and not only that something else holds.
        """

        def named_in(sip: EventRow) -> bool:
            return self.takes_part(target.place, sip) or target.party in self._named_as(sip).values()

        was_named = bool(target.participant) or any(map(named_in, (event, *before)))
        return was_named and (bool(event.participants) or named_in(event))

    def _answers(self) -> Iterable[Owed]:
        if self.now.status is ChainStatus.WRONG_PATIENT:
            return
        for party in PARTIES:
            if party not in self.held:
                continue
            standing = [
                (event.kind, event.sender, self.when(event))
                for event in self.newest
                if not event.withdraws
                # What the former place answered is no answer of the one that took over.
                and not (event.sender is party and self.is_of_former_place(event))
            ]
            for kind, asked in owed_answers(self.routine, party, standing):
                for target in self.targets_for(kind, party):
                    calls = self.calls_to.get(target.place, ())
                    tries = [call for call in calls if _tries_after(call, asked)]
                    yield Owed(
                        by=party,
                        target=target,
                        id=kind,
                        since=asked[0],
                        state=InformState.TRIED if tries else InformState.STILL_TO_RING,
                        tries=len(tries),
                        last_at=tries[-1].at if tries else None,
                        kind=kind,
                        answer=True,
                        closed=self._answer_closed(target),
                    )

    def _answer_closed(self, target: Target) -> Closed | None:
        if self.now.status is ChainStatus.DECEASED:
            return Closed.DECEASED
        return Closed.ENTERED if target.place in self.answered else None

    def _about_the_chain(self, target: Target) -> Iterable[Owed]:
        """What a place that was reached must hear of the chain as such."""
        place = target.place
        believes, status = list(self.believes(place)), self.known_status(place)
        by = self._speaker({event.sender for event, _ in believes}, target)
        if by is None:
            return
        if target.former and (status or not all(self.takes_part(place, event) for event, _ in believes)):
            how, version = self.left(place)
            notice = Notice.NOT_YOURS if how is PlaceChange.MISTAKE else Notice.NO_LONGER_YOURS
            yield from self._notice(by, target, notice, version)
        said_wrong = self._said_wrong_to(place)
        if said_wrong and self.now.status is not ChainStatus.WRONG_PATIENT:
            notice_of_it = frozenset({notice_id(Notice.IDENTITY, said_wrong.id)})
            if not self.reached_with(place, notice_of_it, ever=True):
                yield from self._notice(by, target, Notice.IDENTITY, said_wrong)
        if believes or status:
            yield from self._death_owed(by, target, status)
        lives = self.now.status is not ChainStatus.DECEASED
        if lives and self.known_status(place, ever=True) is Notice.DECEASED:
            alive = self.now.status is ChainStatus.OK
            notice = Notice.NOT_DECEASED if alive else Notice.NOT_THIS_PATIENT
            yield from self._notice(by, target, notice, self._since(attrgetter("status")))

    def _said_wrong_to(self, place: str) -> Version | None:
        """The change of who the patient is that a place has to hear of."""
        if any(
            call.patient not in (None, self.now.patient) and self.was_told(call)
            for call in self.calls_to.get(place, ())
        ):
            return self._since(attrgetter("patient"))
        if (said_wrong := self._said_wrong()) is None:
            return None
        changed = minute_of(said_wrong.at), said_wrong.order
        calls = [call for _, call in list(self.believes(place)) or self.believes(place, ever=True)]
        return said_wrong if any(call.patient is None and call.when < changed for call in calls) else None

    def _said_wrong(self) -> Version | None:
        """The newest change of who the patient is that those who were told before have to hear of.

        Where it was only written wrong that time, and was put back, they heard what is right.
        """
        changes: list[tuple[Version, tuple[str, str]]] = []
        for former, version in pairwise(self.versions):
            if version.identity is IdentityChange.SAID_WRONG:
                changes.append((version, former.patient))
            elif version.identity is IdentityChange.WRITTEN_WRONG:
                back = [at for at, (_, was) in enumerate(changes) if was == version.patient]
                changes = changes[: back[0]] if back else changes
        return changes[-1][0] if changes else None

    def _since(self, what: Callable[[Version], object]) -> Version:
        """The version by which the chain got what it says now."""
        since = self.now
        for version in reversed(self.versions):
            if what(version) != what(self.now):
                break
            since = version
        return since

    def _death_owed(self, by: Party, target: Target, known: Notice | None) -> Iterable[Owed]:
        if self.now.status is ChainStatus.DECEASED and known is not Notice.DECEASED:
            yield from self._notice(by, target, Notice.DECEASED, self._since(attrgetter("status")))

    def _deaths_untold(self) -> Iterable[Owed]:
        """For a patient who was in the system before, every place hears, reached or not: a homecoming is planned."""
        if self.now.status is not ChainStatus.DECEASED or not self._was_in_system():
            return
        by = self._speaker(set(), None)
        if by is None or by is Party.MUNICIPALITY:
            return
        seen = {NOT_ADMITTED, *([self.place_of(by)] if by in self.held else [])}
        for party in PARTIES:
            place = self.place_of(party)
            if place in seen:
                continue
            if place:
                seen.add(place)
            if self.known_status(place) is not Notice.DECEASED and not any(self.believes(place)):
                yield from self._death_owed(by, Target(place, party=party), None)

    def _was_in_system(self) -> bool:
        stood = [self.effect(event) for event in self.newest if event.in_system and not event.withdraws]
        return as_began(self.now.before, [each for each in stood if each in _STAYS]) is Before.ADMITTED

    def _notice(self, by: Party, target: Target, notice: Notice, version: Version) -> Iterable[Owed]:
        if self.same(version.by) == target.place:
            return
        state, tries, last = self.state(target.place, frozenset({notice_id(notice, version.id)}))
        yield Owed(
            by=by,
            target=target,
            id=notice_id(notice, version.id),
            since=version.at,
            state=state,
            tries=tries,
            last_at=last,
            notice=notice,
        )

    def _speaker(self, senders: set[Party], target: Target | None) -> Party | None:
        """Who rings: the first of the own parties that reached the place, else of those that a unit of ours is.

        Where the place is all of them itself, another unit of ours is to ring.
        """
        itself = {p for p in self.held if target and self.place_of(p) == target.place}
        ours = [p for p in _SPEAKERS if p in (self.ours - itself or self.ours)]
        among = [p for p in ours if p in senders] or [p for p in ours if p in self.held] or ours
        return among[0] if among else None

    def ward_for_sip(self, sender: Party) -> str:
        """The ward that takes part in a SIP that `sender` calls: where the patient is, if it is another place."""
        effects = [self.effect(event) for event in self.newest if not event.withdraws]
        stays = [effect for effect in effects if effect in _STAYS]
        ward = self.place_of(Party.INPATIENT)
        gone = ward == NOT_ADMITTED or stays[-1:] == [Effect.DISCHARGE]
        return "" if gone or self.now.status is not ChainStatus.OK or ward == self.place_of(sender) else ward


def _tries_after(call: CallRow, asked: tuple[datetime, int]) -> bool:
    """Whether a call is a failed try to answer what was asked then; a try told of nothing.

    What was logged with a time a little ahead counts as tried by a call made at once.
    """
    at, order = asked
    at_once = call.order > order and call.at + CLOCK_SKEW >= at
    return not call.told and not call.received and call.outcome in FAILED and (call.when > asked or at_once)
