"""Kontrollera: one contact after another, answered by a key."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.queries.keeping import next_to_verify
from contacts.rules.errors import IdClash, RuleError
from contacts.rules.held import HeldAs, held_by_value
from contacts.services.directory import retire_entry
from contacts.services.keeping import verify_entry
from contacts.views.keeping import own_entry_or_404, shown_of
from contacts.views.skipping import forget_skipped, skip, skipped
from contacts.views.tools import held_as, keep_what_came, require_keeper
from contacts.webforms.verifying import Answer, VerifyForm

_HELD = held_by_value(
    "svar",
    {
        Answer.RIGHT: HeldAs("Stämmer", pressed=True),
        Answer.GONE: HeldAs("Finns inte", pressed=True),
        Answer.SKIP: HeldAs("Hoppa över", pressed=True),
    },
    HeldAs("Visa de överhoppade igen", pressed=True),
)


@held_as(_HELD)
@require_http_methods(["GET", "POST"])
def verify_contacts(request: ActingRequest) -> HttpResponse:
    """The contact to confirm next; by POST, the answer about the one that was shown."""
    require_keeper(request)
    if request.method == "POST":
        return _answer(request)
    now = timezone.now()
    found = next_to_verify(request.acting.principal, now, skipped(request))
    shown = shown_of(found.entry, now) if found.entry is not None else {}
    return render(request, "contacts/keeping/verify.html", shown | {"queue": found})


def _answer(request: ActingRequest) -> HttpResponse:
    form = VerifyForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Inget är sparat. Svara igen.")
        return redirect("verify_contacts")
    data = form.cleaned_data
    answer = data["svar"]
    if answer is Answer.AGAIN:
        forget_skipped(request)
        return redirect("verify_contacts")
    entry = own_entry_or_404(request, data["entry"] or 0)
    back = redirect("contact", entry.pk) if data["stanna"] else redirect("verify_contacts")
    try:
        if answer is Answer.SKIP:
            skip(request, entry.pk)
        elif answer is Answer.GONE:
            retire_entry(by=request.acting, entry=entry, version=data["version"])
            messages.success(request, f"{entry.name} är avförd. Den finns kvar med sin historik.")
        else:
            verify_entry(
                by=request.acting,
                entry=entry,
                client_id=data["client_id"],
                version=data["version"],
                without_number=data["utan_nummer"],
            )
            messages.success(request, f"{entry.name} är kontrollerad.")
    except IdClash as error:
        keep_what_came(request, data["client_id"])
        messages.error(request, error.reason)
    except RuleError as error:
        messages.error(request, f"{entry.name}: {error.reason} Läs igenom kontakten igen.")
    return back
