"""Disposal decisions, recorded by the administrators of a principal."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import Principal
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from contacts.services.versions import ChangedMeanwhile
from forms.models import DisposalDecision
from forms.queries.disposal import decision_in_force


def record_decision(
    *,
    by: Acting,
    client_id: UUID,
    allows: bool,
    reference: str,
    decided_on: date,
    note: str = "",
    seen: UUID | None = None,
) -> DisposalDecision:
    """Record the decision of the acting person's principal; it is in force from now on, and the previous one is
    history.

    `decided_on` is a day in Stockholm, `seen` the decision in force on the page that was filled in, None where there
    was none. A form sent twice returns the first decision. Raises NotAllowed, IdClash, ChangedMeanwhile where another
    one has come into force, and RuleError with the field where there is no reference or the day lies ahead.
    """
    check_may(by, Right.DECIDE_DISPOSAL)
    if not reference.strip():
        raise RuleError("Skriv beslutets beteckning.", field="reference")
    if decided_on > timezone.localdate():
        raise RuleError("Dagen kan inte ligga framåt i tiden.", field="decided_on")
    facts = {"allows": allows, "reference": reference.strip(), "decided_on": decided_on, "note": note.strip()}
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="disposal.decide", content=facts):
            return DisposalDecision.objects.get(pk=client_id)
        Principal.objects.select_for_update(no_key=True).get(pk=by.principal.pk)
        stands = decision_in_force(by.principal)
        if (stands and stands.pk) != seen:
            raise ChangedMeanwhile
        row = DisposalDecision.objects.create(
            id=client_id, principal=by.principal, user=by.user, unit=by.unit, **facts
        )
        changes = facts | {"decided_on": decided_on.isoformat()}
        audit.record(by=by, action="disposal.decided", target=row, changes=changes)
    return row
