"""Reads of outages, each as one principal sees it: every principal ends an outage for itself.

No patient data; every signed-in person may see them.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from contacts.models import Membership, Principal
from contacts.models.data_key import destroyed_in_query
from contacts.page_versions import holds_until, of_all_pages
from contacts.queries.prepared import prepared
from contacts.rules.parties import PrincipalKind
from contacts.seen import once
from outage.models import (
    CareChain,
    CareChainEvent,
    ChecklistTick,
    Outage,
    OutageReport,
    PrincipalEnd,
    ReportKind,
    SupportContact,
)
from outage.rules.back_registration import ChainStatus
from outage.rules.drills import in_earnest_first, why_no_drill
from outage.rules.outage_status import PartInOutage, cut_off
from outage.rules.routine import Effect

# How long after its end an outage stays in view while its back-registration goes on.
AFTERMATH = timedelta(days=14)

# The tables that record what a principal did in an outage, by the path to the principal.
_TRACES = (
    (OutageReport, "unit__principal"),
    (CareChain, "principal"),
    (SupportContact, "principal"),
    (ChecklistTick, "unit__principal"),
    (PrincipalEnd, "principal"),
)


def outages_for(principal: Principal) -> QuerySet[Outage]:
    """All outages as `principal` sees them. The only entrance: an outage read otherwise does not know its end."""
    said = Prefetch("reports", queryset=_said_of_scope(), to_attr="said_of_scope")
    return _with_end_of(principal.pk).prefetch_related(said)


def _with_end_of(principal_id: int) -> QuerySet[Outage]:
    ends = PrincipalEnd.objects.filter(outage=OuterRef("pk"), principal=principal_id).order_by("-pk")
    # As `own_end_of`.
    drill_over = Case(When(drill=True, then="closed_at"))
    own_end = Coalesce(Subquery(ends.values("ended_at")[:1]), drill_over)
    purged_at = destroyed_in_query(Value(principal_id), OuterRef("pk"))
    return Outage.objects.annotate(own_ended_at=own_end, own_purged_at=purged_at).select_related("current")


def _said_of_scope() -> QuerySet[OutageReport]:
    # Who only joins says what is seen there; it changes nothing in the outage.
    return OutageReport.objects.exclude(kind=ReportKind.JOINED)


@prepared
def _said_in(*outage_ids: UUID) -> QuerySet[OutageReport]:
    return _said_of_scope().filter(outage__in=outage_ids)


def _with_said(outages: list[Outage]) -> list[Outage]:
    """For outages of a prepared query, the prefetches of `outages_for`."""
    said = _said_in(*(outage.pk for outage in outages)) if outages else []
    for outage in outages:
        outage.said_of_scope = [row for row in said if row.outage_id == outage.pk]  # type: ignore[attr-defined]
    return outages


def _one(outages: list[Outage]) -> Outage:
    if not outages:
        raise Outage.DoesNotExist
    return _with_said(outages)[0]


@prepared
def _by_id(principal_id: int, outage_id: UUID) -> QuerySet[Outage]:
    return _with_end_of(principal_id).filter(pk=outage_id)


@prepared
def _by_chain(principal_id: int, chain_id: UUID) -> QuerySet[Outage]:
    return _with_end_of(principal_id).filter(chains=chain_id)


def outage_for(principal: Principal, outage_id: UUID) -> Outage:
    return _one(_by_id(principal.pk, outage_id))


def outage_of_chain(principal: Principal, chain_id: UUID) -> Outage:
    """As `principal` sees it, whoever owns the chain; raises DoesNotExist for none."""
    return _one(_by_chain(principal.pk, chain_id))


def _took_part(principal: int | OuterRef, outage: UUID | OuterRef) -> Q:
    found = Q(pk__in=[])
    for model, path in _TRACES:
        found |= Q(Exists(model._default_manager.filter(**{"outage": outage, path: principal})))
    return found


def no_drill_of_others(principal: Principal) -> Q:
    """Not a drill in which `principal` took no part: it is over for it too, and says nothing of it."""
    return Q(drill=False) | _took_part(principal.pk, OuterRef("pk"))


def recent_outages(principal: Principal) -> list[Outage]:
    """The outages in reach of `principal`, newest first: what is left to enter stays when another has begun.

    Those that go on for it, and those that ended for it within the last fourteen days. One that the region has ended
    goes on for a principal that took part until it says that it is back; others are asked for those days only. While
    any is in earnest no drill is among them.
    """
    now = timezone.now()
    key = "recent outages", principal.pk

    def read() -> list[Outage]:
        return _with_said(_recent(principal.pk, now - AFTERMATH))

    found = list(once(key, lambda: of_all_pages(("outages",), principal.pk, now, read)))
    for outage in found:
        for end in filter(None, (outage.closed_at, outage.own_end)):
            holds_until(now, end + AFTERMATH)
        holds_until(now, *(row.scope_from for row in outage.said_of_scope))  # type: ignore[attr-defined]
    return in_earnest_first(found)


@prepared
def _recent(principal_id: int, since: datetime) -> QuerySet[Outage]:
    took_part = _took_part(principal_id, OuterRef("pk"))
    going_on = Q(closed_at__isnull=True) | Q(closed_at__gte=since) | took_part
    # A drill that it took no part in is not followed up.
    ended_since = Q(own_ended_at__gte=since) & (Q(drill=False) | took_part)
    found = _with_end_of(principal_id).filter((Q(own_ended_at__isnull=True) & going_on) | ended_since)
    return found.order_by("-recorded_at")


def outage_in_view(principal: Principal) -> Outage | None:
    """The outage that goes on for `principal`, else the one it ended last within fourteen days, else None.

    Of two that go on for it the one that is not closed counts: it may only have forgotten to end the other.
    """
    found = recent_outages(principal)
    going_on = sorted((o for o in found if o.is_open), key=lambda o: o.closed_at is not None)
    ended = sorted((o for o in found if o.own_end), key=lambda o: (o.own_end, o.recorded_at), reverse=True)
    return next(iter(going_on + ended), None)


def not_ended_before(principal: Principal, outage: Outage) -> list[Outage]:
    """The outages, oldest first, that go on for `principal` beside `outage` and began before it: it has not said that
    it was back between them, and may have been without the system all the time.
    """
    began = outage.current.started_at
    others = earlier_outages(principal, outage) if outage.is_open else []
    found = [each for each in others if each.is_open and each.current.started_at < began]
    return sorted(found, key=lambda each: each.current.started_at)


def without_since(principal: Principal, outage: Outage) -> datetime:
    """Since when `principal` is without the system, as far as it has said."""
    return min(each.current.started_at for each in (outage, *not_ended_before(principal, outage)))


def outage_id_in_view(principal: Principal) -> UUID | None:
    found = outage_in_view(principal)
    return found.pk if found else None


def current_outage(principal: Principal) -> Outage | None:
    found = outage_in_view(principal)
    return found if found and found.is_open else None


def goes_on_beside(outage: Outage, principal: Principal) -> bool:
    """Whether another outage of the system goes on for anybody: then the end of `outage` is not taken back."""
    others = earlier_outages(principal, outage)
    return any(o.closed_at is None and o.system == outage.system and not o.drill for o in others)


def outage_since(outage: Outage, principal: Principal) -> Outage | None:
    """The outage that goes on for `principal` and was reported after `outage`, or None; to a drill, a drill."""
    found = current_outage(principal)
    later = found and found.recorded_at > outage.recorded_at and found.drill == outage.drill
    return found if later else None


def down_again(outage: Outage, principal: Principal, at: datetime) -> Outage | None:
    """The later outage in which the system was down for `principal` at `at`, when it was back in `outage`; or None."""
    if not outage.was_over_at(at):
        return None
    return next((later for later in _later(outage, principal) if _was_down(later, at)), None)


def down_before(outage: Outage, principal: Principal, at: datetime) -> Outage | None:
    """The earlier outage in which the system was down for `principal` at `at`, before `outage` began; or None. None
    that is purged: nothing more is written in it.
    """
    if at >= outage.current.started_at:
        return None
    earlier = outages_for(principal).filter(
        system=outage.system, drill=outage.drill, recorded_at__lt=outage.recorded_at
    )
    earlier = earlier.annotate(took_part=_says_took_part(principal.pk)).order_by("-recorded_at")
    was_down = (each for each in earlier if not each.purged_at and _was_down(each, at))
    kind = PrincipalKind(principal.kind)
    return next((each for each in was_down if cut_off(each.scope_at(at), kind)), None)


def is_out_again(outage: Outage, principal: Principal, other_id: int | None) -> bool:
    """Whether the system is down in an outage reported after this one, for `principal` or for the one with the id
    `other_id`. Once it is closed, one that took no part in it and never said that it is back is so with those who led.

    Cached on `outage`: a list asks for each of its lines.
    """
    found: list[set[int]] | None = outage.__dict__.get("out_again")
    if found is None:
        found = outage.__dict__["out_again"] = [
            _out_in(later, principal) for later in _later(outage, principal)
        ]
    return any(not {principal.pk, other_id}.isdisjoint(out) for out in found)


def _out_in(outage: Outage, principal: Principal) -> set[int]:
    """The ids of the principals that are without the system in it now."""
    out = {other.pk for other in others_still_out(outage, principal)}
    if outage.is_open:
        out.add(principal.pk)
    return out & {took_part.pk for took_part in _who_took_part(outage.pk)} if outage.closed_at else out


def _later(outage: Outage, principal: Principal) -> list[Outage]:
    """Cached on `outage`: a list of chains asks for each of their events."""
    found: list[Outage] | None = outage.__dict__.get("later")
    if found is None:
        later = _with_said(_reported_after(principal.pk, outage.pk, outage.recorded_at))
        found = [each for each in later if each.drill == outage.drill]
        outage.__dict__["later"] = found
    return found


@prepared
def _reported_after(principal_id: int, outage_id: UUID, recorded_at: datetime) -> QuerySet[Outage]:
    same_system = Outage.objects.filter(pk=outage_id).values("system")
    later = _with_end_of(principal_id).filter(system__in=same_system, recorded_at__gt=recorded_at)
    return later.annotate(took_part=_says_took_part(principal_id)).order_by("recorded_at")


def _says_took_part(principal_id: int) -> "ExpressionWrapper[Q]":
    return ExpressionWrapper(_took_part(principal_id, OuterRef("pk")), BooleanField())


def _was_down(outage: Outage, at: datetime) -> bool:
    if outage.current.started_at > at or outage.was_over_at(at):
        return False
    # One that the principal took no part in and never ended is over for it with those who led.
    closed = outage.closed_at is not None and outage.closed_at < at
    return not outage.is_open or not closed or bool(outage.took_part)  # type: ignore[attr-defined]


def outage_not_closed(principal: Principal, system: str) -> Outage | None:
    """The outage of `system` that goes on as such, also where `principal` is back already, or None; never a drill."""
    going_on = [o for o in _not_closed(principal.pk) if o.system == system and not o.drill]
    return next(iter(_with_said(going_on)), None)


def no_drill(principal: Principal, system: str) -> str:
    """Why somebody of `principal` cannot start a drill of `system` now, or ""."""
    going_on = (o for o in _not_closed(principal.pk) if o.system == system)
    return why_no_drill(going_on, recent_outages(principal))


@prepared
def _not_closed(principal_id: int) -> QuerySet[Outage]:
    return _with_end_of(principal_id).filter(closed_at__isnull=True)


@prepared
def said_of_ends(outage_id: UUID) -> QuerySet[PrincipalEnd]:
    """All reports of who is back and who is not after all, oldest first."""
    ends = PrincipalEnd.objects.filter(outage=outage_id)
    return ends.select_related("principal", "user", "unit").order_by("pk")


def ends_of(outage: Outage) -> dict[int, datetime | None]:
    """When each principal that has said so got the system back, by its id; None where it took that back. A drill that
    is closed is over for everybody.
    """
    said = dict(_ends_of(outage.pk))
    if not outage.drill or outage.closed_at is None:
        return said
    return dict.fromkeys(Principal.objects.values_list("pk", flat=True), outage.closed_at) | said


@prepared
def _ends_of(outage_id: UUID) -> QuerySet[PrincipalEnd, tuple[int, datetime | None]]:
    return PrincipalEnd.objects.filter(outage=outage_id).order_by("pk").values_list("principal", "ended_at")


def principals_back(outage: Outage) -> set[int]:
    """The ids of the principals that have said that they are back in the system."""
    return {principal for principal, ended_at in ends_of(outage).items() if ended_at}


def parts_in(outage: Outage) -> list[PartInOutage]:
    ends = ends_of(outage)
    found = _who_took_part(outage.pk)
    return [PartInOutage(kind=PrincipalKind(p.kind), ended_at=ends.get(p.pk)) for p in found]


@prepared
def _who_took_part(outage_id: UUID) -> QuerySet[Principal]:
    return Principal.objects.filter(_took_part(OuterRef("pk"), outage_id))


def others_still_out(outage: Outage, principal: Principal, at: datetime | None = None) -> list[Principal]:
    """The other principals that are without the system at the aware moment `at`, by default now.

    One in which nobody can log in here reports nothing, and so is not waited for.
    """
    at = at or timezone.now()
    scope = outage.scope_at(at)
    back = {pk for pk, ended_at in ends_of(outage).items() if ended_at and ended_at <= at}
    others = staffed_beside(principal.pk)
    return [p for p in others if cut_off(scope, PrincipalKind(p.kind)) and p.pk not in back]


@prepared
def staffed_beside(principal_id: int) -> QuerySet[Principal]:
    staffed = Membership.objects.filter(unit__principal=OuterRef("pk"), active=True, user__is_active=True)
    return Principal.objects.filter(Exists(staffed)).exclude(pk=principal_id)


@prepared
def support_contacts(outage_id: UUID, principal_id: int) -> QuerySet[SupportContact]:
    """Who of a principal rang its own support in this outage, oldest first (R1.1)."""
    contacts = SupportContact.objects.filter(outage=outage_id, principal=principal_id)
    return contacts.select_related("user", "unit")


def discharge_logged(outage: Outage) -> bool:
    """Whether a standing discharge is logged in the outage, by anybody (R1.6); reveals nothing about the patient."""
    return bool(_two_discharges(outage))


def is_the_only_discharge(outage: Outage) -> bool:
    """Whether at most one stands: with it begins or ends that `discharge_logged` holds."""
    return len(_two_discharges(outage)) < 2


def _two_discharges(outage: Outage) -> list[UUID]:
    kinds = [k for k, m in outage.routine.messages.items() if m.effect is Effect.DISCHARGE]
    return _logged(outage.pk, *kinds)


@prepared
def _logged(outage_id: UUID, *kinds: str) -> QuerySet[CareChainEvent, UUID]:
    events = CareChainEvent.objects.filter(
        chain__outage=outage_id, kind__in=kinds, withdraws=False, superseded_by__isnull=True
    )
    found = events.exclude(chain__details__status=ChainStatus.WRONG_PATIENT)
    return found.order_by().values_list("pk", flat=True)[:2]


@prepared
def reports_of(outage_id: UUID) -> QuerySet[OutageReport]:
    """Oldest first."""
    reports = OutageReport.objects.filter(outage=outage_id)
    return reports.select_related("user", "unit").order_by("recorded_at", "pk")


def earlier_outages(principal: Principal, outage: Outage) -> list[Outage]:
    """The outages still in reach beside the one in view: what is owed from them is owed until it is done."""
    return [other for other in recent_outages(principal) if other.pk != outage.pk]
