"""Writes of Överlämning: one shift hands over what is open, somebody of the next takes over."""

import json
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import Unit
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from outage.models import Outage, ShiftHandover, ShiftTakeover
from outage.queries.shift import left_open, may_come, newest_handover, outages_of_shift
from outage.queries.shift_done import logged_near
from outage.rules.drills import OVER
from outage.rules.shift import Taken, check_adds, check_take_over
from outage.rules.wording import moment
from outage.services.when import check_drill_counts


def hand_over_shift(
    *, by: Acting, outage: Outage, client_id: UUID, to: int | None = None, text: str = ""
) -> ShiftHandover:
    """Hand over what is open for the acting unit in `outage`, to one of its people, by the id, or to whoever comes.

    What is open is read here, and kept with the row. A resend returns the first row. Raises RuleError for somebody who
    does not work there, and in a drill that an outage in earnest has followed.
    """
    check_may(by, Right.READ_CARE)
    check_may(by, Right.LOG_CARE)
    text = text.strip()
    content = {"outage": outage.pk, "unit": by.unit.pk, "to": to, "text": text}
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="shift.hand_over", content=content):
            return ShiftHandover.objects.get(pk=client_id)
        if to is not None and to not in {one.user_id for one in may_come(by)}:
            raise RuleError("Välj någon som arbetar på enheten.", field="to")
        _lock(by.unit)
        check_drill_counts(outage, OVER)
        left = left_open(by, outage)
        waits = _own_that_waits(by, outage, to)
        same = waits is not None and waits.left | {"logged": None} == json.loads(json.dumps(left)) | {
            "logged": None
        }
        check_adds(text=text, waits_since=moment(waits.at, timezone.now()) if waits else "", same=same)
        row = ShiftHandover(
            id=client_id,
            outage=outage,
            to_id=to,
            text=text,
            left=left | {"logged": logged_near(by, outages_of_shift(by, outage), timezone.now())},
            user=by.user,
            unit=by.unit,
        )
        row.save()
        audit.record(by=by, action="shift.handed_over", target=row)
    return row


def _own_that_waits(by: Acting, outage: Outage, to: int | None) -> ShiftHandover | None:
    """One's own newest to the same person, which nobody has taken over."""
    newest = newest_handover(by, outages_of_shift(by, outage))
    own = newest is not None and (newest.user_id, newest.to_id) == (by.user.pk, to)
    return newest if own and not hasattr(newest, "takeover") else None


def take_over_shift(*, by: Acting, handover: ShiftHandover) -> ShiftTakeover:
    """Take over from the former shift, as whom one is logged in as; a resend returns the first row.

    Raises RuleError where it was handed over by oneself, where another has taken over, or where a newer one is made,
    and in a drill that an outage in earnest has followed.
    """
    check_may(by, Right.READ_CARE, handover)
    check_may(by, Right.LOG_CARE, handover)
    with transaction.atomic():
        _lock(by.unit)
        check_drill_counts(handover.outage, OVER)
        row = ShiftTakeover.objects.filter(handover=handover).select_related("user").first()
        outages = outages_of_shift(by, handover.outage)
        newest, now = newest_handover(by, outages) or handover, timezone.now()
        check_take_over(
            by=by.user.pk,
            handed_by=handover.user_id,
            taken=Taken(row.user_id, row.user.full_name, moment(row.at, now)) if row else None,
            newer="" if newest.pk == handover.pk else f"{moment(newest.at, now)} av {newest.user.full_name}",
        )
        if row is None:
            row = ShiftTakeover.objects.create(handover=handover, user=by.user, unit=by.unit)
            audit.record(by=by, action="shift.taken_over", target=row)
    return row


def _lock(unit: Unit) -> None:
    """Of two at once the second sees what the first wrote."""
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
