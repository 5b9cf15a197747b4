"""Where a PDF comes from: the register of what was handed out answers first, then the seal in the file."""

import hashlib
from dataclasses import dataclass

from django.db import transaction

from contacts.access import Acting
from contacts.rules.errors import RuleError
from forms.models import Export
from forms.queries.exports import export_of
from forms.rules.file_origin import MOST_BYTES, MOST_MEGABYTES, FileOrigin
from forms.sealing import Examined, SealState, examine, has_seal
from forms.services.steps import record_by

_BY_SEAL = {
    SealState.OURS: FileOrigin.UNCHANGED,
    SealState.BROKEN: FileOrigin.CHANGED,
    SealState.ANOTHER: FileOrigin.FOREIGN,
    SealState.NONE: FileOrigin.FOREIGN,
}


class FileNotRead(RuleError):
    """The file is empty or larger than anything that was handed out here."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`export` is the file's row where it is unchanged and registered; `seal` what its seal says.

    `can_tell` says that the server has a seal, and so recognises its own files when they are changed.
    """

    origin: FileOrigin
    export: Export | None
    seal: Examined
    can_tell: bool


def verify_file(*, by: Acting | None, content: bytes) -> Verdict:
    """Whether a file was made here and is unchanged. Writes an audit row; `by` is None for a command.

    Everyone may, for a file of any unit: nothing in the answer is about a patient. Raises FileNotRead, beside the
    field `file`, for an empty file and for one of more than MOST_BYTES. The file itself is not kept.
    """
    if not content:
        raise FileNotRead("Filen är tom. Välj en annan.", field="file")
    if len(content) > MOST_BYTES:
        raise FileNotRead(f"Filen är för stor. Högst {MOST_MEGABYTES} MB kontrolleras.", field="file")
    export, seal = export_of(hashlib.sha256(content).hexdigest()), examine(content)
    verdict = Verdict(
        origin=FileOrigin.UNCHANGED if export else _BY_SEAL[seal.state],
        export=export,
        seal=seal,
        can_tell=has_seal(),
    )
    with transaction.atomic():
        record_by(by, "file.verified", export, {"origin": verdict.origin.value})
    return verdict
