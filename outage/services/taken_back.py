"""Events that stand again after they were taken back: by mistake, or only with their chain."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid5

from django.db.models import Model
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from contacts.services.versions import ChangedMeanwhile, replacing
from outage.models import CareChain, CareChainEvent, DischargeCompletion, OpenItem
from outage.queries.care_chains import newest_of
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.moved import moved_from
from outage.queries.withdrawn import may_stand_again
from outage.rules.asked_changes import STANDS_AGAIN, ask_if_wrongly_marked
from outage.rules.back_registration import ChainStatus
from outage.rules.informing import CallOutcome
from outage.services.events import home_of, lock_chain, need_reason, take_order, withdraw_row
from outage.services.states import settle

Row = TypeVar("Row", bound=Model)

# What names the row by which an event was taken back with its whole chain, together with the event.
_TAKEN_WITH_CHAIN = "taken back with its chain"
_STANDS_AGAIN = "stands again"


def copied(row: Row, **changed: object) -> Row:
    """A copy of a row except for what is `changed`; by whom and when it was logged stay."""
    plain = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    copy = type(row)(**plain)
    copy.pk = None
    for name, value in changed.items():
        setattr(copy, name, value)
    copy.save()
    return copy


def take_all_back(by: Acting, chain: CareChain, reason: str) -> None:
    """Take back every event that stands in a chain, which the caller holds, or in one that is read as part of it."""
    for event in sorted(log_of(chain.pk).live_events, key=lambda event: event.order):
        event.chain = chain
        withdraw_row(by, event, reason, row_id=uuid5(event.pk, _TAKEN_WITH_CHAIN))


def taken_with_chain(log: ChainLog) -> list[CareChainEvent]:
    """The rows by which events were taken back with their chain and are so still, as they were written."""
    replaced = {event.supersedes_id for event in log.events}
    gone = [
        row
        for row in log.events
        if row.withdraws
        and row.pk not in replaced
        and row.supersedes_id
        and row.pk == uuid5(row.supersedes_id, _TAKEN_WITH_CHAIN)
    ]
    return sorted(gone, key=lambda row: row.order)


def marked_wrong(chain: CareChain, log: ChainLog) -> list[CareChainEvent]:
    """As `taken_with_chain`, by the mark of the wrong patient that stands: none that an earlier one took."""
    since = 0
    for version in reversed([row for row in log.versions if row.chain_id == chain.pk]):
        if version.status != ChainStatus.WRONG_PATIENT:
            break
        since = version.order
    return [row for row in taken_with_chain(log) if row.order > since] if since else []


def ask_what_stands(chain: CareChain, answers: Mapping[str, str] | None) -> list[CareChainEvent]:
    """Of a chain that is no longer marked: the rows whose events stand again, as the mark was a mistake. None where
    nobody can be asked; raises Question.
    """
    if answers is None:
        return []
    log = log_of(chain.pk)
    gone = marked_wrong(chain, log)
    kinds = [chain.outage.routine.messages[row.kind].label for row in gone]
    return gone if kinds and ask_if_wrongly_marked(kinds).settled(answers) == STANDS_AGAIN else []


def give_back(by: Acting, chain: CareChain, gone: Collection[CareChainEvent]) -> None:
    """Let what `gone` took back stand again: `chain`, which the caller holds, was of its own patient all the time."""
    log, now = log_of(chain.pk), timezone.now()
    for row in gone:
        was = log.by_id[row.supersedes_id]  # type: ignore[index]
        key = uuid5(row.pk, _STANDS_AGAIN)
        why = "Vårdkedjan var inte loggad på fel patient."
        stand_again(by, log, was, row, home=home_of(chain, was), key=key, why=why, at=now)


def undo_withdrawal(*, by: Acting, event: CareChainEvent, client_id: UUID, reason: str) -> CareChainEvent:
    """Let what `event` took back by mistake stand again, by a new row. Whoever has heard that it was taken back is then
    owed a call.

    Raises RuleError for what may not (`may_stand_again`), ChangedMeanwhile where it does already.
    """
    check_may(by, Right.LOG_CARE, event)
    need_reason(reason)
    content = {"event": event.pk, "reason": reason}
    with replacing():
        if claim(by=by, client_id=client_id, kind="withdrawal_undone", content=content):
            return CareChainEvent.objects.get(pk=client_id)
        lock_chain(event.chain)
        log = log_of(event.chain_id)
        if newest_of(event) != event:
            raise ChangedMeanwhile
        if not may_stand_again(event.chain, log, event, moved_from(log.handovers, log.events)):
            raise RuleError("Återtaget kan inte ångras: händelsen gäller en annan patient.")
        was = log.by_id[event.supersedes_id]  # type: ignore[index]
        home, now = home_of(event.chain, was), timezone.now()
        back = stand_again(by, log, was, event, home=home, key=client_id, why=reason, at=now)
        settle(event.chain)
        audit.record(by=by, action="event.stands_again", target=back, chain=event.chain_id)
    return back


def stand_again(
    by: Acting,
    log: ChainLog,
    was: CareChainEvent,
    after: CareChainEvent,
    *,
    home: CareChain,
    key: UUID,
    why: str,
    at: datetime,
) -> CareChainEvent:
    """Write an event `was` once more after the row that replaced it, under the id `key`, with what was closed or left
    open of it where that row took it back.
    """
    back = copied(
        was,
        pk=key,
        order=take_order(home),
        supersedes_id=after.pk,
        # Who has heard another wording of it meanwhile has to hear what holds; who heard that it was taken back does.
        told_rightly=after.withdraws or after.pk not in _reached(log),
        reason=why,
        user=by.user,
        unit=by.unit,
        recorded_at=at,
    )
    if after.withdraws:
        for completion in DischargeCompletion.objects.filter(event=was):
            copied(completion, event=back)
        for item in OpenItem.objects.filter(event=was):
            copied(item, event=back, client_id=uuid5(key, str(item.client_id)))
    return back


def _reached(log: ChainLog) -> set[UUID | None]:
    return {
        message.event_id
        for call in log.live_handovers
        if call.outcome == CallOutcome.REACHED
        for message in call.messages.all()
    }
