"""The outage itself: reported, changed, support rung, ended, opened again."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import Acting, ActingRequest, can
from contacts.queries.branches import name_of_branch
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import FormPage, get_or_404, held_as, require, told_if_refused, uuid_or_404
from contacts.webforms.fields import SentOnce
from outage.models import Outage, OutageReport
from outage.presenters.banner import asked_between
from outage.presenters.closing import closed_line
from outage.presenters.status import outage_facts, support_line
from outage.queries.checklists import routine_of
from outage.queries.closing import closing_of
from outage.queries.drills import drill_in_view
from outage.queries.outages import (
    current_outage,
    earlier_outages,
    goes_on_beside,
    no_drill,
    not_ended_before,
    others_still_out,
    outage_for,
    outage_not_closed,
    outage_since,
)
from outage.queries.owed import calls_left
from outage.queries.papers import paper_of_branch
from outage.routine import current_routine
from outage.rules.clock import as_utc
from outage.rules.drills import FIELD, OVER
from outage.rules.outage_status import OutageFacts, OutageScope
from outage.rules.wording import moment
from outage.services.drills import start_drill
from outage.services.outages import (
    change_outage,
    end_outage,
    record_support_contact,
    reopen_outage,
    report_outage,
)
from outage.webforms.moments import this_minute
from outage.webforms.outages import DrillForm, EndForm, OutageForm, SupportForm

from ._tools import back_address, chosen_outage_or_404

_REPORT_PAGE = "outage/outage/report.html"


@held_as(HeldAs("Anmälan av driftstopp"), OutageForm)
@require_http_methods(["GET", "POST"])
def report(request: ActingRequest) -> HttpResponse:
    """Joins the outage that goes on, if any."""
    require(request.acting, Right.REPORT_OUTAGE)
    form = OutageForm(request.POST or None, initial={"started_at": this_minute()})
    page = FormPage(request, form)
    principal = request.acting.principal
    drill = drill_in_view(principal)
    if page.to_save():
        with page:
            facts, client_id = form.facts(), form.cleaned_data["client_id"]
            outage, joined = report_outage(by=request.acting, client_id=client_id, facts=facts)
            if drill:
                messages.warning(request, "Övningen är avslutad för alla. Det här är på riktigt.")
            _tell_reported(request, outage.current, facts, joined=joined)
            return redirect("record_support")
    going_on = (None if drill else current_outage(principal)) or outage_not_closed(
        principal, current_routine().system
    )
    routine = routine_of(going_on)
    return page.show(
        _REPORT_PAGE,
        support=support_line(routine, principal, (), timezone.now()),
        going_on=going_on,
        interrupts=drill,
        routine=routine,
        mode="report",
    )


@held_as(HeldAs("Start av övning"), DrillForm)
@require_http_methods(["GET", "POST"])
def drill(request: ActingRequest) -> HttpResponse:
    require(request.acting, Right.START_DRILL)
    form = DrillForm(request.POST or None, initial={"started_at": this_minute()})
    page = FormPage(request, form)
    if page.to_save():
        with page:
            start_drill(by=request.acting, client_id=form.cleaned_data["client_id"], facts=form.facts())
            return page.done("Övningen är startad. Alla ser den överst på sidan.", "status")
    routine = current_routine()
    why_not = no_drill(request.acting.principal, routine.system)
    return page.show("outage/outage/drill.html", routine=routine, why_not=why_not)


def _tell_reported(request: ActingRequest, stands: OutageReport, facts: OutageFacts, *, joined: bool) -> None:
    text = "Ett driftstopp pågår redan. Din anmälan är tillagd." if joined else "Driftstoppet är anmält."
    messages.success(request, f"{text} Ring nu din support och anteckna det.")
    if joined and (stands.scope, stands.started_at) != (facts.scope, facts.started_at):
        scope = OutageScope(stands.scope).label.lower()
        since = moment(stands.started_at, timezone.now())
        messages.warning(
            request, f"Det som gäller är {scope} sedan {since}. Är det fel: välj Ändra uppgifter på Läge."
        )


def _named_or_404(request: ActingRequest) -> Outage:
    """As `chosen_outage_or_404`; for a form about a drill that drill, which none follows once it is over."""
    drill = request.POST.get(FIELD)
    if drill and drill == request.POST.get("driftstopp"):
        return get_or_404(outage_for, request.acting.principal, uuid_or_404(drill))
    return chosen_outage_or_404(request)


def _check_goes_on(outage: Outage) -> None:
    if outage.drill and not outage.is_open:
        raise RuleError(OVER)


@held_as(HeldAs("Ändrade uppgifter om driftstoppet"), OutageForm)
@require_http_methods(["GET", "POST"])
def change(request: ActingRequest) -> HttpResponse:
    require(request.acting, Right.REPORT_OUTAGE)
    outage = _named_or_404(request)
    form = _form_of(outage, request.POST or None)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            _check_goes_on(outage)
            saved = change_outage(
                by=request.acting,
                outage=outage,
                client_id=form.cleaned_data["client_id"],
                facts=form.facts(),
                replaces=form.cleaned_data["replaces"],
                scope_from_typed=form.scope_from_typed,
            )
            kept = saved.pk == form.cleaned_data["replaces"]
            return page.done(
                "Inget var ändrat." if kept else "Uppgifterna om driftstoppet är ändrade.", "status"
            )
    if page.changed:
        stands = _named_or_404(request)
        said = stands.current
        by = f"{moment(said.recorded_at, timezone.now())} {said.user.full_name}, {said.unit.name}."
        page.tell_changed(by, _form_of(stands), replaces=said.pk)
    return page.show(_REPORT_PAGE, outage=outage, routine=outage.routine, mode="change")


def _form_of(outage: Outage, data: QueryDict | None = None) -> OutageForm:
    current = outage.current
    initial = {
        "replaces": current.pk,
        "scope": current.scope,
        "scope_from": this_minute(),
        "started_at": current.started_at,
        "expected_end_at": current.expected_end_at,
        "planned": current.planned,
    }
    return OutageForm(data, initial=initial, scope=current.scope)


@held_as(HeldAs("Samtal till supporten"), SupportForm)
@require_http_methods(["GET", "POST"])
def support(request: ActingRequest) -> HttpResponse:
    """Whom to ring for support, and the note that it was done (R1.1)."""
    require(request.acting, Right.REPORT_OUTAGE)
    outage = _named_or_404(request)
    form = SupportForm(request.POST or None)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            _check_goes_on(outage)
            said = {name: form.cleaned_data[name] for name in ("client_id", "at", "case_number")}
            record_support_contact(by=request.acting, outage=outage, **said)
            return page.done("Antecknat: supporten är underrättad.", "status")
    facts = outage_facts(outage, request.acting, timezone.now())
    return page.show("outage/outage/support.html", outage=outage, facts=facts)


@held_as(HeldAs("Åter i drift"), EndForm)
@require_http_methods(["GET", "POST"])
def end(request: ActingRequest) -> HttpResponse:
    acting: Acting = request.acting
    require(acting, Right.END_OUTAGE)
    outage = _named_or_404(request)
    if request.method == "GET" and not outage.is_open:
        return redirect(back_address(outage))
    again, earlier = outage_since(outage, acting.principal), earlier_outages(acting.principal, outage)
    before = [] if again else not_ended_before(acting.principal, outage)
    # Of one that another has followed it is no longer now: nobody but those who were there knows when.
    followed = any(o.recorded_at > outage.recorded_at and o.drill == outage.drill for o in earlier)
    form = EndForm(
        request.POST or None,
        initial={} if followed else {"ended_at": this_minute()},
        between=asked_between([*before, outage], timezone.now()) if before else "",
    )
    page = FormPage(request, form)
    if page.to_save():
        with page:
            _check_goes_on(outage)
            at, client_id = form.cleaned_data["ended_at"], form.cleaned_data["client_id"]
            between = form.cleaned_data.get("up_between") == "yes"
            ended = end_outage(
                by=acting,
                outage=outage,
                ended_at=at,
                client_id=client_id,
                answers=form.answers(),
                also=[] if between else before,
            )
            return _told_ended(request, ended, at, again, before[-1] if between else None)
    context: dict[str, Any] = {
        "outage": outage,
        "again": again,
        "going_on": [other for other in earlier if other.is_open],
        "principal": acting.principal,
        "unit": acting.unit,
        "still_out": others_still_out(outage, acting.principal),
    }
    if can(acting, Right.READ_CARE):
        context |= {"left": calls_left(acting, outage, *earlier), "branch": name_of_branch(acting.unit)}
        context["paper"] = paper_of_branch(acting)
    return page.show("outage/outage/end.html", **context)


def _told_ended(
    request: ActingRequest, outage: Outage, typed: datetime, again: Outage | None, left: Outage | None
) -> HttpResponse:
    """`again` is the outage that goes on, `left` one before it of which it is yet to be said when it ended."""
    now = timezone.now()
    if outage.own_end is None:
        messages.info(request, "Driftstoppet pågår: någon har ångrat avslutet.")
        return redirect("status")
    what = f"{outage.word} {moment(outage.current.started_at, now)}"
    if as_utc(outage.own_end) != as_utc(typed):
        at, own = (moment(each, now) for each in (outage.own_end, typed))
        shut = outage.drill or current_outage(request.acting.principal)
        way = "" if shut else " Är din tid rätt: tryck Driftstoppet pågår ändå, och avsluta med den."
        over = f"{what} var över" if again or left else f"{outage.system} är åter sedan"
        said = f"Någon hos er hade redan avslutat: {over} {at}."
        messages.info(request, f"{said} Din tid, {own}, är inte sparad.{way}")
    elif again:
        began = moment(again.current.started_at, now)
        messages.success(request, f"Avslutat: {what}. Det som började {began} pågår.")
    elif left:
        began = moment(left.current.started_at, now)
        messages.success(request, f"Avslutat: {what}. Ange nu när det som började {began} var över.")
    else:
        follows = " Gå igenom listan nedan." if can(request.acting, Right.READ_CARE) else ""
        messages.success(request, f"{outage.system} är åter i drift.{follows}")
    return redirect(f"{reverse('end_outage')}?driftstopp={left.pk}" if left else back_address(outage))


@held_as(HeldAs("Driftstoppet pågår ändå", pressed=True))
@require_http_methods(["GET", "POST"])
def reopen(request: ActingRequest) -> HttpResponse:
    """Take back an end that was reported too early, for the own principal. Of an outage that was closed a page says
    first what that does, and its form has `closed`.
    """
    acting: Acting = request.acting
    require(acting, Right.END_OUTAGE)
    outage = chosen_outage_or_404(request)
    over = outage.is_open or outage.drill or outage.purged_at or goes_on_beside(outage, acting.principal)
    ended = not over
    was_closed = closing_of(outage, acting.principal) if ended and "closed" not in request.POST else None
    if was_closed:
        closed = closed_line(was_closed, (), acting, timezone.now())
        context = {"outage": outage, "principal": acting.principal, "closed": closed, "press": uuid4()}
        return render(request, "outage/outage/reopen.html", context)
    if request.method == "GET":
        return redirect(back_address(outage))
    form = SentOnce(request.POST)
    client_id = form.cleaned_data["client_id"] if form.is_valid() else None
    with told_if_refused(request):
        reopen_outage(by=acting, outage=outage, client_id=client_id)
        messages.success(request, "Driftstoppet pågår igen.")
    return redirect("status")
