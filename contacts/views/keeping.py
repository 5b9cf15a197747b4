"""One contact, and the pages of those who keep a principal's contacts."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.access import ActingRequest, can
from contacts.models import DirectoryEntry
from contacts.presenters.directory import phone_number
from contacts.presenters.keeping import Difference, deeds, differences, kept_entry, units_named
from contacts.presenters.switchboards import main_shown
from contacts.queries.flags import flagged_by
from contacts.queries.joined import standing_joins
from contacts.queries.keeping import (
    Kept,
    entry_by_id,
    history_of,
    kept_entries,
    kept_figures,
    names_joined,
    next_to_verify,
    own_entry,
    standing_flags,
    unit_names,
)
from contacts.queries.kept_units import units_to_choose
from contacts.queries.ringing import region_switchboard_number
from contacts.queries.switchboards import fresh_principal, is_chosen, is_main, own_switchboards
from contacts.queries.versions import version_of
from contacts.rules.errors import NotAllowed, RuleError
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.services.directory import restore_entry, retire_entry
from contacts.services.keeping import add_entry, change_entry
from contacts.views.skipping import skip
from contacts.views.sought import came, led_on, sealed
from contacts.views.tools import held_as, page_of_form, renew, require_keeper, save_or_show
from contacts.webforms.differences import UNTOUCHED, form_differences
from contacts.webforms.keeping import NUMBER_ROWS, EntryForm, KeptForm, initial_of, parts_of

TO_VERIFY = "kontrollera"


def own_entry_or_404(request: ActingRequest, entry_id: int) -> DirectoryEntry:
    """A contact of the person's own principal; 403 where the role keeps none, 404 for another principal's."""
    require_keeper(request)
    entry = own_entry(request.acting.principal, entry_id)
    if entry is None:
        raise Http404
    return entry


@require_http_methods(["GET", "HEAD", "POST"])
def keep_contacts(request: ActingRequest) -> HttpResponse:
    """The principal's own contacts: all of them, or those with a given problem."""
    require_keeper(request)
    principal, now = request.acting.principal, timezone.now()
    form = KeptForm(came(request))
    kept, text, page = form.wanted()
    token = sealed(request, form.sought)
    if elsewhere := led_on(request, token):
        return elsewhere
    figures = kept_figures(principal, now)
    found, told = kept_entries(principal, kept=kept, text=text, now=now, page=page)
    flags = standing_flags(found)
    context = {
        "principal": principal,
        "form": form,
        "kept": kept,
        "figures": [(which, which.label, figures[which]) for which in Kept],
        "to_verify": next_to_verify(principal, now).left,
        "main": main_shown(fresh_principal(principal), own_switchboards(principal)),
        "found": found,
        "told": told,
        "sealed": token,
        "meant": sealed(request, {"q": told.meant}) if told.meant else "",
        "rows": [kept_entry(entry, flags.get(entry.pk, ()), now) for entry in found],
    }
    return render(request, "contacts/keeping/list.html", context)


@require_safe
def contact(request: ActingRequest, entry_id: int) -> HttpResponse:
    """Everything about one contact, for everyone; for those who keep it also its history."""
    entry = entry_by_id(entry_id)
    if entry is None:
        raise Http404
    if entry.joined_into is not None:
        messages.info(request, f"{entry.name} är sammanförd med {entry.joined_into.name}, som visas här.")
        return redirect("contact", entry.joined_into.pk)
    now = timezone.now()
    keeps = can(request.acting, Right.MANAGE_DIRECTORY) and entry.principal_id == request.acting.principal.pk
    context: dict[str, Any] = {
        "contact": kept_entry(entry, standing_flags([entry]).get(entry.pk, ()), now),
        "entry": entry,
        "keeps": keeps,
        "other_names": list(dict.fromkeys(name for name, _ in entry.other_names if name != entry.name)),
    }
    context["own_flags"] = flagged_by(
        request.acting.user, [number.number for number in context["contact"].numbers if number.flagged]
    )
    context["is_main"] = is_main(entry)
    if not entry.phones:
        context["switchboard"] = phone_number("Växel", region_switchboard_number())
    if keeps:
        history = history_of(entry, request.GET.get("sida"))
        rows = list(history)
        context |= {
            "history": history,
            "deeds": deeds(rows, unit_names(units_named(rows)), names_joined(entry)),
            "joined": standing_joins(entry),
            "version": version_of(entry),
            "client_id": uuid4(),
        }
    return render(request, "contacts/directory/show.html", context)


@held_as(HeldAs("Ny kontakt"))
@require_http_methods(["GET", "POST"])
def contact_new(request: ActingRequest) -> HttpResponse:
    require_keeper(request)
    units = units_to_choose(request.acting.principal)
    initial = {"client_id": uuid4(), "unit": request.GET.get("enhet", "")}
    form = EntryForm(request.POST or None, initial=initial, units=units)
    show = page_of_form(request, "contacts/keeping/edit.html")

    def save() -> HttpResponse:
        data = form.cleaned_data
        entry = add_entry(
            by=request.acting,
            client_id=data["client_id"],
            facts=form.facts(),
            verified=data["verified"],
            answers=form.answers(),
        )
        messages.success(request, f"{entry.name} är tillagd.")
        return redirect("contact", entry.pk)

    return save_or_show(request, form, save=save, show=show, changed=lambda: show(form, 409))


@held_as(HeldAs("Ändrad kontakt"))
@require_http_methods(["GET", "POST"])
def contact_edit(request: ActingRequest, entry_id: int) -> HttpResponse:
    """Change a contact; what somebody else wrote meanwhile is shown beside what was typed, and nothing is lost."""
    entry = own_entry_or_404(request, entry_id)
    verifying = request.GET.get("vidare") == TO_VERIFY
    if entry.joined_into is not None and request.method == "GET":
        return redirect("contact", entry.pk)
    if entry.retired_at is not None and request.method == "GET":
        messages.warning(request, "Kontakten är avförd. Ta tillbaka den för att ändra.")
        return redirect("contact", entry.pk)
    units = units_to_choose(request.acting.principal)
    if entry.unit is not None and entry.unit not in units:
        units.append(entry.unit)
    initial = initial_of(entry) | {
        "client_id": uuid4(),
        "version": version_of(entry),
        "verified": verifying,
    }
    rows = max(NUMBER_ROWS, len(entry.phones) + 1)
    parts = parts_of(entry)
    form = EntryForm(request.POST or None, initial=initial, units=units, rows=rows, parts=parts)
    show = page_of_form(request, "contacts/keeping/edit.html", entry=entry, verifying=verifying)

    def save() -> HttpResponse:
        data = form.cleaned_data
        changed = change_entry(
            by=request.acting,
            entry=entry,
            client_id=data["client_id"],
            version=data["version"] or "-",
            facts=form.facts(),
            verified=data["verified"],
            answers=form.answers(),
        )
        if data["verified"]:
            messages.success(request, f"{changed.name} är sparad och kontrollerad.")
        else:
            doubt = " Uppgifterna är ej verifierade." if changed.verified_at is None else ""
            messages.success(request, f"{changed.name} är sparad.{doubt}")
        if not verifying:
            return redirect("contact", entry.pk)
        if not data["verified"]:
            skip(request, entry.pk)
        return redirect("verify_contacts")

    def changed() -> HttpResponse:
        stands = own_entry_or_404(request, entry_id)
        came = differences(stands.facts, form.facts())
        renew(form, version_of(stands))
        form_differences(
            form, EntryForm(initial=initial_of(stands), units=units, rows=rows, parts=parts), {"verified"}
        )
        form.full_clean()
        left = came if form.errors else differences(stands.facts, form.facts())
        kept = {each.label: each for each in left}
        differ = [kept.get(each.label, Difference(each.label, each.old, UNTOUCHED)) for each in came]
        done = deeds(list(history_of(stands))[:1], {})
        return show(form, 409, differences=differ, last=done[0] if done else None)

    return save_or_show(request, form, save=save, show=show, changed=changed)


@held_as(HeldAs("Avför", pressed=True))
@require_POST
def contact_retire(request: ActingRequest, entry_id: int) -> HttpResponse:
    """Its page then offers to restore it."""
    entry = own_entry_or_404(request, entry_id)
    try:
        retire_entry(by=request.acting, entry=entry, version=request.POST.get("version", ""))
    except RuleError as error:
        messages.error(request, f"{error.reason} Läs igenom kontakten igen.")
    else:
        messages.success(request, f"{entry.name} är avförd. Den finns kvar med sin historik.")
        if is_chosen(entry):
            messages.warning(request, "Den var er huvudväxel. Välj en annan under Huvudväxel.")
    return redirect("contact", entry.pk)


@held_as(HeldAs("Ta tillbaka", pressed=True))
@require_POST
def contact_restore(request: ActingRequest, entry_id: int) -> HttpResponse:
    entry = own_entry_or_404(request, entry_id)
    try:
        restore_entry(by=request.acting, entry=entry)
    except NotAllowed as error:
        raise PermissionDenied(error.reason) from None
    except RuleError as error:
        messages.error(request, error.reason)
    else:
        messages.success(request, f"{entry.name} är tagen i bruk igen.")
    return redirect("contact", entry.pk)
