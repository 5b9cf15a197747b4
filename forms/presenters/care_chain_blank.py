"""The vårdkedjeblankett before anything is written on it: to lie ready for an outage (R2.4)."""

from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.models import Unit
from contacts.rules.parties import PARTY_LABELS, WARD_KIND_LABELS, Party
from contacts.rules.phone import display
from contacts.rules.principals import REGION_SWITCHBOARD_NUMBER
from forms.presenters.care_chain import Section, section_of
from forms.presenters.document import SheetPart, print_line
from forms.presenters.numbers import unbroken
from forms.rules.spec import SheetSpec
from forms.specs import get_spec
from outage.routine import current_routine
from outage.rules.back_registration import BEFORE_LABELS

# The digits of a personnummer with its century, and those after the hyphen.
_BIRTH_DATE, _LAST = 8, 4


@dataclass(frozen=True, slots=True)
class BlankSheetView:
    """A blank vårdkedjeblankett: lines for the names and numbers of `parties`, boxes for the digits of an identity."""

    spec: SheetSpec
    system: str
    unit: str
    principal: str
    switchboard: str
    parties: tuple[str, ...]
    ward_kinds: tuple[str, ...]
    before: tuple[str, ...]
    birth_date: range
    last: range
    sections: tuple[Section, ...]
    more_rows: range


def blank_care_chain_part(*, serial: str, unit: Unit, by: Acting | None, now: datetime) -> SheetPart:
    """Give a blank vårdkedjeblankett for `unit`, printed at the aware moment `now`; `by` is None for a command."""
    spec, routine = get_spec(), current_routine()
    view = BlankSheetView(
        spec=spec,
        system=routine.system,
        unit=unit.name,
        principal=unit.principal.name,
        switchboard=unbroken(display(REGION_SWITCHBOARD_NUMBER)),
        parties=("Avdelning", PARTY_LABELS[Party.MUNICIPALITY], PARTY_LABELS[Party.OUTPATIENT]),
        ward_kinds=tuple(WARD_KIND_LABELS.values()),
        before=tuple(BEFORE_LABELS.values()),
        birth_date=range(_BIRTH_DATE),
        last=range(_LAST),
        sections=tuple(section_of(row, routine) for row in spec.rows_for(routine)),
        more_rows=range(spec.more_rows),
    )
    return SheetPart(
        serial=serial,
        version=spec.version,
        template="forms/paper/care_chain_blank.html",
        view=view,
        title=spec.title,
        advice=spec.foot,
        print_line=print_line(
            f"Blankett version {spec.version}",
            routine_version=routine.version,
            now=now,
            by=by,
            unit_name=unit.name,
        ),
        landscape=spec.landscape,
    )
