"""The directory exported as a file, with an audit row."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from contacts import audit
from contacts.access import Acting
from contacts.models import DirectoryEntry, Principal
from contacts.queries.entries import entries_in_use

from .columns import COLUMNS
from .rows import cells_of
from .vcard import vcard
from .writing import write_csv, write_xlsx


class FileForm(StrEnum):
    """The formats the directory is exported in; the value is the file extension."""

    CSV = "csv"
    XLSX = "xlsx"
    VCARD = "vcf"

    @property
    def label(self) -> str:
        return {"csv": "CSV", "xlsx": "Excel", "vcf": "vCard"}[self.value]


CONTENT_TYPES: dict[FileForm, str] = {
    FileForm.CSV: "text/csv; charset=utf-8",
    FileForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileForm.VCARD: "text/vcard; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file as it is handed out. `filename` contains the day and nothing about anybody."""

    content: bytes
    content_type: str
    filename: str


def export_directory(*, by: Acting, form: FileForm, principal: Principal | None = None) -> Exported:
    """Export the entries in force, of one principal or of all. Everyone who is signed in may.

    CSV and XLSX give back the same directory when they are imported again.
    """
    now = timezone.now()
    entries = entries_to_take_out(principal)
    if form is FileForm.VCARD:
        content = vcard(entries, now)
    else:
        rows = [list(COLUMNS), *map(file_row, entries)]
        content = write_csv(rows) if form is FileForm.CSV else write_xlsx(rows)
    told = {"form": form.value, "entries": len(entries)}
    with transaction.atomic():
        audit.record(by=by, action="directory.exported", target=principal, changes=told)
    filename = f"kontakter-{timezone.localdate(now).isoformat()}.{form.value}"
    return Exported(content=content, content_type=CONTENT_TYPES[form], filename=filename)


def principal_or_none(principal_id: int) -> Principal | None:
    return Principal.objects.filter(pk=principal_id).first()


def principals_to_take_out() -> list[Principal]:
    """The principals that have entries in force, the region first, each with `in_force`, how many. One query."""
    counted = Count("entries", filter=Q(entries__retired_at__isnull=True))
    found = Principal.objects.annotate(in_force=counted).filter(in_force__gt=0).order_by("sort_key", "pk")
    return sorted(found, key=lambda principal: not principal.is_region)


def entries_to_take_out(principal: Principal | None) -> list[DirectoryEntry]:
    """The entries in force, of one principal or of all: the region's first, each in Swedish order. One query."""
    found = entries_in_use()
    if principal is not None:
        found = found.filter(principal=principal)
    in_order = found.order_by("principal__sort_key", "sort_key", "pk")
    return sorted(in_order, key=lambda entry: not entry.principal.is_region)


def file_row(entry: DirectoryEntry) -> list[str]:
    """The cells of an entry, which comes with its principal and unit: imported again they change nothing."""
    checked = timezone.localdate(entry.verified_at).isoformat() if entry.verified_at else ""
    return cells_of(entry.facts, entry.principal.name, checked)
