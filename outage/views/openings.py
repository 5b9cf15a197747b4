"""Why a patient is opened: protected personal data, and in an emergency a chain of another unit."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from contacts.access import ActingRequest
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.views.arriving import go_on, wanted_path
from contacts.views.tools import FormPage, get_or_404, held_as, require
from outage.models import CareChain
from outage.queries.care_chains import get_chain
from outage.queries.naming import patient_in_list
from outage.queries.openings import is_opened
from outage.queries.outages import outage_in_view
from outage.queries.same_patient import found_elsewhere
from outage.rules.opening import LASTS, OpeningKind
from outage.services.openings import open_in_emergency, open_protected
from outage.webforms.openings import EmergencyForm, OpeningForm


@held_as(HeldAs("Öppna skyddade personuppgifter"), OpeningForm)
@require_http_methods(["GET", "POST"])
def open_patient(request: ActingRequest, chain_id: UUID) -> HttpResponse:
    """Asks why, and leads on to the page that was wanted (`next`), else to the chain. It names nobody."""
    require(request.acting, Right.READ_CARE)
    chain = get_or_404(get_chain, request.acting, chain_id)
    if not chain.details.protected_identity:
        return _lead_on(request, chain)
    form = OpeningForm(request.POST if request.method == "POST" else None)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            open_protected(by=request.acting, chain=chain, **form.facts())
            return _lead_on(request, chain)
    if request.method == "GET" and is_opened(request.acting, chain):
        return _lead_on(request, chain)
    return page.show(
        "outage/opening/protected.html",
        chain=chain,
        patient=patient_in_list(chain),
        minutes=_minutes(OpeningKind.PROTECTED),
        next=wanted_path(request),
    )


def _lead_on(request: ActingRequest, chain: CareChain) -> HttpResponse:
    wanted = wanted_path(request)
    return go_on(request, wanted) if wanted else redirect("chain", chain.pk)


@held_as(HeldAs("Nödöppning"), EmergencyForm)
@require_POST
def open_elsewhere(request: ActingRequest) -> HttpResponse:
    """The chain of another unit that a search by the patient's whole number found; asks why first.

    By POST alone, with the number: that a chain exists is told to nobody who does not know whose it is.
    """
    require(request.acting, Right.EMERGENCY_OPEN)
    outage = get_or_404(outage_in_view, request.acting.principal)
    number = request.POST.get("number", "")
    found = {str(chain.pk): chain for chain in found_elsewhere(request.acting, number, outage)}
    chain = found.get(request.POST.get("chain", ""))
    if chain is None:
        raise Http404
    is_asked = "reason" in request.POST or "held" in request.POST
    form = EmergencyForm(request.POST if is_asked else None, initial={"number": number, "chain": chain.pk})
    page = FormPage(request, form)
    if is_asked and page.to_save():
        with page:
            open_in_emergency(by=request.acting, outage=outage, **form.facts())
            return redirect("chain", chain.pk)
    return page.show(
        "outage/opening/emergency.html",
        unit=chain.unit,
        number=number,
        minutes=_minutes(OpeningKind.EMERGENCY),
    )


def _minutes(kind: OpeningKind) -> int:
    return int(LASTS[kind].total_seconds() // 60)
