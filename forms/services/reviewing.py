"""Prints of loggkontroll: a patient's own extract, and the report of a period. Nothing of the files is kept."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from contacts.access import Acting, check_may
from contacts.queries.branches import name_of_reach
from contacts.queries.reviewing import of_chains, period_figures, reviewed
from contacts.rules.permissions import Right
from contacts.services.reviewing import note_patients
from forms.presenters.reviewing import EXTRACT, REPORT, extract_part, report_part
from forms.services.printing import PrintedFile, typeset
from outage.queries.reviewing import chains_of_drills


def print_extract(*, by: Acting, patient: str, chains: Collection[UUID]) -> PrintedFile:
    """All rows about the care chains that the acting person reviews. Raises NotAllowed and PrintingUnavailable."""
    check_may(by, Right.REVIEW_LOG)
    now = timezone.now()
    rows = of_chains(reviewed(by), chains).select_related("unit__principal").order_by("at", "pk")
    part = extract_part(patient=patient, rows=list(rows), played=chains_of_drills(chains), by=by, now=now)
    pdf = typeset([part], title=EXTRACT).pdf
    note_patients(by=by, action="log.extract_printed", chains=chains)
    return PrintedFile(pdf, f"loggutdrag-{timezone.localdate(now).isoformat()}.pdf")


def print_report(*, by: Acting, since: datetime, until: datetime) -> PrintedFile:
    """`until` is the first moment after the period. Raises as `print_extract`."""
    check_may(by, Right.REVIEW_LOG)
    now = timezone.now()
    figures = period_figures(by, since, until)
    of = name_of_reach(by, Right.REVIEW_LOG)
    part = report_part(figures=figures, since=since, until=until, of=of, by=by, now=now)
    pdf = typeset([part], title=REPORT).pdf
    note_patients(by=by, action="log.report_printed", chains=())
    return PrintedFile(pdf, f"loggrapport-{timezone.localdate(now).isoformat()}.pdf")
