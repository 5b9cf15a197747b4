"""The loggblad: a unit's calls of a shift, many patients, one line for each call (R2.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.models import Unit
from contacts.rules.parties import WardKind
from forms.presenters.document import SheetPart, print_line
from forms.presenters.notes import Note, Notes
from forms.presenters.rows import comment_words, paper_words, read_back_words
from forms.rules.log_sheet_spec import LogColumn, LogHeading, LogSheetSpec
from forms.specs import get_log_sheet
from outage.models import CareChainDetails, Handover
from outage.presenters.care import role_of
from outage.presenters.chain import told_labels
from outage.routine import current_routine, get_routine
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import DIRECTION_LABELS, Direction
from outage.rules.identity import classify_identity
from outage.rules.informing import CALL_OUTCOME_LABELS, FAILED, PARTICIPANT_PREFIX, CallOutcome
from outage.rules.routine import Routine
from outage.rules.wording import STOCKHOLM, clock_time, day, day_and_time

PROTECTED = "Skyddade personuppgifter"
_WITHHELD = "Visas inte här"
_WHOLE_WIDTH = 150


@dataclass(frozen=True, slots=True)
class LogCell:
    """One column of a line: what stands in it, paragraph by paragraph."""

    column: LogColumn
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One call, its cells in the order of the columns. What does not fit stands in `notes`."""

    cells: tuple[LogCell, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class LogSheetView:
    """A loggblad, printed at the aware moment `now`; a blank one is not `filled`."""

    spec: LogSheetSpec
    columns: tuple[LogHeading, ...]
    unit: str
    system: str
    routine_version: str
    filled: bool
    now: datetime
    lines: tuple[LogLine, ...]
    empty_rows: range


def blank_log_sheet_part(*, serial: str, unit: Unit, by: Acting | None, now: datetime) -> SheetPart:
    """Give a blank loggblad for `unit`, one page, printed at the aware moment `now`; `by` is None for a command."""
    spec, routine = get_log_sheet(), current_routine()
    view = LogSheetView(
        spec=spec,
        columns=spec.columns,
        unit=unit.name,
        system=routine.system,
        routine_version=routine.version,
        filled=False,
        now=now,
        lines=(),
        empty_rows=range(spec.blank_rows),
    )
    return _part(serial, view, unit, by)


def log_sheet_view(calls: Iterable[Handover], *, unit: Unit, now: datetime, routine: Routine) -> LogSheetView:
    """Give the loggblad of `calls`, which come with chain, details, outage and messages, oldest first.

    `now` is aware, `routine` that of the outage the sheet belongs to. Of a patient with protected personal data
    neither name nor number stands here, nor what may tell of them.
    """
    spec = get_log_sheet()
    return LogSheetView(
        spec=spec,
        columns=spec.columns,
        unit=unit.name,
        system=routine.system,
        routine_version=routine.version,
        filled=True,
        now=now,
        lines=tuple(_line(call, spec.columns, now) for call in calls),
        empty_rows=range(spec.more_rows),
    )


def log_sheet_part(*, serial: str, view: LogSheetView, by: Acting) -> SheetPart:
    """Give the filled loggblad `view`, printed by `by`."""
    return _part(serial, view, by.unit, by)


def _part(serial: str, view: LogSheetView, unit: Unit, by: Acting | None) -> SheetPart:
    spec = view.spec
    return SheetPart(
        serial=serial,
        version=spec.version,
        template="forms/paper/log_sheet.html",
        view=view,
        title=spec.title,
        advice=spec.foot,
        print_line=print_line(
            f"Blankett version {spec.version}",
            routine_version=view.routine_version,
            now=view.now,
            by=by,
            unit_name=unit.name,
        ),
        landscape=spec.landscape,
    )


def _line(call: Handover, columns: Sequence[LogHeading], now: datetime) -> LogLine:
    notes = Notes(_WHOLE_WIDTH)
    protected = _details(call).protected_identity
    role = role_of(call.recipient, WardKind(_details(call).ward_kind))
    # A relative's name and number tell who the patient is.
    hidden = protected and call.recipient.startswith(PARTICIPANT_PREFIX)
    outcome = CallOutcome(call.outcome)
    way = "Försök" if outcome in FAILED else DIRECTION_LABELS[Direction(call.direction)]
    told = "" if outcome is CallOutcome.REACHED else CALL_OUTCOME_LABELS[outcome]
    whom = "Deltagare" if hidden else notes.cell("Till eller från", role, 170)
    number = "" if hidden else notes.cell("Nummer", call.number, 80)
    spoken_to = _WITHHELD if hidden else notes.cell("Talade med", call.spoken_to, 140)
    their_unit = "" if hidden else notes.cell("Deras enhet", call.spoken_to_unit, 140)
    read_back = read_back_words(call)
    comment = comment_words(call)
    texts: dict[LogColumn, tuple[str, ...]] = {
        LogColumn.TIME: (day(call.at, now), clock_time(call.at)),
        LogColumn.WAY: (way, told),
        LogColumn.PATIENT: (*_patient(call, notes, now), f"Vårdkedja {call.chain.number}"),
        LogColumn.MESSAGE: (notes.cell("Meddelande", _messages(call), 200),),
        LogColumn.WHOM: (whom, number),
        LogColumn.SPOKEN_TO: (spoken_to, their_unit),
        LogColumn.READ_BACK: (notes.cell("Återläst", read_back, 90),)
        if not protected
        else (_read_back(call),),
        LogColumn.COMMENT: (
            (_WITHHELD if comment else "") if protected else notes.cell("Kommentar", comment, 110, 4),
            notes.cell("", paper_words(call, now), 110),
        ),
        LogColumn.SIGNATURE: (
            notes.cell("Signatur", call.signature, 150),
            day_and_time(call.recorded_at, now),
        ),
    }
    cells = tuple(
        LogCell(heading.column, tuple(text for text in texts[heading.column] if text)) for heading in columns
    )
    return LogLine(cells=cells, notes=notes.taken())


def _read_back(call: Handover) -> str:
    return call.get_read_back_display() if call.read_back else ""


def _patient(call: Handover, notes: Notes, now: datetime) -> tuple[str, ...]:
    details = _details(call)
    status = "" if details.status == ChainStatus.OK else details.get_status_display()
    if details.protected_identity:
        return PROTECTED, status
    today = now.astimezone(STOCKHOLM).date()
    identity = classify_identity(details.identity_number, today).display
    name = notes.cell("Patient", details.patient_name, 200) if details.patient_name else "Okänt namn"
    return name, identity or details.get_identity_kind_display(), status


def _messages(call: Handover) -> str:
    routine = get_routine(call.chain.outage.routine_id)
    return ", ".join(told_labels(call, [m.event for m in call.messages.all() if m.event], routine))


def _details(call: Handover) -> CareChainDetails:
    details = call.chain.details
    assert details is not None
    return details
