"""Stängning: what holds it up, by unit; what is left open by name and reason; and the closing itself."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts.access import Acting, ActingRequest
from contacts.models import Unit
from contacts.queries.branches import name_of_reach, units_within
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import FormPage, get_or_404, held_as, require, told_if_refused
from contacts.webforms.fields import SentOnce
from outage.models import Outage
from outage.presenters.closing import closed_line, closing_page, held_of, left_rows
from outage.queries.closing import closing_of, keys_left, left_at_closing, open_things
from outage.queries.outages import outage_for
from outage.rules.closing import Holds
from outage.services.closing import close_outage, leave_open
from outage.webforms.closing import LeaveForm


@require_GET
def closing(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    acting = request.acting
    outage = _outage_or_404(request, outage_id)
    units = _units(acting)
    context = {"outage": outage, "reach": name_of_reach(acting, Right.CLOSE_OUTAGE), "press": uuid4()}
    if not outage.is_open:
        things = open_things(acting.principal, outage)
        left = keys_left(acting.principal, outage)
        context |= {
            "found": closing_page(things, left, units),
            "closed": closed_line(closing_of(outage, acting.principal), units, timezone.now()),
            "left": left_rows(left_at_closing(acting, outage), things),
        }
    return render(request, "outage/closing/show.html", context)


@held_as(HeldAs("Stäng driftstoppet", pressed=True))
@require_POST
def close(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    outage = _outage_or_404(request, outage_id)
    form = SentOnce(request.POST)
    if form.is_valid():
        with told_if_refused(request):
            close_outage(by=request.acting, outage=outage, client_id=form.cleaned_data["client_id"])
            messages.success(request, "Driftstoppet är stängt.")
    return redirect("closing", outage.pk)


@held_as(HeldAs("Lämna öppet när driftstoppet stängs"))
@require_http_methods(["GET", "POST"])
def leave(request: ActingRequest, outage_id: UUID, unit_id: int, what: str) -> HttpResponse:
    """One kind of things at one unit, all that are left of it."""
    acting = request.acting
    outage = _outage_or_404(request, outage_id)
    unit = get_or_404(_units(acting).get, unit_id)
    if what not in set(Holds) or outage.is_open:
        raise Http404
    kind = Holds(what)
    held = held_of(open_things(acting.principal, outage), keys_left(acting.principal, outage), unit.pk, kind)
    page = FormPage(request, LeaveForm(request.POST or None, initial={"seen": held.seen}))
    if page.to_save():
        with page:
            leave_open(by=acting, outage=outage, unit_id=unit.pk, what=kind, **page.form.cleaned_data)
            return page.done("Antecknat: det lämnas öppet.", "closing", outage.pk)
    if request.method == "GET" and not held.count:
        return redirect("closing", outage.pk)
    return page.show("outage/closing/leave.html", outage=outage, unit=unit, kind=kind, held=held)


def _outage_or_404(request: ActingRequest, outage_id: UUID) -> Outage:
    require(request.acting, Right.CLOSE_OUTAGE)
    return get_or_404(outage_for, request.acting.principal, outage_id)


def _units(acting: Acting) -> dict[int, Unit]:
    """Those within reach, in Swedish order."""
    return {unit.pk: unit for unit in units_within(acting, Right.CLOSE_OUTAGE).order_by("sort_key", "pk")}
