"""A care chain as the vårdkedjeblankett shows it: R3 in process order, filled from the log (R2.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from contacts.access import Acting
from contacts.queries.ringing import request_for_unit
from contacts.rules.parties import (
    OUTPATIENT_KIND_LABELS,
    PARTY_LABELS,
    WARD_KIND_LABELS,
    Party,
    WardKind,
    outpatient_kind_for,
)
from contacts.rules.whom_to_call import NumberToRing, Way
from forms.presenters.numbers import NumberLine, number_line
from forms.presenters.rows import EventBlock, RowMaker
from forms.queries import SheetSource, party_requests
from forms.rules.spec import SheetRow, SheetSpec
from outage.models import CareChainEvent
from outage.routine import get_routine
from outage.rules.back_registration import ChainStatus
from outage.rules.identity import classify_identity
from outage.rules.outage_status import OUTAGE_SCOPE_LABELS, OutageScope
from outage.rules.routine import Routine
from outage.rules.wording import STOCKHOLM


@dataclass(frozen=True, slots=True)
class Place:
    """One party of the chain: what it is, its name, its numbers."""

    label: str
    name: str
    kind: str
    numbers: tuple[NumberLine, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One message of one sender: who tells whom by which clause, what was logged, lines for handwriting."""

    heading: str
    tells: str
    clause: str
    blocks: tuple[EventBlock, ...]
    empty_rows: range


@dataclass(frozen=True, slots=True)
class SheetView:
    """A whole vårdkedjeblankett. Times are aware; texts are Swedish and as they stand in the log."""

    spec: SheetSpec
    number: int
    system: str
    routine_version: str
    printed_at: datetime
    printed_by: str
    printed_unit: str
    outage_start: datetime | None
    outage_end: datetime | None
    scope: str
    patient_name: str
    identity: str
    identity_kind: str
    protected: bool
    before: str
    status: str
    status_reason: str
    places: tuple[Place, ...]
    sections: tuple[Section, ...]
    more_rows: range


def sheet_view(source: SheetSource, spec: SheetSpec, by: Acting, now: datetime) -> SheetView:
    """Give the sheet of a chain, printed by `by` at the aware moment `now`."""
    chain, details = source.chain, source.details
    routine = get_routine(chain.outage.routine_id)
    report = chain.outage.current
    today: date = now.astimezone(STOCKHOLM).date()
    ok = details.status == ChainStatus.OK
    return SheetView(
        spec=spec,
        number=chain.number,
        system=chain.outage.system,
        routine_version=routine.version,
        printed_at=now,
        printed_by=by.user.full_name,
        printed_unit=by.unit.name,
        outage_start=report.started_at if report else None,
        outage_end=chain.outage.ended_at,
        scope=OUTAGE_SCOPE_LABELS[OutageScope(report.scope)] if report else "",
        patient_name=details.patient_name,
        identity=classify_identity(details.identity_number, today).display,
        identity_kind=details.get_identity_kind_display(),
        protected=details.protected_identity,
        before=details.get_before_display(),
        status="" if ok else details.get_status_display(),
        status_reason="" if ok else details.status_reason,
        places=_places(source, by),
        sections=tuple(_sections(source, spec, routine)),
        more_rows=range(spec.more_rows),
    )


def _places(source: SheetSource, by: Acting) -> tuple[Place, ...]:
    details = source.details
    ward_kind = WardKind(details.ward_kind)
    outpatient_kind = OUTPATIENT_KIND_LABELS[outpatient_kind_for(ward_kind)]
    numbers = {party: source.numbers[request] for party, request in party_requests(details).items()}
    units = (
        ("Avdelning", details.ward_unit, WARD_KIND_LABELS[ward_kind], Party.INPATIENT),
        ("Öppenvård", details.outpatient_unit, outpatient_kind, Party.OUTPATIENT),
    )
    ward, outpatient = (
        Place(
            f"{label} (egen enhet)" if unit == by.unit else label,
            unit.name if unit else "",
            kind,
            _lines(numbers[party], Way.UNIT),
        )
        for label, unit, kind, party in units
    )
    town = Place(
        "Kommun",
        details.municipality.name if details.municipality else "",
        "",
        _lines(numbers[Party.MUNICIPALITY], Way.SWITCHBOARD, Way.HOME_NURSING),
    )
    # The last way to every party has a place of its own, and so stands once.
    region = Place("Regionens växel", "", "", _lines(numbers[Party.INPATIENT], Way.REGION_SWITCHBOARD))
    own_numbers = _lines(source.numbers[request_for_unit(by.unit)], Way.UNIT)
    own = Place("Egen enhet", by.unit.name, by.principal.name, own_numbers)
    others = (ward, town, outpatient, region)
    return others if by.unit in (details.ward_unit, details.outpatient_unit) else (own, *others)


def _lines(numbers: Iterable[NumberToRing], *ways: Way) -> tuple[NumberLine, ...]:
    """Give the numbers that lead there in one of `ways`, in the order to ring them when the sheet is printed."""
    return tuple(number_line(number) for number in numbers if number.number and number.way in ways)


def _sections(source: SheetSource, spec: SheetSpec, routine: Routine) -> Iterable[Section]:
    rows = RowMaker(source, routine)
    left = list(source.log.events)
    for row in spec.rows_for(routine):
        own = [event for event in left if (event.kind, event.sender) == (row.message, row.sender)]
        left = [event for event in left if event not in own]
        yield _section(row, routine, rows, own)
    # A message the file does not know is still on the paper: nothing logged is left out.
    for kind, sender in dict.fromkeys((event.kind, event.sender) for event in left):
        own = [event for event in left if (event.kind, event.sender) == (kind, sender)]
        yield _section(SheetRow(kind, Party(sender), spec.empty_rows), routine, rows, own)
    if loose := rows.loose_calls():
        yield Section("Samtal utan meddelande", "", "", (EventBlock(calls=loose),), range(0))


def _section(row: SheetRow, routine: Routine, rows: RowMaker, events: list[CareChainEvent]) -> Section:
    message = routine.messages.get(row.message)
    sending = message.sending(row.sender) if message else None
    told = [PARTY_LABELS[party].lower() for party in sending.tells] if sending else []
    if sending and sending.tells_participants:
        told.append("alla som ska delta")
    return Section(
        heading=row.heading or (message.label if message else row.message),
        tells=f"{PARTY_LABELS[row.sender]} till {' och '.join(told)}" if told else PARTY_LABELS[row.sender],
        clause=sending.clause if sending else "",
        blocks=tuple(rows.blocks(events)),
        empty_rows=range(row.empty_rows),
    )
