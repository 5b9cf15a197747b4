"""The rota as a file: exported by everyone, imported by those who keep the units."""

from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import RotaTurn, Unit
from contacts.queries.rota import turns_of_principal
from contacts.queries.rota_plan import RotaPlan, Table, plan_rota
from contacts.rules.permissions import Right
from contacts.rules.rota_file import COLUMNS, cells_of
from contacts.services.rota import lock_rotas, write_turn
from contacts.services.submissions import claim
from contacts.services.versions import replacing

from .errors import PlanChanged
from .writing import write_csv


def check_rota(by: Acting, table: Table, mark: str) -> RotaPlan:
    """What a table would add. Raises PlanChanged where that is not what was shown with the `mark`."""
    plan = plan_rota(by.principal, table, timezone.now())
    if plan.mark != mark or plan.bad or not plan.new:
        raise PlanChanged("Jourschemat har ändrats sedan förhandsvisningen. Läs igenom igen.", plan)
    return plan


def bring_in_rota(*, by: Acting, client_id: UUID, table: Table, mark: str) -> int:
    """Write the new turns of a table whose plan was shown with `mark`; returns how many they are. All or none.

    A resend returns the same number. Raises NotAllowed, IdClash, and PlanChanged.
    """
    with replacing():
        check_may(by, Right.MANAGE_DIRECTORY)
        content = {"table": [list(row) for row in table], "mark": mark}
        again = claim(by=by, client_id=client_id, kind="rota.import", content=content)
        if again is not None:
            ids = [uuid5(client_id, str(row)) for row in range(len(table) + 1)]
            return RotaTurn.objects.filter(pk__in=ids).count()
        lock_rotas(Unit.objects.filter(principal=by.principal))
        plan = check_rota(by, table, mark)
        for one in plan.new:
            write_turn(by=by, row_id=uuid5(client_id, str(one.row)), unit=one.unit, turn=one.turn)
        audit.record(by=by, action="rota.imported", target=by.principal, changes={"new": len(plan.new)})
        return len(plan.new)


def export_rota(*, by: Acting, unit: Unit | None = None) -> bytes:
    """The turns that are not over, of a unit or of all of the own principal, as CSV. Everyone who is signed in may."""
    principal = unit.principal if unit else by.principal
    rows = turns_of_principal(principal, timezone.now(), unit)
    told = [cells_of(row.turn, principal.name, row.unit.name) for row in rows]
    with transaction.atomic():
        audit.record(by=by, action="rota.exported", target=unit or principal, changes={"turns": len(rows)})
    return write_csv([list(COLUMNS), *told])
