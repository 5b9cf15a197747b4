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
from forms.presenters.document import SheetPart, print_line
from forms.presenters.numbers import NumberLine, number_line
from forms.presenters.rows import EventBlock, RowMaker
from forms.queries.sources import SheetSource, party_requests
from forms.rules.fitting import letters, pieces
from forms.rules.spec import SheetRow, SheetSpec
from outage.queries.ringing import typed_number
from outage.routine import get_routine
from outage.rules.back_registration import ChainStatus
from outage.rules.identity import classify_identity
from outage.rules.outage_status import OUTAGE_SCOPE_LABELS, OutageScope
from outage.rules.routine import Routine
from outage.rules.wording import STOCKHOLM

# In small letters: what a cell at the head holds in a few lines, and what the top of every page has room for.
_NAME_LETTERS = 130
_PLACE_LETTERS = 220
_RUNNING_LETTERS = 420


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
    """A whole vårdkedjeblankett. Times are aware; texts are Swedish and as they stand in the log.

    `ink` adds lines to sign on by hand. `running` names the patient again on every page; `long_name` and `long_places`
    say that a name needs the whole width.
    """

    spec: SheetSpec
    number: int
    system: str
    routine_version: str
    ink: bool
    outage_start: datetime | None
    outage_end: datetime | None
    scope: str
    patient_name: str
    long_name: bool
    running: str
    identity: str
    identity_kind: str
    protected: bool
    before: str
    status: str
    status_reason: str
    places: tuple[Place, ...]
    long_places: bool
    sections: tuple[Section, ...]
    more_rows: range
    now: datetime

    @property
    def who(self) -> str:
        """Give whom the page is about, as it stands at the top of each."""
        protected = " · Skyddade personuppgifter" if self.protected else ""
        return f"{self.running}{protected} · Vårdkedja {self.number}"


def sheet_view(
    source: SheetSource, spec: SheetSpec, by: Acting, now: datetime, *, ink: bool = False
) -> SheetView:
    """Give the sheet of a chain, printed by `by` at the aware moment `now`; `ink` adds lines to sign on by hand."""
    chain, details = source.chain, source.details
    routine = get_routine(chain.outage.routine_id)
    report = chain.outage.current
    today: date = now.astimezone(STOCKHOLM).date()
    identity = classify_identity(details.identity_number, today).display
    places = _places(source, by, now)
    ok = details.status == ChainStatus.OK
    return SheetView(
        spec=spec,
        number=chain.number,
        system=chain.outage.system,
        routine_version=routine.version,
        ink=ink,
        outage_start=report.started_at if report else None,
        outage_end=chain.outage.own_end,
        scope=OUTAGE_SCOPE_LABELS[OutageScope(report.scope)] if report else "",
        patient_name=details.patient_name,
        long_name=letters(details.patient_name) > _NAME_LETTERS,
        running=running_name(details.patient_name, identity),
        identity=identity,
        identity_kind=details.get_identity_kind_display(),
        protected=details.protected_identity,
        before=details.get_before_display(),
        status="" if ok else details.get_status_display(),
        status_reason="" if ok else details.status_reason,
        places=places,
        long_places=any(letters(place.name) > _PLACE_LETTERS for place in places),
        sections=tuple(_sections(source, spec, routine, now)),
        more_rows=range(spec.more_rows),
        now=now,
    )


def care_chain_part(*, serial: str, view: SheetView, by: Acting, now: datetime) -> SheetPart:
    """Give the filled vårdkedjeblankett `view`, printed by `by` at the aware moment `now`."""
    spec = view.spec
    return SheetPart(
        serial=serial,
        version=spec.version,
        template="forms/paper/care_chain.html",
        view=view,
        title=spec.title,
        advice=spec.foot,
        print_line=print_line(
            f"Vårdkedja {view.number}",
            f"Blankett version {spec.version}",
            routine_version=view.routine_version,
            now=now,
            by=by,
            unit_name=by.unit.name,
        ),
        landscape=spec.landscape,
    )


def running_name(name: str, identity: str) -> str:
    """Give whom a page is about, for the top of each page.

    A name that would take the whole page stands in full on the first only.
    """
    pieces_of_name = pieces(name, per_line=_RUNNING_LETTERS, most_lines=1)
    short = pieces_of_name[0].rstrip() + "…" if len(pieces_of_name) > 1 else name
    return f"{short or 'Okänt namn'} · {identity or 'identitet saknas'}"


def _places(source: SheetSource, by: Acting, now: datetime) -> tuple[Place, ...]:
    details = source.details
    ward_kind = WardKind(details.ward_kind)
    outpatient_kind = OUTPATIENT_KIND_LABELS[outpatient_kind_for(ward_kind)]
    numbers = {party: source.numbers[request] for party, request in party_requests(details).items()}
    ways = {Party.MUNICIPALITY: (Way.SWITCHBOARD, Way.HOME_NURSING)}

    def place(label: str, kind: str, party: Party) -> Place:
        own = details.place_keys.get(party) == f"unit:{by.unit.pk}"
        return Place(
            f"{label} (egen enhet)" if own else label,
            details.place_names.get(party, ""),
            kind,
            _lines(typed_number(details, party, now), Way.UNIT)
            or _lines(numbers[party], *ways.get(party, (Way.UNIT,))),
        )

    ward = place("Avdelning", WARD_KIND_LABELS[ward_kind], Party.INPATIENT)
    outpatient = place("Öppenvård", outpatient_kind, Party.OUTPATIENT)
    town = place("Kommun", "", Party.MUNICIPALITY)
    # The last way to every party has a place of its own, and so stands once.
    region = Place("Regionens växel", "", "", _lines(numbers[Party.INPATIENT], Way.REGION_SWITCHBOARD))
    own_numbers = _lines(source.numbers[request_for_unit(by.unit)], Way.UNIT)
    own = Place("Egen enhet", by.unit.name, by.principal.name, own_numbers)
    others = (ward, town, outpatient, region)
    return others if by.unit in (details.ward_unit, details.outpatient_unit) else (own, *others)


def _lines(numbers: Iterable[NumberToRing], *ways: Way) -> tuple[NumberLine, ...]:
    """Give the numbers that lead there in one of `ways`, in the order to ring them when the sheet is printed."""
    return tuple(number_line(number) for number in numbers if number.number and number.way in ways)


def _sections(source: SheetSource, spec: SheetSpec, routine: Routine, now: datetime) -> Iterable[Section]:
    rows = RowMaker(source, routine, now)
    left = list(source.log.events)
    for row in spec.rows_for(routine):
        own = [event for event in left if (event.kind, event.sender) == (row.message, row.sender)]
        left = [event for event in left if event not in own]
        yield section_of(row, routine, tuple(rows.blocks(own)))
    # A message the file does not know is still on the paper: nothing logged is left out.
    for kind, sender in dict.fromkeys((event.kind, event.sender) for event in left):
        own = [event for event in left if (event.kind, event.sender) == (kind, sender)]
        row = SheetRow(kind, Party(sender), spec.empty_rows)
        yield section_of(row, routine, tuple(rows.blocks(own)))
    if loose := rows.loose_calls():
        yield Section("Samtal som inte gällde en händelse", "", "", (EventBlock(calls=loose),), range(0))


def section_of(row: SheetRow, routine: Routine, blocks: tuple[EventBlock, ...] = ()) -> Section:
    """Give a message of one sender with what was logged of it, none on a blank sheet."""
    message = routine.messages.get(row.message)
    sending = message.sending(row.sender) if message else None
    told = [PARTY_LABELS[party].lower() for party in sending.tells] if sending else []
    if sending and sending.tells_participants:
        told.append("alla som ska delta")
    return Section(
        heading=row.heading or (message.label if message else row.message),
        tells=f"{PARTY_LABELS[row.sender]} till {' och '.join(told)}" if told else PARTY_LABELS[row.sender],
        clause=sending.clause if sending else "",
        blocks=blocks,
        empty_rows=range(row.empty_rows),
    )
