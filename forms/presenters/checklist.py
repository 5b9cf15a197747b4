"""A checklist as it is printed (R2.7)."""

from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from outage.models import Outage
from outage.presenters.checklists import ChecklistCard
from outage.queries.checklists import routine_of


@dataclass(frozen=True, slots=True)
class ChecklistView:
    """One printed checklist. `outage_start` is None when it is printed ahead of any outage."""

    card: ChecklistCard
    system: str
    routine_version: str
    printed_at: datetime
    printed_by: str
    printed_unit: str
    outage_start: datetime | None


def checklist_view(card: ChecklistCard, outage: Outage | None, by: Acting, now: datetime) -> ChecklistView:
    """Give `card` as printed by `by` at the aware moment `now`."""
    routine = routine_of(outage)
    report = outage.current if outage else None
    return ChecklistView(
        card=card,
        system=routine.system,
        routine_version=routine.version,
        printed_at=now,
        printed_by=by.user.full_name,
        printed_unit=by.unit.name,
        outage_start=report.started_at if report else None,
    )
