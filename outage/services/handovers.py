"""Writes about calls: logged, corrected and taken back (R2.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from outage.models import CareChain, CareChainEvent, Handover, HandoverMessage
from outage.routine import get_routine
from outage.rules.asked_messages import settle_message
from outage.rules.handover import Direction, ReadBack, check_handover, signature
from outage.rules.informing import FAILED, CallOutcome
from outage.rules.paper import PaperMark, check_paper
from outage.services.events import lock_chain, need_reason, write_event
from outage.services.paper import mark_fields, mark_of


class CallErrors(RuleError):
    """A call lacks something. `fields` maps each form field to its Swedish sentence."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(next(iter(fields.values())))
        self.fields = dict(fields)


@dataclass(frozen=True, slots=True)
class Message:
    """What was told in a call: an event that is logged already (`event_id`), or a new one."""

    event_id: UUID | None = None
    kind: str = ""
    sender: Party | None = None
    happened_at: datetime | None = None
    particulars: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is said of a call. `recipient` is the key of the other end; `at` is aware, None means this moment."""

    direction: Direction
    recipient: str
    outcome: CallOutcome
    at: datetime | None = None
    spoken_to: str = ""
    spoken_to_unit: str = ""
    number: str = ""
    read_back: ReadBack | None = None
    read_back_reason: str = ""
    comment: str = ""
    next_step: str = ""
    call_back: str = ""


def log_call(
    *,
    by: Acting,
    chain: CareChain,
    client_id: UUID,
    facts: CallFacts,
    messages: Sequence[Message],
    paper: PaperMark | None = None,
    answers: Mapping[str, str] | None = None,
) -> Handover:
    """Log one call about one patient, with the events it told of; `client_id` becomes the call's id.

    New events are written in the same transaction. `paper` marks the call and its new events as read on a sheet; the
    call's time must then be given, and it counts by that time as any other (R3, R4). A resend gives the first row.
    `answers` are those of the person who fills it in, by the question's key; None where nobody can be asked. Raise
    CallErrors with a sentence for each field that is wrong, Question where an answer is needed, NotAllowed by role,
    IdClash when the id was used with other content.
    """
    check_may(by, Right.LOG_CARE)
    if answers is not None:
        messages = [_settled(chain, message, answers) for message in messages]
    content = {"chain": chain.pk, "call": _plain(facts), "messages": [_plain_message(m) for m in messages]}
    if paper is None:
        facts = replace(facts, at=facts.at or timezone.now())
    else:
        content["paper"] = asdict(paper)
    _check(facts, messages, paper)
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="call", content=content):
            return Handover.objects.get(pk=client_id)
        lock_chain(chain)
        handover = _write(by, chain, client_id, facts, paper=paper)
        for index, message in enumerate(messages):
            event = _event_of(by, chain, client_id, index, message, facts, paper)
            HandoverMessage(handover=handover, event=event).save()
        audit.record(
            by=by,
            action="call.logged" if facts.outcome not in FAILED else "call.tried",
            target=handover,
            chain=chain.pk,
        )
    return handover


def _settled(chain: CareChain, message: Message, answers: Mapping[str, str]) -> Message:
    if message.event_id or message.sender is None:
        return message
    routine = get_routine(chain.outage.routine_id)
    kind = settle_message(routine, message.kind, message.sender, message.particulars, answers)
    return replace(message, kind=kind)


def _event_of(
    by: Acting,
    chain: CareChain,
    client_id: UUID,
    index: int,
    message: Message,
    facts: CallFacts,
    paper: PaperMark | None,
) -> CareChainEvent:
    if message.event_id:
        found = chain.events.filter(pk=message.event_id).first()
        if found is None:
            raise CallErrors({"messages": "Meddelandet hör inte till den här patienten. Välj igen."})
        return found
    assert message.sender is not None
    try:
        return write_event(
            by,
            chain,
            event_id=uuid5(client_id, f"event {index}"),
            kind=message.kind,
            sender=message.sender,
            happened_at=message.happened_at or facts.at or timezone.now(),
            particulars=message.particulars,
            paper=paper,
        )
    except RuleError as error:
        field_name = f"{error.field or 'kind'}-{message.kind}"
        raise CallErrors({field_name: error.reason}) from None


def correct_call(
    *, by: Acting, handover: Handover, client_id: UUID, facts: CallFacts, reason: str
) -> Handover:
    """Correct a call by a new row that supersedes it and tells of the same events; a mark of paper is kept.

    Raise CallErrors by field, RuleError without a reason or when the call was changed meanwhile.
    """
    check_may(by, Right.LOG_CARE)
    _check_stands(handover)
    need_reason(reason)
    events = [message.event for message in handover.messages.select_related("event")]
    paper = mark_of(handover)
    _check(facts, [Message(event_id=event.pk, kind=event.kind) for event in events], paper)
    content = {"handover": handover.pk, "call": _plain(facts), "reason": reason}
    try:
        with transaction.atomic():
            if claim(by=by, client_id=client_id, kind="call_correction", content=content):
                return Handover.objects.get(pk=client_id)
            lock_chain(handover.chain)
            new = _write(
                by, handover.chain, client_id, facts, paper=paper, supersedes=handover, reason=reason
            )
            for event in events:
                HandoverMessage(handover=new, event=event).save()
            audit.record(by=by, action="call.corrected", target=new, chain=handover.chain_id)
    except IntegrityError:
        raise RuleError("Någon annan ändrade samtalet nyss. Läs det och försök igen.") from None
    return new


def withdraw_call(*, by: Acting, handover: Handover, client_id: UUID, reason: str) -> Handover:
    """Take a call back by a new row: it was never made, or about another patient. Whoever it told is then not told."""
    check_may(by, Right.LOG_CARE)
    _check_stands(handover)
    need_reason(reason)
    content = {"handover": handover.pk, "reason": reason}
    try:
        with transaction.atomic():
            if claim(by=by, client_id=client_id, kind="call_withdrawal", content=content):
                return Handover.objects.get(pk=client_id)
            lock_chain(handover.chain)
            row = _write(
                by,
                handover.chain,
                client_id,
                _facts_of(handover),
                supersedes=handover,
                reason=reason,
                withdraws=True,
            )
            audit.record(by=by, action="call.withdrawn", target=row, chain=handover.chain_id)
    except IntegrityError:
        raise RuleError("Någon annan ändrade samtalet nyss. Läs det och försök igen.") from None
    return row


def _facts_of(handover: Handover) -> CallFacts:
    return CallFacts(
        direction=Direction(handover.direction),
        recipient=handover.recipient,
        outcome=CallOutcome(handover.outcome),
        at=handover.at,
        spoken_to=handover.spoken_to,
        spoken_to_unit=handover.spoken_to_unit,
        number=handover.number,
        read_back=ReadBack(handover.read_back) if handover.read_back else None,
        read_back_reason=handover.read_back_reason,
    )


def _write(
    by: Acting,
    chain: CareChain,
    row_id: UUID,
    facts: CallFacts,
    *,
    paper: PaperMark | None = None,
    supersedes: Handover | None = None,
    reason: str = "",
    withdraws: bool = False,
) -> Handover:
    row = Handover(
        id=row_id,
        chain=chain,
        **_plain(facts),
        **mark_fields(paper),
        supersedes=supersedes,
        withdraws=withdraws,
        reason=reason.strip(),
        signature=signature(by.user.full_name, by.role_text, by.unit.name, by.user.hsa_id),
        user=by.user,
        unit=by.unit,
    )
    row.full_clean(validate_unique=False)
    row.save()
    return row


def _plain(facts: CallFacts) -> dict[str, Any]:
    return {
        "direction": facts.direction,
        "recipient": facts.recipient,
        "outcome": facts.outcome,
        "at": facts.at,
        "spoken_to": facts.spoken_to.strip(),
        "spoken_to_unit": facts.spoken_to_unit.strip(),
        "number": facts.number.strip(),
        "read_back": facts.read_back or "",
        "read_back_reason": facts.read_back_reason.strip(),
        "comment": facts.comment.strip(),
        "next_step": facts.next_step.strip(),
        "call_back": facts.call_back.strip(),
    }


def _plain_message(message: Message) -> dict[str, Any]:
    return {
        "event": message.event_id,
        "kind": message.kind,
        "sender": message.sender,
        "happened_at": message.happened_at,
        "particulars": dict(message.particulars),
    }


def _check(facts: CallFacts, messages: Sequence[Message], paper: PaperMark | None) -> None:
    errors = check_handover(
        direction=facts.direction,
        outcome=facts.outcome,
        at=facts.at,
        now=timezone.now(),
        # A try to give an answer that is not logged yet has no event to point at.
        kinds=[message.kind or "logged" for message in messages]
        or (["answer"] if facts.outcome in FAILED else []),
        spoken_to=facts.spoken_to,
        their_unit=facts.spoken_to_unit,
        number=facts.number,
        read_back=facts.read_back,
        read_back_why=facts.read_back_reason,
        needs_unit=not facts.recipient.startswith("participant:"),
    )
    if paper:
        errors |= check_paper(paper, at=facts.at, now=timezone.now())
    if not facts.recipient:
        errors["recipient"] = "Välj vem samtalet var med."
    if errors:
        raise CallErrors(errors)


def _check_stands(handover: Handover) -> None:
    if handover.withdraws:
        raise RuleError("Samtalet är redan återtaget. Logga ett nytt samtal.")
