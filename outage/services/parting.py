"""Two chains that are no longer read as one: what was logged while they were is written in the one it is about."""

from collections.abc import Collection, Mapping
from typing import TypeVar
from uuid import UUID, uuid5

from django.db.models import Model

from contacts.access import Acting
from outage.models import (
    CareChain,
    CareChainEvent,
    ChainJoin,
    DischargeCompletion,
    HandoverMessage,
    OpenItem,
)
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.standing import first_of
from outage.rules.informing import CallOutcome
from outage.services.care_chains import TAKEN_WITH_CHAIN
from outage.services.events import home_of, take_order
from outage.services.handovers import tell_again, write_call
from outage.services.paper import mark_of

Row = TypeVar("Row", bound=Model)


def part(by: Acting, join: ChainJoin, undone: ChainJoin) -> None:
    """Write in the other chain what was logged in the kept one about it, and what was taken back there only because
    the two were one, inside the caller's transaction, which holds both; `undone` is the row that undoes `join`.

    A call about both becomes one of each, with what each was told.
    """
    kept, other = join.kept, join.other
    log = log_of(kept.pk)
    written: dict[str, str] = {}
    for call in log.live_handovers:
        if call.chain_id == other.pk:
            continue
        told = list(call.messages.all())
        theirs = [message for message in told if _is_of(other, log, message)]
        if not theirs:
            continue
        copy = _copied(
            call,
            pk=uuid5(undone.client_id, str(call.pk)),
            chain=other,
            order=take_order(other),
            supersedes=None,
            reason=f"Loggat i vårdkedja {kept.number} medan de var sammanförda.",
        )
        tell_again(copy, theirs)
        ours = [message for message in told if message not in theirs]
        stays = write_call(
            by,
            kept,
            copy.left_by,
            call.facts,
            paper=mark_of(call),
            supersedes=call,
            reason=f"Det som gäller vårdkedja {other.number} står där: sammanföringen är upplöst.",
            withdraws=not ours,
        )
        tell_again(stays, ours)
        written[str(first_of(call, log).pk)] = str(copy.pk)
    _complete_anew(other, log, written)
    _give_back(by, join, undone, log)


def _is_of(chain: CareChain, log: ChainLog, message: HandoverMessage) -> bool:
    events = {event.pk for event in log.events if event.chain_id == chain.pk}
    versions = {version.pk for version in log.versions if version.chain_id == chain.pk}
    return message.event_id in events or message.change_id in versions


def _copied(row: Row, **changed: object) -> Row:
    """A copy of a row except for what is `changed`; by whom and when it was logged stay."""
    plain = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    copy = type(row)(**plain)
    copy.pk = None
    for name, value in changed.items():
        setattr(copy, name, value)
    copy.save()
    return copy


def _complete_anew(other: CareChain, log: ChainLog, written: Mapping[str, str]) -> None:
    """Copy each completion so that it rests on the calls as they are written now."""
    for event in log.events:
        if event.chain_id != other.pk:
            continue
        for completion in event.completions.all():
            rests_on = sorted(written.get(call, call) for call in completion.rests_on)
            if rests_on != sorted(completion.rests_on):
                _copied(completion, rests_on=rests_on)


def _give_back(by: Acting, join: ChainJoin, undone: ChainJoin, log: ChainLog) -> None:
    """Restore the events that were taken back only because the chain that they were read in was of the wrong patient,
    and the former wording of those that were merged with one of the other chain.
    """
    other = join.other
    by_id = {event.pk: event for event in log.events}
    replaced = {event.supersedes_id for event in log.events}
    reached = {
        message.event_id
        for call in log.live_handovers
        if call.outcome == CallOutcome.REACHED
        for message in call.messages.all()
    }
    for pair in join.same:
        was, stands = by_id.get(UUID(pair.get("was", pair["kept"]))), by_id.get(UUID(pair["kept"]))
        if was and stands and stands.supersedes_id == was.pk and stands.pk not in replaced:
            why = f"Den var sammanförd med vårdkedja {other.number}."
            _stand_again(by, undone, home_of(join.kept, was), was, stands, reached, why)
    for gone in sorted(log.events, key=lambda event: event.order):
        if gone.chain_id != other.pk or gone.pk in replaced or not gone.withdraws:
            continue
        assert gone.supersedes_id is not None
        was = by_id[gone.supersedes_id]
        if gone.recorded_at < join.recorded_at or gone.pk != uuid5(was.pk, TAKEN_WITH_CHAIN):
            continue
        why = f"Det togs tillbaka med vårdkedja {join.kept.number}."
        back = _stand_again(by, undone, other, was, gone, reached, why)
        for completion in DischargeCompletion.objects.filter(event=was):
            _copied(completion, event=back)
        for item in OpenItem.objects.filter(event=was):
            _copied(item, event=back, client_id=uuid5(undone.client_id, str(item.client_id)))


def _stand_again(
    by: Acting,
    undone: ChainJoin,
    home: CareChain,
    was: CareChainEvent,
    after: CareChainEvent,
    reached: Collection[UUID | None],
    why: str,
) -> CareChainEvent:
    """Write what an event `was` once more, after the row of the join that replaced it."""
    return _copied(
        was,
        pk=uuid5(undone.client_id, str(was.pk)),
        order=take_order(home),
        supersedes_id=after.pk,
        # Who has heard what it said meanwhile has to hear what holds.
        told_rightly=after.pk not in reached,
        reason=f"{why} Sammanföringen är upplöst.",
        user=by.user,
        unit=by.unit,
        recorded_at=undone.recorded_at,
    )
