"""The loggblad: a unit's calls of a shift, many patients, one line for each call (R2.5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.models import Unit
from contacts.rules.parties import WardKind
from contacts.seen import shows
from forms.presenters.document import NAME_LETTERS, SheetPart, edition_part
from forms.presenters.notes import Notes
from forms.presenters.rows import (
    PROTECTED,
    WHOLE_WIDTH,
    Row,
    call_texts,
    checked_words,
    empty_rows,
    height_of,
    in_lines,
    note_call,
    paper_words,
    row_of,
    told,
)
from forms.rules.fitting import shortened
from forms.rules.initials import Signatures
from forms.rules.log_sheet_spec import LogSheetSpec
from forms.rules.page_fill import PageMeasures, rows_to_fill
from forms.rules.spec import Column
from forms.specs import get_log_sheet
from outage.models import Handover
from outage.presenters.call_codes import CodeLine, code_lines_in_list
from outage.presenters.chain import moved_here
from outage.queries.naming import party_in_list, patient_name, shown_identity
from outage.routine import current_routine
from outage.rules.back_registration import ChainStatus
from outage.rules.informing import FAILED, CallOutcome
from outage.rules.routine import Routine
from outage.rules.wording import clock_time, day, lower_first

# As the stylesheet sets it: a landscape page, its head, and how many small letters a line of each column has.
_PAGE = PageMeasures(page=157, first=12, again=6, below=8, heads=10, row=7.55, line=3.1, edge=0.65)
_PER_LINE: Mapping[Column, int] = {
    Column.TIME: 12,
    Column.WAY: 22,
    Column.PATIENT: 33,
    Column.MESSAGE: 23,
    Column.WHOM: 27,
    Column.SPOKEN_TO: 25,
    Column.READ_BACK: 15,
    Column.COMMENT: 19,
    Column.SIGNATURE: 10,
}
_WITHHELD = "Visas inte här"


@dataclass(frozen=True, slots=True)
class LogSheetView:
    """A loggblad, printed at the aware moment `now`; a blank one is not `filled`. `empty` are rows to write on."""

    spec: LogSheetSpec
    unit: str
    routine_version: str
    now: datetime
    empty: tuple[Row, ...]
    filled: bool = False
    logged: tuple[Row, ...] = ()
    signatures: tuple[tuple[str, str], ...] = ()


def blank_log_sheet_part(*, serial: str, unit: Unit, by: Acting | None, now: datetime) -> SheetPart:
    """A blank loggblad for `unit`, printed at the aware moment `now`; `by` is None for a command.

    One page: the head is two lines at most, so a longer name is shortened.
    """
    spec = get_log_sheet()
    view = LogSheetView(
        spec=spec,
        unit=shortened(unit.name, NAME_LETTERS),
        routine_version=current_routine().version,
        now=now,
        empty=empty_rows(spec.columns, spec.blank_rows),
    )
    return log_sheet_part(serial=serial, view=view, by=by)


def log_sheet_view(
    calls: Collection[Handover], *, unit: Unit, now: datetime, routine: Routine
) -> LogSheetView:
    """The loggblad of `calls`, which come with chain, details, outage and messages, oldest first.

    `now` is aware, `routine` that of the outage the sheet belongs to. For a patient with protected personal data
    neither name nor number is shown, nor what may reveal them.
    """
    spec, signatures, codes = get_log_sheet(), Signatures(), code_lines_in_list(calls, now)
    logged = tuple(_row(call, spec, signatures, now, codes.get(call.pk)) for call in calls)
    per_line = [_PER_LINE[heading.column] for heading in spec.columns]
    heights = [height_of(row, per_line, _PAGE) for row in logged]
    return LogSheetView(
        spec=spec,
        unit=unit.name,
        routine_version=routine.version,
        filled=True,
        now=now,
        logged=logged,
        signatures=signatures.key,
        empty=empty_rows(spec.columns, rows_to_fill(heights, _PAGE, least=spec.more_rows)),
    )


def log_sheet_part(*, view: LogSheetView, by: Acting | None, serial: str = "") -> SheetPart:
    return edition_part(view, "log_sheet", view.routine_version, view.now, by, serial)


def _row(
    call: Handover, spec: LogSheetSpec, signatures: Signatures, now: datetime, code: CodeLine | None
) -> Row:
    notes = Notes(WHOLE_WIDTH)
    details = call.chain.details
    texts = call_texts(call, WardKind(details.ward_kind), signatures, now)
    failed = CallOutcome(call.outcome) in FAILED
    outcome = texts[Column.OUTCOME] if failed else lower_first(texts[Column.OUTCOME])
    texts |= {
        Column.TIME: in_lines(day(call.at, now), clock_time(call.at)),
        Column.WAY: ("\n" if failed else ", ").join((texts[Column.WAY], outcome)),
        Column.PATIENT: _patient(call),
        Column.MESSAGE: ", ".join(told(call)),
        Column.COMMENT: call.comment,
    }
    if details.protected_identity:
        more = (
            call.comment or call.next_step or call.call_back or call.read_back_reason or call.checked_reason
        )
        texts[Column.COMMENT] = _WITHHELD if more else ""
        # Whom one rings tells where the patient is, and a relative's name and number who it is.
        texts[Column.WHOM] = party_in_list(call.chain, call.recipient)
        texts[Column.SPOKEN_TO] = _WITHHELD if call.spoken_to else ""
        notes.add("Kontroll av motparten", checked_words(call))
        notes.add("Från papper", paper_words(call, now))
    else:
        note_call(call, notes, now)
    notes.add("", moved_here(call, now), remark=True)
    notes.add("", code.on_paper if code else "", remark=True)
    return row_of(spec.columns, texts, notes)


def _patient(call: Handover) -> str:
    details = call.chain.details
    shows({call.chain.pk})
    status = "" if details.status == ChainStatus.OK else f", {details.get_status_display().lower()}"
    chain = f"vårdkedja {call.chain.number}{status}"
    if details.protected_identity:
        return f"{PROTECTED}, {chain}"
    identity = shown_identity(details) or details.get_identity_kind_display()
    return in_lines(patient_name(details, "Okänt namn"), f"{identity}, {chain}")
