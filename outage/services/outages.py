"""Writes about the outage itself: reported, joined, changed, ended by each principal for itself, support rung (R1)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import Principal, Unit
from contacts.models.data_key import is_shut, name_of
from contacts.models.locking import locked
from contacts.queries.branches import units_of_branch
from contacts.queries.prepared import prepared
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from contacts.services.versions import ChangedMeanwhile
from outage.models import (
    Outage,
    OutageReport,
    PrincipalEnd,
    ReportKind,
    SupportContact,
)
from outage.queries.outages import ends_of, outage_for, outage_not_closed, parts_in, recent_outages
from outage.queries.past_end import standing_events
from outage.routine import current_routine
from outage.rules.clock import as_utc
from outage.rules.drills import interrupted_at
from outage.rules.handover import CLOCK_SKEW
from outage.rules.moments import ahead
from outage.rules.outage_status import BEING_PURGED, OutageFacts, OutageScope, closed_since
from outage.rules.wording import day_and_time, moment
from outage.services.ending import check_end
from outage.services.states import lock_ticked, settle_ticked

# Support may be rung before the start that is reported, but not days before.
_RUNG_BEFORE = timedelta(days=1)
# What the form that changes an outage shows of it: what one sees is said anew.
_SHOWN = ("scope", "started_at", "expected_end_at", "planned")
# How many drills may be started at the very moment at which an outage is reported.
_TRIES = 10


def report_outage(*, by: Acting, client_id: UUID, facts: OutageFacts) -> tuple[Outage, bool]:
    """Report an outage of the routine's system, or join the one that goes on; who was back in that one is out again. A
    drill that goes on is over for everybody.

    Returns the outage, as the reporter's principal sees it, and whether it was there already. Raises RuleError when
    the start lies ahead or after the expected end, NotAllowed when the role may not report, IdClash when `client_id`
    was used for something else.
    """
    check_may(by, Right.REPORT_OUTAGE)
    check_times(facts)
    routine = current_routine()
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="outage", content=asdict(facts)):
            report = OutageReport.objects.get(client_id=client_id)
            return outage_for(by.principal, report.outage_id), report.kind == ReportKind.JOINED
        _end_drills(by)
        outage = _to_join(by, routine.system, facts.started_at)
        joined = outage is not None
        if outage is None:
            outage, joined = _open(by, routine.system, routine.id)
        kind = ReportKind.JOINED if joined else ReportKind.FIRST
        report = write_report(by, outage, kind, facts, client_id)
        if not joined:
            outage.current = report
            outage.save(update_fields=["current"])
        audit.record(by=by, action=f"outage.{kind}", target=outage)
        if outage.own_end:
            _say(by, outage, None)
        if joined:
            _settle(by, outage)
        return outage_for(by.principal, outage.pk), joined


def _to_join(by: Acting, system: str, started_at: datetime) -> Outage | None:
    """The outage that a report belongs to, locked; None where it is a new one.

    It is the one that goes on; else one that is closed, but not for the reporter, where it had begun before that.
    """
    found = outage_not_closed(by.principal, system)
    if found is None:
        closed = (o for o in recent_outages(by.principal) if o.is_open and o.system == system and not o.drill)
        found = next((o for o in closed if o.closed_at and started_at <= o.closed_at), None)
    return _lock_to_say(by, found) if found else None


def _open(by: Acting, system: str, routine_id: str) -> tuple[Outage, bool]:
    """Where another person was a moment earlier, theirs (and True)."""
    created = Outage(system=system, routine_id=routine_id)
    if theirs := _unless_another(by, system, lambda: created.save(force_insert=True)):
        return _lock_to_say(by, theirs), True
    return outage_for(by.principal, created.pk), False


def _unless_another(by: Acting, system: str, write: Callable[[], None]) -> Outage | None:
    """Write what makes an outage go on; a drill is over, also one that another person starts at the same time. Where
    an outage goes on already nothing is written, and that one is returned.
    """
    for _ in range(_TRIES):
        with suppress(IntegrityError), transaction.atomic():
            write()
            return None
        if theirs := outage_not_closed(by.principal, system):
            return theirs
        _end_drills(by)
    write()
    return None


def _end_drills(by: Acting) -> None:
    """In the caller's transaction. It waits for whoever is just logging in the drill, and nobody there for it."""
    going_on = Outage.objects.filter(drill=True, closed_at__isnull=True).select_related("current")
    for drill in locked(going_on):
        drill.closed_at, drill.closed_by = interrupted_at(drill.current.started_at, timezone.now()), by.user
        drill.save(update_fields=["closed_at", "closed_by"])
        audit.record(by=by, action="drill.interrupted", target=drill)


@prepared
def _lock(outage_id: UUID) -> QuerySet[Outage, UUID]:
    return Outage.objects.select_for_update(no_key=True).filter(pk=outage_id).values_list("pk", flat=True)


def lock_outage(principal: Principal, outage: Outage) -> Outage:
    """Lock the outage for the caller's transaction; returns it as it now is for `principal`.

    Whoever ends it, and whoever logs what must lie within it, is serialized here. The lock leaves the outage's key
    free.
    """
    # On SQLite whoever writes is alone.
    if connection.features.has_select_for_update:
        _lock(outage.pk)
    # Read after the lock is held: a statement that waited for it sees the state from before.
    return outage_for(principal, outage.pk)


def _lock_to_say(by: Acting, outage: Outage) -> Outage:
    """As `lock_outage`, for what `_say` settles."""
    lock_ticked(outage)
    return lock_outage(by.principal, outage)


def change_outage(
    *,
    by: Acting,
    outage: Outage,
    client_id: UUID,
    facts: OutageFacts,
    replaces: int | None = None,
    scope_from_typed: bool = True,
) -> OutageReport:
    """Change what is known of an outage that goes on for the acting principal. The former row stays.

    `replaces` is the report that the person saw, which is returned, and none written, where it says the same. A changed
    scope holds from `facts.scope_from` on; with an unchanged scope that corrects from when it holds, if somebody typed
    it. A resend returns the first row. Raises ChangedMeanwhile where another report holds by now, RuleError where the
    principal has ended it, and for a start after something that is logged: another principal's is neither named nor
    timed.
    """
    check_may(by, Right.REPORT_OUTAGE)
    check_times(facts)
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="outage_change", content=asdict(facts)):
            found = OutageReport.objects.filter(client_id=client_id).first()
            return found or outage_for(by.principal, outage.pk).current
        lock_ticked(outage)
        locked = lock_outage(by.principal, outage)
        if not locked.is_open:
            raise RuleError("Driftstoppet är avslutat.")
        if replaces is not None and locked.current_id != replaces:
            raise ChangedMeanwhile
        _check_start(by, locked, facts.started_at)
        if facts.scope == locked.current.scope and not scope_from_typed:
            facts = replace(facts, scope_from=None)
        if facts.scope_from:
            _check_scope_from(locked, facts)
        elif facts == OutageFacts(**{name: getattr(locked.current, name) for name in _SHOWN}):
            return locked.current
        report = write_report(by, locked, ReportKind.CHANGED, facts, client_id)
        locked.current = report
        locked.save(update_fields=["current"])
        settle_ticked(locked)
        audit.record(by=by, action=f"{locked.traced_as}.changed", target=locked)
    return report


def _check_start(by: Acting, outage: Outage, started_at: datetime) -> None:
    if started_at <= outage.current.started_at:
        # What was logged as shortly before the start does not restrict other changes of the outage.
        return
    earlier = standing_events(outage).filter(happened_at__lt=started_at, in_system=False)
    before = earlier.order_by("happened_at")
    own = before.filter(chain__unit__in=_of_branch(by)).first()
    if own:
        at = moment(own.happened_at, timezone.now())
        why = f"En händelse är loggad {at}, före den starten. Ange en tidigare start."
        raise RuleError(why, field="started_at")
    if before.exists() or any(end and end < started_at for end in ends_of(outage).values()):
        raise RuleError("Något är redan loggat före den starten. Ange en tidigare start.", field="started_at")


def _check_scope_from(outage: Outage, facts: OutageFacts) -> None:
    if facts.scope == outage.current.scope and not outage.scope_changed:
        raise RuleError(
            "Vilka som är utan systemet har inte ändrats. Är starten fel, ändra den.", field="scope_from"
        )
    assert facts.scope_from is not None
    if facts.scope_from > timezone.now() + CLOCK_SKEW:
        raise RuleError("Tiden ligger framåt. Ange från när det gäller.", field="scope_from")
    if as_utc(facts.scope_from) < as_utc(facts.started_at):
        raise RuleError("Tiden ligger före starten. Ange starten eller en senare tid.", field="scope_from")


def end_outage(
    *,
    by: Acting,
    outage: Outage,
    ended_at: datetime,
    client_id: UUID | None = None,
    answers: Mapping[str, str] = MappingProxyType({}),
    also: Sequence[Outage] = (),
) -> Outage:
    """The system is back since `ended_at` (aware), for the acting principal and nobody else. `also` are outages before
    it that the principal has not ended, as it was without the system all the time.

    Returns the outage as that principal sees it. Raises RuleError when the moment lies ahead or before the start,
    Question where the principal has logged an event after it as one of the outage; NotAllowed by role. What it has
    ended already, and a resend under the same `client_id`, change nothing.
    """
    check_may(by, Right.END_OUTAGE)
    with transaction.atomic():
        content = {"outage": outage.pk, "ended_at": ended_at, "also": [before.pk for before in also]}
        resent = client_id and claim(by=by, client_id=client_id, kind="outage_end", content=content)
        locked = _lock_to_say(by, outage)
        if resent or not locked.is_open:
            return locked
        check_end(by, locked, ended_at, answers)
        _say(by, locked, ended_at, client_id)
        for number, before in enumerate(also):
            if (earlier := _lock_to_say(by, before)).is_open:
                check_end(by, earlier, ended_at, answers, f"logged-after-end-{number}")
                _say(by, earlier, ended_at)
        return outage_for(by.principal, locked.pk)


def _of_branch(by: Acting) -> QuerySet[Unit, int]:
    return units_of_branch(by.unit).order_by().values_list("pk", flat=True)


def reopen_outage(*, by: Acting, outage: Outage, client_id: UUID | None = None) -> Outage:
    """Take back an end that the acting principal said too early. Raises RuleError when another outage goes on by now,
    for one that it has purged, and for a drill; one that goes on is over.

    A resend under the same `client_id` changes nothing.
    """
    check_may(by, Right.END_OUTAGE)
    if outage.drill:
        raise RuleError("En övning öppnas inte igen. Starta en ny.")
    with transaction.atomic():
        resent = client_id and claim(
            by=by, client_id=client_id, kind="outage_reopening", content={"outage": outage.pk}
        )
        if not resent:
            _end_drills(by)
        locked = _lock_to_say(by, outage)
        if resent or locked.is_open:
            return locked
        other = outage_not_closed(by.principal, locked.system)
        if other and other != locked:
            raise RuleError(_ANOTHER)
        _say(by, locked, None, client_id)
        return outage_for(by.principal, locked.pk)


_ANOTHER = "Ett nytt driftstopp pågår redan. Det gamla kan inte öppnas igen."
_PURGED = "Driftstoppet är gallrat hos er och kan inte öppnas igen. Anmäl ett nytt"


def _say(by: Acting, outage: Outage, ended_at: datetime | None, client_id: UUID | None = None) -> None:
    """Write that the acting principal is back since `ended_at`, or out again. The caller holds the outage's lock.

    Raises RuleError where it would be out again in what it has purged: nothing could be logged there.
    """
    if ended_at is None and outage.purged_at:
        raise RuleError(_PURGED + (" driftstopp." if outage.closed_at else " när det är avslutat för alla."))
    if ended_at is None and is_shut(name_of(by.principal.pk, outage.pk)):
        # A purge that has looked does not see what is not committed yet: it waits longer than this can take.
        raise RuleError(BEING_PURGED)
    was = outage.own_end
    PrincipalEnd.objects.create(
        client_id=client_id,
        outage=outage,
        principal=by.principal,
        ended_at=ended_at,
        user=by.user,
        unit=by.unit,
    )
    _settle(by, outage)
    # Also those of the others: what the region enters goes by its end in every log.
    settle_ticked(outage)
    end = ended_at or was
    audit.record(
        by=by,
        action=f"{outage.traced_as}.ended" if ended_at else "outage.reopened",
        target=outage,
        changes={"ended_at": end.isoformat() if end else ""},
    )


def _settle(by: Acting, outage: Outage) -> None:
    """Close the outage as such where those who lead are back, and reopen it where they are not; under its lock."""
    closed = closed_since(OutageScope(outage.current.scope), parts_in(outage))
    if (closed is None) != (outage.closed_at is None):
        outage.closed_at, outage.closed_by = closed, by.user if closed else None
        outage.full_clean(exclude=["current"], validate_constraints=False)
        if _unless_another(by, outage.system, lambda: outage.save(update_fields=["closed_at", "closed_by"])):
            raise RuleError(_ANOTHER)


def record_support_contact(
    *, by: Acting, outage: Outage, client_id: UUID, at: datetime, case_number: str = ""
) -> SupportContact:
    """One's own support was rung (R1.1): when (aware) and the case number, if one was given."""
    check_may(by, Right.REPORT_OUTAGE)
    if at > timezone.now() + CLOCK_SKEW:
        raise RuleError(ahead("Tiden ligger framåt. Ange när du ringde.", at, timezone.now()), field="at")
    start = outage.current.started_at
    if at < start - _RUNG_BEFORE:
        raise RuleError(
            f"Driftstoppet började {day_and_time(start, timezone.now())}. Ange när du ringde om det.",
            field="at",
        )
    content = {"outage": outage.pk, "at": at, "case_number": case_number}
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="support", content=content):
            return SupportContact.objects.get(client_id=client_id)
        contact = SupportContact.objects.create(
            client_id=client_id,
            outage=outage,
            principal=by.principal,
            unit=by.unit,
            user=by.user,
            at=at,
            case_number=case_number,
        )
        audit.record(by=by, action="support.rung", target=contact)
    return contact


def check_times(facts: OutageFacts) -> None:
    """Raises RuleError where it begins ahead of now, or ends before it began."""
    if facts.started_at > timezone.now() + CLOCK_SKEW:
        raise RuleError(
            ahead(
                "Starten ligger framåt i tiden. Ange när driftstoppet började.",
                facts.started_at,
                timezone.now(),
            ),
            field="started_at",
        )
    if facts.expected_end_at and as_utc(facts.expected_end_at) <= as_utc(facts.started_at):
        raise RuleError("Slutet ska ligga efter starten. Ange en senare tid.", field="expected_end_at")


def write_report(
    by: Acting, outage: Outage, kind: ReportKind, facts: OutageFacts, client_id: UUID | None = None
) -> OutageReport:
    scope_from = facts.scope_from or facts.started_at
    again = outage.current is not None and outage.current.scope == facts.scope
    if outage.current and again and (kind is not ReportKind.CHANGED or facts.scope_from is None):
        scope_from = outage.current.scope_from
    return OutageReport.objects.create(
        client_id=client_id,
        outage=outage,
        kind=kind,
        **asdict(facts) | {"scope_from": scope_from},
        user=by.user,
        unit=by.unit,
    )
