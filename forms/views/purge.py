"""Gallring: what can be purged and what holds it up, proposed by one person and confirmed by another. No patients."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contacts.access import ActingRequest, can
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import FormPage, check_sent, get_or_404, held_as, put, require, told_if_refused
from forms.models import PurgeStep
from forms.presenters.purge import count_rows, purge_rows, span_words, state_words, step_rows
from forms.queries.purge import changed_since, preview_of, purges_of, steps_of
from forms.rules.purge import UNDER_WAY, PurgeStepKind, stops, untold_in
from forms.services.purge import confirm_purge, propose_purge, withdraw_purge
from forms.webforms.purge import ConfirmForm, ProposeForm, WithdrawForm
from outage.models import Outage
from outage.queries.closing import open_things
from outage.rules.closing import kinds_in_words

_ROWS_A_PAGE = 25


@require_GET
def purges(request: ActingRequest) -> HttpResponse:
    require(request.acting, Right.CONFIRM_PURGE)
    principal = request.acting.principal
    found = Paginator(purges_of(principal), _ROWS_A_PAGE).get_page(request.GET.get("sida"))
    outages = list(found)
    rows = purge_rows(outages, steps_of(principal, outages))
    return render(request, "forms/purge/list.html", {"principal": principal, "found": found, "rows": rows})


@held_as(HeldAs("Föreslå gallring"), ProposeForm)
@require_http_methods(["GET", "POST"])
def purge(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """What it is, what stops it and the steps so far; a proposal is posted."""
    outage = _outage_or_404(request, outage_id)
    if request.method == "POST":
        require(request.acting, Right.DECIDE_DISPOSAL)
    page = FormPage(request, ProposeForm(request.POST or None, initial={"seen": _seen(request, outage)}))
    if page.to_save():
        with page:
            propose_purge(by=request.acting, outage=outage, **page.form.cleaned_data)
            return page.done(
                "Gallringen är föreslagen. En annan person ska bekräfta den.", "purge", outage.pk
            )
    if page.changed:
        put(page.form, seen=_seen(request, outage))
    return page.show("forms/purge/show.html", **_context(request, outage))


@held_as(HeldAs("Bekräfta gallringen", pressed=True))
@require_POST
def purge_confirm(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    outage = _outage_or_404(request, outage_id)
    form = ConfirmForm(request.POST)
    with told_if_refused(request):
        check_sent(form)
        try:
            step = confirm_purge(by=request.acting, outage=outage, **form.cleaned_data)
        except RuleError as refused:
            if refused.field not in form.fields:
                raise
            form.add_error(refused.field, refused.reason)
            context = _context(request, outage) | {"form": ProposeForm(), "confirm": form}
            return render(request, "forms/purge/show.html", context, status=422)
        messages.success(
            request, f"Gallringen är bekräftad. {state_words([step], is_purged=False).partition('. ')[2]}"
        )
    return redirect("purge", outage.pk)


@held_as(HeldAs("Ta tillbaka gallringen"), WithdrawForm)
@require_http_methods(["GET", "POST"])
def purge_withdraw(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    outage = _outage_or_404(request, outage_id)
    page = FormPage(request, WithdrawForm(request.POST or None, initial={"seen": _seen(request, outage)}))
    if page.to_save():
        with page:
            withdraw_purge(by=request.acting, outage=outage, **page.form.cleaned_data)
            return page.done("Gallringen är tillbakatagen.", "purge", outage.pk)
    if page.changed:
        put(page.form, seen=_seen(request, outage))
    steps = _steps(request, outage)
    return page.show("forms/purge/withdraw.html", outage=outage, state=state_words(steps, is_purged=False))


def _outage_or_404(request: ActingRequest, outage_id: UUID) -> Outage:
    require(request.acting, Right.CONFIRM_PURGE)
    return get_or_404(purges_of(request.acting.principal).get, pk=outage_id)


def _steps(request: ActingRequest, outage: Outage) -> list[PurgeStep]:
    return steps_of(request.acting.principal, [outage])[outage.pk]


def _seen(request: ActingRequest, outage: Outage) -> int | str:
    steps = _steps(request, outage)
    return steps[-1].number if steps else ""


def _context(request: ActingRequest, outage: Outage) -> dict[str, Any]:
    acting = request.acting
    preview = preview_of(acting.principal, outage)
    steps = _steps(request, outage)
    last, reasons = (steps[-1] if steps else None), stops(preview.facts)
    under_way = last is not None and last.kind in UNDER_WAY
    proposed = last is not None and last.kind == PurgeStepKind.PROPOSED
    undone = open_things(acting.principal, outage)
    if last and under_way and (changed := changed_since(last, preview.counted)):
        reasons += [*changed, "Ta tillbaka gallringen och föreslå den på nytt."]
    return {
        "outage": outage,
        "principal": acting.principal,
        "state": state_words(steps, is_purged=preview.facts.purged),
        "purged": preview.facts.purged and not preview.facts.left,
        "reasons": reasons,
        "undone": kinds_in_words(undone),
        "untold": untold_in(undone),
        "counts": count_rows(preview.counted),
        "span": span_words(preview),
        "shared": preview.shared,
        "reference": preview.facts.reference,
        "steps": step_rows(steps),
        "under_way": under_way,
        "refused": last is not None and last.kind == PurgeStepKind.REFUSED,
        "may_propose": can(acting, Right.DECIDE_DISPOSAL) and not under_way and not reasons,
        "own": proposed and last is not None and last.user_id == acting.user.pk,
        "confirm": ConfirmForm(initial={"seen": last.number}) if proposed and last and not reasons else None,
    }
