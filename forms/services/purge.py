"""Gallring of an outage as people take part in it: proposed by one, confirmed by another, or stopped by anybody."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import Principal
from contacts.rules.permissions import Right
from contacts.services.submissions import claim
from contacts.services.versions import ChangedMeanwhile
from forms.models import PurgeStep
from forms.queries.disposal import decision_in_force
from forms.queries.purge import changed_since, preview_of, steps_of, to_purge
from forms.rules.purge import (
    UNTOLD,
    LastStep,
    PurgeStepKind,
    check_confirm,
    check_propose,
    check_undone,
    check_withdraw,
    stops,
    untold_in,
)
from outage.models import Outage
from outage.queries.closing import open_things
from outage.queries.outages import outage_for

from .purging import is_told, lock_keys


def propose_purge(
    *, by: Acting, outage: Outage, client_id: UUID, on: date, seen: int | None = None, anyway: bool = False
) -> PurgeStep:
    """Propose that what the acting person's principal has of the outage is purged `on` that day in Stockholm; `anyway`,
    although somebody has not been told of a discharge.

    What there is now is counted, and the decision in force kept with it. `seen`, here and below, is the number of the
    last step that the person saw, None where there was none. A resend returns the first row. Each of these services
    raises NotAllowed, IdClash, ChangedMeanwhile, and RuleError where the step may not be taken.
    """
    check_may(by, Right.DECIDE_DISPOSAL)

    def decide(last: PurgeStep | None) -> dict[str, Any]:
        preview = preview_of(by.principal, outage)
        check_propose(_facts(last), stops(preview.facts), on=on, today=timezone.localdate())
        return {"on": on, "counted": preview.counted | _undone(by, outage, anyway=anyway)}

    return _take(by, outage, PurgeStepKind.PROPOSED, client_id, seen, {"on": on}, decide)


def _undone(by: Acting, outage: Outage, *, anyway: bool) -> dict[str, int]:
    undone = open_things(by.principal, outage)
    check_undone(undone, anyway=anyway)
    return {UNTOLD: untold_in(undone)}


def confirm_purge(
    *, by: Acting, outage: Outage, client_id: UUID, seen: int | None = None, anyway: bool = False
) -> PurgeStep:
    """Another person has read what it is and confirms it: it is done when its day has come.

    Refused where it is no longer what was proposed.
    """
    check_may(by, Right.CONFIRM_PURGE)

    def decide(last: PurgeStep | None) -> dict[str, Any]:
        preview = preview_of(by.principal, outage)
        reasons = stops(preview.facts) + (changed_since(last, preview.counted) if last else [])
        check_confirm(_facts(last), reasons, by=by.user.pk, today=timezone.localdate())
        assert last is not None
        return {"on": last.on, "counted": last.counted | _undone(by, outage, anyway=anyway)}

    return _take(by, outage, PurgeStepKind.CONFIRMED, client_id, seen, {}, decide)


def withdraw_purge(
    *, by: Acting, outage: Outage, client_id: UUID, reason: str, seen: int | None = None
) -> PurgeStep:
    """Stop what is proposed or confirmed: anybody who may confirm it, whoever proposed it too."""
    check_may(by, Right.CONFIRM_PURGE)
    said = {"reason": reason.strip()}

    def decide(last: PurgeStep | None) -> dict[str, Any]:
        check_withdraw(_facts(last), reason, begun=last is not None and _has_begun(last))
        return said

    return _take(by, outage, PurgeStepKind.WITHDRAWN, client_id, seen, said, decide)


def _has_begun(last: PurgeStep) -> bool:
    """Raises ChangedMeanwhile where it was done while its keys were waited for."""
    lock_keys(to_purge(last.principal, outage_for(last.principal, last.outage_id)).keys)
    if steps_of(last.principal, [last.outage])[last.outage_id][-1].pk != last.pk:
        raise ChangedMeanwhile
    return is_told(last)


def _facts(last: PurgeStep | None) -> LastStep | None:
    return last.facts if last else None


def _take(
    by: Acting,
    outage: Outage,
    kind: PurgeStepKind,
    client_id: UUID,
    seen: int | None,
    content: dict[str, Any],
    decide: Callable[[PurgeStep | None], dict[str, Any]],
) -> PurgeStep:
    """Write the step that `decide` says, which is given the last one and refuses by raising RuleError."""
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind=f"purge.{kind}", content=content | {"outage": outage.pk}):
            return PurgeStep.objects.get(pk=client_id)
        # Of two at once the second sees what the first wrote.
        Principal.objects.select_for_update(no_key=True).get(pk=by.principal.pk)
        steps = steps_of(by.principal, [outage])[outage.pk]
        last = steps[-1] if steps else None
        if (last and last.number) != seen:
            raise ChangedMeanwhile
        facts = decide(last)
        row = PurgeStep(
            id=client_id,
            outage=outage,
            principal=by.principal,
            number=(last.number if last else 0) + 1,
            kind=kind,
            decision=decision_in_force(by.principal),
            user=by.user,
            unit=by.unit,
            **facts,
        )
        row.save()
        audit.record(by=by, action=f"purge.{kind}", target=row)
    return row
