"""The import of a directory file: all of it or none of it, and the same file twice changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import AuditEntry, DirectoryFile, DirectoryUpload, Principal
from contacts.queries.uploads import book_of, import_of
from contacts.rules.errors import NotAllowed, RuleError
from contacts.rules.file_rows import BadRow
from contacts.rules.permissions import Right
from contacts.services.progress import Steps, finishing
from contacts.services.submissions import claim
from contacts.services.whole import whole

from .book import Book
from .changes import Fate
from .choices import Choices
from .errors import BadTable
from .plan import Plan, plan_steps, read_steps
from .uploads import FileGone, chosen_steps, hash_of, keep_upload, known_for, preview_of
from .write import By, write_steps


class BadDirectoryFile(RuleError):
    """The file cannot be imported. `problems` names each bad row; nothing was written."""

    def __init__(self, problems: Sequence[BadRow]) -> None:
        more = f" ({len(problems) - 1} fel till)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0]}{more}")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do. `left` counts rows of entries that a person has retired, `gone` the entries
    that are not in the file, `retired` those of them that were retired, `others` the rows of other principals, `joined`
    those by a name that was joined into another.
    """

    new: int
    changed: int
    unchanged: int
    left: int
    gone: int
    others: int
    retired: int = 0
    joined: int = 0
    problems: tuple[BadRow, ...] = ()
    preview: dict[str, Any] | None = None


def import_steps(
    *,
    by: By,
    content: bytes,
    dry_run: bool = False,
    principal: Principal | None = None,
    retire_missing: bool = False,
) -> Steps[ImportReport]:
    """Import a directory file, reporting progress.

    `by` is None, or a person whom the audit row names, for the command on the server, which also creates the county's
    principals where they are missing. Somebody who acts in an assignment imports the own principal's entries, others
    those of `principal` or of all. Entries of these principals that are not in the file stay, unless
    `retire_missing`. One that a person retired is not brought back; one whose numbers or hours change is no longer
    verified. With `dry_run` nothing is written and bad rows are in the report; otherwise they raise BadDirectoryFile
    and nothing is written. NotAllowed where the role may not.
    """
    if isinstance(by, Acting):
        check_may(by, Right.MANAGE_DIRECTORY)
        principal = by.principal
    if retire_missing and by is None and not dry_run:
        raise NotAllowed("Säg vem som avför kontakterna.")
    try:
        rows, problems = yield from read_steps(content)
    except BadTable as wrong:
        rows, problems = [], [BadRow(1, "", wrong.reason)]
    system, plan = not isinstance(by, Acting), Plan(problems=problems)
    if dry_run:
        yield from plan_steps(rows, plan, only=principal, make_principals=system)
        return replace(_report(plan), preview=preview_of(plan))
    with transaction.atomic():
        yield from plan_steps(rows, plan, only=principal, make_principals=system, lock=True)
        if plan.problems:
            raise BadDirectoryFile(plan.problems)
        report = _report(plan, retired=retire_missing)
        if report.new or report.changed or report.retired or plan.new_principals:
            yield from _write(by, plan, report, retire_missing=retire_missing)
    return report


import_directory = finishing(import_steps)
"""`import_steps` done at once."""


def confirm_steps(
    *, by: Acting, upload: DirectoryUpload, client_id: UUID, retire_missing: bool
) -> Steps[AuditEntry | DirectoryUpload]:
    """Import a file as its preview says; returns the audit row, a second time the first one's.

    Where the directory has changed so that the file would do something else by now, nothing is imported: the same
    file is stored with a new preview, and that upload is returned. Raises BadDirectoryFile where rows are wrong,
    NotAllowed for another principal's upload, IdClash, and FileGone where the file is deleted.
    """
    check_may(by, Right.MANAGE_DIRECTORY, upload)
    told = book_of(upload)
    # Checked after the file: that is deleted when the upload is imported.
    if done := import_of(upload):
        return done
    if told is None:
        raise FileGone
    book, choices, known = Book.read(told), Choices.read(upload.choices), known_for(by.principal)
    try:
        with whole():
            # Lock: of two who confirm one upload at once the second waits here, and then finds the first one's import.
            DirectoryUpload.objects.select_for_update(no_key=True).only("pk").get(pk=upload.pk)
            if done := import_of(upload):
                return done
            claim(by=by, client_id=client_id, kind="directory.import", content={"upload": str(upload.pk)})
            plan = yield from chosen_steps(book, choices, known, only=by.principal, lock=True)
            if hash_of(preview_of(plan)) != upload.plan_hash:
                return _renewed(by, upload, plan)
            if plan.problems:
                raise BadDirectoryFile(plan.problems)
            report = _report(plan, retired=retire_missing)
            done = yield from _write(by, plan, report, retire_missing=retire_missing, upload=upload)
            DirectoryFile.objects.filter(pk=upload.file or upload.pk).delete()
            return done
    except IntegrityError:
        # Somebody added a contact of the same name between the look at the directory and the write.
        with transaction.atomic():
            plan = yield from chosen_steps(book, choices, known, only=by.principal)
            return _renewed(by, upload, plan)


def _renewed(by: Acting, upload: DirectoryUpload, plan: Plan) -> DirectoryUpload:
    """Store the file again with the plan as it is now; confirmed twice it is stored once."""
    renewed_id = uuid5(upload.pk, hash_of(preview_of(plan)))
    choices = Choices.read(upload.choices)
    return keep_upload(by=by, upload_id=renewed_id, file=upload.file, choices=choices, plan=plan)


def _report(plan: Plan, *, retired: bool = False) -> ImportReport:
    counts: dict[str, Any] = {fate.value: len(plan.of(fate)) for fate in Fate}
    gone = counts[Fate.GONE] if retired else 0
    return ImportReport(**counts, retired=gone, problems=tuple(plan.problems))


def _write(
    by: By, plan: Plan, report: ImportReport, *, retire_missing: bool, upload: DirectoryUpload | None = None
) -> Steps[AuditEntry]:
    at = timezone.now()
    told = yield from write_steps(by, plan, at, retire_missing=retire_missing)
    told["at"] = at.isoformat()
    told["unchanged"], told["gone"] = report.unchanged, report.gone
    if isinstance(by, Acting):
        return audit.record(by=by, action="directory.import", target=upload, changes=told)
    return audit.record_system(action="directory.import", user=by, changes=told)
