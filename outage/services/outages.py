"""Writes about the outage itself: reported, joined, changed, ended, support rung (R1)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from outage.models import CareChainEvent, Outage, OutageReport, ReportKind, SupportContact
from outage.routine import current_routine
from outage.rules.handover import CLOCK_SKEW
from outage.rules.outage_status import OutageScope
from outage.rules.wording import clock_time, day_and_time


@dataclass(frozen=True, slots=True)
class OutageFacts:
    """What is said of an outage. Times are aware; `expected_end_at` None when nobody knows."""

    scope: OutageScope
    started_at: datetime
    expected_end_at: datetime | None = None
    planned: bool = False
    sees: str = ""


def report_outage(*, by: Acting, client_id: UUID, facts: OutageFacts) -> tuple[Outage, bool]:
    """Report an outage of the routine's system, or join the one that goes on.

    Give the outage and whether it was there already. Raise RuleError when the start lies ahead or after the expected
    end, NotAllowed when the role may not report, IdClash when `client_id` was used for something else.
    """
    check_may(by, Right.REPORT_OUTAGE)
    _check_times(facts)
    routine = current_routine()
    with transaction.atomic():
        first = claim(by=by, client_id=client_id, kind="outage", content=_content(facts))
        open_now = (
            Outage.objects.select_for_update(no_key=True)
            .filter(system=routine.system, ended_at__isnull=True)
            .first()
        )
        if first:
            report = OutageReport.objects.select_related("outage").get(client_id=client_id)
            return report.outage, report.kind == ReportKind.JOINED
        if open_now is None:
            open_now, joined = _open(by, routine.system, routine.id)
        else:
            joined = True
        kind = ReportKind.JOINED if joined else ReportKind.FIRST
        report = _report(by, open_now, kind, facts, client_id)
        if not joined:
            open_now.current = report
            open_now.save(update_fields=["current"])
        audit.record(by=by, action=f"outage.{kind}", target=open_now)
    return open_now, joined


def _open(by: Acting, system: str, routine_id: str) -> tuple[Outage, bool]:
    """Open an outage; where another person was a moment earlier, give theirs (and True)."""
    try:
        with transaction.atomic():
            return Outage.objects.create(system=system, routine_id=routine_id), False
    except IntegrityError:
        return Outage.objects.get(system=system, ended_at__isnull=True), True


def change_outage(*, by: Acting, outage: Outage, client_id: UUID, facts: OutageFacts) -> OutageReport:
    """Change what is known of an outage that goes on: scope, start, expected end. The former row stays.

    A resend gives the first row. Raise RuleError for an ended outage or a start after something that is logged.
    """
    check_may(by, Right.REPORT_OUTAGE)
    _check_open(outage)
    _check_times(facts)
    first_event = _standing_events(outage).order_by("happened_at").first()
    if first_event and first_event.happened_at < facts.started_at:
        raise RuleError(
            f"En händelse är loggad {clock_time(first_event.happened_at)}, före den starten. Ange en tidigare start.",
            field="started_at",
        )
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="outage_change", content=_content(facts)):
            return OutageReport.objects.get(client_id=client_id)
        report = _report(by, outage, ReportKind.CHANGED, facts, client_id)
        outage.current = report
        outage.save(update_fields=["current"])
        audit.record(by=by, action="outage.changed", target=outage)
    return report


def end_outage(*, by: Acting, outage: Outage, ended_at: datetime) -> Outage:
    """Say that the system is back since `ended_at` (aware).

    Raise RuleError when that lies ahead, before the start, or before an event already logged; NotAllowed by role.
    Ending what is ended already changes nothing.
    """
    check_may(by, Right.END_OUTAGE)
    with transaction.atomic():
        locked = Outage.objects.select_for_update(no_key=True).select_related(None).get(pk=outage.pk)
        if not locked.is_open:
            return locked
        current = _current(locked)
        if ended_at > timezone.now() + CLOCK_SKEW:
            raise RuleError("Tiden ligger framåt. Ange när systemet kom tillbaka.", field="ended_at")
        if ended_at < current.started_at:
            raise RuleError(
                f"Driftstoppet började {day_and_time(current.started_at, timezone.now())}. Ange en senare tid.",
                field="ended_at",
            )
        last = _standing_events(locked).order_by("-happened_at").first()
        if last and last.happened_at > ended_at:
            raise RuleError(
                f"En händelse är loggad {clock_time(last.happened_at)}, efter den tiden. Ange en senare tid.",
                field="ended_at",
            )
        facts = OutageFacts(
            scope=OutageScope(current.scope),
            started_at=current.started_at,
            expected_end_at=current.expected_end_at,
            planned=current.planned,
        )
        locked.ended_at, locked.ended_by = ended_at, by.user
        locked.current = _report(by, locked, ReportKind.ENDED, facts)
        locked.full_clean(exclude=["current"])
        locked.save(update_fields=["ended_at", "ended_by", "current"])
        audit.record(by=by, action="outage.ended", target=locked, changes={"ended_at": ended_at.isoformat()})
    return locked


def reopen_outage(*, by: Acting, outage: Outage) -> Outage:
    """Take back an end that was said too early. Raise RuleError when another outage goes on by now."""
    check_may(by, Right.END_OUTAGE)
    with transaction.atomic():
        locked = Outage.objects.select_for_update(no_key=True).get(pk=outage.pk)
        if locked.is_open:
            return locked
        if Outage.objects.filter(system=locked.system, ended_at__isnull=True).exists():
            raise RuleError("Ett nytt driftstopp pågår redan. Det gamla kan inte öppnas igen.")
        current = _current(locked)
        facts = OutageFacts(
            scope=OutageScope(current.scope),
            started_at=current.started_at,
            expected_end_at=current.expected_end_at,
            planned=current.planned,
        )
        was = locked.ended_at
        locked.ended_at = locked.ended_by = None
        locked.current = _report(by, locked, ReportKind.REOPENED, facts)
        locked.save(update_fields=["ended_at", "ended_by", "current"])
        audit.record(
            by=by,
            action="outage.reopened",
            target=locked,
            changes={"ended_at": was.isoformat() if was else ""},
        )
    return locked


def record_support_contact(
    *, by: Acting, outage: Outage, client_id: UUID, at: datetime, case_number: str = ""
) -> SupportContact:
    """Record that one's own support was rung (R1.1): when (aware) and the case number, if one was given."""
    check_may(by, Right.REPORT_OUTAGE)
    if at > timezone.now() + CLOCK_SKEW:
        raise RuleError("Tiden ligger framåt. Ange när du ringde.", field="at")
    content = {"outage": outage.pk, "at": at, "case_number": case_number}
    with transaction.atomic():
        first = claim(by=by, client_id=client_id, kind="support", content=content)
        if first:
            return SupportContact.objects.get(client_id=client_id)
        contact = SupportContact(
            client_id=client_id,
            outage=outage,
            principal=by.principal,
            unit=by.unit,
            user=by.user,
            at=at,
            case_number=case_number,
        )
        contact.full_clean()
        contact.save()
        audit.record(by=by, action="support.rung", target=contact)
    return contact


def _standing_events(outage: Outage) -> QuerySet[CareChainEvent]:
    # What is replaced or taken back, and the row that takes it back, say nothing of when the outage was.
    return CareChainEvent.objects.filter(chain__outage=outage, superseded_by__isnull=True, withdraws=False)


def _current(outage: Outage) -> OutageReport:
    if outage.current is None:
        raise RuleError("Driftstoppet saknar anmälan.")
    return outage.current


def _content(facts: OutageFacts) -> dict[str, object]:
    return {
        "scope": facts.scope,
        "started_at": facts.started_at,
        "expected_end_at": facts.expected_end_at,
        "planned": facts.planned,
        "sees": facts.sees,
    }


def _check_open(outage: Outage) -> None:
    if not outage.is_open:
        raise RuleError("Driftstoppet är avslutat.")


def _check_times(facts: OutageFacts) -> None:
    if facts.started_at > timezone.now() + CLOCK_SKEW:
        raise RuleError("Starten ligger framåt i tiden. Ange när driftstoppet började.", field="started_at")
    if facts.expected_end_at and facts.expected_end_at <= facts.started_at:
        raise RuleError("Slutet ligger före starten. Ange en senare tid.", field="expected_end_at")


def _report(
    by: Acting, outage: Outage, kind: ReportKind, facts: OutageFacts, client_id: UUID | None = None
) -> OutageReport:
    report = OutageReport(
        client_id=client_id,
        outage=outage,
        kind=kind,
        scope=facts.scope,
        started_at=facts.started_at,
        expected_end_at=facts.expected_end_at,
        planned=facts.planned,
        sees=facts.sees,
        user=by.user,
        unit=by.unit,
    )
    report.full_clean()
    report.save()
    return report
