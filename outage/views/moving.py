"""A call that was about another patient: logged on that one instead."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.tools import FormPage, held_as, require
from outage.presenters.chain import call_title, told_labels
from outage.queries.care_chains import find_chains, get_chain, get_handover, visible_chains
from outage.queries.chain_log import log_of
from outage.queries.naming import patient_in_list, ward_label
from outage.rules.wording import moment
from outage.services.moving import move_call
from outage.webforms.events import MoveCallForm

from ._tools import changeable_or_404, led_to_standing, seen_or_404, standing_row, to_chain, whose

CHAINS_SHOWN = 50


@held_as(HeldAs("Flytt av samtal till rätt patient"), MoveCallForm)
@require_http_methods(["GET", "POST"])
def move(request: ActingRequest, handover_id: UUID) -> HttpResponse:
    """Choose the patient that a call was about; searched for by POST, so that no name is in the address."""
    require(request.acting, Right.LOG_CARE)
    call = changeable_or_404(request, get_handover, handover_id)
    if standing := led_to_standing(request, call):
        return standing
    text = request.POST.get("sok", "").strip()
    acting, outage = request.acting, call.chain.outage
    found = find_chains(acting, text, outage) if text else visible_chains(acting, outage)
    chosen = request.POST.get("to", "")
    shown = list(found.exclude(pk=call.chain_id).order_by("-number")[:CHAINS_SHOWN])
    if chosen and chosen not in {str(chain.pk) for chain in shown}:
        shown += [chain for chain in visible_chains(acting, outage) if str(chain.pk) == chosen]
    options = [(str(chain.pk), patient_in_list(chain), ward_label(chain), chain.number) for chain in shown]
    form = MoveCallForm(
        request.POST if request.method == "POST" else None, chains=[key for key, *_ in options]
    )
    page = FormPage(request, form)
    if "search" in request.POST:
        form.errors.clear()
    elif page.to_save():
        with page:
            row = move_call(
                by=acting,
                handover=call,
                to=seen_or_404(request, get_chain, form.cleaned_data["to"]),
                client_id=form.cleaned_data["client_id"],
                reason=form.cleaned_data["reason"],
                answers=form.answers(),
            )
            said = "Samtalet är flyttat. Det står kvar, överstruket, där det var loggat."
            return to_chain(request, row.chain_id, said=said)
    stands = standing_row(page, call)
    log, routine = log_of(stands.chain_id), stands.chain.outage.routine
    context = {
        **whose(stands.chain),
        "what": f"{call_title(stands)} {moment(stands.at, timezone.now())}",
        "told": ", ".join(told_labels(stands, log.events, routine, log.versions)),
        "options": options,
        "search": text,
        "chosen": chosen,
    }
    return page.show("outage/call/move.html", **context)
