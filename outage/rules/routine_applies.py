"""Whether the routine is to be used, and why (R1.2–R1.7)."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from .clock import as_utc, touches_break_point
from .outage_status import OutageScope
from .routine import ReasonText, Routine


@dataclass(frozen=True, slots=True)
class Reason:
    """A clause and its sentence, `short` where there is little room.

    `expected`: it does not hold yet, only if the outage lasts as expected.
    """

    clause: str
    sentence: str
    short: str
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: `reasons` to use the routine, in clause order, or `otherwise` why it need not be used. `foremost` is
    the one to say where there is room for one.
    """

    apply: bool
    reasons: tuple[Reason, ...]
    otherwise: Reason | None
    foremost: Reason


def routine_applies(
    *,
    routine: Routine,
    scope: OutageScope,
    start: datetime,
    until: datetime,
    expected_end: datetime | None = None,
    discharge_logged: bool,
) -> Verdict:
    """Whether an outage from `start` to `until` calls for the routine, with every reason that holds.

    `until` is the end, or now while it lasts. Moments are aware; ValueError if not, or if `until` is before `start`.
    When only the municipalities are cut off they reach the system by a link, so the routine is not needed (R1.2).
    Otherwise: close to a break point (R1.5), a discharge logged (R1.6), longer than the limit (R1.7), else a short
    outage (R1.4). An `expected_end` after `until` also gives the reasons that will hold by then, marked expected.
    """
    start, until = as_utc(start), as_utc(until)
    if until < start:
        raise ValueError("an outage can not end before it starts")
    if scope is OutageScope.MUNICIPALITIES_ONLY:
        return _not_needed(routine, "municipalities_only")
    near, long = _held(routine, start, until)
    near_expected = long_expected = False
    if expected_end is not None and (last := as_utc(expected_end)) > until:
        near_expected, long_expected = _held(routine, start, last)
    return _verdict(routine, near, discharge_logged, long, near_expected, long_expected)


def _held(routine: Routine, start: datetime, until: datetime) -> tuple[bool, bool]:
    limits = routine.limits
    return touches_break_point(start, until, limits), until - start > limits.long_outage


def _reason(text: ReasonText) -> Reason:
    return Reason(text.clause, text.sentence, text.short or text.sentence)


@lru_cache(maxsize=256)
def _not_needed(routine: Routine, reason: str) -> Verdict:
    text = routine.reasons[reason]
    return Verdict(apply=False, reasons=(), otherwise=_reason(text), foremost=_reason(text))


@lru_cache(maxsize=256)
def _verdict(
    routine: Routine,
    near: bool,
    discharge: bool,
    long: bool,
    near_expected: bool,
    long_expected: bool,
) -> Verdict:
    reasons = []
    for key, holds, expected in (
        ("break_point", near, near_expected),
        ("discharge", discharge, False),
        ("long_outage", long, long_expected),
    ):
        text = routine.reasons[key]
        if holds:
            reasons.append(_reason(text))
        elif expected:
            reasons.append(Reason(text.clause, text.expected, text.expected, expected=True))
    if not reasons:
        return _not_needed(routine, "short_outage")
    held = [reason for reason in reasons if not reason.expected]
    # A break point matters to an outage that is short otherwise (R1.4, R1.5): of a long one it may lie far back.
    foremost = held[1:] if near and long else held
    return Verdict(apply=True, reasons=tuple(reasons), otherwise=None, foremost=(foremost or reasons)[0])
