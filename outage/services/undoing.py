"""A call undone by the one who has just logged it."""

from uuid import uuid5

from contacts.access import Acting, check_may
from contacts.rules.permissions import Right
from outage.models import Handover
from outage.queries.outages import outage_in_view
from outage.rules.handover import check_undo
from outage.services.handovers import withdraw_call


def undo_call(*, by: Acting, handover: Handover) -> Handover:
    """Take back a call by one press: a row of withdrawal, the same one however often it is pressed.

    Raises RuleError where it is another person's, no longer stands, or belongs to an earlier outage.
    """
    check_may(by, Right.LOG_CARE, handover)
    row_id = uuid5(handover.pk, "undo")
    newer = Handover.objects.filter(supersedes=handover).first()
    outage = outage_in_view(by.principal)
    check_undo(
        own=(handover.user_id, handover.unit_id) == (by.user.pk, by.unit.pk),
        stands=not handover.withdraws and (newer is None or newer.pk == row_id),
        same_outage=outage is not None and outage.pk == handover.chain.outage_id,
    )
    return withdraw_call(by=by, handover=handover, client_id=row_id, reason="Ångrat", undo=True)
