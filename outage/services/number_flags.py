"""From a call that failed to the directory: the number does not work."""

from uuid import UUID

from django.db import transaction

from contacts.access import Acting, check_may
from contacts.models import NumberFlag
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.services.flags import flag_number, withdraw_flag
from outage.models import Handover
from outage.rules.handover import Direction
from outage.rules.informing import FAILED, CallOutcome


def flag_called_number(*, by: Acting, handover: Handover, client_id: UUID) -> list[NumberFlag]:
    """Flag the number of a failed call.

    Only the number goes to the directory: neither the call nor its patient. Raises RuleError where the call was
    received or got through, and where the number is not in the directory.
    """
    check_may(by, Right.READ_CARE, handover)
    if handover.direction != Direction.GIVEN or CallOutcome(handover.outcome) not in FAILED:
        raise RuleError("Samtalet kom fram. Anmäl numret på kontaktens egen sida om det ändå inte fungerar.")
    with transaction.atomic():
        return flag_number(by=by, client_id=client_id, number=handover.number)


def unflag_called_number(*, by: Acting, handover: Handover, client_id: UUID) -> list[NumberFlag]:
    """Take back one's own flag on the number of a call. Raises RuleError where there is no such flag."""
    check_may(by, Right.READ_CARE, handover)
    with transaction.atomic():
        return withdraw_flag(by=by, client_id=client_id, number=handover.number)
