"""Events: corrected, taken back; a discharge completed, or left with an open item."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.views.tools import require, save_or_show
from outage.models import CareChainEvent
from outage.routine import get_routine
from outage.rules.wording import clock_time
from outage.services.events import complete_discharge, correct_event, leave_discharge_open, withdraw_event
from outage.webforms.events import CorrectEventForm, OpenItemForm, ReasonForm

from ._tools import event_or_404


def _label(event: CareChainEvent) -> str:
    return get_routine(event.chain.outage.routine_id).label(event.kind)


def _changeable(request: HttpRequest, event_id: UUID) -> CareChainEvent:
    """Give an event of one's own chains that is not itself a withdrawal, or 404."""
    event = event_or_404(request, event_id)
    if event.withdraws:
        raise Http404
    return event


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Correct an event by a new row."""
    require(request.acting, Right.LOG_CARE)
    event = _changeable(request, event_id)
    form = CorrectEventForm(
        request.POST or None,
        event=event,
        routine=get_routine(event.chain.outage.routine_id),
        initial={"client_id": uuid4()},
    )

    def show(form: CorrectEventForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "chain": event.chain, "event": event, "label": _label(event)}
        return render(request, "outage/event/correct.html", context, status=status)

    def save() -> HttpResponse:
        correct_event(
            by=request.acting,
            event=event,
            client_id=form.cleaned_data["client_id"],
            happened_at=form.cleaned_data["happened_at"],
            particulars=form.particulars(),
            reason=form.cleaned_data["reason"],
            told_rightly=form.cleaned_data["told_rightly"],
            answers=form.answers(),
        )
        messages.success(request, "Händelsen är rättad. Den gamla står kvar, överstruken.")
        return redirect("chain", event.chain_id)

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show)
    return show(form)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Take an event back by a new row."""
    require(request.acting, Right.LOG_CARE)
    event = _changeable(request, event_id)
    form = ReasonForm(request.POST or None, initial={"client_id": uuid4()})

    def show(form: ReasonForm, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "chain": event.chain,
            "what": f"{_label(event)} {clock_time(event.happened_at)}",
            "consequence": "De som redan är underrättade ska ringas. Samtalen hamnar under Att ringa nu.",
        }
        return render(request, "outage/event/withdraw.html", context, status=status)

    def save() -> HttpResponse:
        withdraw_event(
            by=request.acting,
            event=event,
            client_id=form.cleaned_data["client_id"],
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, "Händelsen är återtagen. Den står kvar, överstruken.")
        return redirect("chain", event.chain_id)

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show)
    return show(form)


@require_POST
def complete(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Close a discharge of which every party is informed; else say who is not."""
    require(request.acting, Right.LOG_CARE)
    event = event_or_404(request, event_id)
    try:
        complete_discharge(by=request.acting, event=event)
        messages.success(request, "Utskrivningen är avslutad. Alla är underrättade.")
    except RuleError as error:
        messages.error(request, error.reason)
    return redirect("chain", event.chain_id)


@require_http_methods(["GET", "POST"])
def leave_open(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Leave a discharge with somebody not told: who answers for it and why."""
    require(request.acting, Right.LOG_CARE)
    event = event_or_404(request, event_id)
    initial = {"client_id": uuid4(), "recipient": request.GET.get("till", "")}
    form = OpenItemForm(request.POST or None, initial=initial)

    def show(form: OpenItemForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "chain": event.chain, "label": _label(event)}
        return render(request, "outage/event/leave_open.html", context, status=status)

    def save() -> HttpResponse:
        leave_discharge_open(by=request.acting, event=event, **form.cleaned_data)
        messages.success(request, "Öppen punkt sparad. Samtalet står kvar under Att ringa nu.")
        return redirect("chain", event.chain_id)

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show)
    return show(form)
