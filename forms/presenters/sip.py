"""The SIP-blankett, patientens exemplar and the kallelse till SIP, blank or with what the log knows (R3.9, R3.11)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contacts.access import Acting
from contacts.models import Unit
from contacts.rules.parties import Party
from forms.presenters.care_chain import running_name
from forms.presenters.document import SheetPart, edition_part
from forms.presenters.rows import boxes
from forms.queries.sources import SipSource
from forms.rules.fitting import letters, pieces
from forms.rules.form_spec import FieldShape, FormField, FormSection, FormSpec
from forms.rules.serial import shown_serial
from forms.specs import get_form
from outage.models import CareChainEvent
from outage.queries.naming import patient_name, shown_identity
from outage.routine import current_routine
from outage.rules.routine import Routine
from outage.rules.wording import day_and_year

# In small letters: a line of a field over the whole width, of half of it, and what the first column of a table holds.
_LINE, _HALF, _CELL = 75, 26, 150
_MOST_LINES = 30
_RUNNING = 150
_WHO = f"Personnummer: {'_' * 22}"
_MOST_IN_HALF = 4

Known = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table: its first cell is `text`, the others have boxes to tick or room to write.

    `wide` gives a long text the row to itself.
    """

    text: str
    others: tuple[str, ...]
    wide: bool = False


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table: its heading, and the name of its width."""

    heading: str
    css: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field as it is printed. `text` is what is known; `more` what follows it on rows of its own."""

    field: FormField
    columns: tuple[TableColumn, ...] = ()
    text: str = ""
    more: tuple[str, ...] = ()
    rows: tuple[TableRow, ...] = ()
    lines: range = range(1)


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of a form: one table under its heading, or lines of one or two fields beside each other."""

    heading: str
    staff: bool
    lines: tuple[tuple[FieldView, ...], ...] = ()
    table: FieldView | None = None


@dataclass(frozen=True, slots=True)
class FormView:
    """A whole form. `running` names the patient, or what a blank copy goes with. A blank one has no `number`.

    `who` stands on every page but the first: the patient, or room to write who it is.
    """

    spec: FormSpec
    unit: str
    running: str
    who: str
    sections: tuple[SectionView, ...]
    number: int | None = None
    protected: bool = False


def blank_form_part(
    *, spec_id: str, serial: str, unit: Unit, by: Acting | None, now: datetime, original: str = ""
) -> SheetPart:
    """A blank form for `unit`, printed at the aware moment `now`; `by` is None for a command.

    With the serial of an `original` it is the patient's copy, which says what it goes with.
    """
    spec, routine = get_form(spec_id), current_routine()
    made = spec.for_patient() if original else spec
    view = FormView(
        spec=made,
        unit=unit.name,
        running=f"Hör till {spec.title} {shown_serial(original)}" if original else "",
        who=_WHO,
        sections=tuple(_sections(made.sections, {})),
    )
    return form_part(serial=serial, view=view, by=by, now=now, routine=routine)


def form_view(spec: FormSpec, source: SipSource, *, by: Acting, patients_copy: bool = False) -> FormView:
    """A form with what the log knows of a chain.

    The patient's copy has no mark for staff, and nothing of what is theirs.
    """
    details = source.details
    known = _known(source)
    # The top of a page has few lines; the whole stands in the fields.
    name, identity = (" ".join(str(known[key]).split()) for key in ("name", "identity"))
    running = running_name(name, identity, _RUNNING)
    made = spec.for_patient() if patients_copy else spec
    return FormView(
        spec=made,
        unit=by.unit.name,
        number=None if patients_copy else source.chain.number,
        running=running,
        who=running,
        protected=details.protected_identity and not patients_copy,
        sections=tuple(_sections(made.sections, known)),
    )


def form_part(
    *, view: FormView, by: Acting | None, now: datetime, routine: Routine, serial: str = ""
) -> SheetPart:
    return edition_part(view, "form", routine.version, now, by, serial)


def _known(source: SipSource) -> Known:
    details = source.details
    newest = [event.particulars for event in reversed(source.events)]
    return {
        "name": patient_name(details, ""),
        "identity": shown_identity(details),
        "municipality": details.place_names.get(Party.MUNICIPALITY, ""),
        "ward": details.place_names.get(Party.INPATIENT, ""),
        "outpatient": details.place_names.get(Party.OUTPATIENT, ""),
        "care_contact": next(
            (said["named_care_contact"] for said in newest if said.get("named_care_contact")), ""
        ),
        "services": "\n".join(_services(source.events)),
        "date": day_and_year(date.fromisoformat(source.sip.date)) if source.sip.date else "",
        "time": source.sip.time,
        "place": source.sip.place,
        "participants": source.sip.participants,
    }


def _services(events: Sequence[CareChainEvent]) -> list[str]:
    """The current services, a line for each party that has reported them."""
    told = {
        event.sender: event.particulars["current_services"]
        for event in events
        if event.particulars.get("current_services")
    }
    return [f"{party.label}: {told[party]}" for party in Party if party in told]


def _sections(sections: Sequence[FormSection], known: Known) -> Iterator[SectionView]:
    for section in sections:
        lines = tuple(_lines(section.fields, known))
        if section.fields[0].shape is FieldShape.TABLE:
            yield SectionView(section.heading, section.staff, table=lines[0][0])
        else:
            yield SectionView(section.heading, section.staff, lines)


def _lines(fields: Sequence[FormField], known: Known) -> Iterator[tuple[FieldView, ...]]:
    waiting: FieldView | None = None
    for field in fields:
        view = _field(field, known.get(field.key, ""))
        # What is too long for half a line takes a whole one.
        half = field.half and not view.more and letters(view.text) <= _HALF * _MOST_IN_HALF
        if waiting and half:
            yield waiting, view
            waiting = None
            continue
        if waiting:
            yield (waiting,)
            waiting = None
        if half:
            waiting = view
        else:
            yield (view,)
    if waiting:
        yield (waiting,)


def _field(field: FormField, value: str | tuple[str, ...]) -> FieldView:
    if field.shape is FieldShape.TABLE:
        widths = dict.fromkeys(field.wide, "wide") | dict.fromkeys(field.narrow, "narrow")
        return FieldView(
            field,
            columns=tuple(TableColumn(name, widths.get(name, "middle")) for name in field.columns),
            rows=tuple(_rows(field, value if isinstance(value, tuple) else ())),
        )
    text = value if isinstance(value, str) else ", ".join(value)
    found = pieces(text, per_line=_LINE, most_lines=_MOST_LINES)
    return FieldView(
        field,
        text=found[0] if found else "",
        more=found[1:],
        lines=range(max(field.rows, 1) - bool(found or field.choices)),
    )


def _rows(field: FormField, texts: Sequence[str]) -> Iterator[TableRow]:
    others = tuple(boxes(*field.boxes.get(name, ())) for name in field.columns[1:])
    for text in texts:
        wide = letters(text) > _CELL
        yield TableRow(text, others, wide)
        if wide:
            yield TableRow("", others)
    for _ in range(max(field.rows - len(texts), 2 if texts else field.rows)):
        yield TableRow("", others)
