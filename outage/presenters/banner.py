"""The outage banner, on every page and unlike anything else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contacts.access import Acting, can
from contacts.models import Principal
from contacts.page_versions import holds_until
from contacts.rules.permissions import Right
from outage.models import Outage
from outage.queries.outages import discharge_logged, not_ended_before, said_of_ends, without_since
from outage.routine import current_routine
from outage.rules.clock import next_break_point
from outage.rules.outage_status import OutageScope
from outage.rules.routine_applies import Verdict, routine_applies
from outage.rules.wording import clock_time, moment, span

# What holds at the very moment is another just after.
A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the principal. Those who may answer it by ending the outage `ends` are led there by `yes`; what no
    means, and for the others what yes does, is said in `otherwise`.
    """

    text: str
    otherwise: str
    yes: str = ""
    ends: UUID | None = None


@dataclass(frozen=True, slots=True)
class Banner:
    """`state` is none, outage, ended or drill, in all of its life; texts are Swedish; `*_iso` are for the page's own
    clock.

    Where the link ends the outage for the own principal it is a button, for those who may. `questions` are whether the
    system is back now, and whether it was before this outage began.
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
    questions: tuple[Asked, ...] = ()


def verdict_for(outage: Outage, principal: Principal, now: datetime) -> Verdict:
    """Whether the routine applies to `principal` in `outage` at `now`, with every reason (R1.4–R1.7)."""
    began = without_since(principal, outage)
    return routine_applies(
        routine=outage.routine,
        scope=OutageScope(outage.current.scope),
        start=began,
        until=outage.own_end or max(now, began),
        expected_end=None if outage.own_end else outage.current.expected_end_at,
        discharge_logged=discharge_logged(outage),
    )


def _note_until(outage: Outage, began: datetime, now: datetime) -> None:
    """When the clock alone says something else of an outage that goes on."""
    limits, current = outage.routine.limits, outage.current
    coming, window = next_break_point(now, limits), limits.break_point_window
    # A break point is told of two windows ahead, and counts from one window before to one after.
    holds_until(now, *(coming + side * window for side in (-2, -1, 0, 1)), coming + A_SECOND)
    long = began + limits.long_outage
    holds_until(now, began, long, long + A_SECOND, current.expected_end_at)


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
    principal, began = acting.principal, without_since(acting.principal, outage)
    _note_until(outage, began, now)
    verdict = verdict_for(outage, principal, now)
    limits = outage.routine.limits
    coming = next_break_point(now, limits)
    may_end = can(acting, Right.END_OUTAGE)
    asked = [*_whether_back(outage, acting, now), *_whether_up_between(outage, acting, now)]
    ends_here = may_end and outage.closed_at is None
    near = coming - now <= 2 * limits.break_point_window
    return Banner(
        state="drill" if outage.drill else "outage",
        headline=f"Driftstopp i {outage.system}",
        since=moment(began, now),
        since_iso=began.isoformat(),
        length=span(now - began),
        scope=OutageScope(outage.current.scope).label.lower(),
        advice=verdict.foremost.short,
        clause=verdict.foremost.clause,
        break_point=f"{clock_time(coming)} om {span(coming - now)}" if near else "",
        break_point_iso=coming.isoformat() if near else "",
        href="end_outage" if ends_here else "" if may_end else "status",
        action_label=f"{outage.system} är åter i drift" if ends_here else "Visa läget",
        button=ends_here,
        may_report=may_report and outage.drill,
        questions=tuple(asked),
    )


def _whether_back(outage: Outage, acting: Acting, now: datetime) -> Iterator[Asked]:
    """Asked of a principal that is still out when those who lead are back."""
    if outage.closed_at is None:
        return
    region_is_back = any(row.principal.is_region and row.ended_at for row in said_of_ends(outage.pk))
    who = "Regionen" if region_is_back else "Kommunerna"
    text = f"{who} är åter i {outage.system} {moment(outage.closed_at, now)}. Är ni också inne i {outage.system}?"
    # Nothing is stored: it is asked until they are, of whoever comes to know it.
    no = "Nej, inte än: fortsätt enligt rutinen. Frågan står kvar tills ni är det."
    yield _asked(acting, text, no, f"Ja, avsluta för {acting.principal.name}", outage)


def _whether_up_between(outage: Outage, acting: Acting, now: datetime) -> Iterator[Asked]:
    """What only the principal can say of two outages that go on for it."""
    for before in not_ended_before(acting.principal, outage)[:1]:
        text = asked_between([before, outage], now)
        began = moment(before.current.started_at, now)
        no = f"Nej: gör ingenting. Driftstoppet räknas från {began}. Frågan står kvar medan båda pågår."
        yield _asked(acting, text, no, "Ja, ange när det var åter", before)


def asked_between(outages: Sequence[Outage], now: datetime) -> str:
    *first, last = (moment(each.current.started_at, now) for each in outages)
    return f"Var ni inne i {outages[-1].system} mellan driftstoppen {', '.join(first)} och {last}?"


def _asked(acting: Acting, text: str, no: str, yes: str, outage: Outage) -> Asked:
    if can(acting, Right.END_OUTAGE):
        return Asked(text, no, yes, outage.pk)
    return Asked(text, f"Ja: säg det till er samordnare. {no}")
