"""A number that does not work, told of from the entry's own page."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from contacts.access import ActingRequest
from contacts.queries.entries import entries_in_use
from contacts.rules.held import HeldAs
from contacts.rules.phone import display
from contacts.services.flags import flag_number as flag
from contacts.services.flags import withdraw_flag
from contacts.views.tools import check_sent, get_or_404, held_as, told_if_refused
from contacts.webforms.flags import STALE, FlagForm

FLAGGED = "{} är anmält. Den som äger kontakten ser det i sin lista."
UNFLAGGED = "Ångrat. Numret står inte längre som anmält av dig."


@held_as(HeldAs("Numret fungerar inte", pressed=True))
@require_POST
def flag_number(request: ActingRequest, entry_id: int) -> HttpResponse:
    """404 for an entry that is not in force."""
    return _say(request, entry_id, flag, FLAGGED, "Inget är anmält.")


@held_as(HeldAs("Ångra: numret fungerar", pressed=True))
@require_POST
def unflag_number(request: ActingRequest, entry_id: int) -> HttpResponse:
    """One's own report only; 404 for an entry that is not in force."""
    return _say(request, entry_id, withdraw_flag, UNFLAGGED, "Inget är ångrat.")


def _say(
    request: ActingRequest, entry_id: int, write: Callable[..., object], done: str, not_done: str
) -> HttpResponse:
    entry = get_or_404(entries_in_use().filter(pk=entry_id).first)
    form = FlagForm(request.POST)
    with told_if_refused(request, not_done, clash=STALE):
        check_sent(form)
        write(by=request.acting, entry=entry, **form.cleaned_data)
        messages.success(request, done.format(display(form.cleaned_data["number"])))
    return redirect("contact", entry_id)
