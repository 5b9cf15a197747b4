"""Stängning: what holds it up, by unit; what is left open by name and reason; and the closing itself."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts.access import Acting, ActingRequest
from contacts.models import Unit
from contacts.models.data_key import name_of
from contacts.models.encrypted import KeyDestroyed
from contacts.page_versions import Live, holds_until, live
from contacts.queries.branches import name_of_reach, units_within
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import FormPage, get_or_404, held_as, is_saved, require, told_if_refused
from contacts.webforms.fields import SentOnce
from outage.models import Outage
from outage.presenters.closing import closed_line, closing_page, left_rows
from outage.presenters.held import unsaved_counted
from outage.queries.closing import closing_of, keys_left, left_at_closing, open_things, units_to_close
from outage.queries.held_forms import KEPT_FOR, unsaved_about
from outage.queries.matrix import version_of_overview
from outage.queries.outages import outage_for
from outage.rules.closing import PAPER, OpenThing, by_unit, holding, is_left, seen_of
from outage.rules.wording import clock_time, midnight_after
from outage.services.closing import close_outage, leave_open
from outage.webforms.closing import LeaveForm

from ._tools import PageVersion, still_holds


@require_GET
def closing(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    return _shown(request, _outage_or_404(request, outage_id), "outage/closing/show.html")


@require_GET
def closing_now(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """The page as it is now, for one that is open; 204 while what is shown there holds."""
    now, outage = timezone.now(), _outage_or_404(request, outage_id)
    if still_holds(request.headers.get("X-Shown", ""), request.acting, _version(outage), now):
        return HttpResponse(status=204, headers={"X-Shown-At": clock_time(now)})
    return _shown(request, outage, "outage/closing/fresh.html", lately=True)


def _shown(request: ActingRequest, outage: Outage, template: str, *, lately: bool = False) -> HttpResponse:
    """Who loads the page sees what they just did; one that refreshes itself what was so a moment ago."""
    acting, now = request.acting, timezone.now()
    found = _of_now(acting, outage, now, lately=lately)
    units = _units(acting)
    context: dict[str, Any] = {
        "outage": outage,
        "reach": name_of_reach(acting, Right.CLOSE_OUTAGE),
        "press": uuid4(),
        "version": PageVersion(acting, found.version, now, found.moments),
    }
    if not outage.is_open:
        left = keys_left(acting.principal, outage)
        closed = closed_line(closing_of(outage, acting.principal), units, acting, now)
        # What a later outage lets be waited for again does not open one that is closed.
        stands = closed is not None and closed.stands
        things = [thing for thing in found.made if is_left(thing, left) or not stands or thing.what in PAPER]
        watched = set(units_within(acting, Right.SEE_OVERVIEW).values_list("pk", flat=True))
        context |= {
            "found": closing_page(things, left, units, watched),
            "closed": closed,
            "unsaved": unsaved_counted(unsaved_about(acting.principal, outage, [*units]), now),
            "left": left_rows(left_at_closing(acting, outage), things, purged=outage.purged_at is not None),
        }
    return render(request, template, context)


def _version(outage: Outage) -> str:
    # A disposal shows on no page of what goes on, and makes no other version of those.
    return f"{version_of_overview()}{'-purged' if outage.purged_at else ''}"


def _of_now(acting: Acting, outage: Outage, now: datetime, *, lately: bool) -> Live[list[OpenThing]]:
    """What is not done at all units of the principal, the same for each who closes there."""

    def make() -> list[OpenThing]:
        holds_until(now, midnight_after(now))
        if outage.is_open:
            return []
        holds_until(now, *(held.at + KEPT_FOR for held in unsaved_about(acting.principal, outage)))
        return open_things(acting.principal, outage)

    return live(("closing", outage.pk, acting.principal.pk), _version(outage), now, make, lately=lately)


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


@held_as(HeldAs("Lämna öppet när driftstoppet stängs"), LeaveForm)
@require_http_methods(["GET", "POST"])
def leave(request: ActingRequest, outage_id: UUID, unit_id: int) -> HttpResponse:
    """What is left at one unit, of the kinds that are chosen."""
    acting = request.acting
    outage = _outage_or_404(request, outage_id)
    unit = get_or_404(_units(acting).get, unit_id)
    if outage.is_open:
        raise Http404
    found = holding(open_things(acting.principal, outage), keys_left(acting.principal, outage))
    found = [thing for thing in found if thing.unit_id == unit.pk]
    if request.method == "GET" and not found:
        return redirect("closing", outage.pk)
    held = by_unit(found, ()).get(unit.pk, {})
    initial = {"seen": seen_of(found)}
    form = LeaveForm(request.POST or None, held=held, is_saved=is_saved(request), initial=initial)
    page = FormPage(request, form)
    if outage.purged_at and request.method == "POST":
        raise KeyDestroyed(name_of(acting.principal.pk, outage.pk), page.form)
    if page.to_save():
        with page:
            leave_open(by=acting, outage=outage, unit_id=unit.pk, **page.form.cleaned_data)
            return page.done("Antecknat: det lämnas öppet.", "closing", outage.pk)
    return page.show("outage/closing/leave.html", outage=outage, unit=unit)


def _outage_or_404(request: ActingRequest, outage_id: UUID) -> Outage:
    require(request.acting, Right.CLOSE_OUTAGE)
    return get_or_404(outage_for, request.acting.principal, outage_id)


def _units(acting: Acting) -> dict[int, Unit]:
    """Those within reach, in Swedish order."""
    return {unit.pk: unit for unit in units_to_close(acting).order_by("sort_key", "pk")}
