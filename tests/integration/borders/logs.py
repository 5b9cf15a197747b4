"""The services of loggkontroll, the report, closing and gallring, and rows of the log that are there to be reviewed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from contacts.access import Acting
from contacts.models import AuditEntry, ReviewSample
from contacts.models.data_key import name_of
from contacts.rules.permissions import Right, Role, role_may
from contacts.rules.reviewing import Verdict
from contacts.services.data_keys import destroy_keys
from contacts.services.reviewing import draw_sample, note_patients, note_review
from forms.models import LateEntry
from forms.rules.purge import LateOutcome
from forms.services.late import decide_late, keep_late, read_late, read_to_decide
from forms.services.purge import confirm_purge, propose_purge, withdraw_purge
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
from tests.integration.borders.table import BRANCH, NONE, UNIT, Cast, Given, Row, Table, with_other
from tests.integration.forms.purging import close, propose
from tests.integration.forms.sheets_made import decide

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
    reach = reach_of(by).name if role_may(by.role, REPORT) else ""
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


def somebody(s: Cast, by: Acting, role: Role) -> Acting:
    """In that role, of the principal of `by`, in an assignment that goes on."""
    same = (one for (its, _), one in s.people.items() if its is role and one.principal == by.principal)
    return next(one for one in same if one.membership.active)


def to_purge(s: Cast, by: Acting) -> Given:
    """Closed for the principal of `by`, under a decision that allows it."""
    leads, nurse = s.coordinator_at(by.unit), somebody(s, by, Role.STAFF)
    outage = make_outage(leads)
    make_chain(s.county, outage, nurse)
    close(leads, end_outage(by=leads, outage=outage, ended_at=timezone.now()))
    decide(somebody(s, by, Role.ADMIN))
    return {"outage": outage_for(by.principal, outage.pk), "client_id": uuid4()}


def proposed(s: Cast, by: Acting, **more: Any) -> Given:
    given = to_purge(s, by)
    propose(somebody(s, by, Role.ADMIN), given["outage"])
    return given | {"seen": 1} | more


def purged(s: Cast, by: Acting) -> Given:
    outage = to_purge(s, by)["outage"]
    destroy_keys(by=None, names=[name_of(by.principal.pk, outage.pk)])
    return {"outage_id": outage.pk, "client_id": uuid4(), "said": [("Vem gäller det?", "Tolvan")]}


def late(s: Cast, by: Acting) -> Given:
    alva = s.county.alva
    row = LateEntry(outage=make_outage(alva), said=[["Vem?", "Tolvan"]], user=alva.user, unit=alva.unit)
    row.save()
    return {"entry": row}


def decided(s: Cast, by: Acting) -> Given:
    return late(s, by) | {"client_id": uuid4(), "outcome": LateOutcome.NOTHING, "reason": "Dubblett"}


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
    propose_purge: Row(
        Right.DECIDE_DISPOSAL,
        NONE,
        lambda s, by: to_purge(s, by) | {"on": timezone.localdate() + timedelta(days=1)},
    ),
    confirm_purge: Row(Right.CONFIRM_PURGE, NONE, proposed),
    withdraw_purge: Row(Right.CONFIRM_PURGE, NONE, lambda s, by: proposed(s, by, reason="Fel dag")),
    keep_late: Row(Right.LOG_CARE, NONE, purged),
    read_late: Row(Right.READ_CARE, UNIT, late),
    read_to_decide: Row(Right.DECIDE_LATE, BRANCH, late),
    decide_late: Row(Right.DECIDE_LATE, BRANCH, decided),
}
MIXED = [
    (leave_open, with_other(TABLE[leave_open], unit_id=lambda s: s.county.cissi.unit.pk)),
    (note_review, with_other(TABLE[note_review], entry=lambda s: seen_row(s.county.cissi))),
]
