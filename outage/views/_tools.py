"""What the views share: the row that an address names, or 404, and what a page says of it and of who changed it."""

from collections.abc import Callable, Mapping
from typing import TypeVar
from uuid import UUID

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting, ActingRequest
from contacts.views.tools import renew
from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.presenters.care import patient_on_own_page
from outage.presenters.chain import changed_by
from outage.queries.care_chains import Row, get_chain, get_event, get_handover, newest_of
from outage.queries.naming import ward_label
from outage.queries.outages import outage_in_view, recent_outages

Found = TypeVar("Found")


def _or_404(get: Callable[[Acting, UUID], Found], request: ActingRequest, pk: UUID) -> Found:
    """404 also for what the acting person may not see, so that its existence is not revealed."""
    try:
        return get(request.acting, pk)
    except ObjectDoesNotExist:
        raise Http404 from None


def chain_or_404(request: ActingRequest, chain_id: UUID) -> CareChain:
    """404 where the acting person may not see it."""
    return _or_404(get_chain, request, chain_id)


def uuid_or_404(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def event_or_404(request: ActingRequest, event_id: UUID) -> CareChainEvent:
    """404 where the acting person may not see it."""
    return _or_404(get_event, request, event_id)


def handover_or_404(request: ActingRequest, handover_id: UUID) -> Handover:
    """404 where the acting person may not see it."""
    return _or_404(get_handover, request, handover_id)


def changeable_call_or_404(request: ActingRequest, handover_id: UUID) -> Handover:
    """404 where the acting person may not see it, and for a withdrawal."""
    handover = handover_or_404(request, handover_id)
    if handover.withdraws:
        raise Http404
    return handover


def changeable_event_or_404(request: ActingRequest, event_id: UUID) -> CareChainEvent:
    """404 where the acting person may not see it, and for a withdrawal."""
    event = event_or_404(request, event_id)
    if event.withdraws:
        raise Http404
    return event


def show_changed(
    request: ActingRequest,
    form: forms.Form,
    row: Row,
    show: Callable[..., HttpResponse],
    more: Callable[[Row], Mapping[str, object]],
) -> HttpResponse:
    """For whoever is second to change `row`: both versions; what is saved then replaces the row that stands by now.

    `more` is what the page says of that row. One that was taken back can no longer be changed.
    """
    stands = newest_of(row)
    by = changed_by(stands, timezone.now())
    if stands.withdraws:
        return show(form, 409, changed_by=by, taken_back=True)
    renew(form)
    action = reverse(request.resolver_match.view_name, args=[stands.pk])
    return show(form, 409, changed_by=by, action=action, **more(stands))


def whose(chain: CareChain) -> dict[str, object]:
    """The chain and its patient for a page about one of its rows, which names whose row it is."""
    return {
        "chain": chain,
        "patient": patient_on_own_page(chain, timezone.now()),
        "ward": ward_label(chain),
    }


def outage_or_404(request: ActingRequest) -> Outage:
    """The outage in view of the acting principal; 404 when there is none."""
    outage = outage_in_view(request.acting.principal)
    if outage is None:
        raise Http404
    return outage


def chosen_outage_or_404(request: ActingRequest) -> Outage:
    """The outage that the address or the form names among the recent ones, else the one in view; or 404."""
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
