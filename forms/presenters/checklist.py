"""Checklists as they are printed (R2.7): one as it is ticked, or all of a unit's for the binder."""

from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.models import Unit
from forms.presenters.document import SheetPart, print_line
from outage.models import Outage
from outage.presenters.checklists import ChecklistCard, card_of
from outage.queries.checklists import checklists_for, routine_of

VERSION = "1"
PROPOSAL = "Förslag till checklista – ersätts av regionens egen."


@dataclass(frozen=True, slots=True)
class ChecklistView:
    """`outage_start` is None when printed ahead of any outage."""

    cards: tuple[ChecklistCard, ...]
    system: str
    unit: str
    now: datetime
    outage_start: datetime | None = None


def one_checklist_part(*, card: ChecklistCard, outage: Outage | None, by: Acting, now: datetime) -> SheetPart:
    """`card`, as it is ticked in `outage`, printed by `by` at the aware moment `now`."""
    routine = routine_of(outage)
    start = outage.current.started_at if outage else None
    view = ChecklistView((card,), routine.system, by.unit.name, now, outage_start=start)
    return _part("", card.title, view, by, routine.version)


def checklist_part(*, serial: str, unit: Unit, by: Acting | None, now: datetime) -> SheetPart:
    """All checklists of `unit`, with nothing ticked, printed at the aware moment `now`; no query is made."""
    routine = routine_of(None)
    cards = tuple(card_of(checklist, {}) for checklist in checklists_for(unit, routine))
    view = ChecklistView(cards=cards, system=routine.system, unit=unit.name, now=now)
    return _part(serial, "Checklistor", view, by, routine.version)


def _part(serial: str, title: str, view: ChecklistView, by: Acting | None, version: str) -> SheetPart:
    return SheetPart(
        serial=serial,
        version=VERSION,
        template="forms/paper/checklist.html",
        view=view,
        title=title,
        advice=PROPOSAL,
        print_line=print_line(version, view.now, by, view.unit),
    )
