"""Loggkontroll for its reviewer; decisions by hand for the routine's owner. No patients."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from contacts.access import Acting, ActingRequest
from contacts.models import AuditEntry, ReviewSample
from contacts.presenters.reviewing import TraceRow, chain_code, report_totals, trace_rows
from contacts.queries.branches import name_of_reach
from contacts.queries.reviewing import (
    at_once,
    awaiting,
    by_people,
    marked,
    names_of_targets,
    of_chains,
    of_units,
    period_figures,
    reviewed,
    roles_at,
    samples_of,
    verdicts_on,
)
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.rules.reviewing import Verdict
from contacts.rules.trace_words import trace_words
from contacts.services.reviewing import draw_sample, note_patients, note_review
from contacts.views.sought import came, led_on, sealed
from contacts.views.tools import FormPage, get_or_404, held_as, require
from contacts.webforms.reviewing import NoteForm, Period, ReportForm, ReviewForm, SampleForm, Which
from outage.presenters.decisions import decided_rows
from outage.queries.decisions import decided_by_hand
from outage.queries.reviewing import (
    chains_asked_for,
    chains_of_drills,
    chains_once_asked_for,
    seen_without,
)

ROWS_A_PAGE = 50
FIRST_SHOWN = 10
CHAINS_SHOWN = 200
USUAL_PERIOD = timedelta(days=30)
WITHOUT = "· hade då inte det numret"
NO_PATIENT = "Skriv hela numret, eller vårdkedjans kod med åtta tecken."


@require_http_methods(["GET", "HEAD", "POST"])
def review_log(request: ActingRequest) -> HttpResponse:
    """First what is to be looked at at once, then everything; what is chosen comes by POST."""
    acting = request.acting
    require(acting, Right.REVIEW_LOG)
    form = ReviewForm(came(request))
    token = sealed(request, form.sought)
    if elsewhere := led_on(request, token):
        return elsewhere
    rows, patient, not_a_patient = _chosen(acting, form)
    kinds = {Which.ALL: rows, Which.MARKED: marked(rows), Which.AWAITING: awaiting(rows)}
    found = Paginator(kinds[form.which], ROWS_A_PAGE).get_page(form.page)
    top = list(at_once(rows)[:FIRST_SHOWN]) if form.which is Which.ALL and found.number == 1 else []
    shown = _shown(acting, [*top, *found], patient)
    context = {
        "form": form,
        "which": form.which,
        "filters": [(which, kind.count()) for which, kind in kinds.items()],
        "periods": [(period.value, period.label) for period in Period],
        "period": form.period,
        "not_a_patient": not_a_patient,
        "patient": patient,
        "sealed": token,
        "reviewed": name_of_reach(acting, Right.REVIEW_LOG),
        "found": found,
        "first": shown[: len(top)],
        "rows": shown[len(top) :],
    }
    return render(request, "outage/reviewing/log.html", context)


@dataclass(frozen=True, slots=True)
class Patient:
    """The chains that were asked for by `text`: those that have the number `now`, and those that only had it `once`."""

    text: str
    now: Collection[UUID]
    once: Collection[UUID]

    @property
    def chains(self) -> set[UUID]:
        return {*self.now, *self.once}

    @property
    def once_codes(self) -> list[str]:
        return sorted(chain_code(chain) for chain in self.once)


def _chosen(acting: Acting, form: ReviewForm) -> tuple[QuerySet[AuditEntry], Patient | None, str]:
    """The rows, whose they are where a patient is asked for, and what is wrong with what was typed of one."""
    rows = reviewed(acting, form.since(timezone.now()), form.until())
    if form.text("person"):
        rows = by_people(rows, acting, form.text("person"))
    if form.text("enhet"):
        rows = of_units(rows, form.text("enhet"))
    text = form.text("patient")
    if not text:
        return rows, None, ""
    now = chains_asked_for(acting, text)
    if now is None:
        return rows.none(), None, NO_PATIENT
    patient = Patient(text, now, chains_once_asked_for(acting, text) - now)
    note_patients(by=acting, action="log.patient_sought", chains=patient.chains)
    return of_chains(rows, patient.chains), patient, ""


def _shown(acting: Acting, rows: list[AuditEntry], patient: Patient | None = None) -> list[TraceRow]:
    shown = trace_rows(rows, roles_at(rows), names_of_targets(acting, rows), verdicts_on(rows))
    played = chains_of_drills({row.chain for row in rows if row.chain})
    without = seen_without(patient.text, patient.chains, rows) if patient else set()
    return [
        replace(
            line,
            about=f"Övning. {line.about}".strip() if row.chain in played else line.about,
            patients=f"{line.patients} {WITHOUT}" if row.pk in without else line.patients,
        )
        for row, line in zip(rows, shown, strict=True)
    ]


@held_as(HeldAs("Anteckning vid loggkontroll"), NoteForm)
@require_http_methods(["GET", "POST"])
def review_row(request: ActingRequest, row_id: int) -> HttpResponse:
    """One row whole, with what reviewers have said of it; 404 for one that is another's to review."""
    acting = request.acting
    require(acting, Right.REVIEW_LOG)
    entry = get_or_404(reviewed(acting).select_related("membership").get, pk=row_id)
    notes = list(entry.notes.select_related("user", "unit"))
    form = NoteForm(request.POST or None, before=[Verdict(note.verdict) for note in notes])
    page = FormPage(request, form)
    if page.to_save():
        with page:
            data = form.cleaned_data
            note_review(
                by=acting,
                client_id=data["client_id"],
                entry=entry,
                verdict=Verdict(data["verdict"]),
                text=data["text"],
            )
            return page.done("Anteckningen är sparad.", "review_row", entry.pk)
    seen = entry.patients.chains[:CHAINS_SHOWN] if entry.patients else []
    chains = [chain_code(chain) for chain in seen]
    return page.show(
        "outage/reviewing/row.html",
        entry=entry,
        row=_shown(acting, [entry])[0],
        notes=[(note, Verdict(note.verdict).label) for note in notes],
        own=entry.user_id == acting.user.pk,
        chains=chains,
        more=entry.patients.size - len(chains) if entry.patients else 0,
    )


@held_as(HeldAs("Stickprov ur loggen"), SampleForm)
@require_http_methods(["GET", "POST"])
def review_samples(request: ActingRequest) -> HttpResponse:
    """Those that were drawn, and a new one."""
    acting = request.acting
    require(acting, Right.REVIEW_LOG)
    today = timezone.localdate()
    form = SampleForm(request.POST or None, initial={"since": today - USUAL_PERIOD, "until": today})
    page = FormPage(request, form)
    if page.to_save():
        with page:
            since, until = form.days
            sample = draw_sample(
                by=acting,
                client_id=form.cleaned_data["client_id"],
                since=since,
                until=until,
                count=form.cleaned_data["count"],
            )
            return page.done("Stickprovet är draget.", "review_sample", sample.pk)
    found = Paginator(samples_of(acting), ROWS_A_PAGE).get_page(request.GET.get("sida"))
    return page.show("outage/reviewing/samples.html", found=found)


@require_GET
def review_sample(request: ActingRequest, sample_id: UUID) -> HttpResponse:
    """404 for one that reviewers of another principal or branch drew."""
    acting = request.acting
    require(acting, Right.REVIEW_LOG)
    sample: ReviewSample = get_or_404(samples_of(acting).get, pk=sample_id)
    rows = sample.entries.select_related("user", "unit", "patients").order_by("at", "pk")
    context = {"sample": sample, "rows": _shown(acting, list(rows))}
    return render(request, "outage/reviewing/sample.html", context)


@require_GET
def review_report(request: ActingRequest) -> HttpResponse:
    """What was done and reviewed in a period, counted."""
    acting = request.acting
    require(acting, Right.REVIEW_LOG)
    today = timezone.localdate()
    usual = {"since": (today - USUAL_PERIOD).isoformat(), "until": today.isoformat()}
    form = ReportForm(request.GET if "since" in request.GET else usual)
    figures = period_figures(acting, *form.days) if form.is_valid() else None
    context = {
        "form": form,
        "reviewed": name_of_reach(acting, Right.REVIEW_LOG),
        "figures": figures,
        "actions": [(trace_words(action), count) for action, count in figures.actions] if figures else [],
        "totals": report_totals(figures) if figures else [],
    }
    return render(request, "outage/reviewing/report.html", context)


@require_GET
def decisions(request: ActingRequest) -> HttpResponse:
    require(request.acting, Right.FOLLOW_DECISIONS)
    rows = decided_rows(decided_by_hand(request.acting))
    context = {"rows": rows, "principal": request.acting.principal}
    return render(request, "outage/reviewing/decisions.html", context)
