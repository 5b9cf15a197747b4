"""Two contacts, or two units, that are one: joined by their administrator, and taken apart again."""

from collections.abc import Callable
from typing import Any, TypeAlias

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.models import DirectoryEntry, DirectoryJoin, Unit
from contacts.presenters.joining import join_lines, kind_words, left_of_unit, left_words, unit_lines
from contacts.presenters.keeping import kept_entry
from contacts.queries.joined import near_entries, side_of, standing_join, units_beside
from contacts.queries.keeping import Kept, kept_entries, standing_flags
from contacts.queries.rota import turns_of_principal
from contacts.queries.versions import version_of
from contacts.rules.errors import RuleError
from contacts.rules.held import HeldAs
from contacts.rules.joining import AlreadyJoined, check_pair
from contacts.services.joining import join_entries, undo_entry_join
from contacts.services.joining_units import check_can_join, join_units, undo_unit_join
from contacts.views.keeping import own_entry_or_404
from contacts.views.sought import came, led_on, sealed
from contacts.views.tools import FormPage, held_as, renew
from contacts.views.units import own_unit_or_404
from contacts.webforms.fields import SentOnce
from contacts.webforms.joining import JoinEntriesForm, JoinForm
from contacts.webforms.search import ContactSearchForm

Row: TypeAlias = DirectoryEntry | Unit


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


@require_http_methods(["GET", "HEAD", "POST"])
def join_unit(request: ActingRequest, unit_id: int) -> HttpResponse:
    """Choose the unit that is the same one, those of nearly its name first, or those found by a search."""
    unit = own_unit_or_404(request, unit_id)
    if not unit.active:
        messages.warning(request, "Enheten är ur bruk. Ta den i bruk först.")
        return redirect("unit", unit.pk)
    form = ContactSearchForm(came(request))
    form.is_valid()
    if elsewhere := led_on(request, sealed(request, form.sought)):
        return elsewhere
    rows = [(other, kind_words(other)) for other in units_beside(unit, form.cleaned_data.get("q", ""))]
    context = {"unit": unit, "rows": rows, "form": form}
    return render(request, "contacts/keeping/join_unit_choose.html", context)


@held_as(HeldAs("Sammanföring av kontakter"), JoinEntriesForm)
@require_http_methods(["GET", "POST"])
def join_contacts(request: ActingRequest, entry_id: int, other_id: int) -> HttpResponse:
    """Two contacts side by side with the result; by POST, join the second into the first."""
    kept, other = own_entry_or_404(request, entry_id), own_entry_or_404(request, other_id)
    initial = _versions(kept, other)
    form = JoinEntriesForm(request.POST or None, lines=join_lines(kept, other), initial=initial)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            done = join_entries(
                by=request.acting, kept=kept, other=other, picks=form.picks(), **form.as_seen()
            )
            doubt = " Uppgifterna är ej verifierade." if done.verified_at is None else ""
            return page.done(f"Sammanfört. Allt står nu hos {done.name}.{doubt}", "contact", done.pk)
    if elsewhere := _led_to_kept(page, kept, other):
        return elsewhere
    return page.show("contacts/keeping/join.html", kept=kept, other=other)


@held_as(HeldAs("Sammanföring av enheter"), JoinForm)
@require_http_methods(["GET", "POST"])
def join_two_units(request: ActingRequest, unit_id: int, other_id: int) -> HttpResponse:
    """Two units side by side; by POST, join the second into the first."""
    kept, other = own_unit_or_404(request, unit_id), own_unit_or_404(request, other_id)
    form = JoinForm(request.POST or None, initial=_versions(kept, other))
    page = FormPage(request, form)
    if page.to_save():
        with page:
            join_units(by=request.acting, kept=kept, other=other, **form.as_seen())
            return page.done(f"Sammanfört. Allt står nu hos {kept.name}.", "unit_edit", kept.pk)
    if elsewhere := _led_to_kept(page, kept, other):
        return elsewhere
    context = {
        "kept": kept,
        "other": other,
        "lines": unit_lines(kept, other, (_turns(kept), _turns(other))),
        "refused": _refused(request, kept, other),
    }
    return page.show("contacts/keeping/join_units.html", **context)


def _versions(kept: Row, other: Row) -> dict[str, str]:
    return {"version": version_of(kept), "other_version": version_of(other)}


def _led_to_kept(page: FormPage, kept: Row, other: Row) -> HttpResponse | None:
    """Leads to the page of the one kept, with the reason, where the two are no pair or were joined already."""
    joined = page.refused if isinstance(page.refused, AlreadyJoined) else None
    why = _why_no_pair(kept, other) if page.request.method == "GET" else joined
    if why is not None:
        messages.warning(page.request, why.reason)
        return redirect("unit" if isinstance(kept, Unit) else "contact", kept.pk)
    if page.changed and page.refused:
        renew(page.form, **_versions(kept, other))
        page.tell()
        page.form.add_error(None, f"{page.refused.reason} Läs båda igen.")
    return None


def _why_no_pair(kept: Row, other: Row) -> RuleError | None:
    try:
        check_pair(side_of(kept), side_of(other), word="enhet" if isinstance(kept, Unit) else "kontakt")
    except RuleError as error:
        return error
    return None


def _turns(unit: Unit) -> int:
    return len(turns_of_principal(unit.principal, timezone.now(), unit))


def _refused(request: ActingRequest, kept: Unit, other: Unit) -> str:
    """Why the two cannot be joined as things stand; "" where they can."""
    if request.method != "GET":
        return ""
    try:
        check_can_join(request.acting, kept, other)
    except RuleError as error:
        return error.reason
    return ""


@held_as(HeldAs("Upplöst sammanföring"))
@require_http_methods(["GET", "POST"])
def undo_contact_join(request: ActingRequest, entry_id: int, other_id: int) -> HttpResponse:
    kept, other = own_entry_or_404(request, entry_id), own_entry_or_404(request, other_id)

    def said(stands: list[str]) -> str:
        return f"{other.name} står åter för sig.{left_words(stands)}"

    return _undo(request, kept, other, undo_entry_join, said, "contact")


@held_as(HeldAs("Upplöst sammanföring"))
@require_http_methods(["GET", "POST"])
def undo_units_join(request: ActingRequest, unit_id: int, other_id: int) -> HttpResponse:
    kept, other = own_unit_or_404(request, unit_id), own_unit_or_404(request, other_id)

    def said(stands: dict[str, int]) -> str:
        return f"{other.name} är en enhet för sig igen.{left_of_unit(kept.name, stands)}"

    return _undo(request, kept, other, undo_unit_join, said, "unit_edit")


def _undo(
    request: ActingRequest,
    kept: Row,
    other: Row,
    undo: Callable[..., DirectoryJoin],
    said: Callable[[Any], str],
    to: str,
) -> HttpResponse:
    join = standing_join(kept, other.pk)
    if join is None:
        messages.info(request, f"{other.name} är inte sammanförd med {kept.name}.")
        return redirect(to, kept.pk)
    form = SentOnce(request.POST or None)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            undone = undo(by=request.acting, join=join, client_id=form.cleaned_data["client_id"])
            return page.done(f"Upplöst. {said(undone.moved['stands'])}", to, kept.pk)
    return page.show("contacts/keeping/join_undo.html", kept=kept, other=other, join=join)
