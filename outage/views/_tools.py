"""What the views share: the row that an address names, or 404."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.presenters.care import patient_on_own_page
from outage.queries.care_chains import get_chain, get_event, get_handover
from outage.queries.naming import ward_label
from outage.queries.outages import outage_in_view, recent_outages


def chain_or_404(request: HttpRequest, chain_id: UUID) -> CareChain:
    """Give a chain the acting person may see; 404 for any other, so that its existence is not told."""
    try:
        return get_chain(request.acting, chain_id)
    except CareChain.DoesNotExist:
        raise Http404 from None


def uuid_or_404(text: str) -> UUID:
    """The id that stands in an address, or 404."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def event_or_404(request: HttpRequest, event_id: UUID) -> CareChainEvent:
    """Give an event of a chain the acting person may see, or 404."""
    try:
        return get_event(request.acting, event_id)
    except (CareChainEvent.DoesNotExist, CareChain.DoesNotExist):
        raise Http404 from None


def handover_or_404(request: HttpRequest, handover_id: UUID) -> Handover:
    """Give a call of a chain the acting person may see, or 404."""
    try:
        return get_handover(request.acting, handover_id)
    except (Handover.DoesNotExist, CareChain.DoesNotExist):
        raise Http404 from None


def changeable_call_or_404(request: HttpRequest, handover_id: UUID) -> Handover:
    """A call of one's own chains that is not itself a withdrawal, or 404."""
    handover = handover_or_404(request, handover_id)
    if handover.withdraws:
        raise Http404
    return handover


def whose(chain: CareChain) -> dict[str, object]:
    """The chain and its patient for a page about one of its rows, which names whose row it is."""
    return {
        "chain": chain,
        "patient": patient_on_own_page(chain, timezone.now()),
        "ward": ward_label(chain),
    }


def outage_or_404(request: HttpRequest) -> Outage:
    """The outage in view of the acting principal, or 404 when there is none to speak of."""
    outage = outage_in_view(request.acting.principal)
    if outage is None:
        raise Http404
    return outage


def chosen_outage_or_404(request: HttpRequest) -> Outage:
    """Give the outage that the address or the form names among the recent ones, else the one in view; or 404."""
    wanted = request.POST.get("driftstopp") or request.GET.get("driftstopp")
    if not wanted:
        return outage_or_404(request)
    found = next(
        (outage for outage in recent_outages(request.acting.principal) if str(outage.pk) == wanted), None
    )
    if found is None:
        raise Http404
    return found


def back_address(outage: Outage) -> str:
    """The address of what is to be entered after that very outage, whichever is in view."""
    return f"{reverse('back_registration')}?driftstopp={outage.pk}"
