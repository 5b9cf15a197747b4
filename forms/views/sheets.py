"""Prints as PDF in the browser: the blankett of a care chain, a checklist, the contact list."""

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from contacts.rules.errors import NotAllowed
from contacts.views.exporting import chosen_principal
from forms.rendering import PrintingUnavailable
from forms.services.printing import Printed, print_care_chain, print_checklist, print_contact_list
from outage.models import CareChain
from outage.presenters.checklists import checklist_card
from outage.queries.care_chains import get_chain
from outage.queries.outages import outage_in_view


@require_GET
def chain_sheet(request: HttpRequest, chain_id: UUID) -> HttpResponse:
    """Print the vårdkedjeblankett of a chain the acting person may see; 404 for any other."""
    try:
        chain = get_chain(request.acting, chain_id)
    except CareChain.DoesNotExist:
        raise Http404 from None
    return _answer(request, lambda: print_care_chain(by=request.acting, chain=chain))


@require_GET
def checklist_pdf(request: HttpRequest, key: str) -> HttpResponse:
    """Print one of the acting unit's checklists; 404 for one that is not the unit's."""
    outage = outage_in_view()
    card = checklist_card(request.acting, outage, key)
    if card is None:
        raise Http404
    return _answer(request, lambda: print_checklist(by=request.acting, card=card, outage=outage))


@require_GET
def contact_list(request: HttpRequest) -> HttpResponse:
    """Print the contact list for the binder, `?huvudman=<id>` that of one principal; 404 for an id of none."""
    principal = chosen_principal(request)
    return _answer(request, lambda: print_contact_list(by=request.acting, principal=principal))


def _answer(request: HttpRequest, make: Callable[[], Printed]) -> HttpResponse:
    try:
        printed = make()
    except NotAllowed as error:
        raise PermissionDenied(error.reason) from None
    except PrintingUnavailable as error:
        return render(request, "forms/unavailable.html", {"reason": error.reason}, status=503)
    return HttpResponse(
        printed.pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{printed.filename}"',
            "Cache-Control": "no-store, private",
        },
    )
