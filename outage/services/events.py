"""Writes about events: logged, corrected and taken back by new rows, a discharge completed or left open."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.rules.errors import RuleError
from contacts.rules.parties import Party, WardKind
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from outage.models import (
    CareChain,
    CareChainEvent,
    DischargeCompletion,
    Handover,
    HandoverMessage,
    OpenItem,
    Outage,
)
from outage.presenters.standing import (
    is_discharge,
    recipients_of,
    rings_itself,
    standings_of,
    told_of_version,
)
from outage.queries.care_chains import logs_of
from outage.queries.outages import others_still_out
from outage.routine import get_routine
from outage.rules.handover import CLOCK_SKEW
from outage.rules.informing import (
    PARTICIPANT_PREFIX,
    InformState,
    Recipient,
    check_discharge_complete,
    check_open_item,
    recipients,
)
from outage.rules.paper import PaperMark
from outage.rules.wording import clock_time, day
from outage.services.outages import lock_outage
from outage.services.paper import check_before_written, mark_fields, mark_of

_TAKEN = "Någon annan ändrade händelsen nyss. Läs den och försök igen."


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
    paper: PaperMark | None = None,
) -> CareChainEvent:
    """Write one event row inside the caller's transaction, with those who must be told of it (R3).

    `paper` says where it was read. Raise RuleError (field `happened_at`) when it lies outside the outage, ahead, or
    after it was written on the paper, MayNotSend when `sender` does not send `kind`.
    """
    check_within_outage(chain, happened_at)
    check_before_written(paper, happened_at)
    kept = {key: value for key, value in particulars.items() if value}
    if "participants" in kept:
        # As the rules read them: calls are matched to each participant by the words kept here.
        names = (name.strip() for name in kept["participants"])
        kept["participants"] = [name for name in dict.fromkeys(names) if name]
    told = _must_be_told(chain, kind, sender, kept)
    parties = {recipient.party for recipient in told}
    event = CareChainEvent(
        id=event_id,
        chain=chain,
        kind=kind,
        sender=sender,
        happened_at=happened_at,
        particulars=kept,
        tells_inpatient=Party.INPATIENT in parties,
        tells_municipality=Party.MUNICIPALITY in parties,
        tells_outpatient=Party.OUTPATIENT in parties,
        tells_participants=sum(1 for recipient in told if recipient.party is None),
        **mark_fields(paper),
        supersedes=supersedes,
        reason=reason,
        user=by.user,
        unit=by.unit,
    )
    event.full_clean(validate_unique=False)
    event.save()
    return event


def _must_be_told(
    chain: CareChain, kind: str, sender: Party, particulars: Mapping[str, Any]
) -> list[Recipient]:
    assert chain.details is not None
    told = recipients(
        routine=get_routine(chain.outage.routine_id),
        kind=kind,
        sender=sender,
        ward_kind=WardKind(chain.details.ward_kind),
        participants=particulars.get("participants", ()),
    )
    return [recipient for recipient in told if not rings_itself(chain, sender, recipient)]


def lock_chain(chain: CareChain) -> None:
    """Hold the chain for the caller's transaction and read its details anew: who must be told follows from them.

    Whoever changes what a chain's events or calls say takes this lock first, so that two wait for each other in one
    order only. It leaves the chain's key free (`no_key`): a row that merely points at the chain need not wait, else
    PostgreSQL finds a deadlock between that row's check and this lock.
    """
    locked = CareChain.objects.select_for_update(of=("self",), no_key=True).select_related(
        "details__ward_unit", "details__municipality", "details__outpatient_unit"
    )
    chain.details = locked.get(pk=chain.pk).details


def check_within_outage(chain: CareChain, at: datetime) -> None:
    """Raise RuleError when `at` (aware) lies before the outage, after the principal's own end of it, or ahead of now.

    After that end what a party of the chain that is still out must hear can be logged; R4 leaves it out. Holds the
    outage, so that nobody ends it meanwhile.
    """
    outage = lock_outage(chain.principal, chain.outage)
    assert outage.current is not None
    start = outage.current.started_at
    if at < start:
        raise RuleError(
            f"Driftstoppet började {day(start)} {clock_time(start)}. Det som hände före dess står i {outage.system}.",
            field="happened_at",
        )
    if outage.own_end and at > outage.own_end and not _somebody_to_ring(chain, outage, at):
        raise RuleError(
            f"{outage.system} var åter i drift {clock_time(outage.own_end)}. Registrera direkt i {outage.system}.",
            field="happened_at",
        )
    if at > timezone.now() + CLOCK_SKEW:
        raise RuleError("Tiden ligger framåt i tiden. Ange när det hände.", field="happened_at")


def _somebody_to_ring(chain: CareChain, outage: Outage, at: datetime) -> bool:
    """Tell whether a party of the chain was without the system at `at`: the region, or the patient's municipality."""
    town = chain.details.municipality_id if chain.details else None
    return any(
        other.is_region or town in (None, other.pk) for other in others_still_out(outage, chain.principal, at)
    )


def correct_event(
    *,
    by: Acting,
    event: CareChainEvent,
    client_id: UUID,
    happened_at: datetime,
    particulars: Mapping[str, Any],
    reason: str,
    told_rightly: bool,
) -> CareChainEvent:
    """Correct an event by a new row that supersedes it.

    `told_rightly` says that those already told got the right information, so that the calls count for the new row
    too; else they are owed a new call. Raise RuleError without a reason or when the event was changed meanwhile.
    """
    check_may(by, Right.LOG_CARE)
    _check_stands(event)
    need_reason(reason)
    content = {
        "event": event.pk,
        "happened_at": happened_at,
        "particulars": dict(particulars),
        "reason": reason,
        "told_rightly": told_rightly,
    }
    try:
        with transaction.atomic():
            first = claim(by=by, client_id=client_id, kind="correction", content=content)
            if first:
                return CareChainEvent.objects.get(pk=client_id)
            lock_chain(event.chain)
            new = write_event(
                by,
                event.chain,
                event_id=client_id,
                kind=event.kind,
                sender=Party(event.sender),
                happened_at=happened_at,
                particulars=particulars,
                supersedes=event,
                reason=reason,
                paper=mark_of(event),
            )
            if told_rightly:
                _carry_calls_over(event, new)
            audit.record(by=by, action="event.corrected", target=new, chain=event.chain_id)
    except IntegrityError:
        raise RuleError(_TAKEN) from None
    return new


def _carry_calls_over(
    old: CareChainEvent, new: CareChainEvent, but_not_to: Collection[Party] = frozenset()
) -> None:
    standing = Handover.objects.filter(
        messages__event=old, withdraws=False, superseded_by__isnull=True
    ).exclude(recipient__in=[party.value for party in but_not_to])
    for handover in standing.distinct():
        HandoverMessage(handover=handover, event=new).save()


def owe_new_places(by: Acting, chain: CareChain, moved: AbstractSet[Party], reason: str) -> None:
    """Make the calls to each party in `moved` owed anew, inside the caller's transaction: it is another unit now.

    What the former unit was told, the new one was not. Each standing event that is the principal's own to tell gets a
    new row, to which the calls to all other parties are carried over.
    """
    own = {Party.INPATIENT, Party.OUTPATIENT} if by.principal.is_region else {Party.MUNICIPALITY}
    standing = CareChainEvent.objects.filter(
        chain=chain, superseded_by__isnull=True, withdraws=False, sender__in=[party.value for party in own]
    )
    for old in standing.order_by("happened_at", "recorded_at"):
        told = {r.party for r in recipients_of(chain, old)}
        # A sjukstuga that is both ward and öppenvård tells itself nothing; when one of the two moves, it must.
        must = {r.party for r in _must_be_told(chain, old.kind, Party(old.sender), old.particulars)}
        if told == must and not moved & told:
            continue
        new = write_event(
            by,
            chain,
            event_id=uuid4(),
            kind=old.kind,
            sender=Party(old.sender),
            happened_at=old.happened_at,
            particulars=old.particulars,
            supersedes=old,
            reason=reason,
            paper=mark_of(old),
        )
        _carry_calls_over(old, new, but_not_to=moved)


def withdraw_event(*, by: Acting, event: CareChainEvent, client_id: UUID, reason: str) -> CareChainEvent:
    """Take an event back by a new row. Whoever was told of it is then owed a call that says so."""
    check_may(by, Right.LOG_CARE)
    _check_stands(event)
    need_reason(reason)
    content = {"event": event.pk, "reason": reason}
    try:
        with transaction.atomic():
            if claim(by=by, client_id=client_id, kind="withdrawal", content=content):
                return CareChainEvent.objects.get(pk=client_id)
            lock_chain(event.chain)
            row = withdraw_row(by, event, reason, row_id=client_id)
            audit.record(by=by, action="event.withdrawn", target=row, chain=event.chain_id)
    except IntegrityError:
        raise RuleError(_TAKEN) from None
    return row


def withdraw_row(
    by: Acting, event: CareChainEvent, reason: str, row_id: UUID | None = None
) -> CareChainEvent:
    """Write the row that takes `event` back, inside the caller's transaction; it tells those who were told of it."""
    log = logs_of([event.chain_id])[event.chain_id]
    told = told_of_version(log, event)
    row = CareChainEvent(
        id=row_id or uuid4(),
        chain_id=event.chain_id,
        kind=event.kind,
        sender=event.sender,
        happened_at=timezone.now(),
        particulars={
            "participants": [k[len(PARTICIPANT_PREFIX) :] for k in told if k.startswith(PARTICIPANT_PREFIX)]
        },
        tells_inpatient=Party.INPATIENT in told,
        tells_municipality=Party.MUNICIPALITY in told,
        tells_outpatient=Party.OUTPATIENT in told,
        tells_participants=sum(1 for key in told if key.startswith(PARTICIPANT_PREFIX)),
        supersedes=event,
        withdraws=True,
        reason=reason[:300],
        user=by.user,
        unit=by.unit,
    )
    row.full_clean(validate_unique=False)
    row.save()
    return row


def complete_discharge(*, by: Acting, event: CareChainEvent) -> DischargeCompletion:
    """Close a discharge of which every party is informed; raise DischargeNotComplete naming who is not (R1.6).

    Raise RuleError for anything but a discharge that stands.
    """
    check_may(by, Right.LOG_CARE)
    with transaction.atomic():
        lock_chain(event.chain)
        _check_standing_discharge(event)
        log = logs_of([event.chain_id])[event.chain_id]
        check_discharge_complete(standings_of(event.chain, log, event))
        completion, created = DischargeCompletion.objects.get_or_create(
            event=event, defaults={"user": by.user, "unit": by.unit}
        )
        if created:
            audit.record(by=by, action="discharge.completed", target=completion, chain=event.chain_id)
    return completion


def leave_discharge_open(
    *, by: Acting, event: CareChainEvent, client_id: UUID, recipient: str, responsible: str, reason: str
) -> OpenItem:
    """Leave a discharge with `recipient` not told: who answers for it and why. It is still not complete (R1.6)."""
    check_may(by, Right.LOG_CARE)
    content = {"event": event.pk, "recipient": recipient, "responsible": responsible, "reason": reason}
    with transaction.atomic():
        first = claim(by=by, client_id=client_id, kind="open_item", content=content)
        if first:
            return OpenItem.objects.get(client_id=client_id)
        _check_standing_discharge(event)
        for name, message in check_open_item(responsible=responsible, reason=reason).items():
            raise RuleError(message, field=name)
        standing = {
            s.recipient.key: s
            for s in standings_of(event.chain, logs_of([event.chain_id])[event.chain_id], event)
        }
        if recipient not in standing or standing[recipient].state is InformState.INFORMED:
            raise RuleError("Mottagaren är redan underrättad.", field="recipient")
        item = OpenItem(
            client_id=client_id,
            event=event,
            recipient=recipient,
            responsible=responsible.strip(),
            reason=reason.strip(),
            user=by.user,
            unit=by.unit,
        )
        item.full_clean()
        item.save()
        audit.record(by=by, action="discharge.left_open", target=item, chain=event.chain_id)
    return item


def _check_standing_discharge(event: CareChainEvent) -> None:
    if not is_discharge(get_routine(event.chain.outage.routine_id), event):
        raise RuleError("Bara en utskrivning kan avslutas eller lämnas med en öppen punkt.")
    if CareChainEvent.objects.filter(supersedes=event).exists():
        raise RuleError(_TAKEN)


def _check_stands(event: CareChainEvent) -> None:
    if event.withdraws:
        raise RuleError("Händelsen är redan återtagen. Logga den på nytt om den har hänt.")


def need_reason(reason: str) -> None:
    """Refuse a correction or a withdrawal that does not say why."""
    if not reason.strip():
        raise RuleError("Skriv varför.", field="reason")
