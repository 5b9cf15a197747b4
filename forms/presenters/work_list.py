"""The lists that a ward works from, as sheets: what to ring, what to enter, the care chains."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contacts.access import Acting
from contacts.rules.doubt import READ_THE_REMARK, Doubt
from contacts.rules.parties import Party
from contacts.rules.whom_to_call import NumberToRing
from forms.presenters.document import SheetPart, edition_part
from forms.presenters.notes import Notes
from forms.presenters.rows import WHOLE_WIDTH, Row, boxes, height_of, in_lines
from forms.rules.page_fill import PageMeasures, rows_to_fill
from forms.rules.work_list_spec import ListSpec, WorkList, WorkListSpec
from forms.specs import get_work_list
from outage.models import Outage
from outage.presenters.back import TaskRow
from outage.presenters.overview import MatrixRow, PartyMark
from outage.presenters.owed import OwedCall
from outage.presenters.shift import DoneShown, OpenShown, RingBackLine, ShiftRow
from outage.presenters.status import ChainRow
from outage.queries.naming import Patient
from outage.rules.routine import Decision, Routine
from outage.rules.wording import clock_time, day_and_time, day_and_year

_NARROW, _CELL = 110, 240
_LINES = 8
# As the stylesheet sets it: the width of a page and of its columns, a small letter of a list, and what a page holds.
_WIDTH, _BOX, _HAND, _PADDING, _LETTER = 257, 14, 52, 2, 1.34
_PAGE = PageMeasures(
    page=157, first=12, again=6, below=0, heads=10, row=12.05, line=3.65, edge=1.3, floor=12.05
)
_TO_TICK = boxes("")


@dataclass(frozen=True, slots=True)
class WorkHeading:
    """A column of a list: its heading, and the name of its width."""

    heading: str
    column: str


@dataclass(frozen=True, slots=True)
class WorkListView:
    """A list as it stood when it was printed, its first column to be ticked by hand, where it has one, its last to
    write in, and rows for what comes after.
    """

    spec: WorkListSpec
    listed: ListSpec
    columns: tuple[WorkHeading, ...]
    unit: str
    outage: str
    logged: tuple[Row, ...]
    empty: tuple[Row, ...]


def work_list_view(
    which: WorkList, rows: Iterable[Row], unit: str, outage: Outage | None = None
) -> WorkListView:
    """The list `which` of a unit with its rows, which have a cell for each column but the last; `outage` is the only
    one that it is of: of another begun on the same day there is a list of its own.
    """
    spec = get_work_list()
    listed = spec.of(which)
    columns = [WorkHeading(heading, "middle") for heading in listed.headings]
    columns[-1] = WorkHeading(listed.headings[-1], "hand")
    if listed.to_tick:
        columns[0] = WorkHeading(listed.headings[0], "box")
    hand = boxes(*listed.boxes)
    logged = tuple(replace(row, cells=(*row.cells, hand)) for row in rows)
    blank = (_TO_TICK if listed.to_tick else "", *[""] * (len(columns) - 2), hand)
    per_line = _per_line([column.column for column in columns])
    heights = [height_of(row, per_line, _PAGE) for row in logged]
    return WorkListView(
        spec=spec,
        listed=listed,
        columns=tuple(columns),
        unit=unit,
        outage=_named(outage) if outage else "",
        logged=logged,
        empty=(Row(blank),) * rows_to_fill(heights, _PAGE, least=spec.more_rows),
    )


def _named(outage: Outage) -> str:
    began = outage.current.started_at
    return f"{outage.word.capitalize()} {day_and_year(began)} {clock_time(began)}"


def _per_line(columns: Sequence[str]) -> list[int]:
    """How many small letters a line of each column holds."""
    fixed = {"box": _BOX, "hand": _HAND}
    middle = (_WIDTH - sum(fixed.get(name, 0) for name in columns)) / columns.count("middle")
    return [int((fixed.get(name, middle) - _PADDING) / _LETTER) for name in columns]


def work_list_part(*, view: WorkListView, by: Acting, now: datetime, routine: Routine) -> SheetPart:
    part = edition_part(view, "work_list", routine.version, now, by, "")
    return replace(part, title=view.listed.title)


def call_lines(calls: Iterable[OwedCall]) -> list[Row]:
    """A row for each call to make, in the order given."""
    lines = []
    for call in calls:
        notes = Notes(WHOLE_WIDTH)
        labels = ", ".join(message.label for message in call.messages)
        via = _via(call.best) if call.best else ""
        tried = f"{call.tries} försök, senast {call.last_try}" if call.tries else ""
        said = (("Öppen punkt", call.open_item), ("Lämnat öppet", call.left))
        left = "; ".join(f"{label} – {text}" for label, text in said if text)
        cells = (
            _patient(call.patient, notes),
            (notes.cell("Meddelande", labels, _CELL, _LINES),),
            (notes.cell("Till", call.place, _CELL, _LINES), notes.cell("Nummer", via, _CELL, _LINES)),
            (call.state.label, tried, notes.cell("", left, _NARROW, _LINES)),
        )
        lines.append(_row(cells, notes, box=True))
    return lines


def _via(number: NumberToRing) -> str:
    asked = f", be om {number.ask_for}" if number.ask_for else ""
    relays = ", som förmedlar" if number.asked_relays else ", förmedlar" if number.relays else ""
    unsure = f", {READ_THE_REMARK}" if number.doubt is not Doubt.NONE else ""
    return f"{number.shown} {number.entry_name}{asked}{relays}{unsure}"


def task_lines(rows: Iterable[TaskRow], unknown: Iterable[tuple[str, int]]) -> list[Row]:
    """First how many there are of each kind of thing that is `unknown` yet; then a row for each task, in the order
    given. What is done, and what is not to be done, has no box to tick.
    """
    lines = []
    if counts := [f"{what}: {count}" for what, count in unknown if count]:
        said = ("Allt är inte känt än", *counts)
        lines.append(_row(((), said, ("Listan är inte hel.",)), Notes(WHOLE_WIDTH), box=False))
    for row in rows:
        notes = Notes(WHOLE_WIDTH)
        facts = [notes.cell("Uppgift", fact, _CELL, _LINES) for fact in row.facts]
        typed = [notes.cell("", f"{label}: {value}", _CELL, _LINES) for label, value in row.typed]
        entered = "infört" if row.entered else "inte infört"
        choice = f": {row.choice} ({entered})" if row.choice else ""
        done = f"{'Klart' if row.done else 'Gjort'} {row.done_text}{choice}" if row.done_text else ""
        changed = f"Ändrat sedan det gjordes. {row.remedy}" if row.changed and not row.undo else ""
        why = f"{row.why} ({row.clause})" if row.clause else row.why
        who = row.who if row.mine or not row.who else f"{row.who}, inte er uppgift"
        cells = (
            _patient(row.patient, notes),
            (
                notes.cell("Läs först", row.read_first, _CELL, _LINES),
                row.heading,
                notes.cell("Gör", row.remedy if row.undo and row.remedy else row.do, _CELL, _LINES),
                *facts,
                *typed,
                notes.cell("", changed, _CELL, _LINES),
                notes.cell("", done, _CELL, _LINES),
            ),
            (
                notes.cell("Varför", why, _CELL, _LINES),
                f"{who}." if who else "",
            ),
        )
        is_left = row.mine and (row.undo or not (row.done or row.decision is Decision.DO_NOT_REGISTER))
        lines.append(_row(cells, notes, box=is_left))
    return lines


def chain_lines(rows: Iterable[ChainRow]) -> list[Row]:
    lines = []
    for row in rows:
        notes = Notes(WHOLE_WIDTH)
        marks = [(notes.cell(mark.label, mark.text, _NARROW, _LINES),) for mark in row.marks]
        cells = (
            (*_patient(row.patient, notes), row.status_label),
            *marks,
            (notes.cell("Senast", row.latest, _NARROW, _LINES),),
        )
        lines.append(_row(cells, notes))
    return lines


def overview_lines(picture: Iterable[tuple[str, str]], rows: Iterable[MatrixRow]) -> list[Row]:
    """What is said of all units and of each (`picture_lines`), over the whole width; then a row for each chain,
    named by its number.
    """
    lines = []
    for whom, said in picture:
        notes = Notes(WHOLE_WIDTH)
        about = notes.cell("", whom, 200, _LINES)
        notes.add("", said)
        lines.append(_row(((about,), (), *[()] * len(Party)), notes))
    for row in rows:
        notes = Notes(WHOLE_WIDTH)
        marks = [(notes.cell(mark.label, _marked(mark), _NARROW, _LINES),) for mark in row.marks]
        number = f"Skyddad patient, vårdkedja {row.number}" if row.protected else str(row.number)
        where = (notes.cell("", row.ward, 200, _LINES), notes.cell("", row.municipality, 200, _LINES))
        cells = ((number, "Utskrivning" if row.untold else ""), where, *marks)
        lines.append(_row(cells, notes))
    return lines


def _marked(mark: PartyMark) -> str:
    return f"{mark.text}, sedan {mark.age.text}" if mark.age else mark.text


def shift_lines(
    told: Iterable[ShiftRow],
    open_now: OpenShown,
    left: Iterable[tuple[str, int | str]],
    done: Iterable[DoneShown],
    done_after: str,
) -> list[Row]:
    """The hand-overs that one is to hear of; what is open, each with a box to tick; how much of each thing is `left`;
    what was done, where not all of it is here `done_after` a time.
    """
    lines = []
    for handover in told:
        who = f"{handover.by} till {handover.to}, {handover.became}"
        lines.append(_shift_row(None, f"Överlämning {handover.at}", handover.text, who, box=False))
    for row in call_lines(part.make() for part in open_now.calls):
        box, patient, what, *rest = row.cells
        lines.append(replace(row, cells=(box, patient, f"Ring: {what}", *rest)))
    lines += ring_back_lines(open_now.ring_back)
    for wait in (part.make() for part in open_now.awaited):
        said = _with_left(f"Sedan {wait.since}", wait.left)
        lines.append(_shift_row(wait.patient, f"Väntar på svar: {wait.label}", wait.place, said))
    for place in open_now.places:
        lines.append(_shift_row(place.patient, "Ta reda på", place.what, ""))
    for line in open_now.papers:
        paper = line.paper
        at = f"{paper.step} {day_and_time(paper.at, paper.at)} {paper.by}"
        lines.append(_shift_row(None, f"Blad ute: {paper.kind}", paper.number, _with_left(at, line.left)))
    for what, amount in left:
        lines.append(_shift_row(None, what, str(amount), "", box=False))
    if done_after:
        lines.append(
            _shift_row(None, f"Gjort till och med {done_after}", "Står i varje vårdkedja", "", box=False)
        )
    for each in done:
        what = f"{each.title}: {each.messages}" if each.messages else each.title
        said = f"{each.by}. {each.note}." if each.note else each.by
        lines.append(_shift_row(each.patient, f"Gjort {each.time}", what, said, box=False))
    return lines


def ring_back_lines(calls: Iterable[RingBackLine]) -> list[Row]:
    """Under those of `call_lines`."""
    return [
        _shift_row(
            back.patient,
            "Ring tillbaka",
            back.number,
            _with_left(f"{back.whom} {back.at}, {back.by}", back.left),
        )
        for back in calls
    ]


def _with_left(said: str, left: str) -> str:
    return f"{said}. Lämnat öppet – {left}" if left else said


def _shift_row(patient: Patient | None, *texts: str, box: bool = True) -> Row:
    notes = Notes(WHOLE_WIDTH)
    labels = ("Vad", "Med vem", "Hittills")
    cells = [(notes.cell(label, text, _CELL, _LINES),) for label, text in zip(labels, texts, strict=True)]
    return _row((_patient(patient, notes) if patient else (), *cells), notes, box=box)


def _patient(patient: Patient, notes: Notes) -> tuple[str, ...]:
    return (
        notes.cell("Patient", patient.name, 200, _LINES),
        patient.identity,
        "Samma namn" if patient.namesake else "",
        notes.cell("", patient.where, 200, _LINES),
    )


def _row(cells: Sequence[tuple[str, ...]], notes: Notes, box: bool | None = None) -> Row:
    """A row. `box` says whether its first column has something left to tick; None where it is no box."""
    first = () if box is None else (_TO_TICK if box else "",)
    return Row((*first, *(in_lines(*cell) for cell in cells)), notes.taken())
