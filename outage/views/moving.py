"""A call that was about another patient: logged on that one instead."""

from functools import partial
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import held_as, require, save_or_show
from outage.models import Handover
from outage.presenters.chain import call_title, told_labels
from outage.queries.care_chains import find_chains, visible_chains
from outage.queries.chain_log import log_of
from outage.queries.naming import patient_in_list, ward_label
from outage.rules.wording import moment
from outage.services.moving import move_call
from outage.webforms.events import MoveCallForm

from ._tools import chain_or_404, changeable_call_or_404, show_changed, whose

CHAINS_SHOWN = 50


@held_as(HeldAs("Flytt av samtal till rätt patient"))
@require_http_methods(["GET", "POST"])
def move(request: ActingRequest, handover_id: UUID) -> HttpResponse:
    """Choose the patient that a call was about; searched for by POST, so that no name is in the address."""
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
        log = log_of(call.chain_id)
        routine = call.chain.outage.routine
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

    changed = partial(show_changed, request, form, call, show, lambda stands: {"call": stands})
    if saving:
        return save_or_show(request, form, save=save, show=show, changed=changed)
    form.errors.clear()
    return show(form)
