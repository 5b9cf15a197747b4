"""Who is still owed a call (R1.6, R2.1, R3).

New messages are owed to the places that the chain names now; corrections, retractions and changes of the chain to
whoever was reached with what they change.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from contacts.rules.parties import Party

from .back_registration import Before, ChainStatus
from .handover import CLOCK_SKEW
from .informing import FAILED, DischargeState, InformState, owed_answers
from .knowledge import PARTIES, Knowledge
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


@dataclass
class ChainStanding(Knowledge):
    """What everybody knows of one chain, and what they are still owed."""

    def discharge_state(self, event: EventRow, left_open: Collection[str]) -> DischargeState:
        """How far a discharge has come; `left_open` has whom an open item was left for (R1.6)."""
        missing = [s for s in self.standings(event) if s.state is not InformState.INFORMED]
        if not missing:
            return DischargeState.COMPLETE
        if all(s.target.whom in left_open for s in missing):
            return DischargeState.LEFT_OPEN
        return DischargeState.INCOMPLETE

    def all_told(self, event: EventRow) -> bool:
        """Whether each one who must be told of a message has been, of it or of a later discharge that stands (R4.2)."""
        missing = {
            s.target.place
            for s in self.standings(event)
            if s.state is not InformState.INFORMED and s.closed is not Closed.ENTERED
        }
        for later in self.newest:
            if (
                self.when(later) > self.when(event)
                and not later.withdraws
                and self.effect(later) is Effect.DISCHARGE
            ):
                # Who sent it knows of it.
                missing -= {self.place_of(later.sender)} - {""}
                missing -= {s.target.place for s in self.standings(later) if s.state is InformState.INFORMED}
        return not missing

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
            if not self.has_former(event) or target.place == self.place_of(event.sender):
                continue
            ours = self.is_ours(event)
            by = event.sender if ours else self._speaker(set(), target)
            heard = self.knows_version(target.place, event) if ours else self.we_rang(event, target.place)
            if not heard or by is None:
                continue
            same = self.says_the_same(event)
            told_anyhow = {t.place for t in self._targets_of(event)} if ours else set()
            if self.reached_with(target.place, same) or (target.place in told_anyhow and not event.withdraws):
                continue
            state, tries, last = self.state(target.place, same)
            yield Owed(
                by=by,
                target=target,
                id=event.id,
                since=event.at,
                state=state,
                tries=tries,
                last_at=last,
                kind=event.kind,
                retracts=event.withdraws,
                corrects=not event.withdraws,
                closed=None if event.withdraws else self.closed(event, target),
                urgent=self.effect(event) is Effect.DISCHARGE,
            )

    def _targets_of(self, event: EventRow) -> tuple[Target, ...]:
        return () if event.withdraws else self.targets(event.kind, event.sender, event.participants)

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
                for target in self.targets(kind, party):
                    tries = [
                        call for call in self.calls_to.get(target.place, ()) if _tries_after(call, asked)
                    ]
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
                        closed=Closed.DECEASED if self.now.status is ChainStatus.DECEASED else None,
                    )

    def _about_the_chain(self, target: Target) -> Iterable[Owed]:
        """What a place that was reached must hear of the chain as such."""
        believes = list(self.believes(target.place))
        known_status = self.known_status(target.place)
        if not believes and known_status is None:
            return
        by = self._speaker({event.sender for event, _ in believes}, target)
        if by is None:
            return
        if target.former:
            how, version = self._left(target.place)
            notice = Notice.NOT_YOURS if how is PlaceChange.MISTAKE else Notice.NO_LONGER_YOURS
            yield self._notice(by, target, notice, version)
        changed = [v for v in self.versions if v.identity is IdentityChange.SAID_WRONG]
        if (
            self.now.status is not ChainStatus.WRONG_PATIENT
            and changed
            and any(call.when < (minute_of(changed[-1].at), changed[-1].order) for _, call in believes)
        ):
            owed = self._notice(by, target, Notice.IDENTITY, changed[-1])
            if owed.state is not InformState.INFORMED:
                yield owed
        yield from self._status_owed(by, target, known_status)

    def _status_owed(self, by: Party, target: Target, known: Notice | None) -> Iterable[Owed]:
        status = self.now.status
        since = self.now
        for version in reversed(self.versions):
            if version.status is not status:
                break
            since = version
        if status is ChainStatus.DECEASED and known is not Notice.DECEASED:
            yield self._notice(by, target, Notice.DECEASED, since)
        elif status is ChainStatus.OK and known is Notice.DECEASED:
            yield self._notice(by, target, Notice.NOT_DECEASED, since)
        elif status is ChainStatus.WRONG_PATIENT and known is Notice.DECEASED:
            yield self._notice(by, target, Notice.NOT_THIS_PATIENT, since)

    def _deaths_untold(self) -> Iterable[Owed]:
        """Of a patient who was in the system before, every place hears, reached or not: a homecoming is planned."""
        if self.now.status is not ChainStatus.DECEASED or self.now.before is not Before.ADMITTED:
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
                yield from self._status_owed(by, Target(place, party=party), None)

    def _notice(self, by: Party, target: Target, notice: Notice, version: Version) -> Owed:
        state, tries, last = self.state(target.place, frozenset({notice_id(notice, version.id)}))
        return Owed(
            by=by,
            target=target,
            id=notice_id(notice, version.id),
            since=version.at,
            state=state,
            tries=tries,
            last_at=last,
            notice=notice,
        )

    def _left(self, place: str) -> tuple[PlaceChange, Version]:
        """How and by which version a former place was left last."""
        left = (PlaceChange.MOVED, self.now)
        for former, version in zip(self.versions, self.versions[1:], strict=False):
            for party in PARTIES:
                if self.place_of(party, former) == place != self.place_of(party, version):
                    left = version.changed.get(party, PlaceChange.MOVED), version
        return left

    def _speaker(self, senders: set[Party], target: Target | None) -> Party | None:
        """Who rings: of the own parties that reached the place, else of those that a unit of ours is, the first."""
        itself = {p for p in self.held if target and self.place_of(p) == target.place}
        ours = [p for p in _SPEAKERS if p in self.ours - itself]
        among = [p for p in ours if p in senders] or [p for p in ours if p in self.held] or ours
        return among[0] if among else None

    def ward_for_sip(self, sender: Party) -> str:
        """The ward that takes part in a SIP that `sender` calls: where the patient is, if it is another place."""
        stays = [
            self.effect(event)
            for event in self.newest
            if not event.withdraws and self.effect(event) in (Effect.ADMISSION, Effect.DISCHARGE)
        ]
        ward = self.place_of(Party.INPATIENT)
        gone = ward == NOT_ADMITTED or stays[-1:] == [Effect.DISCHARGE]
        return "" if gone or self.now.status is not ChainStatus.OK or ward == self.place_of(sender) else ward


def _tries_after(call: CallRow, asked: tuple[datetime, int]) -> bool:
    """Whether a call is a failed try to answer what was asked then; a try told of nothing.

    What was logged with a time a little ahead is tried, too, by a call that is made at once.
    """
    at, order = asked
    at_once = call.order > order and call.at + CLOCK_SKEW >= at
    return not call.told and not call.received and call.outcome in FAILED and (call.when > asked or at_once)
