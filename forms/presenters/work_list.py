"""The lists that a ward works from, as sheets: what to ring, what to enter, the care chains."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from forms.presenters.document import SheetPart, print_line
from forms.presenters.notes import Note, Notes
from forms.rules.work_list_spec import ListSpec, WorkList, WorkListSpec
from forms.specs import get_work_list
from outage.presenters.back import TaskRow
from outage.presenters.care import Patient
from outage.presenters.owed import OwedCall
from outage.presenters.status import ChainRow
from outage.rules.routine import DECISION_LABELS

_WHOLE_WIDTH = 150
_NARROW, _CELL = 110, 240


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One row: its cells in the order of the headings, paragraph by paragraph, the last one to write in.

    What does not fit stands in `notes`. `box` tells that there is something left to do and tick.
    """

    cells: tuple[tuple[str, ...], ...]
    notes: tuple[Note, ...]
    box: bool


@dataclass(frozen=True, slots=True)
class WorkListView:
    """A list as it stood when it was printed. `boxed` tells that its first column is to be ticked by hand."""

    spec: WorkListSpec
    listed: ListSpec
    boxed: bool
    unit: str
    lines: tuple[WorkLine, ...]
    empty_rows: range


def work_list_view(which: WorkList, lines: Iterable[WorkLine], unit: str) -> WorkListView:
    """The list `which` of a unit with its lines."""
    spec = get_work_list()
    return WorkListView(
        spec=spec,
        listed=spec.of(which),
        boxed=which is not WorkList.CHAINS,
        unit=unit,
        lines=tuple(lines),
        empty_rows=range(spec.more_rows),
    )


def work_list_part(
    *, serial: str, view: WorkListView, by: Acting, now: datetime, routine_version: str
) -> SheetPart:
    """The list as a sheet, printed by `by` at the aware moment `now`."""
    return SheetPart(
        serial=serial,
        version=view.spec.version,
        template="forms/paper/work_list.html",
        view=view,
        title=view.listed.title,
        advice=view.spec.foot,
        print_line=print_line(
            f"Blankett version {view.spec.version}",
            routine_version=routine_version,
            now=now,
            by=by,
            unit_name=by.unit.name,
        ),
        landscape=view.spec.landscape,
    )


def call_lines(calls: Iterable[OwedCall]) -> list[WorkLine]:
    """A line for each call to make, in the order given."""
    lines = []
    for call in calls:
        notes = Notes(_WHOLE_WIDTH)
        labels = ", ".join(message.label for message in call.messages)
        number = call.best
        via = f"{number.shown} {number.entry_name}{', förmedlar' if number.relays else ''}" if number else ""
        tried = f"{call.tries} försök, senast {call.last_try}" if call.tries else ""
        left = f"Öppen punkt – {call.open_item}" if call.open_item else ""
        cells = (
            _patient(call.patient, notes),
            (notes.cell("Meddelande", labels, _CELL),),
            (notes.cell("Till", call.place, _CELL), notes.cell("Nummer", via, _CELL)),
            (call.state_label, tried, notes.cell("", left, _NARROW)),
        )
        lines.append(_line(cells, notes, box=True))
    return lines


def task_lines(rows: Iterable[TaskRow]) -> list[WorkLine]:
    """A line for each task, in the order given; what is done has no box to tick."""
    lines = []
    for row in rows:
        notes = Notes(_WHOLE_WIDTH)
        facts = [notes.cell("Uppgift", fact, _CELL) for fact in row.facts]
        choice = f": {row.choice}" if row.choice else ""
        done = f"{'Klart' if row.done else 'Gjort'} {row.done_text}{choice}" if row.done_text else ""
        changed = f"Ändrat sedan det gjordes. {row.remedy}" if row.changed and not row.undo else ""
        why = f"{row.why} ({row.clause})" if row.clause else row.why
        cells = (
            _patient(row.patient, notes),
            (
                "Ångra" if row.undo else DECISION_LABELS[row.decision],
                notes.cell("Gör", row.remedy if row.undo and row.remedy else row.do, _CELL),
                *facts,
                notes.cell("", changed, _CELL),
                notes.cell("", done, _CELL),
            ),
            (notes.cell("Varför", why, _CELL), f"{row.who}." if row.who else ""),
        )
        lines.append(_line(cells, notes, box=not row.done))
    return lines


def chain_lines(rows: Iterable[ChainRow]) -> list[WorkLine]:
    """A line for each care chain, in the order given."""
    lines = []
    for row in rows:
        notes = Notes(_WHOLE_WIDTH)
        marks = [(notes.cell(mark.label, mark.text, _NARROW),) for mark in row.marks]
        cells = (
            (*_patient(row.patient, notes), row.status_label),
            *marks,
            (notes.cell("Senast", row.latest, _NARROW),),
        )
        lines.append(_line(cells, notes, box=False))
    return lines


def _patient(patient: Patient, notes: Notes) -> tuple[str, ...]:
    return notes.cell("Patient", patient.name, 200), patient.identity, notes.cell("", patient.where, 200)


def _line(cells: Sequence[tuple[str, ...]], notes: Notes, box: bool) -> WorkLine:
    shown = tuple(tuple(text for text in cell if text) for cell in cells)
    return WorkLine(cells=shown, notes=notes.taken(), box=box)
