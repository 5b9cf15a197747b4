"""What the views share: a chain or 404, a form saved or shown again with everything typed."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from contacts.access import Acting, can
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import keep_clash
from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.queries.care_chains import get_chain, get_event, get_handover
from outage.queries.outages import outage_in_view, recent_outages

_NOT_CONTENT = {"csrfmiddlewaretoken", "typed_by", "held"}


def chain_or_404(request: HttpRequest, chain_id: UUID) -> CareChain:
    """Give a chain the acting person may see; 404 for any other, so that its existence is not told."""
    try:
        return get_chain(request.acting, chain_id)
    except CareChain.DoesNotExist:
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


def outage_or_404() -> Outage:
    """Give the outage in view, or 404 when there is none to speak of."""
    outage = outage_in_view()
    if outage is None:
        raise Http404
    return outage


def chosen_outage_or_404(request: HttpRequest) -> Outage:
    """Give the outage that the address or the form names among the recent ones, else the one in view; or 404."""
    wanted = request.POST.get("driftstopp") or request.GET.get("driftstopp")
    if not wanted:
        return outage_or_404()
    found = next((outage for outage in recent_outages() if str(outage.pk) == wanted), None)
    if found is None:
        raise Http404
    return found


def require(acting: Acting, right: Right) -> None:
    """Answer 403 with the reason where the role lacks the right."""
    if not can(acting, right):
        raise PermissionDenied("Din roll ger inte rätt till sidan.")


def save_or_show(
    request: HttpRequest,
    form: forms.Form,
    *,
    save: Callable[[], HttpResponse],
    show: Callable[[forms.Form, int], HttpResponse],
) -> HttpResponse:
    """Save a form that came in; where that cannot be, show it again with everything typed and a sentence by its field.

    A form that was held over a lapsed log-in is only shown. An id used before with other content answers 409, keeps
    both, and gives the form a new id so that it can be saved as one of its own.
    """
    if "held" in request.POST:
        return show(form, 200)
    if not form.is_valid():
        return show(form, 422)
    try:
        return save()
    except NotAllowed as error:
        raise PermissionDenied(error.reason) from None
    except IdClash as error:
        content = {k: request.POST.getlist(k) for k in request.POST if k not in _NOT_CONTENT}
        keep_clash(by=request.acting, client_id=form.cleaned_data["client_id"], content=content)
        form.add_error(None, error.reason)
        form.data = form.data.copy()
        form.data["client_id"] = str(uuid4())
        return show(form, 409)
    except RuleError as error:
        fields = getattr(error, "fields", None)
        if fields and hasattr(form, "add_service_errors"):
            form.add_service_errors(fields)
        else:
            form.add_error(error.field if error.field in form.fields else None, error.reason)
        return show(form, 422)
