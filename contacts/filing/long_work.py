"""The files that take long: the directory, in and out, and lists of staff and of the jour that are read in."""

import json
from dataclasses import asdict
from typing import Any
from uuid import UUID

from contacts.filing.bringing_in import confirm_steps
from contacts.filing.choices import Choices
from contacts.filing.out import FileForm, export_directory, principal_or_none
from contacts.filing.rota import bring_in_rota
from contacts.filing.staff import staff_steps
from contacts.filing.undo import undo_steps
from contacts.filing.uploads import choose_steps, upload_steps
from contacts.models import DirectoryUpload
from contacts.presenters.staff_plan import brought_words
from contacts.queries.uploads import upload_by_id
from contacts.rules.errors import IdClash, NotYours, RuleError
from contacts.services.progress import Progress, Steps
from contacts.services.work import Job, Kind, Made, know_work

CHANGED_SINCE = "Kontakterna har ändrats sedan förhandsvisningen. Läs igenom igen."
_UNREAD = "Inget är inläst."
_OTHER_CONTENT = "Filen är redan inläst med annat innehåll. Välj filen igen."


def _upload(job: Job) -> Steps[Made]:
    (content,) = job.read_files()
    return _shown((yield from upload_steps(by=job.by, client_id=job.client_id, content=content)))


def _choose(job: Job) -> Steps[Made]:
    (told,) = job.read_files()
    choices = Choices.read(json.loads(told))
    steps = choose_steps(by=job.by, upload=_of(job), client_id=job.client_id, choices=choices)
    return _shown((yield from steps))


def _confirm(job: Job) -> Steps[Made]:
    upload = _of(job)
    retire = job.args["retire_missing"]
    steps = confirm_steps(by=job.by, upload=upload, client_id=job.client_id, retire_missing=retire)
    result = yield from steps
    if isinstance(result, DirectoryUpload):
        return Made(to=("import_preview", str(result.pk)), said=CHANGED_SINCE, warns=True)
    return Made(to=("import_preview", str(upload.pk)))


def _undo(job: Job) -> Steps[Made]:
    upload = _of(job)
    yield from undo_steps(by=job.by, upload=upload, client_id=job.client_id)
    return _shown(upload)


def _staff(job: Job) -> Steps[Made]:
    try:
        brought = yield from staff_steps(by=job.by, client_id=job.client_id, **_shown_table(job))
    except IdClash:
        raise RuleError(_OTHER_CONTENT) from None
    return Made(to=("keep_people",), said=brought_words(**asdict(brought)))


def _rota(job: Job) -> Steps[Made]:
    yield Progress("Skriver jourpassen")
    try:
        count = bring_in_rota(by=job.by, client_id=job.client_id, **_shown_table(job))
    except IdClash:
        raise RuleError(_OTHER_CONTENT) from None
    said = "Ett jourpass är inläst." if count == 1 else f"{count} jourpass är inlästa."
    return Made(to=("keep_units",), said=said)


def _shown_table(job: Job) -> dict[str, Any]:
    """The table, and the mark of what it was shown to do."""
    (told,) = job.read_files()
    shown: dict[str, Any] = json.loads(told)
    return shown


def _export(job: Job) -> Steps[Made]:
    yield Progress("Skriver filen")
    number = job.args["principal"]
    principal = principal_or_none(number) if number is not None else None
    made = export_directory(by=job.by, form=FileForm(job.args["form"]), principal=principal)
    return Made(content=made.content, filename=made.filename, content_type=made.content_type)


def _of(job: Job) -> DirectoryUpload:
    upload = upload_by_id(job.by, UUID(job.args["upload"]))
    if upload is None:
        raise NotYours
    return upload


def _shown(upload: DirectoryUpload) -> Made:
    return Made(to=("import_preview" if upload.plan else "import_choices", str(upload.pk)))


def know_files() -> None:
    """Called when the app is ready."""
    know_work("directory.upload", Kind(_upload, "import_directory", _UNREAD))
    know_work("directory.choose", Kind(_choose, "import_choices", _UNREAD, of="upload"))
    know_work("directory.confirm", Kind(_confirm, "import_preview", _UNREAD, of="upload"))
    know_work("directory.undo", Kind(_undo, "import_preview", "Inget är ångrat.", of="upload"))
    know_work("directory.export", Kind(_export, "take_out", "Ingen fil är gjord."))
    know_work("people.import", Kind(_staff, "import_staff", _UNREAD))
    know_work("rota.import", Kind(_rota, "import_rota", _UNREAD))
