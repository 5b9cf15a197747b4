"""Chains written as words, one letter for each event, and what the rules say of them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from outage.routine import current_routine
from outage.rules.back_registration import (
    Before,
    ChainStatus,
    LoggedEvent,
    Task,
    back_registration,
)
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Effect

ROUTINE = current_routine()
START = datetime(2026, 1, 20, 7, tzinfo=UTC)
SIP_DAY = date(2026, 1, 27)

# One letter for each way an event can count; a small a, d or z is a withdrawn A, D or S; P, w, W and E are p, s, S
# and D of which somebody has not been told.
LETTERS = {
    "A": ("admission", None),
    "D": ("discharge", None),
    "S": ("sip_invitation", SIP_DAY),
    "s": ("sip_invitation", None),
    "I": ("sip_initiative", SIP_DAY),
    "i": ("sip_initiative", None),
    "r": ("admission_reply", None),
    "p": ("preliminary_ready", None),
    "u": ("discharge_report", None),
    "k": ("ready_for_discharge", None),
    "m": ("municipality_ready", None),
    "a": ("admission", None),
    "d": ("discharge", None),
    "z": ("sip_invitation", SIP_DAY),
    "P": ("preliminary_ready", None),
    "w": ("sip_invitation", None),
    "W": ("sip_invitation", SIP_DAY),
    "E": ("discharge", None),
}
WITHDRAWN = "adz"
UNTOLD = "PwWE"
# A message type that the routine has beside these gets a letter that is left.
_KNOWN = {kind for kind, _ in LETTERS.values()}
_MORE = (kind for kind in ROUTINE.messages if kind not in _KNOWN)
LETTERS |= {letter: (kind, None) for letter, kind in zip("bcfghjlnoqtvxy", _MORE, strict=False)}
INFORMATION = "".join(
    letter
    for letter, (kind, _) in LETTERS.items()
    if ROUTINE.messages[kind].effect is Effect.INFORMATION and letter not in UNTOLD
)

Row = tuple[str, str, str | None, str | None, tuple[str, ...], int]


def event(letter: str, place: int) -> LoggedEvent:
    kind, sip_date = LETTERS[letter]
    at = START + timedelta(minutes=place)
    return LoggedEvent(
        str(place),
        kind,
        at,
        withdrawn=letter in WITHDRAWN,
        sip_date=sip_date,
        told=letter not in UNTOLD,
    )


EVENTS = {(letter, place): event(letter, place) for letter in LETTERS for place in range(6)}


def row(task: Task) -> Row:
    return (task.decision, task.what, task.by, task.clause, task.events, task.case)


def decide(
    letters: str,
    *,
    before: Before = Before.NOT_ADMITTED,
    status: ChainStatus = ChainStatus.OK,
    scope: OutageScope = OutageScope.BOTH_PRINCIPALS,
) -> tuple[Task, ...]:
    events = [EVENTS[letter, place] for place, letter in enumerate(letters)]
    return back_registration(routine=ROUTINE, scope=scope, before=before, status=status, events=events)


def said(tasks: Sequence[Task]) -> list[tuple[int, str, str | None]]:
    return [(task.case, task.do, task.clause) for task in tasks]
