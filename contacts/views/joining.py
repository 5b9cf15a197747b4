"""Two contacts that are one, joined by their administrator, and taken apart again."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.models import DirectoryEntry
from contacts.presenters.joining import join_lines, left_words
from contacts.presenters.keeping import kept_entry
from contacts.queries.joined import near_entries, side_of, standing_join
from contacts.queries.keeping import Kept, kept_entries, standing_flags
from contacts.queries.versions import version_of
from contacts.rules.errors import CHANGED_MEANWHILE, RuleError
from contacts.rules.held import HeldAs
from contacts.rules.joining import AlreadyJoined, check_pair
from contacts.services.joining import join_entries, undo_entry_join
from contacts.views.keeping import own_entry_or_404
from contacts.views.sought import came, led_on, sealed
from contacts.views.tools import held_as, page_of_form, renew, save_or_show
from contacts.webforms.fields import SentOnce
from contacts.webforms.joining import JoinEntriesForm
from contacts.webforms.search import ContactSearchForm


def may_join_or_told(request: ActingRequest, entry: DirectoryEntry) -> bool:
    """Whether a contact is in use; where it is not, why it cannot be joined is said on its page."""
    if entry.joined_into_id:
        return False
    if entry.retired_at is not None:
        messages.warning(request, "Kontakten är avförd. Ta tillbaka den först.")
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def join_contact(request: ActingRequest, entry_id: int) -> HttpResponse:
    """Choose the contact that is the same one: those of nearly its name or with its number first, all by a search."""
    entry = own_entry_or_404(request, entry_id)
    if not may_join_or_told(request, entry):
        return redirect("contact", entry.pk)
    form = ContactSearchForm(came(request))
    form.is_valid()
    token = sealed(request, form.sought)
    if elsewhere := led_on(request, token):
        return elsewhere
    now, text = timezone.now(), form.cleaned_data.get("q", "")
    context: dict[str, object] = {"entry": entry, "form": form, "sealed": token}
    if text:
        page = form.cleaned_data.get("sida") or 1
        found, told = kept_entries(request.acting.principal, kept=Kept.ALL, text=text, now=now, page=page)
        context |= {"found": found, "told": told}
        context["meant"] = sealed(request, {"q": told.meant}) if told.meant else ""
        others = list(found)
    else:
        others = near_entries(entry)
    flags = standing_flags(others)
    context["rows"] = [kept_entry(o, flags.get(o.pk, ()), now) for o in others if o.pk != entry.pk]
    return render(request, "contacts/keeping/join_choose.html", context)


@held_as(HeldAs("Sammanföring av kontakter"))
@require_http_methods(["GET", "POST"])
def join_contacts(request: ActingRequest, entry_id: int, other_id: int) -> HttpResponse:
    """Two contacts side by side with the result; by POST, join the second into the first."""
    kept, other = own_entry_or_404(request, entry_id), own_entry_or_404(request, other_id)
    if request.method == "GET":
        try:
            check_pair(side_of(kept), side_of(other), word="kontakt")
        except RuleError as error:
            messages.warning(request, error.reason)
            return redirect("contact", kept.pk)
    form = JoinEntriesForm(
        request.POST or None,
        lines=join_lines(kept, other),
        initial={
            "client_id": uuid4(),
            "version": version_of(kept),
            "other_version": version_of(other),
        },
    )
    show = page_of_form(request, "contacts/keeping/join.html", kept=kept, other=other)

    def save() -> HttpResponse:
        data = form.cleaned_data
        try:
            done = join_entries(
                by=request.acting,
                kept=kept,
                other=other,
                client_id=data["client_id"],
                version=data["version"],
                other_version=data["other_version"],
                picks=form.picks(),
            )
        except AlreadyJoined as error:
            messages.warning(request, error.reason)
            return redirect("contact", kept.pk)
        doubt = " Uppgifterna är ej verifierade." if done.verified_at is None else ""
        messages.success(request, f"Sammanfört. Allt står nu hos {done.name}.{doubt}")
        return redirect("contact", done.pk)

    def changed() -> HttpResponse:
        renew(form, version_of(kept), other_version=version_of(other))
        form.add_error(None, f"{CHANGED_MEANWHILE} Läs båda igen.")
        return show(form, 409)

    return save_or_show(request, form, save=save, show=show, changed=changed)


@held_as(HeldAs("Upplöst sammanföring"))
@require_http_methods(["GET", "POST"])
def undo_contact_join(request: ActingRequest, entry_id: int, other_id: int) -> HttpResponse:
    kept, other = own_entry_or_404(request, entry_id), own_entry_or_404(request, other_id)
    join = standing_join(kept, other.pk)
    if join is None:
        messages.info(request, f"{other.name} är inte sammanförd med {kept.name}.")
        return redirect("contact", kept.pk)
    form = SentOnce(request.POST or None, initial={"client_id": uuid4()})
    show = page_of_form(request, "contacts/keeping/join_undo.html", kept=kept, other=other, join=join)

    def save() -> HttpResponse:
        undone = undo_entry_join(by=request.acting, join=join, client_id=form.cleaned_data["client_id"])
        left = left_words(undone.moved["stands"])
        messages.success(request, f"Upplöst. {other.name} står åter för sig.{left}")
        return redirect("contact", kept.pk)

    return save_or_show(request, form, save=save, show=show)
