"""Closing an outage for a principal: what is not done is left open by name and reason, then all of it is closed."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from contacts import audit
from contacts.access import Acting, check_may
from contacts.rules.errors import NotYours, RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from outage.models import LeftOpen, Outage, OutageClosing
from outage.queries.closing import closing_of, counted, keys_left, open_things, units_to_close
from outage.rules.closing import Holds, holding, in_words, seen_of
from outage.services.outages import lock_outage
from outage.services.when import check_not_purged


def leave_open(
    *,
    by: Acting,
    outage: Outage,
    client_id: UUID,
    unit_id: int,
    what: Collection[Holds],
    seen: str,
    responsible: str,
    reason: str,
) -> LeftOpen:
    """Leave open all of some kinds that a unit is not done with now; `seen` is that of all that the page had of it.

    A resend returns the first row. Raises NotYours for a unit out of reach, and RuleError where what is left is no
    longer what was seen, or the outage is purged.
    """
    check_may(by, Right.CLOSE_OUTAGE)
    said = {"responsible": responsible.strip(), "reason": reason.strip()}
    with transaction.atomic():
        content = said | {"outage": outage.pk, "unit": unit_id, "what": sorted(what), "seen": seen}
        if claim(by=by, client_id=client_id, kind="left_open", content=content):
            return LeftOpen.objects.get(client_id=client_id)
        locked = lock_outage(by.principal, outage)
        _check_ended(locked)
        check_not_purged(locked, by.principal.pk)
        unit = units_to_close(by).filter(pk=unit_id).first()
        if unit is None:
            raise NotYours
        found = [
            thing
            for thing in holding(open_things(by.principal, locked), keys_left(by.principal, locked))
            if thing.unit_id == unit_id
        ]
        keys = [thing.key for thing in found if thing.what in what]
        if not keys or seen_of(found) != seen:
            raise RuleError("Det som är kvar har ändrats sedan sidan öppnades. Läs det som står nu.")
        row = LeftOpen.objects.create(
            client_id=client_id,
            outage=outage,
            about=unit,
            keys=keys,
            **said,
            user=by.user,
            unit=by.unit,
        )
        audit.record(by=by, action=f"{outage.traced_as}.left_open", target=row, changes={"count": len(keys)})
    return row


def close_outage(*, by: Acting, outage: Outage, client_id: UUID) -> OutageClosing:
    """Close it for the acting principal. What is closed already stays as it was, and a resend returns the first row.

    Raises RuleError while anything is neither done nor left open by name and reason, or the outage goes on.
    """
    check_may(by, Right.CLOSE_OUTAGE)
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="outage_closing", content={"outage": outage.pk}):
            return OutageClosing.objects.filter(client_id=client_id).first() or _standing(by, outage)
        locked = lock_outage(by.principal, outage)
        _check_ended(locked)
        stands = closing_of(locked, by.principal)
        if stands and not stands.came_in:
            return stands.row
        # Counted first: what is written while the rest is read, or was not committed yet, is more than was counted.
        rows = counted(by.principal, locked)
        left = holding(open_things(by.principal, locked), keys_left(by.principal, locked))
        if left:
            raise RuleError(f"Det går inte att stänga än. Kvar: {in_words(left)}.")
        row = OutageClosing.objects.create(
            client_id=client_id,
            outage=outage,
            counted=rows,
            user=by.user,
            unit=by.unit,
        )
        audit.record(by=by, action=f"{outage.traced_as}.closed", target=row)
    return row


def _standing(by: Acting, outage: Outage) -> OutageClosing:
    """Of a press that found it closed already."""
    found = closing_of(outage, by.principal)
    assert found is not None
    return found.row


def _check_ended(outage: Outage) -> None:
    if outage.is_open:
        raise RuleError(f"{outage.system} är inte åter i drift.")
