"""Events: corrected, taken back; a discharge completed, or left with an open item."""

from functools import partial
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts.access import ActingRequest
from contacts.rules.errors import CHANGED_MEANWHILE, RuleError
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import held_as, page_of_form, renew, require, save_or_show
from contacts.webforms.differences import form_differences
from outage.models import CareChainEvent
from outage.presenters.care import targets_by_key
from outage.queries.chain_log import log_of
from outage.queries.owed import open_item_for
from outage.queries.standing import target_name
from outage.rules.wording import moment
from outage.services.events import complete_discharge, correct_event, leave_discharge_open, withdraw_event
from outage.webforms.events import CorrectEventForm, OpenItemForm, ReasonForm

from ._tools import changeable_event_or_404, event_or_404, show_changed, whose


def _label(event: CareChainEvent) -> str:
    return event.chain.outage.routine.label(event.kind)


@held_as(HeldAs("Rättelse av händelse"))
@require_http_methods(["GET", "POST"])
def correct(request: ActingRequest, event_id: UUID) -> HttpResponse:
    require(request.acting, Right.LOG_CARE)
    event = changeable_event_or_404(request, event_id)
    form = CorrectEventForm(request.POST or None, event=event, initial={"client_id": uuid4()})
    more = {"event": event, "label": _label(event)} | whose(event.chain)
    show = page_of_form(request, "outage/event/correct.html", **more)

    def save() -> HttpResponse:
        correct_event(by=request.acting, event=event, answers=form.answers(), **form.facts())
        messages.success(request, "Händelsen är rättad. Den gamla står kvar, överstruken.")
        return redirect("chain", event.chain_id)

    def differences(stands: CareChainEvent) -> dict[str, object]:
        return {"differences": form_differences(form, CorrectEventForm(event=stands))}

    changed = partial(show_changed, request, form, event, show, differences)
    return save_or_show(request, form, save=save, show=show, changed=changed)


@held_as(HeldAs("Återtag av händelse"))
@require_http_methods(["GET", "POST"])
def withdraw(request: ActingRequest, event_id: UUID) -> HttpResponse:
    require(request.acting, Right.LOG_CARE)
    event = changeable_event_or_404(request, event_id)
    form = ReasonForm(request.POST or None, initial={"client_id": uuid4()})

    def what(event: CareChainEvent) -> dict[str, object]:
        return {"what": f"{_label(event)} {moment(event.happened_at, timezone.now())}"}

    show = page_of_form(
        request,
        "outage/event/withdraw.html",
        consequence="De som redan är underrättade ska ringas. Samtalen hamnar under Att ringa nu.",
        **whose(event.chain) | what(event),
    )

    def save() -> HttpResponse:
        withdraw_event(by=request.acting, event=event, **form.cleaned_data)
        messages.success(request, "Händelsen är återtagen. Den står kvar, överstruken.")
        return redirect("chain", event.chain_id)

    changed = partial(show_changed, request, form, event, show, what)
    return save_or_show(request, form, save=save, show=show, changed=changed)


@held_as(HeldAs("Avsluta utskrivningen", pressed=True))
@require_POST
def complete(request: ActingRequest, event_id: UUID) -> HttpResponse:
    """A discharge that is not complete says who is not informed."""
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
def leave_open(request: ActingRequest, event_id: UUID) -> HttpResponse:
    """Leave a discharge with somebody not told: who is responsible and why."""
    require(request.acting, Right.LOG_CARE)
    event = event_or_404(request, event_id)
    recipient = request.POST.get("recipient") or request.GET.get("till", "")
    stands = open_item_for(event, recipient)
    initial = {"client_id": uuid4(), "recipient": recipient, "seen": stands and stands.pk}
    form = OpenItemForm(request.POST or None, initial=initial)

    log = log_of(event.chain_id)
    target = targets_by_key(event.chain, log).get(recipient)
    place = target_name(event.chain, log, target) if target else ""
    show = page_of_form(
        request, "outage/event/leave_open.html", label=_label(event), place=place, **whose(event.chain)
    )

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

    return save_or_show(request, form, save=save, show=show, changed=changed)
