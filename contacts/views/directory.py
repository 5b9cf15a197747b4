"""Kontakter: the directory, searched from one box or by up to four texts; a unit with whom to ring there."""

from itertools import chain
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.access import ActingRequest, can
from contacts.presenters.advanced import advanced_page, chosen_columns, unit_page
from contacts.presenters.directory import contacts_page
from contacts.presenters.rota import DAYS_SHOWN, shift_lines
from contacts.queries.kept_units import ways_missing
from contacts.queries.places import NamedPlaces, entries_of_unit, place_of_unit, places_named, unit_by_id
from contacts.queries.ringing import (
    numbers_for_many,
    region_number_among,
    region_switchboard_number,
    switchboards,
)
from contacts.queries.rota import shifts_of_units
from contacts.queries.search import PAGE_SIZE, WHILE_TYPING, search_by_fields, search_entries
from contacts.rules.directory_search import ContactColumn, needles
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.services.reading import choose_columns
from contacts.views.arriving import wanted_path
from contacts.views.sought import address_of, came, kept_at, led_on, sealed
from contacts.views.tools import get_or_404, held_as, led_to_joined
from contacts.webforms.search import AdvancedSearchForm, ContactColumnsForm, ContactSearchForm

_NO_PLACES = NamedPlaces()


@require_http_methods(["GET", "HEAD", "POST"])
def contacts(request: ActingRequest) -> HttpResponse:
    """What was searched for, and first whom to ring now at a place that is named (R5.1–R5.5).

    Before a search the switchboards and one's own support (R1.1). To htmx what is found alone.
    """
    form = ContactSearchForm(came(request))
    form.is_valid()
    token = sealed(request, form.sought)
    if not form.has_error("q") and (elsewhere := led_on(request, token)):
        return elsewhere
    sought = form.sought.get("q", "")
    # An invalid page number is the first page: a truncated address still works.
    page_number = form.cleaned_data.get("sida") or 1
    acting = getattr(request, "acting", None)
    principal = acting.principal if acting else None
    now = timezone.now()
    found, named = None, _NO_PLACES
    if sought:
        limit = WHILE_TYPING if request.htmx else PAGE_SIZE
        found = search_entries(sought, own=principal, page=page_number, limit=limit)
        # Beside the first hits only: who turns pages is reading the list.
        named = places_named(sought, found) if page_number == 1 else _NO_PLACES
        if request.htmx and named.to_ring:
            # While one types, whom to ring stands first, and takes the room of half the hits.
            found = found.shortened(WHILE_TYPING // 2)
    numbers = numbers_for_many(
        [place.request for place in named.to_ring], now, known=[p.unit for p in named.to_ring if p.unit]
    )
    page = contacts_page(
        found=found,
        switchboards=[] if found else switchboards(),
        switchboard_number=region_number_among(chain.from_iterable(numbers.values())),
        principal=principal,
        at=now,
        named=named,
        numbers=numbers,
    )
    meant = sealed(request, {"q": found.meant}) if found and found.meant else ""
    context = {"contacts": page, "form": form, "sealed": token, "meant": meant}
    return _page_or_part(request, "search.html", "_results.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def advanced_search(request: ActingRequest) -> HttpResponse:
    """What has all the search texts, each in its field (R5.6). To htmx the results alone."""
    form = AdvancedSearchForm(came(request))
    right = form.is_valid() or not form.wrong()
    token = sealed(request, form.sought) if right else ""
    if right and (elsewhere := led_on(request, token)):
        return elsewhere
    texts = form.texts() if right else []
    columns = chosen_columns(request.acting.user.contact_columns)
    found = None
    if any(needles(text) for _, text in texts):
        found = search_by_fields(
            texts,
            own=request.acting.principal,
            page=form.cleaned_data.get("sida") or 1,
            limit=WHILE_TYPING if request.htmx else PAGE_SIZE,
        )
    context = {
        "form": form,
        "result": advanced_page(
            found=found, columns=columns, switchboard_number=region_switchboard_number(), at=timezone.now()
        ),
        # Typed, and yet nothing in it that could be sought.
        "nothing_sought": any(text for _, text in texts) and found is None,
        "columns_form": ContactColumnsForm(
            initial={"kolumn": list(columns), "next": address_of(request, token)}, auto_id="kolumner_%s"
        ),
        "sealed": token,
    }
    return _page_or_part(request, "advanced.html", "_hits.html", context)


@held_as(
    HeldAs("Visa kolumnerna", pressed=True, asks="Kolumnerna är som förut. Svarar du ja visas de du valde.")
)
@require_POST
def contact_columns(request: ActingRequest) -> HttpResponse:
    form = ContactColumnsForm(request.POST)
    form.is_valid()
    if "kolumn" in form.cleaned_data:
        columns = [ContactColumn(value) for value in form.cleaned_data["kolumn"]]
        choose_columns(by=request.acting, columns=columns)
    return HttpResponseRedirect(wanted_path(request) or reverse("advanced_search"))


@require_safe
def unit(request: ActingRequest, unit_id: int) -> HttpResponse:
    """Whom to ring at the unit now, jour and contacts, and what it lacks to be reached without one telephony."""
    found = get_or_404(unit_by_id, unit_id)
    if elsewhere := led_to_joined(request, found, "unit"):
        return elsewhere
    now = timezone.now()
    wanted = place_of_unit(found).request
    acting = request.acting
    context = {
        "shown": unit_page(
            found,
            numbers=numbers_for_many([wanted], now)[wanted],
            entries=entries_of_unit(found),
            lacks=ways_missing([found], now)[found.pk] if found.active else (),
            switchboard_number=region_switchboard_number(),
            at=now,
        ),
        "shifts": shift_lines(shifts_of_units([found.pk], now, now + DAYS_SHOWN).get(found.pk, ()), now),
        "may_change": can(acting, Right.MANAGE_DIRECTORY) and acting.principal == found.principal,
    }
    return render(request, "contacts/directory/unit.html", context)


def _page_or_part(request: ActingRequest, whole: str, part: str, context: dict[str, Any]) -> HttpResponse:
    if not request.htmx:
        # A text that cannot be used came as a form, and has no address of its own.
        status = 422 if request.method == "POST" else 200
        return render(request, f"contacts/directory/{whole}", context, status=status)
    response = render(request, f"contacts/directory/{part}", context)
    return kept_at(request, context["sealed"], response)
