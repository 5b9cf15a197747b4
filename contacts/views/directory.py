"""Kontakter: the directory, searched from one box or by up to four texts; a unit with whom to ring there."""

from itertools import chain

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from contacts.access import can
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
from contacts.rules.directory_search import ContactColumn, field_needles
from contacts.rules.held import HeldAs
from contacts.rules.permissions import Right
from contacts.services.reading import choose_columns
from contacts.views.tools import held_as
from contacts.webforms.search import AdvancedSearchForm, ContactColumnsForm, ContactSearchForm

_NO_PLACES = NamedPlaces()


@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """Show what was searched for, and first whom to ring now at a place that is named (R5.1–R5.5).

    Before a search the switchboards and one's own support (R1.1). The rest of the page is left out of the answer
    to htmx.
    """
    form = ContactSearchForm(request.GET)
    form.is_valid()
    sought = form.cleaned_data.get("q", "")
    # A page number that is none is the first page: an address that was cut off still leads somewhere.
    page_number = form.cleaned_data.get("sida") or 1
    searching = bool(sought) and "q" not in form.errors
    acting = getattr(request, "acting", None)
    now = timezone.now()
    # Beside the first hits only: who turns pages is reading the list.
    named = places_named(sought) if searching and page_number == 1 else _NO_PLACES
    numbers = numbers_for_many(
        [place.request for place in named.to_ring], now, known=[p.unit for p in named.to_ring if p.unit]
    )
    page = contacts_page(
        found=search_entries(sought, page=page_number, limit=_limit(request, named)) if searching else None,
        switchboards=[] if searching else switchboards(),
        switchboard_number=region_number_among(chain.from_iterable(numbers.values()))
        or region_switchboard_number(),
        principal=acting.principal if acting else None,
        at=now,
        named=named,
        numbers=numbers,
    )
    return _page_or_part(request, "search.html", "_results.html", {"contacts": page, "form": form})


@require_safe
def advanced_search(request: HttpRequest) -> HttpResponse:
    """Show what has all the search texts, each in its field (R5.6). To htmx the results alone."""
    form = AdvancedSearchForm(request.GET or None)
    texts = form.texts() if form.is_bound and (form.is_valid() or not form.wrong()) else []
    page_number = form.cleaned_data.get("sida") or 1 if form.is_bound else 1
    columns = chosen_columns(request.acting.user.contact_columns)
    page = advanced_page(
        found=search_by_fields(texts, page=page_number, limit=_limit(request))
        if field_needles(texts)
        else None,
        columns=columns,
        switchboard_number=region_switchboard_number(),
        at=timezone.now(),
    )
    context = {
        "form": form,
        "result": page,
        # Typed, and yet nothing in it that could be sought.
        "nothing_sought": any(text for _, text in texts) and page.found is None,
        "columns_form": ContactColumnsForm(
            initial={"kolumn": list(columns), "next": request.get_full_path()}, auto_id="kolumner_%s"
        ),
    }
    return _page_or_part(request, "advanced.html", "_hits.html", context)


@held_as(
    HeldAs("Visa kolumnerna", pressed=True, asks="Kolumnerna är som förut. Svarar du ja visas de du valde.")
)
@require_POST
def contact_columns(request: HttpRequest) -> HttpResponse:
    """Remember which columns the person wants in the advanced search, and go back to what was searched for."""
    form = ContactColumnsForm(request.POST)
    form.is_valid()
    if "kolumn" in form.cleaned_data:
        columns = [ContactColumn(value) for value in form.cleaned_data["kolumn"]]
        choose_columns(by=request.acting, columns=columns)
    back = form.cleaned_data.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        return redirect(back)
    return redirect("advanced_search")


@require_safe
def unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Show a unit: whom to ring there now, jour and contacts, and what it lacks to be reached without one telephony."""
    found = unit_by_id(unit_id)
    if found is None:
        raise Http404
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


def _limit(request: HttpRequest, named: NamedPlaces = _NO_PLACES) -> int:
    # While one types, whom to ring stands first, and takes the room of half the hits.
    if not request.htmx:
        return PAGE_SIZE
    return WHILE_TYPING // 2 if named.to_ring else WHILE_TYPING


def _page_or_part(request: HttpRequest, whole: str, part: str, context: dict[str, object]) -> HttpResponse:
    response = render(request, f"contacts/directory/{part if request.htmx else whole}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
