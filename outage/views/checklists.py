"""Checklistor: the unit's lists, one list with its ticks, and one tick (R2.7)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from contacts.access import ActingRequest
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs, held_by_value
from contacts.views.tools import asks_for_part, get_or_404, held_as
from outage.presenters.checklists import checklist_card, checklist_cards
from outage.queries.checklists import NO_OUTAGE
from outage.queries.outages import outage_in_view
from outage.services.checklists import set_tick

from ._tools import why_not_in


@require_GET
def checklists(request: ActingRequest) -> HttpResponse:
    outage = outage_in_view(request.acting.principal)
    cards = checklist_cards(request.acting, outage)
    return render(request, "outage/checklist/list.html", {"cards": cards, "outage": outage})


@require_GET
def checklist(request: ActingRequest, key: str) -> HttpResponse:
    """404 for a checklist that is not the unit's."""
    outage = outage_in_view(request.acting.principal)
    card = get_or_404(checklist_card, request.acting, outage, key)
    return render(request, "outage/checklist/show.html", {"card": card, "outage": outage})


_TICK = held_by_value(
    "done", {"1": HeldAs("Bocka av", pressed=True)}, HeldAs("Inte gjort ändå", pressed=True)
)


@held_as(_TICK)
@require_POST
def tick(request: ActingRequest, key: str) -> HttpResponse:
    """To htmx the item and the count; others go back to the page they came from."""
    item_key = request.POST.get("item", "")
    error = _tick(request, key, item_key)
    card = get_or_404(checklist_card, request.acting, outage_in_view(request.acting.principal), key)
    item = card.item(item_key)
    if asks_for_part(request) and item is not None:
        context = {"card": card, "item": item, "error": error, "swapped": True}
        return render(request, "outage/checklist/_item.html", context)
    if error:
        messages.error(request, error)
    if request.POST.get("from") == "status":
        return redirect("status")
    address = reverse("checklist", args=[key])
    return redirect(f"{address}#punkt-{item_key}" if item else address)


def _tick(request: ActingRequest, key: str, item_key: str) -> str:
    """The Swedish reason why it could not be done, else ""."""
    outage = outage_in_view(request.acting.principal)
    if outage is None:
        return NO_OUTAGE
    if why := why_not_in(request, outage):
        return why
    try:
        set_tick(
            by=request.acting,
            outage=outage,
            checklist_key=key,
            item_key=item_key,
            done=request.POST.get("done") == "1",
        )
    except RuleError as error:
        return error.reason
    return ""
