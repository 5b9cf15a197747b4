"""Kontakter: the directory, searched from one box."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from contacts.presenters import contacts_page
from contacts.queries import region_switchboard_number, search_entries, switchboards
from contacts.webforms import ContactSearchForm


@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """Show what was searched for; before a search the switchboards and one's own support (R1.1, R5.1–R5.3).

    The rest of the page is left out of the answer to htmx.
    """
    form = ContactSearchForm(request.GET)
    form.is_valid()
    sought = form.cleaned_data.get("q", "")
    # A page number that is none is the first page: an address that was cut off still leads somewhere.
    page_number = form.cleaned_data.get("sida") or 1
    searching = bool(sought) and "q" not in form.errors
    acting = getattr(request, "acting", None)
    page = contacts_page(
        found=search_entries(sought, page=page_number) if searching else None,
        switchboards=[] if searching else switchboards(),
        switchboard_number=region_switchboard_number(),
        principal=acting.principal if acting else None,
        at=timezone.now(),
    )
    template = "contacts/directory/_results.html" if request.htmx else "contacts/directory/search.html"
    response = render(request, template, {"contacts": page, "form": form})
    patch_vary_headers(response, ["HX-Request"])
    return response
