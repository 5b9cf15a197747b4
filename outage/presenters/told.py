"""What is told in a call, in one line: of one that is logged, and of one that is typed."""

from collections.abc import Iterable
from datetime import datetime

from outage.models import HandoverMessage
from outage.presenters.chain import event_title
from outage.queries.chain_log import ChainLog
from outage.rules.handover import Message
from outage.rules.routine import Routine
from outage.rules.said import in_short
from outage.rules.told import Notice


def told_in_short(
    log: ChainLog,
    routine: Routine,
    messages: Iterable[Message | HandoverMessage],
    at: datetime,
    now: datetime,
) -> str:
    """A new message without a time of its own is of `at`, when the call was."""
    return "; ".join(sorted(_in_short(log, routine, message, at, now) for message in messages))


def _in_short(
    log: ChainLog, routine: Routine, message: Message | HandoverMessage, at: datetime, now: datetime
) -> str:
    if message.notice:
        return Notice(message.notice).label
    event = log.by_text.get(str(message.event_id))
    if event is not None:
        return f"{event_title(routine, event)} {in_short(event.happened_at, event.particulars, now)}"
    if not isinstance(message, Message):
        return ""
    said = {name: value for name, value in message.particulars.items() if value}
    return f"{routine.label(message.kind)} {in_short(message.happened_at or at, said, now)}"
