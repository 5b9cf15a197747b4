"""Ticks on the unit's checklists: one row for each change, none for a repeated click (R2.7)."""

from django.db import transaction

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import Unit
from contacts.models.locking import locked
from contacts.queries.joined import units_read_as
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from outage.models import ChecklistTick, Outage
from outage.queries.checklists import check_tickable, checklists_for, routine_of
from outage.rules.checklist import Checklist


def set_tick(*, by: Acting, outage: Outage, checklist_key: str, item_key: str, done: bool) -> ChecklistTick:
    """Tick an item of the acting unit's checklist, or untick it; returns the row that says so.

    An item that already stands as `done` says returns the row that made it so: a double click writes once. Raises
    NotAllowed when the role may not tick, RuleError when the unit has no such item, when the outage no longer takes
    ticks, or when an item that was never ticked is to be unticked.
    """
    check_may(by, Right.TICK_CHECKLIST)
    check_tickable(outage, _own_checklist(by, outage, checklist_key, item_key))
    with transaction.atomic():
        # Serializes ticks of one unit, so that the second one sees the first one's row.
        locked(Unit.objects.filter(pk=by.unit.pk))
        rows = ChecklistTick.objects.filter(
            outage=outage, unit__in=units_read_as(by.unit), checklist=checklist_key, item=item_key
        )
        newest: ChecklistTick | None = rows.select_related("user").order_by("pk").last()
        if newest is None and not done:
            raise RuleError("Punkten är inte avbockad.")
        if newest is not None and newest.done == done:
            return newest
        tick = ChecklistTick.objects.create(
            outage=outage, unit=by.unit, checklist=checklist_key, item=item_key, done=done, user=by.user
        )
        audit.record(by=by, action="checklist.ticked" if done else "checklist.unticked", target=tick)
    return tick


def _own_checklist(by: Acting, outage: Outage, checklist_key: str, item_key: str) -> Checklist:
    for checklist in checklists_for(by.unit, routine_of(outage)):
        if checklist.key == checklist_key and any(item.key == item_key for item in checklist.items):
            return checklist
    raise RuleError("Punkten finns inte i er enhets checklistor. Läs in sidan på nytt.")
