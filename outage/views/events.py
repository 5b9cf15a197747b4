"""Events: corrected, taken back; a discharge completed, or left with an open item."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts.access import ActingRequest
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import FormPage, held_as, require, told_if_refused
from contacts.webforms.differences import form_differences
from outage.models import CareChainEvent
from outage.presenters.chain import changed_by
from outage.queries.care_chains import get_event, newest_of
from outage.queries.chain_log import log_of
from outage.queries.owed import event_standings, open_item_for
from outage.queries.targets import target_name, targets_by_key
from outage.rules.informing import InformState
from outage.rules.wording import moment
from outage.services.events import complete_discharge, correct_event, leave_discharge_open, withdraw_event
from outage.services.taken_back import undo_withdrawal
from outage.webforms.events import CorrectEventForm, OpenItemForm, ReasonForm

from ._tools import changeable_or_404, led_to_standing, row_or_404, standing_row, to_chain, whose


def _label(event: CareChainEvent) -> str:
    return event.chain.outage.routine.label(event.kind)


@held_as(HeldAs("Rättelse av händelse"), CorrectEventForm)
@require_http_methods(["GET", "POST"])
def correct(request: ActingRequest, event_id: UUID) -> HttpResponse:
    require(request.acting, Right.LOG_CARE)
    event = changeable_or_404(request, get_event, event_id)
    if standing := led_to_standing(request, event):
        return standing
    form = CorrectEventForm(request.POST or None, event=event)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            correct_event(by=request.acting, event=event, answers=form.answers(), **form.facts())
            said = "Händelsen är rättad. Den gamla står kvar, överstruken."
            return to_chain(request, event.chain_id, said=said)
    standing_row(page, event, lambda stands: CorrectEventForm(event=stands))
    return page.show("outage/event/correct.html", event=event, label=_label(event), **whose(event.chain))


@held_as(HeldAs("Återtag av händelse"), ReasonForm)
@require_http_methods(["GET", "POST"])
def withdraw(request: ActingRequest, event_id: UUID) -> HttpResponse:
    """Of a row that takes an event back: to undo that."""
    require(request.acting, Right.LOG_CARE)
    event = row_or_404(request, get_event, event_id)
    if standing := led_to_standing(request, event):
        return standing
    form = ReasonForm(request.POST or None)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            facts = {name: form.cleaned_data[name] for name in ("client_id", "reason")}
            if event.withdraws:
                undo_withdrawal(by=request.acting, event=event, **facts)
                said = "Återtaget är ångrat. Händelsen gäller igen."
            else:
                withdraw_event(by=request.acting, event=event, answers=form.answers(), **facts)
                said = "Händelsen är återtagen. Den står kvar, överstruken."
            return to_chain(request, event.chain_id, said=said)
    if event.withdraws and page.changed:
        messages.info(request, changed_by(newest_of(event), timezone.now()))
        return to_chain(request, event.chain_id)
    stands = event.supersedes or event if event.withdraws else standing_row(page, event)
    told = "De som redan är underrättade"
    owed = "ska ringas. Samtalen hamnar under Att ringa nu."
    return page.show(
        "outage/event/withdraw.html",
        undoes=event.withdraws,
        consequence=f"{told} om återtaget {owed}" if event.withdraws else f"{told} {owed}",
        what=f"{event.chain.outage.routine.label(stands.kind)} {moment(stands.happened_at, timezone.now())}",
        **whose(event.chain),
    )


@held_as(HeldAs("Avsluta utskrivningen", pressed=True))
@require_POST
def complete(request: ActingRequest, event_id: UUID) -> HttpResponse:
    """A discharge that is not complete says who is not informed."""
    require(request.acting, Right.LOG_CARE)
    event = row_or_404(request, get_event, event_id)
    with told_if_refused(request):
        complete_discharge(by=request.acting, event=event)
        messages.success(request, "Utskrivningen är avslutad. Alla är underrättade.")
    return to_chain(request, event.chain_id)


@held_as(HeldAs("Öppen punkt"), OpenItemForm)
@require_http_methods(["GET", "POST"])
def leave_open(request: ActingRequest, event_id: UUID) -> HttpResponse:
    require(request.acting, Right.LOG_CARE)
    event = row_or_404(request, get_event, event_id)
    if standing := led_to_standing(request, event):
        return standing
    recipient = request.POST.get("recipient") or request.GET.get("till", "")
    item = open_item_for(event, recipient)
    form = OpenItemForm(request.POST or None, initial={"recipient": recipient, "seen": item and item.pk})
    log = log_of(event.chain_id)
    target = targets_by_key(event.chain, log).get(recipient)
    if target is None:
        to_tell = [
            s.target for s in event_standings(event.chain, log, event) if s.state != InformState.INFORMED
        ]
        form.ask_whom({each.key: target_name(event.chain, log, each) for each in to_tell})
    page = FormPage(request, form)
    if page.to_save():
        with page:
            leave_discharge_open(by=request.acting, event=event, **form.cleaned_data)
            said = "Öppen punkt sparad. Samtalet står kvar under Att ringa nu."
            return to_chain(request, event.chain_id, said=said)
    if page.changed and (stands := open_item_for(event, recipient)):
        by = f"Öppen punkt sparad {moment(stands.recorded_at, timezone.now())} av {stands.user.full_name}."
        fresh = OpenItemForm(initial={"responsible": stands.responsible, "reason": stands.reason})
        page.tell_changed(by, seen=stands.pk)
        page.tell(differences=form_differences(form, fresh, of_the_change=()))
    place = target_name(event.chain, log, target) if target else ""
    context = {"label": _label(event), "place": place} | whose(event.chain)
    return page.show("outage/event/leave_open.html", **context)
