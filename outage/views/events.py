"""Events: corrected, taken back; a discharge completed, or left with an open item."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts.rules.errors import CHANGED_MEANWHILE, RuleError
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import held_as, renew, require, save_or_show
from contacts.webforms.differences import form_differences
from outage.models import CareChainEvent
from outage.presenters.care import targets_by_key
from outage.presenters.chain import changed_by
from outage.queries.care_chains import newest_of
from outage.queries.chain_log import logs_of
from outage.queries.owed import open_item_for
from outage.queries.standing import target_name
from outage.routine import get_routine
from outage.rules.wording import moment
from outage.services.events import complete_discharge, correct_event, leave_discharge_open, withdraw_event
from outage.webforms.events import CorrectEventForm, OpenItemForm, ReasonForm

from ._tools import event_or_404, whose


def _label(event: CareChainEvent) -> str:
    return get_routine(event.chain.outage.routine_id).label(event.kind)


def _changeable(request: HttpRequest, event_id: UUID) -> CareChainEvent:
    """Give an event of one's own chains that is not itself a withdrawal, or 404."""
    event = event_or_404(request, event_id)
    if event.withdraws:
        raise Http404
    return event


@held_as(HeldAs("Rättelse av händelse"))
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Correct an event by a new row."""
    require(request.acting, Right.LOG_CARE)
    event = _changeable(request, event_id)
    routine = get_routine(event.chain.outage.routine_id)
    form = CorrectEventForm(
        request.POST or None, event=event, routine=routine, initial={"client_id": uuid4()}
    )

    def show(form: CorrectEventForm, status: int = 200, **more: object) -> HttpResponse:
        context = {"form": form, "event": event, "label": _label(event)} | whose(event.chain) | more
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
            kind=form.cleaned_data["kind"],
            answers=form.answers(),
        )
        messages.success(request, "Händelsen är rättad. Den gamla står kvar, överstruken.")
        return redirect("chain", event.chain_id)

    def changed() -> HttpResponse:
        stands = newest_of(event)
        by = changed_by(stands, timezone.now())
        if stands.withdraws:
            return show(form, 409, changed_by=by, taken_back=True)
        renew(form)
        fresh = CorrectEventForm(event=stands, routine=routine)
        differences = form_differences(form, fresh)
        return show(
            form,
            409,
            differences=differences,
            changed_by=by,
            action=reverse("correct_event", args=[stands.pk]),
        )

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show, changed=changed)
    return show(form)


@held_as(HeldAs("Återtag av händelse"))
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Take an event back by a new row."""
    require(request.acting, Right.LOG_CARE)
    event = _changeable(request, event_id)
    form = ReasonForm(request.POST or None, initial={"client_id": uuid4()})

    def show(form: ReasonForm, status: int = 200, **more: object) -> HttpResponse:
        context = {
            "form": form,
            **whose(event.chain),
            "what": f"{_label(event)} {moment(event.happened_at, timezone.now())}",
            "consequence": "De som redan är underrättade ska ringas. Samtalen hamnar under Att ringa nu.",
        } | more
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

    def changed() -> HttpResponse:
        stands = newest_of(event)
        by = changed_by(stands, timezone.now())
        if stands.withdraws:
            return show(form, 409, changed_by=by, taken_back=True)
        renew(form)
        what = f"{_label(stands)} {moment(stands.happened_at, timezone.now())}"
        return show(form, 409, changed_by=by, what=what, action=reverse("withdraw_event", args=[stands.pk]))

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show, changed=changed)
    return show(form)


@held_as(HeldAs("Avsluta utskrivningen", pressed=True))
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


@held_as(HeldAs("Öppen punkt"))
@require_http_methods(["GET", "POST"])
def leave_open(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Leave a discharge with somebody not told: who answers for it and why."""
    require(request.acting, Right.LOG_CARE)
    event = event_or_404(request, event_id)
    recipient = request.POST.get("recipient") or request.GET.get("till", "")
    stands = open_item_for(event, recipient)
    initial = {"client_id": uuid4(), "recipient": recipient, "seen": stands and stands.pk}
    form = OpenItemForm(request.POST or None, initial=initial)

    def show(form: OpenItemForm, status: int = 200, **more: object) -> HttpResponse:
        log = logs_of([event.chain_id])[event.chain_id]
        target = targets_by_key(event.chain, log).get(recipient)
        place = target_name(event.chain, log, target) if target else ""
        context = {"form": form, "label": _label(event), "place": place} | whose(event.chain) | more
        return render(request, "outage/event/leave_open.html", context, status=status)

    def save() -> HttpResponse:
        leave_discharge_open(by=request.acting, event=event, **form.cleaned_data)
        messages.success(request, "Öppen punkt sparad. Samtalet står kvar under Att ringa nu.")
        return redirect("chain", event.chain_id)

    def changed() -> HttpResponse:
        item = open_item_for(event, recipient)
        if item is None:
            form.add_error(None, CHANGED_MEANWHILE)
            return show(form, 409)
        renew(form, seen=item.pk)
        fresh = OpenItemForm(initial={"responsible": item.responsible, "reason": item.reason})
        differences = form_differences(form, fresh, of_the_change=())
        by = f"Öppen punkt sparad {moment(item.recorded_at, timezone.now())} av {item.user.full_name}."
        return show(form, 409, differences=differences, changed_by=by)

    if request.method == "POST":
        return save_or_show(request, form, save=save, show=show, changed=changed)
    return show(form)
