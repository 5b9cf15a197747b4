"""Of whom calls told that were made while two chains were read as one, and on whose sheet they were written."""

from collections.abc import Iterable
from uuid import UUID

from outage.models import CareChainDetails, CareChainEvent, ChainFacts, ChainJoin, Handover, HandoverMessage
from outage.queries.chain_log import ChainLog
from outage.queries.papers import papers
from outage.queries.standing import first_of, line_back
from outage.rules.handover import MOST_MESSAGES, Direction, new_event_id
from outage.rules.identity import number_key
from outage.rules.informing import CallOutcome
from outage.rules.joining import Who, is_heard_as, stays_with_other
from outage.rules.owed import ChainStanding
from outage.rules.told import IdentityChange, Notice, folded, minute_of


def named_as(
    call: Handover, versions: Iterable[CareChainDetails], order: int | None = None
) -> CareChainDetails | None:
    """As whom the patient was spoken of in a call, where it was corrected first logged in that `order`: as its form
    showed, else as its chain had it then.
    """
    own = [row for row in versions if row.chain_id == call.chain_id or row.pk == call.shown_as_id]
    shown = next((row for row in own if row.pk == call.shown_as_id), None)
    when = minute_of(call.at), call.order if order is None else order
    known = [row for row in own if (minute_of(row.recorded_at), row.order) < when]
    return shown or next(iter(known[-1:] or own), None)


def heard_as(log: ChainLog, standing: ChainStanding, place: str) -> CareChainDetails | None:
    """As whom the patient was last spoken of in a call that reached a place, where that is another than by now."""
    rows = {str(first_of(row, log).pk): row for row in log.live_handovers}
    calls = filter(standing.was_told, reversed(standing.all_calls_to.get(place, ())))
    named = (named_as(rows[call.id], log.versions, call.order) for call in calls)
    return next((row for row in named if row and row.who != log.versions[-1].who), None)


def said_before(log: ChainLog) -> list[CareChainDetails]:
    """As whom the patient was logged before somebody changed that, and not only because it was written wrong here: who
    heard of the patient then, or entered it, did so by that number and name. Oldest first.
    """
    now, found = log.versions[-1], dict[Who, CareChainDetails]()
    for row in log.versions:
        later = (each for each in log.versions if each.order > row.order)
        joined = row.chain_id != now.chain_id
        left = next((v for v in later if v.replaces_id == row.pk or (joined and v.made_by_id)), None)
        if (
            left
            and row.who != now.who
            and left.changed.get("identity") == IdentityChange.SAID_WRONG
            and any(event.order < left.order for event in log.events)
        ):
            found[row.who] = row
    return [*found.values()]


class Heard:
    """Of which of the two patients somebody heard in a call that was made while their chains were read as one: what was
    read on a sheet that was printed of one of them before was said of that one.
    """

    def __init__(self, join: ChainJoin, log: ChainLog, back: ChainFacts) -> None:
        self.join, self._log = join, log
        self._calls = {row.pk: row for row in log.handovers}
        serials = {row.paper_serial for row in log.handovers} | {row.paper_serial for row in log.events}
        self._printed = papers().printed(serials - {""})
        self._shown = {row.pk: row for row in log.versions}
        self.lines_of_other = self._lines_of_other()
        """The events that stand in the kept chain, oldest row first, and were read on a sheet of the other patient or
        logged with a call on a page that showed that one.
        """
        self._of_other: set[UUID | int | None] = {
            *(row.pk for line in self.lines_of_other for row in line),
            *(row.pk for row in log.events if row.chain_id == join.other_id),
            *(row.pk for row in log.versions if row.chain_id == join.other_id),
        }
        self._versions = sorted(
            (row for row in log.versions if row.chain_id == join.kept_id), key=lambda row: row.order
        )
        self._made = [row for row in self._versions if row.made_by_id == join.pk]
        was = next(row for row in self._versions if row.pk == self._made[0].replaces_id)
        self._kept = _who(was), (number_key(back.identity), folded(back.patient_name))
        self._other = _who(join.other.details)

    def _lines_of_other(self) -> list[list[CareChainEvent]]:
        calls = [first_of(row, self._log) for row in self._log.handovers if self._showed_other(row)]
        logged = {new_event_id(call.pk, place) for call in calls for place in range(MOST_MESSAGES)}
        replaced = {row.supersedes_id for row in self._log.events}
        last = [
            row for row in self._log.events if row.pk not in replaced and row.chain_id == self.join.kept_id
        ]
        lines = [line_back(self._log, row.pk)[::-1] for row in last]
        found = [line for line in lines if line[0].pk in logged or self.is_on_others_paper(line[0])]
        return [line for line in found if line[0].chain_id == self.join.kept_id]

    def is_on_others_paper(self, row: CareChainEvent | Handover) -> bool:
        """Whether it was read on a sheet of the other patient."""
        printed = self._printed.get(row.paper_serial)
        return printed is not None and printed.chain_id == self.join.other_id

    def _showed_other(self, call: Handover) -> bool:
        shown = self._shown.get(call.shown_as_id or 0)
        return shown is not None and shown.chain_id == self.join.other_id

    def _is_on_own_paper(self, call: Handover) -> bool:
        """Whether it was read on a sheet of the kept patient from before the join."""
        printed = self._printed.get(call.paper_serial)
        if printed is None or printed.chain_id != self.join.kept_id:
            return False
        return printed.at < self.join.recorded_at

    def parted(self, call: Handover) -> tuple[list[HandoverMessage], list[HandoverMessage]]:
        """What a call told that the other chain is to have, and what stays."""
        told = list(call.messages.all())
        theirs = [message for message in told if self.in_other(call, message)]
        return theirs, [message for message in told if message not in theirs]

    def goes(self, call: Handover) -> bool:
        """Whether it is written in the other chain; one that told nobody anything goes with its sheet."""
        theirs, ours = self.parted(call)
        return bool(theirs) or (not ours and (self._showed_other(call) or self.is_on_others_paper(call)))

    def is_since(self, row: CareChainEvent | Handover) -> bool:
        """Whether it was logged in the kept chain after the join."""
        return row.chain_id == self.join.kept_id and row.order > self._made[-1].order

    def is_of_other(self, message: HandoverMessage) -> bool:
        """Whether it is about the other chain's patient."""
        return bool({message.event_id, message.change_id} & self._of_other)

    def in_other(self, call: Handover, message: HandoverMessage) -> bool:
        """Whether the other chain is to have it."""
        about, who = self.is_of_other(message), self._who_in(call)
        return about if who is None else stays_with_other(about, **self._as(who))

    def misled(self) -> set[UUID]:
        """The ids of the chains whose patient somebody has been told has the other's number or name."""
        since = {row.pk for row in self._versions if row.order >= self._made[0].order}
        found: set[UUID] = set()
        for call in self._log.live_handovers:
            told = any(
                row.notice == Notice.IDENTITY and row.change_id in since for row in call.messages.all()
            )
            if told and (who := self._who_in(call)):
                heard_as = self._as(who)
                found |= set() if heard_as["as_kept"] else {self.join.kept_id}
                found |= set() if heard_as["as_other"] else {self.join.other_id}
        return found

    def _as(self, who: Who) -> dict[str, bool]:
        as_kept = any(is_heard_as(who, own) for own in self._kept)
        return {"as_kept": as_kept, "as_other": is_heard_as(who, self._other)}

    def _who_in(self, call: Handover) -> Who | None:
        """As whom the patient was spoken of; None in a call that did not get through, or was made before the join."""
        if call.shown_as_id in self._shown:
            return _who(self._shown[call.shown_as_id])
        if call.outcome != CallOutcome.REACHED or call.direction != Direction.GIVEN:
            return None
        if self.is_on_others_paper(call):
            return self._other
        if self._is_on_own_paper(call):
            return self._kept[0]
        when = minute_of(call.at), first_of(self._calls[call.pk], self._log).order
        known = [row for row in self._versions if (minute_of(row.recorded_at), row.order) < when]
        return _who(known[-1]) if known and known[-1].order >= self._made[0].order else None


def _who(row: CareChainDetails) -> Who:
    return number_key(row.identity_number), folded(row.patient_name)
