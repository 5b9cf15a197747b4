"""The report of an outage on paper."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from contacts.access import ActingRequest
from contacts.rules.held import held_print
from contacts.rules.permissions import Right
from contacts.views.tools import get_or_404, held_as, require
from contacts.views.work import asked_by_press
from outage.queries.outages import outage_for
from outage.queries.report import figures_of
from outage.rules.wording import day_and_year


@held_as(held_print("Skriv ut rapporten"))
@require_POST
def report_pdf(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """404 where none is kept."""
    require(request.acting, Right.READ_REPORT)
    outage = get_or_404(outage_for, request.acting.principal, outage_id)
    get_or_404(lambda: figures_of(request.acting, [outage]).get(outage.pk))
    label = f"Utskrift av rapporten om {outage.word} {day_and_year(outage.current.started_at)}"
    return asked_by_press(request, kind="report_print", label=label, args={"outage": str(outage.pk)})
