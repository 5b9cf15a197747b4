"""The number of a failed call, said not to work, and taken back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from contacts.access import ActingRequest
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.rules.phone import display
from contacts.views.flags import FLAGGED
from contacts.views.tools import held_as, require, told_if_refused
from outage.presenters.receipts import FLAG_MARK
from outage.queries.care_chains import get_handover
from outage.services.number_flags import flag_called_number, unflag_called_number
from outage.webforms.tries import FlagForm

from ._tools import seen_or_404

_STALE = "Ladda om sidan och försök igen."


@held_as(HeldAs("Numret fungerar inte", pressed=True))
@require_POST
def flag_called(request: ActingRequest, handover_id: UUID) -> HttpResponse:
    """Report to the directory that the number of a failed call does not work; a double click gives one row."""
    return _say_of_number(request, handover_id, flag_called_number, FLAGGED, "Inget är anmält.", undo=True)


@held_as(HeldAs("Ångra: numret fungerar", pressed=True))
@require_POST
def unflag_called(request: ActingRequest, handover_id: UUID) -> HttpResponse:
    """Take back one's own report that the number of a call does not work."""
    said = "Ångrat. Numret står inte längre som anmält av dig."
    return _say_of_number(request, handover_id, unflag_called_number, said, "Inget är ångrat.")


def _say_of_number(
    request: ActingRequest,
    handover_id: UUID,
    write: Callable[..., object],
    said: str,
    not_said: str,
    *,
    undo: bool = False,
) -> HttpResponse:
    require(request.acting, Right.READ_CARE)
    handover = seen_or_404(request, get_handover, handover_id)
    form = FlagForm(request.POST)
    with told_if_refused(request, not_said, clash=_STALE):
        if not form.is_valid():
            raise RuleError(_STALE)
        write(by=request.acting, handover=handover, client_id=form.cleaned_data["client_id"])
        messages.success(
            request,
            said.format(display(handover.number)),
            extra_tags=f"{FLAG_MARK}{handover.pk}" if undo else "",
        )
    if form.cleaned_data.get("from_status"):
        return redirect("status")
    return redirect(f"{reverse('chain', args=[handover.chain_id])}#rad-{handover.pk}")
