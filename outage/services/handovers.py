"""Writes about calls: logged, corrected and taken back (R2.5)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.rules.errors import Question, RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from contacts.services.versions import replacing
from outage.models import CareChain, CareChainDetails, CareChainEvent, Handover, HandoverMessage
from outage.queries.chain_log import ChainLog, log_now, log_of, log_with
from outage.queries.ring_back import is_asked_back
from outage.queries.standing import told_only_by
from outage.queries.told_before import told_before
from outage.rules.asked_messages import (
    ask_if_before,
    ask_if_told_already,
    settle_message,
)
from outage.rules.clock import as_utc
from outage.rules.handover import CallFacts, Direction, Message, check_handover, said, signature
from outage.rules.informing import FAILED
from outage.rules.paper import PaperMark, check_paper
from outage.rules.wording import moment
from outage.services.at_the_time import other_end, spoken_of_as, told_then
from outage.services.call_codes import code_of, confirm, tidy_code
from outage.services.call_errors import CallErrors
from outage.services.care_chains import take_up_again
from outage.services.confirming import confirmed
from outage.services.events import home_of, lock_chain, need_reason, take_order, withdraw_row
from outage.services.openings import check_may_log
from outage.services.paper import mark_fields, mark_of
from outage.services.states import settle
from outage.services.told import write_told

_EVENTS_TOO = "events-too"
_SAME_EVENT = "Samma händelse som en som redan är loggad."


def log_call(
    *,
    by: Acting,
    chain: CareChain,
    client_id: UUID,
    facts: CallFacts,
    messages: Sequence[Message],
    paper: PaperMark | None = None,
    answers: Mapping[str, str] | None = None,
    code: str = "",
    log: ChainLog | None = None,
    seen: int = 0,
    shown: int | None = None,
    pressed_at: datetime | None = None,
) -> Handover:
    """Log one call about one patient, with what it told of; `client_id` becomes the call's id.

    New events are written in the same transaction. `paper` marks the call and its new events as read on a sheet; the
    call's time must then be given, and it counts by that time as any other (R3, R4). `code` is what the one who rang
    read aloud; the row is without it where it was not taken (`services.call_codes`). A resend returns the first row.
    `answers` are those of the person who fills it in, by the question's key; None where nobody can be asked. `log` was
    read after `chain`. `seen` is the order of the last event that the person saw to be logged: a later one of the same
    kind as a new message may be it; `shown` the id of the details by which the patient was shown to them. `pressed_at`
    is when a try was made that is logged later; it is the same try whenever it is logged. Raises
    CallErrors with a sentence for each field that is wrong, Question where an answer is needed, NotAllowed by role,
    IdClash when the id was used with other content.
    """
    check_may_log(by, chain)
    if answers is not None:
        messages = [_settled(chain, message, answers) for message in messages]
    facts = facts.tidied()
    content = {"chain": chain.pk, "call": said(facts), "messages": [*map(said, messages)]}
    typed = tidy_code(code)
    if typed:
        content["code"] = typed
    if paper is None:
        facts = replace(facts, at=facts.at or pressed_at or timezone.now())
    else:
        content["paper"] = asdict(paper)
    _check(
        facts,
        messages,
        paper,
        asks_back=answers is not None and chain.details.protected_identity,
        rings_back=not messages
        and facts.direction is Direction.GIVEN
        and is_asked_back(chain, log or log_of(chain.pk), by.unit, facts.recipient),
    )
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="call", content=content):
            return Handover.objects.get(pk=client_id)
        rows = chain.rows
        lock_chain(chain)
        if answers is not None and any(message.kind for message in messages):
            take_up_again(by, chain, answers)
        log = log_now(chain, log, rows)
        shown_as = None
        if answers is not None:
            shown_as = spoken_of_as(chain, log, facts, shown, answers) if shown else None
            messages = _as_told(chain, log, messages, facts, answers)
            if paper is None:
                _ask_if_told_already(chain, log, facts, messages, answers)
        told, gone = write_told(by, chain, log, client_id, messages, facts, paper, seen, answers)
        if answers is not None:
            # After what is refused: no answer helps there.
            new = [message.happened_at for message in messages if message.kind and message.happened_at]
            _ask_if_before(log, facts, [message.event_id for message in messages], new, answers)
            facts = facts if paper else confirmed(chain, facts, answers)
        handover = write_call(
            by, chain, client_id, facts, paper=paper, answers=answers, typed=typed, log=log, shown_as=shown_as
        )
        rows_told = [HandoverMessage(handover=handover, **what) for what in told]
        for row in rows_told:
            row.save()
        _take_back_events(by, chain, gone, _SAME_EVENT)
        settle(chain, None if gone else log_with(log, handover, rows_told))
        confirm(by, handover)
        action = "call.logged" if facts.outcome not in FAILED else "call.tried"
        audit.record(by=by, action=action, target=handover, chain=chain.pk)
    return handover


def _ask_if_before(
    log: ChainLog,
    facts: CallFacts,
    told: Iterable[UUID | None],
    new: Iterable[datetime],
    answers: Mapping[str, str],
) -> None:
    """Raises Question about a call before what it tells of: logged events (`told`), or those at `new`."""
    rows = (log.by_text.get(str(pk)) for pk in told)
    logged = [row.happened_at for row in rows if row and not row.withdraws]
    last = max([*logged, *new], key=as_utc, default=None)
    if facts.at and last:
        ask_if_before(facts.at, last, timezone.now(), answers)


def _ask_if_told_already(
    chain: CareChain, log: ChainLog, facts: CallFacts, messages: Sequence[Message], answers: Mapping[str, str]
) -> None:
    if facts.direction is not Direction.GIVEN or facts.outcome in FAILED:
        return
    if call := told_before(chain, log, facts.recipient, [message.event_id for message in messages]):
        ask_if_told_already(call.place_name, call.at, call.user.full_name, timezone.now(), answers)


def _as_told(
    chain: CareChain, log: ChainLog, messages: Sequence[Message], facts: CallFacts, answers: Mapping[str, str]
) -> list[Message]:
    ids = [message.event_id for message in messages if message.event_id]
    then = told_then(chain, log, ids, facts.at, answers) if facts.at else {}
    return [
        replace(message, event_id=then.get(message.event_id, message.event_id))
        if message.event_id
        else message
        for message in messages
        # Ticked as it was, too.
        if message.event_id is None or then.get(message.event_id) not in ids
    ]


def _settled(chain: CareChain, message: Message, answers: Mapping[str, str]) -> Message:
    if message.event_id or message.sender is None:
        return message
    routine = chain.outage.routine
    kind = settle_message(
        routine,
        message.kind,
        message.sender,
        message.particulars,
        answers,
        happened=message.happened_at or timezone.now(),
    )
    return replace(message, kind=kind)


def correct_call(
    *,
    by: Acting,
    handover: Handover,
    client_id: UUID,
    facts: CallFacts,
    reason: str,
    not_said: Collection[UUID] = (),
    answers: Mapping[str, str] | None = None,
    code: str | None = None,
) -> Handover:
    """Correct a call by a new row that supersedes it and tells of the same, without `not_said`; a mark of paper
    stays, and so does the code, unless another `code` was read aloud.

    Raises CallErrors by field, RuleError without a reason or when the call was changed meanwhile, and where somebody
    can be asked (`answers`) Question for another time before what it tells of and for what stands by this call alone.
    """
    check_may(by, Right.LOG_CARE, handover)
    check_stands(handover)
    need_reason(reason)
    told = [message for message in handover.messages.all() if message.event_id not in not_said]
    facts, paper = facts.tidied(), mark_of(handover)
    _check(facts, told, paper, rings_back=handover.outcome not in FAILED and not handover.messages.all())
    content = {"handover": handover.pk, "call": said(facts), "reason": reason}
    content |= {"not_said": sorted(map(str, not_said)), "events": (answers or {}).get(_EVENTS_TOO, "")}
    typed = tidy_code(code)
    if typed is not None:
        content["code"] = typed
    with replacing():
        if claim(by=by, client_id=client_id, kind="call_correction", content=content):
            return Handover.objects.get(pk=client_id)
        lock_chain(handover.chain)
        log = log_of(handover.chain_id)
        if answers is not None and facts.at and as_utc(facts.at) != as_utc(handover.at):
            _ask_if_before(log, facts, [message.event_id for message in told], (), answers)
        if answers is not None and paper is None:
            facts = confirmed(handover.chain, facts, answers, handover)
        untold = told_only_by(handover.chain, log, handover, among=not_said)
        goes = answers is not None and _go_too(handover, untold, answers)
        new = write_call(
            by,
            handover.chain,
            client_id,
            facts,
            paper=paper,
            supersedes=handover,
            reason=reason,
            answers=answers,
            typed=typed,
            log=log,
        )
        tell_again(new, told)
        if goes:
            _take_back_events(by, handover.chain, untold, reason)
        settle(handover.chain)
        confirm(by, new)
        audit.record(by=by, action="call.corrected", target=new, chain=handover.chain_id)
    return new


def tell_again(call: Handover, messages: Iterable[HandoverMessage]) -> None:
    """Write that `call` told of what these messages of another row of it say."""
    for told in messages:
        HandoverMessage(
            handover=call, event_id=told.event_id, change_id=told.change_id, notice=told.notice
        ).save()


def withdraw_call(
    *,
    by: Acting,
    handover: Handover,
    client_id: UUID,
    reason: str,
    wrong_patient: bool = False,
    undo: bool = False,
    answers: Mapping[str, str] | None = None,
) -> Handover:
    """Take a call back by a new row. Whoever it told is then not told.

    What stands by this call alone may have to go too: it is asked about where the call was about another patient, and
    where it was received. Raises Question (`events-too`) where `answers` does not say. By `undo` what was logged with
    the call goes, and nothing that was there before it.
    """
    check_may(by, Right.LOG_CARE, handover)
    check_stands(handover)
    need_reason(reason)
    answers = answers or {}
    content = {"handover": handover.pk, "reason": reason, "events": answers.get(_EVENTS_TOO, "")}
    with replacing():
        if claim(by=by, client_id=client_id, kind="call_withdrawal", content=content):
            return Handover.objects.get(pk=client_id)
        lock_chain(handover.chain)
        log = log_of(handover.chain_id)
        events = told_only_by(handover.chain, log, handover, ever=undo)
        asked = wrong_patient or handover.direction == Direction.RECEIVED
        goes = undo or (asked and _go_too(handover, events, answers))
        row = take_back(by, handover, client_id, reason, events if goes else ())
        settle(handover.chain)
        confirm(by, row)
        audit.record(by=by, action="call.withdrawn", target=row, chain=handover.chain_id)
    return row


def _go_too(handover: Handover, events: Sequence[CareChainEvent], answers: Mapping[str, str]) -> bool:
    if not events:
        return False
    routine = handover.chain.outage.routine
    what = ", ".join(
        f"{routine.label(event.kind)} {moment(event.happened_at, timezone.now())}" for event in events
    )
    question = Question(
        _EVENTS_TOO,
        f"Det här står bara genom samtalet: {what}. Ska det tas tillbaka också?",
        (("ja", "Ja, det gäller inte den här patienten"), ("nej", "Nej, det har hänt patienten")),
    )
    return question.settled(answers) == "ja"


def take_back(
    by: Acting, handover: Handover, row_id: UUID, reason: str, events: Iterable[CareChainEvent]
) -> Handover:
    """Write the row that takes a call back, and those that take `events` back, in the caller's transaction."""
    row = write_call(
        by, handover.chain, row_id, handover.facts, supersedes=handover, reason=reason, withdraws=True
    )
    _take_back_events(by, handover.chain, events, reason)
    return row


def _take_back_events(by: Acting, chain: CareChain, events: Iterable[CareChainEvent], reason: str) -> None:
    for event in events:
        event.chain = chain
        withdraw_row(by, event, reason)


def write_call(
    by: Acting,
    chain: CareChain,
    row_id: UUID,
    facts: CallFacts,
    *,
    paper: PaperMark | None = None,
    supersedes: Handover | None = None,
    former: Handover | None = None,
    reason: str = "",
    withdraws: bool = False,
    answers: Mapping[str, str] | None = None,
    typed: str | None = None,
    log: ChainLog | None = None,
    shown_as: CareChainDetails | None = None,
) -> Handover:
    """Write one row of a call inside the caller's transaction, which holds the chain; signed by the acting person.

    It stays with the unit, the place and the code of the row that it `supersedes`, or of that of another chain it
    comes from; `typed` is another code. Raises as `other_end`.
    """
    home = home_of(chain, supersedes)
    former = supersedes or former
    row = Handover(
        id=row_id,
        chain=home,
        **said(facts)
        | {"read_back": facts.read_back or "", "checked": facts.checked or ""}
        | other_end(chain, facts, former, answers, log),
        **mark_fields(paper),
        order=take_order(home),
        supersedes=supersedes,
        withdraws=withdraws,
        shown_as=supersedes.shown_as if supersedes else shown_as,
        reason=reason.strip(),
        signature=signature(by.user.full_name, by.role_text, by.unit.name, by.user.hsa_id),
        user=by.user,
        unit=former.unit if former else by.unit,
    )
    row.code = code_of(by, row, former, typed)
    row.save()
    return row


def _check(
    facts: CallFacts,
    told: Sequence[Message] | Sequence[HandoverMessage],
    paper: PaperMark | None,
    *,
    asks_back: bool = False,
    rings_back: bool = False,
) -> None:
    # Paper has no place for it: what was not asked then is not asked now.
    asks_back = asks_back and not paper
    errors = check_handover(
        facts, now=timezone.now(), tells=bool(told), asks_back=asks_back, rings_back=rings_back
    )
    if paper:
        errors |= check_paper(paper, at=facts.at, now=timezone.now())
    if errors:
        raise CallErrors(errors)


def check_stands(handover: Handover) -> None:
    """Raises RuleError for a row that itself takes a call back."""
    if handover.withdraws:
        raise RuleError("Samtalet är redan återtaget. Logga ett nytt samtal.")
