"""How ready the acting unit is for the next outage, shown while the system is up."""

from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.queries.figures import directory_figures
from outage.presenters.status import SupportLine, support_line
from outage.routine import current_routine


@dataclass(frozen=True, slots=True)
class Readiness:
    """Figures of the directory and its units as they stand, whom to ring for support, and the routine's version."""

    support: SupportLine
    routine_title: str
    routine_version: str
    entries: int
    without_number: int
    unverified: int
    units: int
    units_without_two_ways: int
    units_without_outside_way: int


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
        units=figures.units,
        units_without_two_ways=figures.units_without_two_ways,
        units_without_outside_way=figures.units_without_outside_way,
    )
