"""The files that take long to read in: the directory, and lists of staff and of the jour."""

import json
from uuid import UUID

from contacts.filing.bringing_in import confirm_steps
from contacts.filing.choices import Choices
from contacts.filing.undo import undo_steps
from contacts.filing.uploads import choose_steps, upload_steps
from contacts.models import DirectoryUpload
from contacts.queries.uploads import upload_by_id
from contacts.rules.errors import NotYours
from contacts.services.progress import Steps
from contacts.services.work import Job, Kind, Made, know_work

CHANGED_SINCE = "Kontakterna har ändrats sedan förhandsvisningen. Läs igenom igen."
_UNREAD = "Inget är inläst."


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
        return Made(to=("import_preview", str(result.pk)), said=CHANGED_SINCE)
    return Made(to=("import_preview", str(upload.pk)))


def _undo(job: Job) -> Steps[Made]:
    upload = _of(job)
    yield from undo_steps(by=job.by, upload=upload, client_id=job.client_id)
    return _shown(upload)


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
    know_work("directory.choose", Kind(_choose, "import_directory", _UNREAD))
    know_work("directory.confirm", Kind(_confirm, "import_directory", _UNREAD))
    know_work("directory.undo", Kind(_undo, "import_directory", "Inget är ångrat."))
