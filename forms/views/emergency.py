"""The emergency codes of a unit: who came in by them, and a new sheet."""

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.access import ActingRequest
from contacts.queries.emergency import sheet_states
from contacts.queries.kept_units import own_unit
from contacts.rules.held import held_print
from contacts.rules.permissions import Right
from contacts.views.tools import get_or_404, held_as, require
from forms.services.emergency import print_emergency_codes
from forms.views._pdf import pdf_answer, press_of


@held_as(held_print("Skriv ut nödkoder"))
@require_http_methods(["GET", "POST"])
def emergency_codes(request: ActingRequest, unit_id: int) -> HttpResponse:
    """By POST, print new ones: the answer is the one place where they stand. Sent again it is refused."""
    require(request.acting, Right.MANAGE_PEOPLE)
    unit = get_or_404(own_unit, request.acting.principal, unit_id)
    if request.method == "POST":
        press = press_of(request)
        address = request.build_absolute_uri(reverse("emergency_log_in"))
        return pdf_answer(
            request,
            lambda: print_emergency_codes(by=request.acting, unit=unit, client_id=press, address=address),
        )
    context = {"unit": unit, "emergency_sheets": sheet_states(unit, timezone.now()), "client_id": uuid4()}
    return render(request, "forms/emergency.html", context)
