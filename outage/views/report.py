"""Rapport: an outage afterwards, counted and kept, with what people learned. No patients."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts.access import ActingRequest
from contacts.filing.writing import write_book
from contacts.queries.branches import name_of_reach
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import FormPage, asks_for_part, file_answer, get_or_404, held_as, require
from contacts.views.work import asked
from outage.models import Outage, OutageFigures
from outage.presenters.report import (
    BesideRow,
    beside_rows,
    lesson_rows,
    sheets_of,
    shown_tables,
    what_is_left_out,
)
from outage.queries.closing import is_closed_once
from outage.queries.outages import outage_for
from outage.queries.report import (
    ended_outages,
    figures_of,
    holds,
    lessons_of,
    owners_to_choose,
    reach_of,
    report_work,
    set_beside,
)
from outage.rules.drills import file_name
from outage.rules.wording import local_day
from outage.services.report import ask_for_report, write_lesson
from outage.webforms.report import LessonForm

_ROWS_A_PAGE = 25
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def reports(request: ActingRequest) -> HttpResponse:
    """The outages that are over, the newest first, with what was kept of each."""
    acting = request.acting
    require(acting, Right.READ_REPORT)
    found = Paginator(ended_outages(acting), _ROWS_A_PAGE).get_page(request.GET.get("sida"))
    context = {
        "found": found,
        "rows": beside_rows(found, figures_of(acting, found)),
        "reach": name_of_reach(acting, Right.READ_REPORT),
    }
    return render(request, "outage/report/list.html", context)


@held_as(HeldAs("Lärdom av driftstoppet"), LessonForm)
@require_http_methods(["GET", "POST"])
def report(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """As it was last made; one that is older than the log says so, and is made anew. A lesson is posted."""
    acting = request.acting
    require(acting, Right.READ_REPORT)
    outage = get_or_404(outage_for, acting.principal, outage_id)
    page = FormPage(request, LessonForm(request.POST or None))
    if page.to_save():
        with page:
            write_lesson(by=acting, outage=outage, **page.form.cleaned_data)
            return page.done("Lärdomen är sparad.", "report", outage.pk)
    if page.first and (lesson := lessons_of(acting, outage).filter(client_id=page.first).first()):
        page.tell_first(
            LessonForm(initial={name: getattr(lesson, name) for name in ("text", "owner", "due")})
        )
    kept = _kept(request, outage)
    context = _state(request, outage, kept) | {
        "tables": shown_tables(kept) if kept else [],
        "left_out": what_is_left_out(kept, outage) if kept else "",
        "closed": not outage.is_open and is_closed_once(outage, acting.principal),
        "lessons": lesson_rows(lessons_of(acting, outage)),
        "owners": owners_to_choose(acting),
        "beside": _beside(request, outage.pk),
        "reach": name_of_reach(acting, Right.READ_REPORT),
    }
    return page.show("outage/report/show.html", **context)


@held_as(HeldAs("Gör rapporten", pressed=True, asks="Rapporten är inte gjord. Svarar du ja görs den nu."))
@require_POST
def report_make(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    require(request.acting, Right.READ_REPORT)
    outage = get_or_404(outage_for, request.acting.principal, outage_id)
    try:
        work = ask_for_report(by=request.acting, outage=outage)
    except RuleError as refused:
        messages.error(request, refused.reason)
        return redirect("report", outage.pk)
    return _answer(request, outage) if asks_for_part(request) else asked(work)


@require_GET
def report_state(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """How far its making has come."""
    require(request.acting, Right.READ_REPORT)
    return _answer(request, get_or_404(outage_for, request.acting.principal, outage_id))


@require_GET
def report_chart(request: ActingRequest, outage_id: UUID, name: str) -> HttpResponse:
    """404 for one that the report has not."""
    kept = _kept_or_404(request, outage_id)
    if name not in kept.charts:
        raise Http404
    headers = {"Cache-Control": "no-store, private"}
    return HttpResponse(kept.charts[name]["svg"], content_type="image/svg+xml", headers=headers)


@require_GET
def report_file(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """The tables as a workbook."""
    kept = _kept_or_404(request, outage_id)
    outage = outage_for(request.acting.principal, outage_id)
    day = local_day(outage.current.started_at)
    left_out = what_is_left_out(kept, outage)
    fresh = holds(kept, reach_of(request.acting), outage)
    beside = _beside(request, outage_id)
    book = write_book(sheets_of(kept, beside, drill=outage.drill, left_out=left_out, fresh=fresh))
    return file_answer(book, _XLSX, file_name(f"rapport-{day.isoformat()}.xlsx", drill=outage.drill))


def _beside(request: ActingRequest, outage_id: UUID) -> list[BesideRow]:
    ended = set_beside(request.acting)
    return beside_rows(ended, figures_of(request.acting, ended), outage_id)


def _kept_or_404(request: ActingRequest, outage_id: UUID) -> OutageFigures:
    require(request.acting, Right.READ_REPORT)
    outage = get_or_404(outage_for, request.acting.principal, outage_id)
    return get_or_404(lambda: _kept(request, outage))


def _kept(request: ActingRequest, outage: Outage) -> OutageFigures | None:
    return figures_of(request.acting, [outage]).get(outage.pk)


def _state(request: ActingRequest, outage: Outage, kept: OutageFigures | None) -> dict[str, Any]:
    work = report_work(request.acting, outage)
    stands = outage.own_end is not None and kept is not None
    return {
        "outage": outage,
        "kept": kept,
        "fresh": stands and kept is not None and holds(kept, reach_of(request.acting), outage),
        "work": work,
        # What failed is not begun again by itself.
        "by_itself": work is None or (kept is not None and work.asked_at < kept.made_at),
    }


def _answer(request: ActingRequest, outage: Outage) -> HttpResponse:
    state = _state(request, outage, _kept(request, outage))
    if state["fresh"]:
        return HttpResponse(headers={"HX-Redirect": reverse("report", args=[outage.pk])})
    return render(request, "outage/report/_state.html", state)
