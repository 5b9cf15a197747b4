"""The vårdkedjeblankett, filled from the log of a care chain, and before anything is written on it (R2.4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count

from contacts.access import Acting
from contacts.models import Unit
from contacts.queries.ringing import request_for_unit
from contacts.rules.parties import (
    Party,
    WardKind,
    outpatient_kind_for,
)
from contacts.rules.phone import display
from contacts.rules.principals import REGION_SWITCHBOARD_NUMBER
from contacts.rules.whom_to_call import NumberToRing, Way
from forms.presenters.chain_rows import ChainRows
from forms.presenters.document import SheetPart, edition_part
from forms.presenters.numbers import NumberLine, number_line, unbroken
from forms.presenters.rows import PROTECTED, Row, empty_rows
from forms.queries.sources import SheetSource, party_requests
from forms.rules.fitting import letters, shortened
from forms.rules.spec import SheetSpec
from forms.specs import get_spec
from outage.models import CareChainEvent
from outage.queries.naming import patient_name, shown_identity
from outage.queries.ringing import typed_number
from outage.routine import current_routine, get_routine
from outage.rules.agreed_sip import agreed_sip
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Routine
from outage.rules.wording import clock_time, day, day_and_year

# In small letters: what a cell at the head holds in a few lines, and what the top of every page has room for.
_NAME_LETTERS, _PLACE_LETTERS, _PLAN_LETTERS, _RUNNING_LETTERS = 60, 110, 64, 400
_TELL_NOBODY = "Lämna inte ut uppgifter om patienten. Ring själv upp på ett nummer ur din egen katalog."
_ABOVE, _BELOW = "Se ovan", "Se raden nedan"
# The digits of a personnummer with its century, and those after the hyphen.
_DIGITS = (range(8), range(4))


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known under one heading: `text` or a place with its numbers; else room to write, or `ticks`, or boxes.

    `more` is what else is to be written about a place.
    """

    label: str
    css: str
    text: str = ""
    strong: bool = False
    ticks: tuple[str, ...] = ()
    digits: tuple[range, ...] = ()
    place: bool = False
    kind: str = ""
    numbers: tuple[NumberLine, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    heading: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class SheetView:
    """A whole vårdkedjeblankett. `who` is whom each page is about, empty on a blank one: its back asks for it.

    `long` is what no cell has room for. `logged` are the rows from the log, `front` the empty ones after them, and
    `back` those on the other side of a blank one.
    """

    spec: SheetSpec
    unit: str
    outage: str
    facts: tuple[Facts, ...]
    told: tuple[tuple[str, str], ...]
    front: tuple[Row, ...]
    routine_version: str
    number: int | None = None
    who: str = ""
    long: tuple[tuple[str, str], ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    logged: tuple[Row, ...] = ()
    back: tuple[Row, ...] = ()
    signatures: tuple[tuple[str, str], ...] = ()


def sheet_view(
    source: SheetSource, spec: SheetSpec, by: Acting, now: datetime, *, ink: bool = False
) -> SheetView:
    """The sheet of a chain, printed by `by` at the aware moment `now`; `ink` adds lines to sign on by hand."""
    chain, details = source.chain, source.details
    routine = get_routine(chain.outage.routine_id)
    identity = shown_identity(details)
    long: list[tuple[str, str]] = []

    def fitting(label: str, text: str, most: int) -> str:
        if letters(text) <= most:
            return text
        long.append((label, text))
        return _ABOVE

    protected = f" · {PROTECTED}" if details.protected_identity else ""
    maker = ChainRows(source, spec, routine, now, ink=ink)
    logged = maker.rows()
    kind = details.get_identity_kind_display()
    patient = (
        Fact(
            "Namn", "name", fitting("Namn", patient_name(details, "Okänt namn"), _NAME_LETTERS), strong=True
        ),
        Fact(kind, "identity", fitting(kind, identity, _NAME_LETTERS) or "Saknas", strong=True),
        Fact(f"I {chain.outage.system} före driftstoppet", "before", details.get_before_display()),
        *_plan(source.log.live_events),
    )
    places = tuple(
        replace(place, text=fitting(place.label, place.text, _PLACE_LETTERS))
        for place in _places(source, by, now)
    )
    warnings = [(PROTECTED, _TELL_NOBODY)] if details.protected_identity else []
    if details.status != ChainStatus.OK:
        warnings.append((details.get_status_display(), details.status_reason))
    return SheetView(
        spec=spec,
        unit=by.unit.name,
        number=chain.number,
        outage=_outage_words(source, now),
        who=f"{running_name(patient_name(details, ''), identity)}{protected} · Vårdkedja {chain.number}",
        long=tuple(long),
        warnings=tuple(warnings),
        facts=(Facts("Patient", patient), Facts("Parter", places)),
        logged=logged,
        told=_told(routine),
        front=empty_rows(spec.columns, spec.rows_to_write(sum(1 + len(row.notes) for row in logged))),
        signatures=maker.signatures.key,
        routine_version=routine.version,
    )


def blank_care_chain_part(
    *,
    serial: str,
    unit: Unit,
    by: Acting | None,
    now: datetime,
    switchboard: str = REGION_SWITCHBOARD_NUMBER,
) -> SheetPart:
    """A blank vårdkedjeblankett for `unit`, printed at the aware moment `now`; `by` is None for a command.

    `switchboard` is the region's. A longer name of the unit than a cell at the head holds is shortened.
    """
    spec, routine = get_spec(), current_routine()
    own = shortened(unit.name, _PLACE_LETTERS)
    patient = (
        Fact("Namn", "name"),
        Fact("Personnummer eller annan identitet", "identity", digits=_DIGITS),
        Fact(
            f"I {routine.system} före driftstoppet", "before", ticks=tuple(before.label for before in Before)
        ),
        *_plan(()),
    )
    places = (
        Fact("Egen enhet", "place", own, place=True, kind=unit.principal.name),
        Fact("Avdelning", "place", place=True, ticks=tuple(kind.label for kind in WardKind)),
        Fact(Party.MUNICIPALITY.label, "place", place=True),
        Fact(Party.OUTPATIENT.label, "place", place=True, more="Fast vårdkontakt:"),
        Fact("Regionens växel", "switchboard", unbroken(display(switchboard)), strong=True),
    )
    view = SheetView(
        spec=spec,
        unit=own,
        outage=f"Driftstopp i {routine.system} från",
        facts=(Facts("Patient", patient), Facts("Parter", places)),
        told=_told(routine),
        front=empty_rows(spec.columns, spec.front_rows),
        back=empty_rows(spec.columns, spec.back_rows),
        routine_version=routine.version,
    )
    return care_chain_part(serial=serial, view=view, by=by, now=now)


def care_chain_part(*, view: SheetView, by: Acting | None, now: datetime, serial: str = "") -> SheetPart:
    return edition_part(view, "care_chain", view.routine_version, now, by, serial)


def running_name(name: str, identity: str, room: int = _RUNNING_LETTERS) -> str:
    """Whom a page is about, for the top of each page.

    A name or an identity that would take more than its part of the room stands in full on the first page only.
    """
    name, identity = shortened(name, room * 3 // 5), shortened(identity, room * 2 // 5)
    return f"{name or 'Okänt namn'} · {identity or 'identitet saknas'}"


def _outage_words(source: SheetSource, now: datetime) -> str:
    outage = source.chain.outage
    report, end = outage.current, outage.own_end
    begun = f" från {day_and_year(report.started_at)} {clock_time(report.started_at)}" if report else ""
    ended = f" till {day(end, now)} {clock_time(end)}" if end else ""
    scope = f" · {OutageScope(report.scope).label}" if report else ""
    return f"Driftstopp i {outage.system}{begun}{ended}{scope}"


def _places(source: SheetSource, by: Acting, now: datetime) -> tuple[Fact, ...]:
    details = source.details
    ward_kind = WardKind(details.ward_kind)
    outpatient_kind = outpatient_kind_for(ward_kind).label
    numbers = {party: source.numbers[request] for party, request in party_requests(details).items()}
    ways = {Party.MUNICIPALITY: (Way.SWITCHBOARD, Way.HOME_NURSING)}

    def place(label: str, kind: str, party: Party) -> Fact:
        own = details.place_keys.get(party) == f"unit:{by.unit.pk}"
        return Fact(
            f"{label} (egen enhet)" if own else label,
            "place",
            details.place_names.get(party, ""),
            place=True,
            kind=kind,
            numbers=_lines(typed_number(details, party, now), Way.UNIT)
            or _lines(numbers[party], *ways.get(party, (Way.UNIT,))),
        )

    ward = place("Avdelning", ward_kind.label, Party.INPATIENT)
    outpatient = place("Öppenvård", outpatient_kind, Party.OUTPATIENT)
    town = place("Kommun", "", Party.MUNICIPALITY)
    # The last way to every party has a place of its own, and so stands once.
    region_numbers = _lines(numbers[Party.INPATIENT], Way.REGION_SWITCHBOARD)
    region = Fact("Regionens växel", "place", "Regionen", place=True, numbers=region_numbers)
    own_numbers = _lines(source.numbers[request_for_unit(by.unit)], Way.UNIT)
    own = Fact("Egen enhet", "place", by.unit.name, place=True, kind=by.principal.name, numbers=own_numbers)
    others = (ward, town, outpatient, region)
    return others if by.unit in (details.ward_unit, details.outpatient_unit) else (own, *others)


def _lines(numbers: Iterable[NumberToRing], *ways: Way) -> tuple[NumberLine, ...]:
    """The numbers that lead there in one of `ways`, in the order to ring them when the sheet is printed."""
    return tuple(number_line(number) for number in numbers if number.number and number.way in ways)


def _plan(events: Sequence[CareChainEvent]) -> tuple[Fact, ...]:
    """What is planned, as it was said last, with room for what is not. A long text stands in its row only."""
    said = [event.particulars for event in events]
    sip = agreed_sip(said)
    reckoned = next((one["preliminary_date"] for one in reversed(said) if one.get("preliminary_date")), "")

    def fact(label: str, on: str, *more: str) -> Fact:
        text = ", ".join(part for part in (on and day_and_year(date.fromisoformat(on)), *more) if part)
        return Fact(label, "plan", text if letters(text) <= _PLAN_LETTERS else _BELOW)

    return (
        fact("Preliminärt utskrivningsdatum", reckoned),
        fact("SIP: datum, kl., plats", sip.date, sip.time, sip.place),
    )


def _told(routine: Routine) -> tuple[tuple[str, str], ...]:
    """Every message by who tells it (R3), each with the number that may be written instead of its name."""
    found, numbers = [], count(1)
    for party in (Party.INPATIENT, Party.MUNICIPALITY, Party.OUTPATIENT):
        words = [
            f"{next(numbers)}\N{NO-BREAK SPACE}{message.label} ({sending.clause})"
            for message in routine.messages_from(party)
            if (sending := message.sending(party))
        ]
        found.append((party.label, " · ".join(words)))
    return tuple(found)
