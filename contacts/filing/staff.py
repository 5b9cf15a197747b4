"""The staff list as a file: exported and imported by those who keep a principal's people."""

from collections import Counter
from dataclasses import asdict, dataclass, fields
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import AuditEntry
from contacts.queries.people import working_people
from contacts.queries.staff_plan import Doing, PlannedPerson, StaffPlan, Table, plan_staff
from contacts.rules.people import PersonFacts
from contacts.rules.permissions import Right, Role
from contacts.rules.staff_file import COLUMNS, cells_of
from contacts.services.people import (
    check_not_last,
    give_assignment,
    lock_people,
    new_person,
    set_active,
    write_facts,
    write_title,
)
from contacts.services.progress import Progress, Steps
from contacts.services.submissions import claim
from contacts.services.versions import replacing

from .errors import PlanChanged
from .out import CONTENT_TYPES, Exported, FileForm
from .writing import write_csv, write_xlsx

_IMPORTED = "people.imported"


@dataclass(frozen=True, slots=True)
class Brought:
    """What a staff list did: people that are new or changed, assignments that are new, changed or ended."""

    people: int = 0
    changed: int = 0
    assignments: int = 0
    ended: int = 0


def check_staff(by: Acting, table: Table, mark: str) -> StaffPlan:
    """What a table would do. Raises PlanChanged where that is not what was shown with the `mark`."""
    plan = plan_staff(by, table)
    if plan.mark != mark or plan.bad or not plan.doing:
        raise PlanChanged("Personerna har ändrats sedan förhandsvisningen. Läs igenom igen.", plan)
    return plan


def staff_steps(*, by: Acting, client_id: UUID, table: Table, mark: str) -> Steps[Brought]:
    """Do what a table was shown to do, whose plan has that `mark`. All or nothing; a resend gives the same answer.

    Raises NotAllowed, IdClash, and PlanChanged where the plan is another one by now.
    """
    with replacing():
        check_may(by, Right.MANAGE_PEOPLE)
        content = {"table": [list(row) for row in table], "mark": mark}
        first = claim(by=by, client_id=client_id, kind="people.import", content=content)
        if first is not None:
            rows = AuditEntry.objects.filter(user=by.user, action=_IMPORTED, at__gte=first.at)
            return Brought(**rows.order_by("at", "pk")[0].changes)
        lock_people(by.principal)
        plan = check_staff(by, table, mark)
        check_not_last(by.principal, plan.ended)
        done: Counter[str] = Counter()
        for number, one in enumerate(plan.doing):
            yield Progress("Skriver personerna", number, len(plan.doing))
            done += _write(by, one)
        brought = Brought(**done)
        audit.record(by=by, action=_IMPORTED, target=by.principal, changes=asdict(brought))
        return brought


def _write(by: Acting, planned: PlannedPerson) -> Counter[str]:
    done: Counter[str] = Counter()
    person = planned.person
    if person is None:
        person = new_person(by, planned.facts)
        done["people"] += 1
    elif planned.is_changed:
        write_facts(by, person, planned.facts)
        done["changed"] += 1
    for one in planned.assignments:
        if one.doing in (Doing.ADD, Doing.RESTORE):
            give_assignment(by, person, one.unit, one.role, one.title)
        elif one.membership is not None and one.doing is Doing.RETITLE:
            write_title(by, one.membership, one.title)
        elif one.membership is not None:
            set_active(by, one.membership, active=False)
        done["ended" if one.doing is Doing.END else "assignments"] += 1
    return done


def export_staff(*, by: Acting, form: FileForm) -> Exported:
    """The assignments in force in the own principal, as CSV or XLSX: imported again they change nothing."""
    with transaction.atomic():
        check_may(by, Right.MANAGE_PEOPLE)
        rows = [
            cells_of(_facts(one.user), one.unit.name, Role(one.role), one.title)
            for one in working_people(by.principal)
        ]
        told = {"form": form.value, "assignments": len(rows)}
        audit.record(by=by, action="people.exported", target=by.principal, changes=told)
    table = [list(COLUMNS), *rows]
    content = write_csv(table) if form is FileForm.CSV else write_xlsx(table, "Personer")
    filename = f"personer-{timezone.localdate().isoformat()}.{form.value}"
    return Exported(content=content, content_type=CONTENT_TYPES[form], filename=filename)


def _facts(user: object) -> PersonFacts:
    return PersonFacts(*(getattr(user, one.name) for one in fields(PersonFacts)))
