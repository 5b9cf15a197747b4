"""The work of the outage app that takes long."""

from uuid import UUID

from contacts.services.progress import Steps
from contacts.services.work import Job, Kind, Made, know_work
from outage.queries.outages import outage_for
from outage.queries.report import REPORT_WORK
from outage.services.report import make_report


def _report(job: Job) -> Steps[Made]:
    outage = outage_for(job.by.principal, UUID(job.args["outage"]))
    yield from make_report(by=job.by, outage=outage)
    return Made(to=("report", str(outage.pk)))


def know_report() -> None:
    """Called when the app is ready."""
    know_work(REPORT_WORK, Kind(_report, "report", "Rapporten är inte gjord.", of="outage"))
