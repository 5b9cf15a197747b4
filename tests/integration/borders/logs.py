"""The services of loggkontroll, and rows of the log that are there to be reviewed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from contacts.access import Acting
from contacts.models import AuditEntry, ReviewSample
from contacts.rules.permissions import Right
from contacts.rules.reviewing import Verdict
from contacts.services.reviewing import draw_sample, note_patients, note_review
from forms.services.reviewing import print_extract, print_report
from tests.integration.borders.table import BRANCH, NONE, Cast, Given, Row, Table, with_other

REVIEW = Right.REVIEW_LOG


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


TABLE: Table[Cast] = {
    draw_sample: Row(REVIEW, NONE, drawn),
    note_review: Row(REVIEW, BRANCH, noted),
    note_patients: Row(REVIEW, NONE, lambda s, by: {"action": "log.patient_sought", "chains": [uuid4()]}),
    print_extract: Row(REVIEW, NONE, lambda s, by: {"patient": "19121212-1212", "chains": [uuid4()]}),
    print_report: Row(REVIEW, NONE, lambda s, by: period()),
}
MIXED = [
    (note_review, with_other(TABLE[note_review], entry=lambda s: seen_row(s.county.cissi))),
]
