"""A number that does not work, told of from the entry's own page."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from contacts.access import ActingRequest
from contacts.queries.entries import entries_in_use
from contacts.rules.errors import IdClash, RuleError
from contacts.rules.held import HeldAs
from contacts.services.flags import flag_number as flag
from contacts.services.flags import withdraw_flag
from contacts.views.tools import held_as
from contacts.webforms.flags import STALE, FlagForm

FLAGGED = "Anmält. Den som äger kontakten ser det i sin lista."
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
    entry = entries_in_use().filter(pk=entry_id).first()
    if entry is None:
        raise Http404
    form = FlagForm(request.POST)
    if form.is_valid():
        try:
            write(by=request.acting, entry=entry, **form.cleaned_data)
        except IdClash:
            messages.error(request, f"{not_done} {STALE}")
        except RuleError as error:
            messages.error(request, f"{not_done} {error.reason}")
        else:
            messages.success(request, done)
    else:
        first = next(iter(form.errors.values()))[0]
        messages.error(request, f"{not_done} {first}")
    return redirect("contact", entry_id)
