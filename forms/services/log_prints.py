"""The loggblad as a print: the calls of the own unit's care chains of the last day (R2.5)."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from contacts.access import Acting, check_may
from contacts.rules.permissions import Right
from forms.models import SheetKind
from forms.presenters.log_sheet import log_sheet_part, log_sheet_view
from forms.queries.sources import calls_since
from forms.services.printing import Printed, print_job
from forms.specs import get_log_sheet
from outage.queries.checklists import routine_of
from outage.queries.outages import outage_in_view


def print_log_sheet(*, by: Acting, client_id: UUID) -> Printed:
    """Print the loggblad of the chains that `by` may see, as far back as its content file says, empty lines after.

    Raises NotAllowed when the role may not print, and as `print_job`.
    """
    check_may(by, Right.PRINT_SHEET)
    now = timezone.now()
    spec = get_log_sheet()
    calls = calls_since(by, now - timedelta(hours=spec.hours))
    outage = outage_in_view(by.principal)
    view = log_sheet_view(calls, unit=by.unit, now=now, routine=routine_of(outage))
    return print_job(
        by=by,
        kind=SheetKind.LOG_SHEET,
        filename="loggblad.pdf",
        part=log_sheet_part(view=view, by=by),
        now=now,
        outage=outage,
        client_id=client_id,
    )
