"""The outage banner, on every page and unlike anything else."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contacts.access import Acting, can
from contacts.page_versions import holds_until
from contacts.rules.permissions import Right
from outage.models import Outage
from outage.queries.outages import discharge_logged, said_of_ends
from outage.routine import current_routine
from outage.rules.clock import next_break_point
from outage.rules.outage_status import OutageScope
from outage.rules.routine_applies import Verdict, routine_applies
from outage.rules.wording import clock_time, moment, span

# What holds at the very moment is another just after.
A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Banner:
    """`state` is none, outage, ended or drill, in all of its life; texts are Swedish; `*_iso` are for the page's own
    clock.

    Where the link ends the outage for the own principal it is a button, for those who may.
    """

    state: str
    headline: str
    since: str = ""
    since_iso: str = ""
    length: str = ""
    scope: str = ""
    advice: str = ""
    clause: str = ""
    break_point: str = ""
    break_point_iso: str = ""
    href: str = ""
    action_label: str = ""
    button: bool = False
    may_report: bool = False


def verdict_for(outage: Outage, now: datetime) -> Verdict:
    """Whether the routine applies to `outage` at `now`, with every reason (R1.4–R1.7)."""
    return routine_applies(
        routine=outage.routine,
        scope=OutageScope(outage.current.scope),
        start=outage.current.started_at,
        until=outage.own_end or max(now, outage.current.started_at),
        expected_end=None if outage.own_end else outage.current.expected_end_at,
        discharge_logged=discharge_logged(outage),
    )


def _note_until(outage: Outage, now: datetime) -> None:
    """When the clock alone says something else of an outage that goes on."""
    limits, current = outage.routine.limits, outage.current
    coming, window = next_break_point(now, limits), limits.break_point_window
    # A break point is told of two windows ahead, and counts from one window before to one after.
    holds_until(now, *(coming + side * window for side in (-2, -1, 0, 1)), coming + A_SECOND)
    long = current.started_at + limits.long_outage
    holds_until(now, current.started_at, long, long + A_SECOND, current.expected_end_at)


def banner_for(outage: Outage | None, acting: Acting | None, now: datetime) -> Banner:
    """`outage` is the one in view, `acting` None for nobody signed in, `now` aware."""
    system = current_routine().system
    if acting is None:
        return Banner(state="none", headline="")
    may_report = can(acting, Right.REPORT_OUTAGE)
    if outage is None:
        return Banner(
            state="none",
            headline=f"{system} i drift",
            href="report_outage" if may_report else "",
            action_label="Anmäl driftstopp" if may_report else "",
        )
    if outage.own_end:
        return Banner(
            state="drill" if outage.drill else "ended",
            headline=f"{outage.system} åter i drift",
            since=moment(outage.own_end, now),
            href="back_registration",
            action_label="Visa vad som ska registreras",
            may_report=may_report,
        )
    _note_until(outage, now)
    verdict = verdict_for(outage, now)
    reasons = verdict.reasons or ((verdict.otherwise,) if verdict.otherwise else ())
    limits = outage.routine.limits
    coming = next_break_point(now, limits)
    may_end = can(acting, Right.END_OUTAGE)
    asked = _asked(outage, acting, now)
    end = f"Ja, avsluta för {acting.principal.name}" if asked else f"{outage.system} är åter i drift"
    near = coming - now <= 2 * limits.break_point_window
    return Banner(
        state="drill" if outage.drill else "outage",
        headline=f"Driftstopp i {outage.system}",
        since=moment(outage.current.started_at, now),
        since_iso=outage.current.started_at.isoformat(),
        length=span(now - outage.current.started_at),
        scope=OutageScope(outage.current.scope).label.lower(),
        advice=asked or (reasons[0].short if reasons else ""),
        clause="" if asked or not reasons else reasons[0].clause,
        break_point=f"{clock_time(coming)} om {span(coming - now)}" if near else "",
        break_point_iso=coming.isoformat() if near else "",
        href="end_outage" if may_end else "status",
        action_label=end if may_end else "Visa läget",
        button=may_end,
        may_report=may_report and outage.drill,
    )


def _asked(outage: Outage, acting: Acting, now: datetime) -> str:
    """The question to a principal that is still out when those who lead are back, else ""."""
    if outage.closed_at is None:
        return ""
    region_is_back = any(row.principal.is_region and row.ended_at for row in said_of_ends(outage.pk))
    who = "Regionen" if region_is_back else "Kommunerna"
    question = f"{who} är åter i {outage.system} {moment(outage.closed_at, now)}. Är ni också inne i {outage.system}?"
    return question if can(acting, Right.END_OUTAGE) else f"{question} Säg det till er samordnare."
