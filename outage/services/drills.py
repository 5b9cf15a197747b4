"""A drill is started as an outage is reported, and never in its way; all that is written in it is written as in one."""

from dataclasses import asdict
from uuid import UUID

from django.db import IntegrityError, transaction

from contacts import audit
from contacts.access import Acting, check_may
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from outage.models import Outage, OutageReport, ReportKind
from outage.queries.outages import no_drill, outage_for
from outage.routine import current_routine
from outage.rules.outage_status import OutageFacts
from outage.services.outages import check_times, write_report


def start_drill(*, by: Acting, client_id: UUID, facts: OutageFacts) -> Outage:
    """Start a drill of the routine's system, for all principals.

    Raises NotAllowed, IdClash, RuleError for its times, and where an outage goes on or is followed up or another drill
    goes on.
    """
    check_may(by, Right.START_DRILL)
    check_times(facts)
    routine = current_routine()
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="drill", content=asdict(facts)):
            report = OutageReport.objects.get(client_id=client_id)
            return outage_for(by.principal, report.outage_id)
        if why := no_drill(by.principal, routine.system):
            raise RuleError(why)
        drill = Outage(system=routine.system, routine_id=routine.id, drill=True)
        try:
            with transaction.atomic():
                drill.save(force_insert=True)
        except IntegrityError:
            # Somebody else was a moment earlier.
            raise RuleError(no_drill(by.principal, routine.system) or "Försök igen.") from None
        drill.current = write_report(by, drill, ReportKind.FIRST, facts, client_id)
        drill.save(update_fields=["current"])
        audit.record(by=by, action="drill.first", target=drill)
        return outage_for(by.principal, drill.pk)
