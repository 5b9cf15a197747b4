"""What is to be entered, and the log of an outage, as files to keep: CSV and XLSX, with a row in the trace."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.filing.out import CONTENT_TYPES, FileForm
from contacts.filing.writing import write_book, write_csv
from contacts.rules.permissions import Right
from forms.queries.left import not_known
from forms.services.printing import named_by
from outage.models import CareChain, Outage
from outage.presenters.back import TaskRow, task_rows
from outage.presenters.back_groups import grouped
from outage.presenters.outage_files import (
    AT_ONCE,
    LOG_HEADINGS,
    TASK_HEADINGS,
    LogCells,
    read_later,
    task_cells,
    unknown_cells,
)
from outage.presenters.outage_log import log_of_outage
from outage.queries.care_chains import mark_namesakes
from outage.queries.chain_lists import ListedChains
from outage.queries.logged_beside import logged_beside
from outage.queries.owed import chains_seen_and_missing
from outage.queries.task_logs import task_logs_of, turns_of
from outage.rules.drills import marked_rows
from outage.rules.outage_files import OutageFile, TableForm, check_list_is_left, file_name
from outage.rules.wording import local_day

_ACTIONS = {OutageFile.TASKS: "tasks_taken_out", OutageFile.LOG: "log_taken_out"}


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A file as it is handed out. `filename` contains the day and nothing about anybody."""

    content: bytes
    content_type: str
    filename: str


def take_out(*, by: Acting, outage: Outage, which: OutageFile, form: TableForm) -> TakenOut:
    """What the acting person may see of it, all of it, as it stands now. Raises NotAllowed, and RuleError for the list
    of what is purged.
    """
    check_may(by, Right.PRINT_SHEET)
    check_list_is_left(purged=which is OutageFile.TASKS and outage.purged_at is not None)
    chains, missing = chains_seen_and_missing(by, outage)
    rows: Sequence[Sequence[str]]
    rows = (
        [TASK_HEADINGS, *unknown_cells(not_known(by, outage, missing.count())), *_tasks(by, chains)]
        if which is OutageFile.TASKS
        else [LOG_HEADINGS, *_log(chains)]
    )
    rows = marked_rows(rows, drill=outage.drill)
    content = write_csv(rows) if form is TableForm.CSV else write_book([(which.label, rows)])
    with transaction.atomic():
        note_taken_out(by, outage, which, form, len(rows) - 1, chains.ids)
    name = file_name(which, local_day(outage.current.started_at), form)
    return TakenOut(content, CONTENT_TYPES[FileForm(form)], named_by(outage, name))


def note_taken_out(
    by: Acting, outage: Outage, which: OutageFile, form: str, rows: int, chains: Sequence[UUID]
) -> None:
    """In the trace, with whom it shows, inside the transaction of the caller."""
    changes = {"form": form, "rows": rows, "patients": len(chains)}
    action = f"{outage.traced_as}.{_ACTIONS[which]}"
    audit.record(by=by, action=action, target=outage, patients=chains, changes=changes)


def _tasks(by: Acting, chains: ListedChains) -> Iterator[Sequence[str]]:
    found: list[TaskRow] = []
    numbers: dict[UUID, int] = {}
    for start in range(0, len(chains), AT_ONCE):
        some = chains[start : start + AT_ONCE]
        mark_namesakes(by, some, *chains.outages)
        numbers |= {chain.pk: chain.number for chain in some}
        found += _rows_of(by, some)
    return task_cells(grouped(found), numbers)


def _rows_of(by: Acting, chains: Sequence[CareChain]) -> list[TaskRow]:
    logs, turns = task_logs_of(chains), turns_of(chain.pk for chain in chains)
    now, beside = read_later(timezone.now()), logged_beside(by, chains)
    return [
        row
        for chain in chains
        for row in task_rows(by, chain, logs[chain.pk], now, turns=turns, beside=beside)
    ]


def _log(chains: ListedChains) -> Iterator[LogCells]:
    for _, rows in log_of_outage(chains, read_later(timezone.now())):
        yield from rows
