"""How ready the acting unit is for the next outage, shown while the system is up."""

from dataclasses import dataclass
from datetime import datetime

from contacts.access import Acting
from contacts.queries.figures import DirectoryFigures, directory_figures
from outage.presenters.status import SupportLine, support_line
from outage.routine import current_routine
from outage.rules.routine import Routine


@dataclass(frozen=True, slots=True)
class Readiness:
    support: SupportLine
    routine: Routine
    directory: DirectoryFigures


def readiness(acting: Acting, now: datetime) -> Readiness:
    """`now` is aware."""
    routine = current_routine()
    return Readiness(support_line(routine, acting.principal, (), now), routine, directory_figures(now))
