"""The binder of a unit: cover, contents, the routine in short, its checklists, whom to ring, numbered blank sheets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.models import Unit
from contacts.queries.ringing import region_switchboard_number
from forms.models import Export, SheetKind
from forms.presenters.batches import printer
from forms.presenters.blanks import blank_part
from forms.presenters.call_support import call_support_part
from forms.presenters.checklist import checklist_part
from forms.presenters.contact_list import contact_list_part
from forms.presenters.document import SheetPart, print_line, spec_part
from forms.presenters.numbers import unbroken
from forms.rules.binder_spec import BinderSpec, PaperSection
from forms.rules.serial import shown_serial
from forms.specs import get_binder
from outage.presenters.status import SupportLine, support_line
from outage.queries.checklists import checklists_for
from outage.routine import current_routine
from outage.rules.routine import Routine
from outage.rules.wording import clock_time, day_and_year

Blanks = Mapping[SheetKind, Sequence[str]]
"""The serials of a binder's blank sheets, by kind."""


@dataclass(frozen=True, slots=True)
class Section:
    """One of the unit's own sheets as a section of the binder, under its place in the contents."""

    anchor: str
    part: SheetPart


@dataclass(frozen=True, slots=True)
class ShortSection:
    heading: str
    clauses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BlankLine:
    anchor: str
    label: str
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BinderView:
    """All of a binder but its blank sheets, which are sheets of their own. `printed` is the day in words."""

    spec: BinderSpec
    unit: str
    principal: str
    printed: str
    printed_time: str
    system: str
    support: SupportLine
    switchboard: str
    routine_version: str
    routine: tuple[ShortSection, ...]
    paper: tuple[PaperSection, ...]
    sections: tuple[Section, ...]
    blanks: tuple[BlankLine, ...]


@dataclass(frozen=True, slots=True)
class BinderPage:
    unit: str
    holds: tuple[str, ...]
    blanks: tuple[tuple[str, int], ...]
    last_at: datetime | None
    last_by: str


def binder_parts(
    *, serial: str, blanks: Blanks, unit: Unit, by: Acting | None, now: datetime
) -> list[SheetPart]:
    """The binder of `unit`, which comes with its principal, printed at the aware moment `now`.

    The first part is the binder itself under `serial`, the others are the blank sheets. `by` is None for a command on
    the server.
    """
    spec, routine = get_binder(), current_routine()
    view = _view(spec, routine, serial, blanks, unit, by, now)
    switchboard = region_switchboard_number()
    return [
        spec_part(serial, view, "binder_body", print_line(routine.version, now, by, unit.name)),
        *(
            blank_part(kind, serial=each, unit=unit, by=by, now=now, switchboard=switchboard)
            for kind, serials in blanks.items()
            for each in serials
        ),
    ]


def binder_page(unit: Unit, last: Export | None) -> BinderPage:
    """`last` is the binder that was handed out last, if any."""
    spec = get_binder()
    return BinderPage(
        unit=unit.name,
        holds=(
            spec.routine_heading,
            spec.paper_heading,
            *(f"Checklista: {checklist.title}" for checklist in checklists_for(unit)),
            SheetKind.CALL_SUPPORT.label,
            SheetKind.CONTACT_LIST.label,
        ),
        blanks=tuple((SheetKind(blank.kind).label, blank.count) for blank in spec.blanks),
        last_at=last.at if last else None,
        last_by=printer(last) if last else "",
    )


def _view(
    spec: BinderSpec,
    routine: Routine,
    serial: str,
    blanks: Blanks,
    unit: Unit,
    by: Acting | None,
    now: datetime,
) -> BinderView:
    # A unit that is neither ward nor open care nor a municipality's has no checklists.
    makers: list[Callable[..., SheetPart]] = [
        *([checklist_part] if checklists_for(unit, routine) else []),
        call_support_part,
        contact_list_part,
    ]
    own = [make(serial=serial, unit=unit, by=by, now=now) for make in makers]
    return BinderView(
        spec=spec,
        unit=unit.name,
        principal=unit.principal.name,
        printed=day_and_year(now),
        printed_time=clock_time(now),
        system=routine.system,
        support=support_line(routine, unit.principal, (), now),
        switchboard=unbroken(region_switchboard_number()),
        routine_version=routine.version,
        routine=tuple(
            ShortSection(heading, tuple((clause, routine.clauses[clause]) for clause in clauses))
            for heading, clauses in spec.sections_for(routine)
        ),
        paper=spec.paper,
        sections=tuple(Section(f"avsnitt-{number}", part) for number, part in enumerate(own, 1)),
        blanks=tuple(
            BlankLine(f"blad-{serials[0]}", kind.label, tuple(map(shown_serial, serials)))
            for kind, serials in blanks.items()
            if serials
        ),
    )
