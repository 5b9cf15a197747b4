"""What the messages of a call point at: what is logged already, and new events, written once."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from contacts import audit
from contacts.access import Acting
from contacts.models.encrypted import KeyDestroyed
from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent
from outage.queries.chain_log import ChainLog
from outage.queries.standing import line_back
from outage.rules.asked_messages import TOLD_HOLDS, ask_which_event
from outage.rules.clock import as_utc
from outage.rules.handover import CallFacts, Message, new_event_id
from outage.rules.paper import PaperMark
from outage.rules.said import in_short
from outage.rules.told import minute_of
from outage.services.at_the_time import ask_if_told_before
from outage.services.call_errors import CallErrors
from outage.services.events import write_event
from outage.services.paper import mark_of


def write_told(
    by: Acting,
    chain: CareChain,
    log: ChainLog,
    client_id: UUID,
    messages: Sequence[Message],
    facts: CallFacts,
    paper: PaperMark | None,
    seen: int,
    answers: Mapping[str, str] | None,
) -> tuple[list[dict[str, Any]], list[CareChainEvent]]:
    """What each message points at, by the names of the row, and the new events that say otherwise than the standing
    one that they are: told, and to be taken back. In the caller's transaction, which holds the chain.

    A new message of which one stands already, logged after the event that was `seen` last, may be that one: raises
    Question, also about which time holds. Where what was told holds, the event is corrected.
    """
    found: dict[object, dict[str, Any]] = {}
    gone = []
    for index, message in enumerate(messages):
        if message.notice or message.event_id:
            told = _logged(log, message)
        else:
            line: list[CareChainEvent] = []
            holds = False
            if answers is not None:
                line, holds = _ask_if_logged(chain, log, message, facts, seen, answers)
            event = next((row for row in line if _says(row, message)), None)
            event_id = new_event_id(client_id, index)
            if event is None and holds:
                event = _corrected(by, chain, event_id, line[0], message, answers or {})
            elif event is None:
                event = _new_event(by, chain, event_id, message, facts, paper, answers)
                gone += [event] if line else []
            told = {"event": event}
        # Ticked both as it was logged and as a new one that it is.
        found.setdefault(told.get("event", index), told)
    return list(found.values()), gone


def _logged(log: ChainLog, message: Message) -> dict[str, Any]:
    told: dict[str, Any]
    if message.notice:
        assert message.change_id is not None
        change = next((version for version in log.versions if version.pk == message.change_id), None)
        told = {"change": change, "notice": message.notice}
    else:
        told = {"event": log.by_text.get(str(message.event_id))}
    if None in told.values():
        raise CallErrors({"messages": "Meddelandet hör inte till den här patienten. Välj igen."})
    return told


def _ask_if_logged(
    chain: CareChain,
    log: ChainLog,
    message: Message,
    facts: CallFacts,
    seen: int,
    answers: Mapping[str, str],
) -> tuple[list[CareChainEvent], bool]:
    """The rows of the standing event that a new message is, by the answer: the newest first, none for one of its own;
    and whether the time that was told holds.

    Not asked about what the person chose a new one beside.
    """
    lines = {str(row.pk): line_back(log, row.pk) for row in log.live_events if _is_of_kind(row, message)}
    # Rows of several chains are numbered anew.
    last = seen if log.versions[0].chain_id == chain.pk else 0
    there = {pk: line for pk, line in lines.items() if line[-1].order > last}
    if not there:
        return [], False
    now, label = timezone.now(), chain.outage.routine.label(message.kind)
    said = {name: value for name, value in message.particulars.items() if value}
    same = ask_which_event(
        f"same-{message.kind}-{message.sender}",
        told=f"{label} {in_short(message.happened_at or facts.at or now, said, now)}",
        there=[
            (
                pk,
                f"{label} {in_short(row.happened_at, row.particulars, now)}, loggat av {row.user.full_name}",
            )
            for pk, (row, *_) in there.items()
        ],
        answers=answers,
        otherwise=[pk for pk, line in there.items() if not any(_is_then(row, message) for row in line)],
    )
    return there.get(same.removeprefix(TOLD_HOLDS), []), same.startswith(TOLD_HOLDS)


def _is_of_kind(row: CareChainEvent, message: Message) -> bool:
    return (row.kind, row.sender) == (message.kind, message.sender)


def _says(row: CareChainEvent, message: Message) -> bool:
    """Whether a logged row says all that was said in the call."""
    return _is_then(row, message) and all(
        row.particulars.get(name) == value for name, value in message.particulars.items() if value
    )


def _is_then(row: CareChainEvent, message: Message) -> bool:
    """Whether a logged row has the time that was typed, if any was."""
    return message.happened_at is None or minute_of(row.happened_at) == minute_of(as_utc(message.happened_at))


def _corrected(
    by: Acting,
    chain: CareChain,
    event_id: UUID,
    row: CareChainEvent,
    message: Message,
    answers: Mapping[str, str],
) -> CareChainEvent:
    """The standing event with the time that was told, which holds: whom others have told the former one is owed it."""
    assert message.happened_at is not None
    said = {name: value for name, value in message.particulars.items() if value}
    new = write_event(
        by,
        chain,
        event_id=event_id,
        kind=row.kind,
        sender=Party(row.sender),
        happened_at=message.happened_at,
        particulars=row.particulars | said,
        supersedes=row,
        reason="Samma händelse, loggad med en annan tid.",
        paper=mark_of(row),
        answers=answers,
    )
    ask_if_told_before(row, message.happened_at, answers)
    audit.record(by=by, action="event.corrected", target=new, chain=chain.pk)
    return new


def _new_event(
    by: Acting,
    chain: CareChain,
    event_id: UUID,
    message: Message,
    facts: CallFacts,
    paper: PaperMark | None,
    answers: Mapping[str, str] | None,
) -> CareChainEvent:
    assert message.sender is not None
    try:
        return write_event(
            by,
            chain,
            event_id=event_id,
            kind=message.kind,
            sender=message.sender,
            happened_at=message.happened_at or facts.at or timezone.now(),
            particulars=message.particulars,
            paper=paper,
            answers=answers,
        )
    except (Question, KeyDestroyed):
        raise
    except RuleError as error:
        raise CallErrors({f"{error.field or 'kind'}-{message.kind}": error.reason}) from None
