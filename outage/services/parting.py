"""Two chains that are no longer read as one: what was logged while they were is written in the one it is about."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID, uuid5

from django.db.models import Model

from contacts.access import Acting
from outage.models import (
    CareChain,
    CareChainEvent,
    ChainFacts,
    ChainJoin,
    Handover,
    HandoverMessage,
    OpenItem,
)
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.heard import Heard
from outage.queries.standing import first_of, line_back
from outage.rules.told import Notice
from outage.services.events import home_of, take_order, withdraw_row
from outage.services.handovers import write_call
from outage.services.paper import mark_of
from outage.services.taken_back import copied, stand_again, taken_with_chain

Row = TypeVar("Row", bound=Model)
_OF_LIFE = (Notice.DECEASED, Notice.NOT_DECEASED)


def part(by: Acting, join: ChainJoin, undone: ChainJoin, joined: ChainLog, back: ChainFacts) -> set[UUID]:
    """Write in the other chain what was logged in the kept one about it, or read on a sheet of it, and what was taken
    back there only because the two were one, inside the caller's transaction, which holds both; `undone` is the row
    that undoes `join`, `joined` the log as it was read while that stood, and `back` what is then known of the kept one.

    A call about both becomes one of each, with what each was told. Who was told by the other patient's number or name
    is not told: that is written, and taken back, in the chain of whom they heard of, and owed in that of whom it is
    about. Returns the ids of the chains whose patient somebody has heard is the other one.
    """
    kept, other = join.kept, join.other
    log = log_of(kept.pk)
    heard = Heard(join, joined, back)
    anew = _Anew(by, undone, log, heard)
    for line in heard.lines_of_other:
        anew.move(line)
    written: dict[str, str] = {}
    for call in log.live_handovers:
        if call.chain_id == other.pk:
            continue
        theirs, ours = heard.parted(call)
        goes = heard.goes(call)
        if not goes and not any(map(heard.is_of_other, ours)):
            continue
        left_by = call.left_by
        if goes:
            copy = copied(
                call,
                pk=uuid5(undone.client_id, str(call.pk)),
                chain=other,
                order=take_order(other),
                supersedes=None,
                reason=f"Loggat i vårdkedja {kept.number} medan de var sammanförda.",
            )
            left_by = copy.left_by
            anew.tell(copy, other, theirs)
            if any(map(heard.is_of_other, theirs)):
                written[str(first_of(call, log).pk)] = str(copy.pk)
        reason = f"Sammanföringen med vårdkedja {other.number} är upplöst."
        if ours:
            # Signed by who made it: whoever undoes a join has rung nobody.
            home = home_of(kept, call)
            stays = copied(
                call, pk=left_by, chain=home, order=take_order(home), supersedes=call, reason=reason
            )
            anew.tell(stays, kept, ours)
        else:
            write_call(
                by,
                kept,
                left_by,
                call.facts,
                paper=mark_of(call),
                supersedes=call,
                reason=f"Det gällde vårdkedja {other.number} och står där: sammanföringen är upplöst.",
                withdraws=True,
            )
    _complete_anew(other, log, written, anew.moved)
    _give_back(by, join, undone, log)
    return heard.misled()


class _Anew:
    """What calls told, written anew in the chain of the patient whom it was heard of."""

    def __init__(self, by: Acting, undone: ChainJoin, log: ChainLog, heard: Heard) -> None:
        self._by, self._undone, self._log, self._heard = by, undone, log, heard
        self._same: dict[UUID, UUID] = {}
        for pair in heard.join.same:
            ours, theirs = UUID(pair["kept_line"]), UUID(pair["other_line"])
            self._same |= {ours: theirs, theirs: ours}
        # By the row in the kept chain, that in the other one.
        self.moved: dict[UUID, CareChainEvent] = {}
        # By the event that was heard of the wrong patient: as it was told of that one, and taken back.
        self._written: dict[UUID, tuple[CareChainEvent, CareChainEvent]] = {}

    def move(self, line: Sequence[CareChainEvent]) -> None:
        """An event that was read on a sheet of the other patient, all its rows, the oldest first."""
        join, last = self._heard.join, None
        for row in line:
            last = self.moved[row.pk] = copied(
                row,
                pk=uuid5(self._undone.client_id, f"moved:{row.pk}"),
                chain=join.other,
                order=take_order(join.other),
                supersedes=last,
            )
            for item in OpenItem.objects.filter(event=row):
                copied(item, event=last, client_id=uuid5(self._undone.client_id, str(item.client_id)))
        if not line[-1].withdraws:
            about = f"Det gällde vårdkedja {join.other.number} och står där: sammanföringen är upplöst."
            withdraw_row(self._by, line[-1], about)

    def tell(self, call: Handover, chain: CareChain, messages: Iterable[HandoverMessage]) -> None:
        for message in messages:
            says: dict[str, Any] = {"event_id": message.event_id, "change_id": message.change_id}
            if message.event_id in self.moved:
                if chain.pk == self._heard.join.other_id:
                    says["event_id"] = self.moved[message.event_id].pk
            elif self._heard.is_of_other(message) is not (chain.pk == self._heard.join.other_id):
                event = self._there(chain, self._log.by_id[message.event_id]) if message.event_id else None
                change = chain.details if message.notice in _OF_LIFE else None
                says = {"event": event, "change": change}
            if any(says.values()):
                # Two wordings that were told in one call may be one there.
                HandoverMessage.objects.get_or_create(handover=call, notice=message.notice, **says)

    def _there(self, chain: CareChain, told: CareChainEvent) -> CareChainEvent | None:
        """What an event of the one chain is in the other, where somebody has heard it of that patient."""
        line = line_back(self._log, told.pk)
        if told.withdraws:
            # It takes back what was heard in the same way; else it takes back nothing there.
            return next((self._written[row.pk][1] for row in line if row.pk in self._written), None)
        same = self._same.get(line[-1].pk)
        for row in self._log.events if same else ():
            is_it = line_back(self._log, row.pk)[-1].pk == same and not row.withdraws
            if is_it and (row.kind, row.particulars) == (told.kind, told.particulars):
                return row
        if told.pk not in self._written:
            copy = copied(
                told,
                pk=uuid5(self._undone.client_id, f"heard:{told.pk}"),
                chain=chain,
                order=take_order(chain),
                supersedes=None,
                told_rightly=False,
                reason="",
                paper_serial="",
                paper_signature="",
                written_at=None,
            )
            about = self._heard.join.other if chain.pk == self._heard.join.kept_id else self._heard.join.kept
            back = withdraw_row(
                self._by, copy, f"Det gällde vårdkedja {about.number}: sammanföringen är upplöst."
            )
            self._written[told.pk] = copy, back
        return self._written[told.pk][0]


def _complete_anew(
    other: CareChain, log: ChainLog, written: Mapping[str, str], moved: Mapping[UUID, CareChainEvent]
) -> None:
    """Copy each completion so that it rests on the calls as they are written now, of the event where it stands."""
    for event in log.events:
        if event.chain_id != other.pk and event.pk not in moved:
            continue
        for completion in event.completions.all():
            rests_on = sorted(written.get(call, call) for call in completion.rests_on)
            if event.pk in moved or rests_on != sorted(completion.rests_on):
                copied(completion, rests_on=rests_on, event=moved.get(event.pk, event))


def _give_back(by: Acting, join: ChainJoin, undone: ChainJoin, log: ChainLog) -> None:
    """Restore the events that were taken back only because the chain that they were read in was of the wrong patient,
    and the former wording of those that were merged with one of the other chain.
    """
    other = join.other
    replaced = {event.supersedes_id for event in log.events}

    def back(was: CareChainEvent, after: CareChainEvent, home: CareChain, why: str) -> None:
        key, said = uuid5(undone.client_id, str(was.pk)), f"{why} Sammanföringen är upplöst."
        stand_again(by, log, was, after, home=home, key=key, why=said, at=undone.recorded_at)

    for pair in join.same:
        was, stands = (log.by_text.get(pk) for pk in (pair.get("was", pair["kept"]), pair["kept"]))
        if was and stands and stands.supersedes_id == was.pk and stands.pk not in replaced:
            back(was, stands, home_of(join.kept, was), f"Den var sammanförd med vårdkedja {other.number}.")
    for gone in taken_with_chain(log):
        if gone.chain_id == other.pk and gone.recorded_at >= join.recorded_at:
            was = log.by_id[gone.supersedes_id]  # type: ignore[index]
            back(was, gone, other, f"Det togs tillbaka med vårdkedja {join.kept.number}.")
