"""The work of the outage app that takes long."""

from uuid import UUID

from contacts.services.progress import Progress, Steps
from contacts.services.work import Job, Kind, Made, know_work
from outage.queries.outages import outage_for
from outage.queries.report import REPORT_WORK
from outage.rules.outage_files import OutageFile, TableForm
from outage.services.outage_files import take_out
from outage.services.report import make_report


def _report(job: Job) -> Steps[Made]:
    outage = outage_for(job.by.principal, UUID(job.args["outage"]))
    yield from make_report(by=job.by, outage=outage)
    return Made(to=("report", str(outage.pk)))


def _file(job: Job) -> Steps[Made]:
    yield Progress("Skriver filen")
    outage = outage_for(job.by.principal, UUID(job.args["outage"]))
    which, form = OutageFile(job.args["which"]), TableForm(job.args["form"])
    made = take_out(by=job.by, outage=outage, which=which, form=form)
    return Made(content=made.content, filename=made.filename, content_type=made.content_type)


def know_outage_work() -> None:
    """Called when the app is ready."""
    know_work("outage_file", Kind(_file, "outage_files", "Ingen fil är gjord."))
    know_work(REPORT_WORK, Kind(_report, "report", "Rapporten är inte gjord.", of="outage"))
