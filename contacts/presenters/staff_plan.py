"""What a staff list would do, and did, in words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from contacts.presenters.rota import AsideRows
from contacts.queries.staff_plan import Doing, PlannedAssignment, PlannedPerson, StaffPlan
from contacts.rules.file_rows import Problem, grouped

_LABELS = {
    "username": "Användarnamn",
    "first_name": "Förnamn",
    "last_name": "Efternamn",
    "email": "E-post",
    "hsa_id": "HSA-id",
}


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One person in the file. `what` says whether it is somebody new; `deeds` what would be done."""

    name: str
    username: str
    is_new: bool
    deeds: tuple[str, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlannedStaff:
    """What a file would do. `problems` stop it whole."""

    lines: tuple[PlannedLine, ...]
    aside: tuple[AsideRows, ...]
    problems: tuple[Problem, ...]
    bad: int
    ended: int

    @property
    def may_confirm(self) -> bool:
        """Whether there is something to do, and nothing wrong."""
        return bool(self.lines) and not self.problems

    @property
    def button(self) -> str:
        count = len(self.lines)
        return "Läs in en person" if count == 1 else f"Läs in {count} personer"


def planned_staff(plan: StaffPlan) -> PlannedStaff:
    asides = (
        ("Stämmer redan", plan.same),
        ("Skulle avsluta det som inte gäller", plan.gone),
    )
    return PlannedStaff(
        lines=tuple(map(_line, plan.doing)),
        aside=tuple(AsideRows(why, tuple(rows)) for why, rows in asides if rows),
        problems=grouped(plan.bad),
        bad=len(plan.bad),
        ended=len(plan.ended),
    )


def brought_words(people: int, changed: int, assignments: int, ended: int) -> str:
    """What an import did; what it did not do is left out."""
    counts: Sequence[tuple[int, str, str]] = (
        (people, "1 ny person", f"{people} nya personer"),
        (changed, "1 ändrad person", f"{changed} ändrade personer"),
        (assignments, "1 nytt eller ändrat uppdrag", f"{assignments} nya eller ändrade uppdrag"),
        (ended, "1 avslutat uppdrag", f"{ended} avslutade uppdrag"),
    )
    told = ", ".join(one if count == 1 else many for count, one, many in counts if count)
    codes = " De nya behöver en engångskod var: skriv ut dem under Engångskoder." if people else ""
    return f"Personallistan är inläst: {told}.{codes}"


def _line(planned: PlannedPerson) -> PlannedLine:
    facts = planned.facts
    deeds = [*_changes(planned), *map(_deed, planned.assignments)]
    rows = {planned.row, *(one.row for one in planned.assignments)}
    return PlannedLine(
        name=f"{facts.first_name} {facts.last_name}",
        username=facts.username,
        is_new=planned.person is None,
        deeds=tuple(deeds),
        rows=tuple(sorted(rows)),
    )


def _changes(planned: PlannedPerson) -> list[str]:
    if planned.stands is None:
        return []
    old, new = asdict(planned.stands), asdict(planned.facts)
    return [
        f"{label}: {old[name] or 'inget'} → {new[name]}"
        for name, label in _LABELS.items()
        if old[name] != new[name]
    ]


def _deed(one: PlannedAssignment) -> str:
    was = one.membership.title if one.membership else ""
    if one.doing is Doing.RETITLE:
        return f"{one.doing.label} på {one.unit.name}: {was} → {one.title}"
    return f"{one.doing.label}: {one.unit.name}, {one.role.label}, {one.title}"
