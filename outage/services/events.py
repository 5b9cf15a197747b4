"""Writes about events: logged, corrected and taken back by new rows, a discharge completed or left open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.sql import Query
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models.data_key import destroyed_in_query
from contacts.models.encrypted import KeyDestroyed
from contacts.queries.prepared import prepared, prepared_write, updating
from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from contacts.services.versions import ChangedMeanwhile, replacing
from outage.models import CareChain, CareChainEvent, DischargeCompletion, Handover, OpenItem
from outage.queries.chain_log import ChainLog, log_of
from outage.queries.joined import doubles_of, joined_to
from outage.queries.owed import event_standings
from outage.queries.standing import (
    completion_of,
    is_discharge,
    label_of,
    open_item_of,
    row_of,
    standing_of,
    tells,
)
from outage.rules.asked_messages import OFF, SIP_OFF, settle_message
from outage.rules.clock import as_utc
from outage.rules.informing import InformState, check_all_told, check_open_item, sending_of
from outage.rules.paper import PaperMark
from outage.services.at_the_time import ask_if_told_before, told_before_if_off
from outage.services.paper import check_before_written, mark_fields, mark_of
from outage.services.states import settle
from outage.services.when import check_drill_counts, check_within_outage


def write_event(
    by: Acting,
    chain: CareChain,
    *,
    event_id: UUID,
    kind: str,
    sender: Party,
    happened_at: datetime,
    particulars: Mapping[str, Any],
    supersedes: CareChainEvent | None = None,
    reason: str = "",
    told_rightly: bool = False,
    paper: PaperMark | None = None,
    copies: CareChainEvent | None = None,
    first_logged_at: datetime | None = None,
    answers: Mapping[str, str] | None = None,
) -> CareChainEvent:
    """Write one event row inside the caller's transaction, which holds the chain (`lock_chain`).

    `paper` says where it was read, `copies` which row of another chain it repeats, `first_logged_at` when the event was
    logged there first. Raises RuleError (field `happened_at`) when it lies outside the outage, ahead, or after it was
    written on the paper, Question when it happened shortly before, MayNotSend when `sender` does not send `kind`.
    """
    written_at = paper.written_at if paper else None
    in_system = check_within_outage(
        chain, happened_at, answers, said=copies or supersedes, written_at=written_at
    )
    check_before_written(paper, happened_at)
    sending_of(chain.outage.routine, kind, sender)
    kept = {key: value for key, value in particulars.items() if value}
    if "participants" in kept:
        # As the rules read them: calls are matched to each participant by the words kept here.
        names = (name.strip() for name in kept["participants"])
        kept["participants"] = [name for name in dict.fromkeys(names) if name]
    home = home_of(chain, supersedes)
    return CareChainEvent.objects.create(
        id=event_id,
        chain=home,
        kind=kind,
        sender=sender,
        happened_at=happened_at,
        in_system=in_system,
        particulars=kept,
        **mark_fields(paper),
        order=take_order(home),
        supersedes=supersedes,
        first_logged_at=first_logged_at,
        told_rightly=told_rightly,
        reason=reason,
        user=by.user,
        unit=by.unit,
    )


def lock_chain(*chains: CareChain) -> None:
    """Lock the chains for the caller's transaction and re-read their details: who must be told follows from them.

    One that is read as part of another locks that one too; raises ChangedMeanwhile where that changed just now, and
    RuleError for one of a drill that an outage in earnest has followed, KeyDestroyed for one of an outage that is
    purged: nothing more is written in it.
    Whoever changes what a chain's events or calls say takes this lock first, so that two wait for each other in one
    order only. It leaves the chain's key free (`no_key`): a row that merely points at the chain need not wait, else
    PostgreSQL finds a deadlock between that row's check and this lock.
    """
    wanted = {chain.pk for chain in chains}
    wanted |= {home for home in _homes(*wanted) if home}
    # On SQLite whoever writes is alone.
    if connection.features.has_select_for_update:
        _lock(*wanted)
    # Read after the lock is held, as by `locked`.
    found = {row.pk: row for row in _held(*wanted)}
    for chain in chains:
        row = found[chain.pk]
        if row.joined_to_id and row.joined_to_id not in found:
            raise ChangedMeanwhile
        chain.details, chain.rows, chain.counted = row.details, row.rows, False
        chain.has_joined = row.with_joined  # type: ignore[attr-defined]
        chain.joined_to = found[row.joined_to_id] if row.joined_to_id else None
        check_drill_counts(chain.outage)
        if row.purged_at:  # type: ignore[attr-defined]
            raise KeyDestroyed(row.key_name)


@prepared
def _homes(*chain_ids: UUID) -> QuerySet[CareChain, UUID | None]:
    return CareChain.objects.filter(pk__in=chain_ids).values_list("joined_to", flat=True)


@prepared
def _lock(*chain_ids: UUID) -> QuerySet[CareChain, UUID]:
    rows = CareChain.objects.select_for_update(no_key=True).filter(pk__in=chain_ids)
    return rows.order_by("pk").values_list("pk", flat=True)


@prepared
def _held(*chain_ids: UUID) -> QuerySet[CareChain]:
    purged_at = destroyed_in_query(OuterRef("principal_id"), OuterRef("outage_id"))
    return (
        CareChain.objects.filter(pk__in=chain_ids)
        .annotate(purged_at=purged_at, with_joined=Exists(CareChain.objects.filter(joined_to=OuterRef("pk"))))
        .select_related("unit", "details__ward_unit", "details__municipality", "details__outpatient_unit")
        .order_by("pk")
    )


def home_of(chain: CareChain, row: CareChainEvent | Handover | None) -> CareChain:
    """The chain in which what replaces `row` is written: that of the row itself, though it be joined to `chain`.

    The caller holds `chain`. Raises ChangedMeanwhile where it is no longer joined to it.
    """
    if row is None:
        return chain
    pk = type(row)._default_manager.values_list("chain", flat=True).get(pk=row.pk)
    if pk == chain.pk:
        return chain
    home = CareChain.objects.filter(pk=pk, joined_to=chain).first()
    if home is None:
        raise ChangedMeanwhile
    return home


def take_order(chain: CareChain) -> int:
    """The place of the next row among those of the chain, which the caller holds."""
    chain.rows, chain.counted = chain.rows + 1, True
    _count_rows(chain.pk, chain.rows)
    return chain.rows


def count_beside(chain: CareChain) -> None:
    """For what is written about a chain, which the caller holds, beside its events, calls and versions."""
    take_order(chain)


@prepared_write
def _count_rows(chain_id: UUID, rows: int) -> Query:
    return updating(CareChain.objects.filter(pk=chain_id), rows=rows)


def correct_event(
    *,
    by: Acting,
    event: CareChainEvent,
    client_id: UUID,
    happened_at: datetime,
    particulars: Mapping[str, Any],
    reason: str,
    told_rightly: bool,
    kind: str = "",
    answers: Mapping[str, str] | None = None,
) -> CareChainEvent:
    """Correct an event by a new row that supersedes it; `kind` where it was another message than was logged.

    `told_rightly` says that those already told got the right information, so that the calls count for the new row
    too; else they are owed a new call. Raises RuleError without a reason or when the event was changed meanwhile,
    Question as `check_within_outage`, for another time after a call that told of it and, of what is said anew, as
    `settle_message`.
    """
    check_may(by, Right.LOG_CARE, event)
    _check_stands(event)
    need_reason(reason)
    kind = kind or event.kind
    said = {name: value for name, value in particulars.items() if value}
    if answers is not None and (kind, said) != (event.kind, event.particulars):
        routine = event.chain.outage.routine
        kind = settle_message(
            routine, kind, Party(event.sender), particulars, answers, happened=happened_at, alone=True
        )
    facts: dict[str, Any] = {
        "kind": kind,
        "happened_at": happened_at,
        "particulars": dict(particulars),
        "reason": reason,
        "told_rightly": told_rightly,
    }
    with replacing():
        if claim(by=by, client_id=client_id, kind="correction", content=facts | {"event": event.pk}):
            return CareChainEvent.objects.get(pk=client_id)
        lock_chain(event.chain)
        _check_no_double(event)
        new = write_event(
            by,
            event.chain,
            event_id=client_id,
            sender=Party(event.sender),
            supersedes=event,
            paper=mark_of(event),
            answers=answers,
            **facts,
        )
        if answers is not None and as_utc(happened_at) != as_utc(event.happened_at):
            ask_if_told_before(event, happened_at, answers)
        settle(event.chain)
        audit.record(by=by, action="event.corrected", target=new, chain=event.chain_id)
    return new


def withdraw_event(
    *,
    by: Acting,
    event: CareChainEvent,
    client_id: UUID,
    reason: str,
    answers: Mapping[str, str] | None = None,
) -> CareChainEvent:
    """A new row takes the event back. Whoever was told of it is then owed a call that says so.

    Raises Question as `ask_if_off`: of a meeting that is off all that was told of it goes.
    """
    check_may(by, Right.LOG_CARE, event)
    _check_stands(event)
    need_reason(reason)
    off = {"off": True} if answers and answers.get(SIP_OFF) == OFF else {}
    content = {"event": event.pk, "reason": reason, **off}
    with replacing():
        if claim(by=by, client_id=client_id, kind="withdrawal", content=content):
            return CareChainEvent.objects.get(pk=client_id)
        lock_chain(event.chain)
        _check_no_double(event)
        for earlier in told_before_if_off(event, answers) if answers is not None else ():
            withdraw_row(by, earlier, reason)
        row = withdraw_row(by, event, reason, row_id=client_id)
        settle(event.chain)
        audit.record(by=by, action="event.withdrawn", target=row, chain=event.chain_id)
    return row


def withdraw_row(
    by: Acting, event: CareChainEvent, reason: str, row_id: UUID | None = None
) -> CareChainEvent:
    """Write the row that takes `event` back, inside the caller's transaction, which holds the chain."""
    home = home_of(event.chain, event)
    return CareChainEvent.objects.create(
        id=row_id or uuid4(),
        chain=home,
        kind=event.kind,
        sender=event.sender,
        happened_at=timezone.now(),
        order=take_order(home),
        supersedes=event,
        withdraws=True,
        reason=reason[:300],
        user=by.user,
        unit=by.unit,
    )


def complete_discharge(*, by: Acting, event: CareChainEvent) -> DischargeCompletion:
    """Complete a discharge of which every party is informed. Raises DischargeNotComplete naming who is not (R1.6).

    It rests on the calls that told them, and no longer holds when one of those is taken back. Raises RuleError for
    anything but a discharge that stands and is the acting unit's own to tell.
    """
    check_may(by, Right.LOG_CARE, event)
    with transaction.atomic():
        lock_chain(event.chain)
        log = _check_own_discharge(by, event)
        missing = [
            s.target for s in event_standings(event.chain, log, event) if s.state is not InformState.INFORMED
        ]
        left = {standing_of(event.chain, log).same(item.whom) for item in log.items_of(event)}
        check_all_told(
            [label_of(log, target) for target in missing],
            [label_of(log, target) for target in missing if target.whom not in left],
        )
        standing = completion_of(event.chain, log, event)
        if standing is not None:
            return standing
        calls = standing_of(event.chain, log).told_by(row_of(event))
        count_beside(event.chain)
        completion = DischargeCompletion.objects.create(
            event=event, rests_on=sorted(calls.values()), user=by.user, unit=by.unit
        )
        audit.record(by=by, action="discharge.completed", target=completion, chain=event.chain_id)
    return completion


def leave_discharge_open(
    *,
    by: Acting,
    event: CareChainEvent,
    client_id: UUID,
    recipient: str,
    responsible: str,
    reason: str,
    seen: int | None = None,
) -> OpenItem:
    """Leave a discharge with `recipient` not told: who is responsible and why. It is still not complete (R1.6).

    `seen` is the open item for `recipient` that the person saw; raises ChangedMeanwhile where another stands by now.
    """
    check_may(by, Right.LOG_CARE, event)
    content = {"event": event.pk, "recipient": recipient, "responsible": responsible, "reason": reason}
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="open_item", content=content):
            return OpenItem.objects.get(client_id=client_id)
        lock_chain(event.chain)
        log = _check_own_discharge(by, event)
        for name, message in check_open_item(responsible=responsible, reason=reason).items():
            raise RuleError(message, field=name)
        standing = {s.target.key: s for s in event_standings(event.chain, log, event)}
        if recipient not in standing or standing[recipient].state is InformState.INFORMED:
            raise RuleError("Mottagaren är redan underrättad.", field="recipient")
        whom = standing[recipient].target.whom
        stands = open_item_of(event.chain, log, log.items_of(event), whom)
        if stands and stands.pk != seen:
            raise ChangedMeanwhile
        count_beside(event.chain)
        item = OpenItem.objects.create(
            client_id=client_id,
            event=event,
            recipient=recipient,
            place=standing[recipient].target.place,
            responsible=responsible.strip(),
            reason=reason.strip(),
            user=by.user,
            unit=by.unit,
        )
        settle(event.chain)
        audit.record(by=by, action="discharge.left_open", target=item, chain=event.chain_id)
    return item


def _check_own_discharge(by: Acting, event: CareChainEvent) -> ChainLog:
    """The log of the chain. Raises RuleError unless `event` is a standing discharge that the acting unit tells."""
    if not is_discharge(event.chain.outage.routine, event):
        raise RuleError("Bara en utskrivning kan avslutas eller lämnas med en öppen punkt.")
    if CareChainEvent.objects.filter(supersedes=event).exists():
        raise ChangedMeanwhile
    _check_no_double(event)
    log = log_of(event.chain_id)
    if not tells(by, event.chain, log, event):
        raise RuleError("Utskrivningen är en annan enhets. Bara den som lämnar den kan avsluta den.")
    return log


def _check_no_double(event: CareChainEvent) -> None:
    """Raises RuleError for a row that counts as another of the chain it is read in: that one is what stands."""
    if event.pk in doubles_of(joined_to([event.chain_id]).joins.get(event.chain_id, ())):
        raise RuleError(
            "Händelsen räknas som samma som en i vårdkedjan som den är sammanförd med. Ändra den."
        )


def _check_stands(event: CareChainEvent) -> None:
    if event.withdraws:
        raise RuleError("Händelsen är redan återtagen. Logga den på nytt om den har hänt.")


def need_reason(reason: str) -> None:
    """Raises RuleError for a correction or a withdrawal that does not say why."""
    if not reason.strip():
        raise RuleError("Skriv varför.", field="reason")
