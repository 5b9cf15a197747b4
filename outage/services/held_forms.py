"""What could not be let through is held for its owner until it is saved, thrown away, or twelve hours old.

Which it was is known for a week.
"""

import json
from collections import Counter
from collections.abc import Mapping

from django.db import transaction

from contacts import audit
from contacts.access import Acting, acting_in, check_within
from contacts.models import Membership, Principal
from contacts.models.hashed import hashed_with
from contacts.models.locking import locked
from outage.models import HeldForm
from outage.models.held_form import LARGEST
from outage.queries.held_forms import forgotten, kept_before, kept_same, outdated
from outage.rules.drills import FIELD

# What says which form or button it was, by its id and by the codes that tell buttons apart; nobody typed any of it.
_CODES = ("client_id", "outcome", "done", "svar", "steg", FIELD)


def hold_form(
    *, by: Membership, path: str, content: Mapping[str, list[str]], taken_up: str = ""
) -> HeldForm | None:
    """Hold what was sent from a page shown to `by`. Stored once however often it is sent; the first time counts.

    It takes the place of the one with the id `taken_up`, which the same form was shown again from. None when it is too
    large to be a form of ours.
    """
    text = json.dumps(dict(content), ensure_ascii=False)
    if len(text) > LARGEST:
        return None
    with transaction.atomic():
        sent = HeldForm(user=by.user, membership=by, path=path, content=text)
        sent.content_hash = hashed_with(sent.data_key_name(), text)
        kept = kept_same(sent)
        if kept is None:
            kept = sent
            kept.save(force_insert=True)
            audit.record(by=acting_in(by), action="held_form.kept", target=kept)
        if (former := kept_before(sent, taken_up)) and former != kept:
            release(by=acting_in(by), held=former)
        return kept


def throw_away(*, by: Acting, held: HeldForm) -> None:
    """The owner does not want it."""
    check_within(by, held)
    with transaction.atomic():
        audit.record(by=by, action="held_form.thrown_away", target=held)
        held.delete()


def release(*, by: Acting, held: HeldForm) -> None:
    """The owner has taken it up, and it is saved, or held anew with what was typed since."""
    check_within(by, held)
    with transaction.atomic():
        # Of two windows with the same one the first takes it up.
        if HeldForm.objects.filter(pk=held.pk).delete()[0]:
            audit.record(by=by, action="held_form.taken_up", target=held)


def drop_outdated() -> int:
    """Remove what was typed in the forms that have been held long enough; returns how many. By the clock: nobody asks
    for it. Their owners read which they were, until that is removed too.
    """
    with transaction.atomic():
        # Locked, so that of two servers at once one removes it and says so.
        principal_of = dict(locked(outdated()).values_list("pk", "membership__unit__principal"))
        for held in HeldForm.objects.filter(pk__in=principal_of):
            content = json.loads(held.content)
            held.content = json.dumps({name: content[name] for name in _CODES if name in content})
            held.content_hash = ""
            held.save()
        forgotten().delete()
        removed = Counter(principal_of.values())
        for principal in Principal.objects.filter(pk__in=removed):
            changes = {"count": removed[principal.pk]}
            audit.record_system(action="held_form.outdated", principal=principal, changes=changes)
    return len(principal_of)
