"""How ready the acting unit is for the next outage, shown while the system is up."""

from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.queries import directory_figures
from outage.presenters.status import SupportLine, support_line
from outage.routine import current_routine


@dataclass(frozen=True, slots=True)
class Readiness:
    """Figures of the directory as it stands, whom to ring for support, and the routine's version."""

    support: SupportLine
    routine_title: str
    routine_version: str
    entries: int
    without_number: int
    unverified: int


def readiness(acting: Acting, now: datetime) -> Readiness:
    """Give how ready one is; `now` is aware."""
    routine = current_routine()
    figures = directory_figures(now)
    return Readiness(
        support=support_line(routine, acting.principal, (), now),
        routine_title=routine.title,
        routine_version=routine.version,
        entries=figures.entries,
        without_number=figures.without_number,
        unverified=figures.unverified,
    )
