"""What could not be let through is held for its owner until it is saved, thrown away, or twelve hours old."""

import json
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, acting_in, check_within
from contacts.models import Membership
from outage.models import HeldForm
from outage.queries.held_forms import KEPT_FOR

# A pasted list of the most patients and the longest text, with the fields of each.
LARGEST = 200_000


def hold_form(*, by: Membership, path: str, content: Mapping[str, list[str]]) -> HeldForm | None:
    """Hold what was sent from a page shown to `by`. Stored once however often it is sent; the first time counts.

    None when it is too large to be a form of ours.
    """
    text = json.dumps(dict(content), ensure_ascii=False)
    if len(text) > LARGEST:
        return None
    with transaction.atomic():
        HeldForm.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
        if same := HeldForm.objects.filter(user=by.user, membership=by, path=path, content=text).first():
            return same
        held = HeldForm.objects.create(user=by.user, membership=by, path=path, content=text)
        audit.record(by=acting_in(by), action="held_form.kept", target=held)
        return held


def throw_away(*, by: Acting, held: HeldForm) -> None:
    """The owner does not want it."""
    check_within(by, held)
    with transaction.atomic():
        audit.record(by=by, action="held_form.thrown_away", target=held)
        held.delete()


def release(*, by: Acting, held: HeldForm) -> None:
    """The owner has taken it up and saved it."""
    check_within(by, held)
    with transaction.atomic():
        audit.record(by=by, action="held_form.taken_up", target=held)
        held.delete()
