"""The samtalsstöd: a page to hold while one rings, for the parties that a unit acts as (R2.1, R2.5)."""

from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.models import Unit
from forms.presenters.document import SheetPart, print_line, spec_part
from forms.rules.call_support_spec import CallGuide, CallSupportSpec
from forms.specs import get_call_support
from outage.routine import current_routine


@dataclass(frozen=True, slots=True)
class CallSupportView:
    spec: CallSupportSpec
    unit: str
    guides: tuple[CallGuide, ...]
    note_rows: range


def call_support_part(*, unit: Unit, by: Acting | None, now: datetime, serial: str = "") -> SheetPart:
    """The samtalsstöd of `unit`, printed at the aware moment `now`; `by` is None for a command on the server."""
    spec = get_call_support()
    view = CallSupportView(spec, unit.name, spec.guides_for(unit.parties), range(spec.note_rows))
    line = print_line(current_routine().version, now, by, unit.name)
    return spec_part(serial, view, "call_support", line)
