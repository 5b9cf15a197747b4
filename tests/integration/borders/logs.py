"""The services of loggkontroll and of the report, and rows of the log that are there to be reviewed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from contacts.access import Acting
from contacts.models import AuditEntry, ReviewSample
from contacts.rules.permissions import Right, Role, role_may
from contacts.rules.reviewing import Verdict
from contacts.services.reviewing import draw_sample, note_patients, note_review
from forms.services.report_prints import print_outage_report
from forms.services.reviewing import print_extract, print_report
from outage.models import OutageFigures
from outage.queries.closing import open_things
from outage.queries.outages import outage_for
from outage.queries.report import reach_of
from outage.rules.closing import Holds, seen_of
from outage.services.closing import close_outage, leave_open
from outage.services.outages import end_outage
from outage.services.report import ask_for_report, make_report, write_lesson
from tests.factories import make_chain, make_outage
from tests.integration.borders.table import BRANCH, NONE, Cast, Given, Row, Table, with_other

REVIEW, REPORT, CLOSE = Right.REVIEW_LOG, Right.READ_REPORT, Right.CLOSE_OUTAGE


def seen_row(by: Acting) -> AuditEntry:
    """Somebody at the unit of `by` has read about a patient."""
    return AuditEntry.objects.create(
        unit=by.unit, principal=by.principal, action="chain.read", chain=uuid4(), at=timezone.now()
    )


def sample(by: Acting) -> ReviewSample:
    now = timezone.now()
    made = ReviewSample.objects.create(user=by.user, unit=by.unit, since=now, until=now, drawn_from=1)
    made.entries.add(seen_row(by))
    return made


def period() -> dict[str, Any]:
    now = timezone.now()
    return {"since": now - timedelta(days=1), "until": now + timedelta(days=1)}


def drawn(s: Cast, by: Acting) -> Given:
    seen_row(by)
    return {"client_id": uuid4(), "count": 1, **period()}


def noted(s: Cast, by: Acting) -> Given:
    entry = seen_row(s.county.alva)
    return {"client_id": uuid4(), "entry": entry, "verdict": Verdict.FINE, "text": ""}


def over(s: Cast, by: Acting) -> Given:
    """An outage that is over for whoever reads of it."""
    leads = s.coordinator_at(by.unit)
    return {"outage": end_outage(by=leads, outage=make_outage(leads), ended_at=timezone.now())}


def kept(s: Cast, by: Acting) -> Given:
    given = over(s, by)
    reach = reach_of(by) if role_may(by.role, REPORT) else ""
    OutageFigures.objects.create(outage=given["outage"], principal=by.principal, reach=reach)
    return given


def not_acknowledged(s: Cast, by: Acting) -> Given:
    """The unit of `by` took part in the outage."""
    outage = over(s, by)["outage"]
    nurse = next(one for (role, _), one in s.people.items() if (role, one.unit) == (Role.STAFF, by.unit))
    make_chain(s.county, outage_for(nurse.principal, outage.pk), nurse)
    things = open_things(by.principal, outage)
    own = [one for one in things if one.unit_id == by.unit.pk]
    said = {"what": [Holds.ACKNOWLEDGE], "seen": seen_of(own), "responsible": "Esa", "reason": "I morgon"}
    return {"outage": outage, "client_id": uuid4(), "unit_id": by.unit.pk, **said}


TABLE: Table[Cast] = {
    draw_sample: Row(REVIEW, NONE, drawn),
    note_review: Row(REVIEW, BRANCH, noted),
    note_patients: Row(REVIEW, NONE, lambda s, by: {"action": "log.patient_sought", "chains": [uuid4()]}),
    print_extract: Row(REVIEW, NONE, lambda s, by: {"patient": "19121212-1212", "chains": [uuid4()]}),
    print_report: Row(REVIEW, NONE, lambda s, by: period()),
    ask_for_report: Row(REPORT, NONE, over),
    make_report: Row(REPORT, NONE, over),
    write_lesson: Row(
        REPORT,
        NONE,
        lambda s, by: over(s, by) | {"client_id": uuid4(), "text": "Ring tidigare.", "owner": "Esa"},
    ),
    print_outage_report: Row(REPORT, NONE, kept),
    close_outage: Row(CLOSE, NONE, lambda s, by: over(s, by) | {"client_id": uuid4()}),
    leave_open: Row(CLOSE, NONE, not_acknowledged),
}
MIXED = [
    (leave_open, with_other(TABLE[leave_open], unit_id=lambda s: s.county.cissi.unit.pk)),
    (note_review, with_other(TABLE[note_review], entry=lambda s: seen_row(s.county.cissi))),
]
