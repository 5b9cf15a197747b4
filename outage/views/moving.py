"""A call that was about another patient: logged on that one instead."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import held_as, renew, require, save_or_show
from outage.models import Handover
from outage.presenters.chain import call_title, changed_by, told_labels
from outage.queries.care_chains import find_chains, newest_of, visible_chains
from outage.queries.chain_log import logs_of
from outage.queries.naming import patient_in_list, ward_label
from outage.routine import get_routine
from outage.rules.wording import moment
from outage.services.moving import move_call
from outage.webforms.events import MoveCallForm

from ._tools import chain_or_404, changeable_call_or_404, whose

CHAINS_SHOWN = 50


@held_as(HeldAs("Flytt av samtal till rätt patient"))
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Choose the patient that a call was about; searched for by POST, so that no name stands in the address."""
    require(request.acting, Right.LOG_CARE)
    call = changeable_call_or_404(request, handover_id)
    text = request.POST.get("sok", "").strip()
    found = visible_chains(request.acting, call.chain.outage).exclude(pk=call.chain_id)
    if text:
        found = find_chains(found, text)
    chosen = request.POST.get("to", "")
    shown = list(found.order_by("-number")[:CHAINS_SHOWN])
    if chosen and chosen not in {str(chain.pk) for chain in shown}:
        shown += [
            chain for chain in visible_chains(request.acting, call.chain.outage) if str(chain.pk) == chosen
        ]
    options = [(str(chain.pk), patient_in_list(chain), ward_label(chain), chain.number) for chain in shown]
    saving = request.method == "POST" and "search" not in request.POST
    form = MoveCallForm(
        request.POST if request.method == "POST" else None,
        chains=[key for key, *_ in options],
        initial={"client_id": uuid4()},
    )

    def show(form: MoveCallForm, status: int = 200, call: Handover = call, **more: object) -> HttpResponse:
        log = logs_of([call.chain_id])[call.chain_id]
        routine = get_routine(call.chain.outage.routine_id)
        context = {
            "form": form,
            **whose(call.chain),
            "what": f"{call_title(call)} {moment(call.at, timezone.now())}",
            "told": ", ".join(told_labels(call, log.events, routine)),
            "options": options,
            "search": text,
            "chosen": chosen,
        } | more
        return render(request, "outage/call/move.html", context, status=status)

    def save() -> HttpResponse:
        row = move_call(
            by=request.acting,
            handover=call,
            to=chain_or_404(request, form.cleaned_data["to"]),
            client_id=form.cleaned_data["client_id"],
            reason=form.cleaned_data["reason"],
            answers=form.answers(),
        )
        messages.success(request, "Samtalet är flyttat. Det står kvar, överstruket, där det var loggat.")
        return redirect("chain", row.chain_id)

    def changed() -> HttpResponse:
        stands = newest_of(call)
        by = changed_by(stands, timezone.now())
        if stands.withdraws:
            return show(form, 409, changed_by=by, taken_back=True)
        renew(form)
        return show(form, 409, stands, changed_by=by, action=reverse("move_call", args=[stands.pk]))

    if saving:
        return save_or_show(request, form, save=save, show=show, changed=changed)
    form.errors.clear()
    return show(form)
