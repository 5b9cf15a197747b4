"""One contact, and the pages of those who keep a principal's contacts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
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
from contacts.queries.rota import turns_said_wrong
from contacts.queries.switchboards import fresh_principal, is_chosen, is_main, own_switchboards
from contacts.queries.versions import version_of
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.services.directory import restore_entry, retire_entry
from contacts.services.keeping import add_entry, change_entry
from contacts.services.traces import added_first
from contacts.views.skipping import skip
from contacts.views.sought import came, led_on, sealed
from contacts.views.tools import FormPage, get_or_404, held_as, put, renew, require_keeper, told_if_refused
from contacts.webforms.differences import UNTOUCHED, form_differences
from contacts.webforms.keeping import NUMBER_ROWS, EntryForm, KeptForm, initial_of, parts_of

TO_VERIFY = "kontrollera"


def own_entry_or_404(request: ActingRequest, entry_id: int) -> DirectoryEntry:
    """A contact of the person's own principal; 403 where the role keeps none, 404 for another principal's."""
    require_keeper(request)
    return get_or_404(own_entry, request.acting.principal, entry_id)


def shown_of(entry: DirectoryEntry, now: datetime) -> dict[str, Any]:
    """What a page shows of a contact that can be confirmed on it."""
    shown = {
        "contact": kept_entry(entry, standing_flags([entry]).get(entry.pk, ()), now),
        "entry": entry,
        "version": version_of(entry),
        "client_id": uuid4(),
    }
    switchboard = None if entry.phones else phone_number("Växel", region_switchboard_number())
    return shown | {"switchboard": switchboard}


@require_http_methods(["GET", "HEAD", "POST"])
def keep_contacts(request: ActingRequest) -> HttpResponse:
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
        "jour": turns_said_wrong(principal, now),
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
    entry = get_or_404(entry_by_id, entry_id)
    if entry.joined_into is not None:
        messages.info(request, f"{entry.name} är sammanförd med {entry.joined_into.name}, som visas här.")
        return redirect("contact", entry.joined_into.pk)
    keeps = can(request.acting, Right.MANAGE_DIRECTORY) and entry.principal_id == request.acting.principal.pk
    flagged = [phone.number for phone in entry.phones if entry.is_flagged(phone.number)]
    context = shown_of(entry, timezone.now()) | {
        "keeps": keeps,
        "other_names": list(dict.fromkeys(name for name, _ in entry.other_names if name != entry.name)),
        "own_flags": flagged_by(request.acting.user, flagged),
        "is_main": is_main(entry),
    }
    if keeps:
        history = history_of(entry, request.GET.get("sida"))
        rows = list(history)
        context |= {
            "history": history,
            "deeds": deeds(rows, unit_names(units_named(rows)), names_joined(entry)),
            "joined": standing_joins(entry),
        }
    return render(request, "contacts/directory/show.html", context)


@held_as(HeldAs("Ny kontakt"), EntryForm)
@require_http_methods(["GET", "POST"])
def contact_new(request: ActingRequest) -> HttpResponse:
    require_keeper(request)
    units = units_to_choose(request.acting.principal)
    form = EntryForm(request.POST or None, initial={"unit": request.GET.get("enhet", "")}, units=units)
    page = FormPage(request, form)
    if page.to_save():
        with page:
            entry = add_entry(
                by=request.acting,
                client_id=form.cleaned_data["client_id"],
                facts=form.facts(),
                verified=form.cleaned_data["verified"],
                answers=form.answers(),
            )
            return page.done(f"{entry.name} är tillagd.", "contact", entry.pk)
    if page.first:
        added = own_entry_or_404(request, added_first(page.first, "directoryentry.added"))
        _tell_differences(page, form, added, _forms_of(added)(added))
        page.told["corrects_first"] = reverse("contact_edit", args=[added.pk])
    return page.show("contacts/keeping/edit.html")


@held_as(HeldAs("Ändrad kontakt"), EntryForm)
@require_http_methods(["GET", "POST"])
def contact_edit(request: ActingRequest, entry_id: int) -> HttpResponse:
    """Change a contact; what somebody else wrote meanwhile is shown beside what was typed, and nothing is lost."""
    entry = own_entry_or_404(request, entry_id)
    verifying = request.GET.get("vidare") == TO_VERIFY
    if request.method == "GET" and (entry.joined_into is not None or entry.retired_at is not None):
        if entry.joined_into is None:
            messages.warning(request, "Kontakten är avförd. Ta tillbaka den för att ändra.")
        return redirect("contact", entry.pk)
    form_of = _forms_of(entry)
    form = form_of(entry, request.POST or None, version=version_of(entry), verified=verifying)
    if "first" in request.POST:
        put(form, version=version_of(entry))
    page = FormPage(request, form)
    if page.to_save():
        with page:
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
            said = _saved(changed, verified=data["verified"])
            if not verifying:
                return page.done(said, "contact", entry.pk)
            if not data["verified"]:
                skip(request, entry.pk)
            return page.done(said, "verify_contacts")
    if page.changed:
        stands = own_entry_or_404(request, entry_id)
        _tell_differences(page, form, stands, form_of(stands))
    return page.show("contacts/keeping/edit.html", entry=entry, verifying=verifying)


def _forms_of(entry: DirectoryEntry) -> Callable[..., EntryForm]:
    """Makes the forms of an entry as it is and as somebody else left it: with the same units, rows and parts."""
    units = units_to_choose(entry.principal)
    if entry.unit is not None and entry.unit not in units:
        units.append(entry.unit)
    rows = max(NUMBER_ROWS, len(entry.phones) + 1)
    parts = parts_of(entry)

    def form_of(said: DirectoryEntry, data: QueryDict | None = None, **initial: object) -> EntryForm:
        return EntryForm(data, initial=initial_of(said) | initial, units=units, rows=rows, parts=parts)

    return form_of


def _saved(entry: DirectoryEntry, *, verified: bool) -> str:
    if verified:
        return f"{entry.name} är sparad och kontrollerad."
    doubt = " Uppgifterna är ej verifierade." if entry.verified_at is None else ""
    return f"{entry.name} är sparad.{doubt}"


def _tell_differences(page: FormPage, form: EntryForm, stands: DirectoryEntry, fresh: EntryForm) -> None:
    """What the two say differently, by the facts as they are stored and not field by field."""
    came = differences(stands.facts, form.facts())
    renew(form, version=version_of(stands))
    form_differences(form, fresh, {"verified"})
    form.full_clean()
    left = came if form.errors else differences(stands.facts, form.facts())
    kept = {each.label: each for each in left}
    differ = [kept.get(each.label, Difference(each.label, each.old, UNTOUCHED)) for each in came]
    done = deeds(list(history_of(stands))[:1], {})
    page.told = {"differences": differ, "last": done[0] if done else None}


@held_as(HeldAs("Avför", pressed=True))
@require_POST
def contact_retire(request: ActingRequest, entry_id: int) -> HttpResponse:
    """Its page then offers to restore it."""
    entry = own_entry_or_404(request, entry_id)
    with told_if_refused(request, after="Läs igenom kontakten igen."):
        retire_entry(by=request.acting, entry=entry, version=request.POST.get("version", ""))
        messages.success(request, f"{entry.name} är avförd. Den finns kvar med sin historik.")
        if is_chosen(entry):
            messages.warning(request, "Den var er huvudväxel. Välj en annan under Huvudväxel.")
    return redirect("contact", entry.pk)


@held_as(HeldAs("Ta tillbaka", pressed=True))
@require_POST
def contact_restore(request: ActingRequest, entry_id: int) -> HttpResponse:
    entry = own_entry_or_404(request, entry_id)
    with told_if_refused(request):
        restore_entry(by=request.acting, entry=entry)
        messages.success(request, f"{entry.name} är tagen i bruk igen.")
    return redirect("contact", entry.pk)
