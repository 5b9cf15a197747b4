"""What is wrong between the keys of a routine's content file: a key and an English remedy for each."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, product
from zoneinfo import ZoneInfo

from contacts.content.reader import Faults
from contacts.rules.parties import Party

from ..rules.routine import EXPECTABLE_REASONS, Limits, MessageType, RingingHours, Routine, Sending

# Nobody has to be reminded of what is not due until after that.
MOST_DAYS = 366


def check_limits(limits: Limits) -> Faults:
    """The time zone is one, and the windows around the break points of two days do not meet."""
    try:
        ZoneInfo(limits.time_zone)
    except (KeyError, ValueError, OSError):
        yield "limits.time_zone", f"{limits.time_zone!r} is no time zone; write one as Europe/Stockholm"
    if limits.break_point_window >= timedelta(hours=12):
        yield (
            "limits.break_point_window_minutes",
            "write less than 720: the windows of two days may not meet",
        )


def check_routine(routine: Routine) -> Faults:
    """All that spans keys beside the limits."""
    return chain(
        check_clauses(routine),
        check_parts(routine),
        check_ringing(routine),
        check_reasons(routine),
        check_messages(routine),
    )


def check_clauses(routine: Routine) -> Faults:
    for key in routine.clauses:
        if not re.fullmatch(r"R[1-9]\d*\.[1-9]\d*", key):
            yield f"clauses.{key}", "write the number of a clause as R4.2"


def check_parts(routine: Routine) -> Faults:
    """Every clause stands once, in its own part."""
    left = dict.fromkeys(routine.clauses)
    for place, part in enumerate(routine.parts):
        for line_place, line in enumerate(part.clauses):
            key, clause = f"parts[{place}].clauses[{line_place}].clause", line.clause
            if clause not in left:
                yield key, f"{clause} stands twice; keep one"
            if clause.partition(".")[0] != part.number:
                yield key, f"{clause} is no clause of {part.number}; move it to its own part"
            left.pop(clause, None)
    for clause in left:
        yield "parts.clauses", f"{clause} stands nowhere; add it, with where it is done"


def check_ringing(routine: Routine) -> Faults:
    """Each party has one text at each hour, neither none nor two."""
    left = set(product(Party, RingingHours))
    for place, advice in enumerate(routine.ringing):
        said = {(advice.party, each) for each in ([advice.hours] if advice.hours else RingingHours)}
        if not said <= left:
            yield f"ringing[{place}].hours", f"{advice.party} has two texts for the same hours; keep one"
        left -= said
    for party, hours in sorted(left):
        yield "ringing", f"{party} has no text for {hours}; add one"


def check_reasons(routine: Routine) -> Faults:
    """Those that can hold because of the expected end have a sentence for that, and no others."""
    for key, text in routine.reasons.items():
        if key in EXPECTABLE_REASONS and not text.expected:
            yield f"reasons.{key}.expected", "write a text here"
        if key not in EXPECTABLE_REASONS and text.expected:
            yield f"reasons.{key}.expected", "remove it: this reason is never only expected"


def check_messages(routine: Routine) -> Faults:
    """What a message type names of others stands before it, and nobody tells itself."""
    before: dict[str, MessageType] = {}
    for place, message in enumerate(routine.messages.values()):
        for key, remedy in chain(_sendings(message.sendings), _message(message, before)):
            yield f"messages[{place}].{key}", remedy
        before[message.key] = message


def _message(message: MessageType, before: dict[str, MessageType]) -> Iterator[tuple[str, str]]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", message.key):
        yield "key", "write the key with a–z, digits and _ only"
    need = message.needs
    due = message.due_after
    named = {"answers": message.answers, "awaited_after": message.awaited_after}
    more = ({"needs.instead": need.instead} if need else {}) | (
        {"due_after.message": due.message} if due else {}
    )
    for key, other in (named | more).items():
        if other and other not in before:
            yield key, "name a message type that stands before this one"
    if due and due.calendar_days > MOST_DAYS:
        yield "due_after.calendar_days", f"write at most {MOST_DAYS}"
    if message.tell_within and message.tell_within.days > MOST_DAYS:
        yield "tell_within_minutes", f"write at most {MOST_DAYS * 24 * 60}"
    if all(named.values()):
        yield "awaited_after", "remove it: an answer is waited for after what it answers"
    if need and need.instead in before and not set(message.senders) <= set(before[need.instead].senders):
        yield "needs", f"name a message type that each sender of {message.key} may send instead"


def _sendings(sendings: tuple[Sending, ...]) -> Iterator[tuple[str, str]]:
    for place, sending in enumerate(sendings):
        if sending.party in sending.tells:
            yield f"sendings[{place}].tells", f"{sending.party} can not tell itself; remove it"
    if len({sending.party for sending in sendings}) != len(sendings):
        yield "sendings", "write one sending for each party"
