"""The sheet of emergency codes, printed from the page of a unit."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from contacts.access import ActingRequest
from contacts.queries.kept_units import own_unit
from contacts.rules.held import held_print
from contacts.rules.permissions import Right
from contacts.views.tools import get_or_404, held_as, require
from forms.services.emergency import print_emergency_codes
from forms.views._pdf import pdf_answer, press_of


@held_as(held_print("Skriv ut nödkoder"))
@require_POST
def emergency_codes(request: ActingRequest, unit_id: int) -> HttpResponse:
    """The answer to this press is the one place where the codes stand; sent again it is refused."""
    require(request.acting, Right.MANAGE_PEOPLE)
    unit = get_or_404(own_unit, request.acting.principal, unit_id)
    press = press_of(request)
    address = request.build_absolute_uri(reverse("emergency_log_in"))
    return pdf_answer(
        request,
        lambda: print_emergency_codes(by=request.acting, unit=unit, client_id=press, address=address),
    )
