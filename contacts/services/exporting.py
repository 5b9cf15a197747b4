"""The directory taken out as a file; who took it leaves a row."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting
from contacts.models import Principal
from contacts.queries.cards import card_source
from contacts.queries.exporting import entries_to_take_out
from contacts.queries.file_rows import file_row
from contacts.rules.directory_columns import COLUMNS
from contacts.tables import write_csv, write_xlsx
from contacts.vcards import vcard


class FileForm(StrEnum):
    """The forms the directory is taken out in; the value ends the file's name."""

    CSV = "csv"
    XLSX = "xlsx"
    VCARD = "vcf"


CONTENT_TYPES: dict[FileForm, str] = {
    FileForm.CSV: "text/csv; charset=utf-8",
    FileForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileForm.VCARD: "text/vcard; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file as it is given out. `filename` tells the day and nothing about anybody."""

    content: bytes
    content_type: str
    filename: str


def export_directory(*, by: Acting, form: FileForm, principal: Principal | None = None) -> Exported:
    """Take out the entries in force, of one principal or of all. Everyone who is signed in may.

    CSV and XLSX bring back the same directory when they are read in again.
    """
    now = timezone.now()
    entries = entries_to_take_out(principal)
    if form is FileForm.VCARD:
        content = vcard(card_source(entry, now) for entry in entries)
    else:
        rows = [list(COLUMNS), *([row[column] for column in COLUMNS] for row in map(file_row, entries))]
        content = write_csv(rows) if form is FileForm.CSV else write_xlsx(rows, title="Kontakter")
    with transaction.atomic():
        audit.record(
            by=by,
            action="directory.exported",
            target=principal,
            changes={"form": form.value, "entries": len(entries)},
        )
    filename = f"kontakter-{timezone.localdate(now).isoformat()}.{form.value}"
    return Exported(content=content, content_type=CONTENT_TYPES[form], filename=filename)
