"""The paper that takes long: what grows with the directory, the unit or the pile, and not with one patient."""

import json
from typing import Any
from uuid import UUID

from contacts.models import Principal, User
from contacts.services.progress import Progress, Steps
from contacts.services.work import Job, Kind, Made, know_work
from forms.queries.batches import get_batch
from forms.rules.work_list_spec import WorkList
from forms.services.batches import print_part
from forms.services.binder import print_binder
from forms.services.code_slips import print_code_slips
from forms.services.outage_files import take_out
from forms.services.outage_log_prints import print_outage_log
from forms.services.printing import PrintedFile, print_contact_list
from forms.services.report_prints import print_outage_report
from forms.services.reviewing import print_extract
from forms.services.scans import scan_steps
from forms.services.work_list_prints import print_work_list
from outage.queries.outages import outage_for
from outage.rules.outage_files import OutageFile, TableForm

_SETTING = Progress("Sätter sidorna")
_UNPRINTED = "Inget är utskrivet."


def _made(printed: PrintedFile, *, once: bool = False) -> Made:
    return Made(content=printed.pdf, filename=printed.filename, once=once)


def _binder(job: Job) -> Steps[Made]:
    yield _SETTING
    return _made(print_binder(by=job.by, unit=job.by.unit, client_id=job.client_id))


def _part(job: Job) -> Steps[Made]:
    yield _SETTING
    batch = get_batch(job.by, UUID(job.args["batch"]))
    return _made(print_part(by=job.by, batch=batch, part=job.args["part"]))


def _contact_list(job: Job) -> Steps[Made]:
    yield _SETTING
    principal = Principal.objects.filter(pk=job.args["principal"]).first()
    number = job.args["number"]
    printed = print_contact_list(by=job.by, principal=principal, number=number, client_id=job.client_id)
    return _made(printed)


def _work_list(job: Job) -> Steps[Made]:
    yield _SETTING
    outage = outage_for(job.by.principal, UUID(job.args["outage"]))
    which = WorkList(job.args["which"])
    return _made(print_work_list(by=job.by, which=which, outage=outage, client_id=job.client_id))


def _code_slips(job: Job) -> Steps[Made]:
    """Kept with the codes, all or nothing: they stand in the file alone."""
    yield _SETTING
    told: dict[str, Any] = job.args
    return _made(
        print_code_slips(
            by=job.by,
            people=list(User.objects.filter(pk__in=told["people"])),
            client_id=job.client_id,
            answers=told["answers"],
            address=told["address"],
            hand_out=lambda printed: job.keep(_made(printed, once=True)),
        ),
        once=True,
    )


def _log_extract(job: Job) -> Steps[Made]:
    """As long as the log of the patient is; nothing of it is kept once it is opened."""
    yield _SETTING
    (content,) = job.read_files()
    told = json.loads(content)
    chains = [UUID(chain) for chain in told["chains"]]
    return _made(print_extract(by=job.by, patient=told["patient"], chains=chains), once=True)


def _report(job: Job) -> Steps[Made]:
    yield _SETTING
    outage = outage_for(job.by.principal, UUID(job.args["outage"]))
    return _made(print_outage_report(by=job.by, outage=outage))


def _outage_file(job: Job) -> Steps[Made]:
    yield Progress("Skriver filen")
    outage = outage_for(job.by.principal, UUID(job.args["outage"]))
    which, form = OutageFile(job.args["which"]), TableForm(job.args["form"])
    made = take_out(by=job.by, outage=outage, which=which, form=form)
    return Made(content=made.content, filename=made.filename, content_type=made.content_type)


def _outage_log(job: Job) -> Steps[Made]:
    yield _SETTING
    outage = outage_for(job.by.principal, UUID(job.args["outage"]))
    return _made(print_outage_log(by=job.by, outage=outage, number=job.args["part"]))


def _scan(job: Job) -> Steps[Made]:
    upload = yield from scan_steps(by=job.by, client_id=job.client_id, files=job.read_files())
    return Made(to=("scan_result", str(upload.pk)))


def know_paper() -> None:
    """Called when the app is ready."""
    know_work("binder", Kind(_binder, "binder", _UNPRINTED))
    know_work("batch_part", Kind(_part, "sheet_batch", _UNPRINTED, of="batch"))
    know_work("contact_list", Kind(_contact_list, "take_out", _UNPRINTED))
    know_work("work_list", Kind(_work_list, "status", _UNPRINTED))
    know_work("code_slips", Kind(_code_slips, "code_slips", "Inga nya koder är gjorda."))
    know_work("log_extract", Kind(_log_extract, "review_log", _UNPRINTED))
    know_work("report_print", Kind(_report, "report", _UNPRINTED, of="outage"))
    know_work("outage_file", Kind(_outage_file, "outage_files", "Ingen fil är gjord."))
    know_work("outage_log", Kind(_outage_log, "outage_files", _UNPRINTED))
    know_work("scan", Kind(_scan, "scan", "Inget av skanningen är sparat. Behåll papperen."))
