"""Överlämning: what is open for the unit, handed over by one shift and taken over by the next."""

from collections.abc import Hashable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts.access import Acting, ActingRequest
from contacts.page_versions import alike_beside_chains, of_one_minute, shown_alike
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.shared import SharedHtml, shared_part
from contacts.views.tools import FormPage, get_or_404, held_as, require, told_if_refused
from outage.models import Outage, ShiftHandover
from outage.presenters.held import unsaved_in_unit
from outage.presenters.shift import (
    ShiftRow,
    done_shown,
    done_title,
    open_shown,
    register_lines,
    shift_rows,
    told_rows,
)
from outage.presenters.shift_told import register_told, told_shown
from outage.queries.care_chains import mark_namesakes
from outage.queries.listed import listed_now
from outage.queries.outages import outage_for, outage_in_view
from outage.queries.papers import papers
from outage.queries.shift import (
    OpenNow,
    get_shift,
    handed,
    handovers_of,
    may_come,
    open_now,
    outages_of_shift,
)
from outage.queries.shift_done import done_between, done_page, edge_at
from outage.rules.clock import as_utc
from outage.rules.handover import CLOCK_SKEW
from outage.rules.paper import PaperLeft
from outage.rules.shift import Edge, told_since
from outage.rules.shift_told import told_lines
from outage.rules.wording import moment
from outage.services.shift import hand_over_shift, take_over_shift
from outage.webforms.shift import HandOverForm

from ._tools import check_may_be_asked, why_not_in

CHAINS_A_PAGE = 25
LINES_A_PAGE = 25
PAPERS_SHOWN = 25


@require_GET
def shift(request: ActingRequest) -> HttpResponse:
    """First what is open, then what was done since the last hand-over that somebody took over, and those made."""
    acting = request.acting
    _require(acting)
    # Of the sheets no version of a page tells.
    shown = "shift", *shown_alike(acting), papers().newest(), request.get_full_path()
    alike = alike_beside_chains(acting)
    outage = outage_in_view(acting.principal)
    if outage is None:
        return render(request, "outage/shift/none.html")
    now = timezone.now()
    handovers = handovers_of(acting, outages_of_shift(acting, outage))
    told = told_rows(acting, handovers, now)

    def make() -> SharedHtml:
        found = open_now(acting, outage)
        context = _open(request, found, now, alike)
        after = edge_at(acting, found.outages, told_since(handed(handovers), now))
        context |= _done(request, found.outages, after, None, now, alike)
        context["earlier_shifts"] = shift_rows(acting, handovers, now)[len(told) :]
        return shared_part(request, "outage/shift/_now.jinja", context)

    context = {
        "outage": outage,
        "told": told,
        "unsaved": unsaved_in_unit(acting, now),
        "shared": of_one_minute(shown, now, make),
    }
    return render(request, "outage/shift/show.html", context)


def _open(request: ActingRequest, found: OpenNow, now: datetime, alike: Hashable) -> dict[str, Any]:
    acting = request.acting

    def page(ids: Sequence[UUID], name: str) -> Page[UUID]:
        return Paginator(ids, CHAINS_A_PAGE).get_page(request.GET.get(name))

    owed, awaited = page(found.owed, "ringa"), page(found.awaited, "vantar")
    places, back = page(found.places, "platser"), page(found.ring_back, "tillbaka")
    listed = listed_now(acting, found.outages, [*owed, *awaited, *places], now, alike)
    mark_namesakes(acting, [one.chain for one in listed.values()], *found.outages)
    return {
        "found": found,
        "registering": register_lines(found, now),
        "open": open_shown(
            acting,
            found,
            now,
            listed,
            owed=owed,
            ring_back=back,
            awaited=awaited,
            places=places,
            papers=found.papers[:PAPERS_SHOWN],
        ),
        "owed_page": owed,
        "awaited_page": awaited,
        "places_page": places,
        "back_page": back,
    }


def _done(
    request: ActingRequest,
    outages: tuple[Outage, ...],
    after: Edge | None,
    by: Edge | None,
    now: datetime,
    alike: Hashable,
) -> dict[str, Any]:
    acting, asked = request.acting, _asked_before(request)
    since, until = after.earliest if after else None, by.latest if by else now + CLOCK_SKEW
    done = done_between(acting, outages, since, min(until, asked or until), after=after, by=by)
    page = done_page(acting, outages, done.lines, LINES_A_PAGE, request.GET.get("gjort"), now, alike)
    mark_namesakes(acting, [line.row.chain for line in page], *outages)
    return {
        "done_title": done_title(outages, after.at if after else None, now),
        "done": done_shown(page, now),
        "done_page": page,
        "done_after": moment(done.before, now) if done.before else "",
        "done_until": moment(asked, now) if asked else "",
        "done_before": done.before,
    }


def _asked_before(request: ActingRequest) -> datetime | None:
    """The moment before which was logged what is asked for; None where that is the latest."""
    try:
        return as_utc(datetime.fromisoformat(request.GET.get("fore", "")))
    except (ValueError, OverflowError):
        return None


@held_as(HeldAs("Överlämning till nästa pass"), HandOverForm)
@require_http_methods(["GET", "POST"])
def hand_over(request: ActingRequest) -> HttpResponse:
    acting = request.acting
    _require(acting)
    outage = get_or_404(outage_in_view, acting.principal)
    check_may_be_asked(request, outage)
    form = HandOverForm(request.POST or None, people=may_come(acting))
    page = FormPage(request, form, why_not=why_not_in(request, outage))
    if page.to_save():
        with page:
            hand_over_shift(by=acting, outage=outage, **form.facts())
            return page.done("Överlämningen är sparad. Den som kommer loggar in och tar över.", "shift")
    if page.first:
        with suppress(ObjectDoesNotExist):
            made = get_shift(acting, page.first)
            said = {"to": made.to_id, "text": made.text}
            page.tell_first(HandOverForm(initial=said, people=may_come(acting)))
    now = timezone.now()
    told = told_rows(acting, handovers_of(acting, outages_of_shift(acting, outage)), now)
    waiting = told if told and told[0].waits else []
    found = open_now(acting, outage)
    context = {
        "found": found,
        "registering": register_lines(found, now),
        "waiting": waiting,
        "unsaved": unsaved_in_unit(acting, now),
    }
    return page.show("outage/shift/hand_over.html", outage=outage, **context)


@held_as(HeldAs("Ta över passet", pressed=True))
@require_POST
def take_over(request: ActingRequest, shift_id: UUID) -> HttpResponse:
    _require(request.acting)
    handover = get_or_404(get_shift, request.acting, shift_id)
    with told_if_refused(request):
        take_over_shift(by=request.acting, handover=handover)
        messages.success(request, f"Du har tagit över från {handover.user.full_name}.")
    return redirect("shift")


@require_GET
def handover(request: ActingRequest, shift_id: UUID) -> HttpResponse:
    """One that was made, as it was told, with what is left of it; 404 for another unit's."""
    acting, now = request.acting, timezone.now()
    _require(acting)
    found = get_or_404(get_shift, acting, shift_id)
    alike = alike_beside_chains(acting)
    outage = outage_for(acting.principal, found.outage_id)
    outages = outages_of_shift(acting, outage)
    all_rows = handovers_of(acting, outages)
    lines = Paginator(told_lines(found.left), LINES_A_PAGE).get_page(request.GET.get("oppet"))
    shown = told_shown(acting, outages, list(lines), now)
    after = edge_at(acting, outages, told_since(handed(all_rows), found.at))
    context = _done(request, outages, after, edge_at(acting, outages, found.at), now, alike)
    context |= {
        "outage": outage,
        "shift": _row_of(acting, found, all_rows, now),
        "text": found.text,
        "registering": register_told(found.left, outage, now),
        "paper": PaperLeft(**found.left.get("paper", {})).counts,
        "told": shown,
        "told_page": lines,
    }
    return render(request, "outage/shift/handover.html", context)


def _row_of(acting: Acting, found: ShiftHandover, rows: list[ShiftHandover], now: datetime) -> ShiftRow:
    return next(row for row in shift_rows(acting, rows, now) if row.id == found.pk)


def _require(acting: Acting) -> None:
    require(acting, Right.READ_CARE)
    require(acting, Right.LOG_CARE)
