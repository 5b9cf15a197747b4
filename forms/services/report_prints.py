"""The report of an outage as a file to print. Nothing of the file is kept."""

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.queries.branches import name_of_reach
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from forms.presenters.document import of_outage
from forms.presenters.report import TITLE, pictures_of, report_part
from forms.services.printing import PrintedFile, named_by, typeset
from outage.models import Outage
from outage.presenters.report import beside_rows
from outage.queries.report import figures_of, lessons_of, set_beside
from outage.rules.wording import local_day


def print_outage_report(*, by: Acting, outage: Outage) -> PrintedFile:
    """As it was last made. Raises RuleError where it has not been, NotAllowed and PrintingUnavailable."""
    check_may(by, Right.READ_REPORT)
    kept = figures_of(by, [outage]).get(outage.pk)
    if kept is None:
        raise RuleError("Rapporten är inte gjord.")
    ended = set_beside(by)
    part = report_part(
        kept=kept,
        outage=outage,
        beside=beside_rows(ended, figures_of(by, ended)),
        lessons=list(lessons_of(by, outage)),
        of=name_of_reach(by, Right.READ_REPORT),
        by=by,
        now=timezone.now(),
    )
    pdf = typeset([of_outage(part, outage)], title=TITLE, pictures=pictures_of(kept)).pdf
    with transaction.atomic():
        audit.record(by=by, action="report.printed", target=kept)
    day = local_day(outage.current.started_at)
    return PrintedFile(pdf, named_by(outage, f"rapport-{day.isoformat()}.pdf"))
