"""What somebody writes of an outage after it was purged: kept beside the log, read and decided by a coordinator."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from contacts import audit
from contacts.access import Acting, check_may
from contacts.rules.errors import RuleError
from contacts.rules.permissions import Right
from contacts.rules.trace_words import LATE_READ
from contacts.services.submissions import claim
from contacts.services.versions import ChangedMeanwhile
from forms.models import LateDecision, LateEntry
from forms.queries.late import decisions_of
from forms.rules.purge import LateOutcome
from outage.queries.outages import outages_for

_NOT_PURGED = "Driftstoppet är inte gallrat. Logga som vanligt."


def keep_late(
    *, by: Acting, outage_id: UUID, client_id: UUID, said: Sequence[tuple[str, str]], met: bool = False
) -> LateEntry:
    """Keep what was typed, each field with its label; `met` where its form met the destroyed key. A resend returns the
    first row.

    Raises NotAllowed, IdClash, and RuleError where nothing was met, and the acting person's principal has not purged
    the outage.
    """
    check_may(by, Right.LOG_CARE)
    content = {"outage": outage_id, "said": [list(each) for each in said]}
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="late.kept", content=content):
            return LateEntry.objects.get(pk=client_id)
        outage = outages_for(by.principal).filter(pk=outage_id).first()
        if outage is None or not (met or outage.purged_at):
            raise RuleError(_NOT_PURGED, field="outage")
        row = LateEntry(id=client_id, outage=outage, said=content["said"], user=by.user, unit=by.unit)
        row.save()
        audit.record(by=by, action="late.kept", target=row)
    return row


def read_late(*, by: Acting, entry: LateEntry) -> list[tuple[str, str]]:
    """What one of the own unit's says. Each look leaves a row in the trace: it may be about a patient."""
    check_may(by, Right.READ_CARE, entry)
    return _read(by, entry)


def read_to_decide(*, by: Acting, entry: LateEntry) -> list[tuple[str, str]]:
    """The same, of one that the acting person decides."""
    check_may(by, Right.DECIDE_LATE, entry)
    return _read(by, entry)


def _read(by: Acting, entry: LateEntry) -> list[tuple[str, str]]:
    with transaction.atomic():
        audit.record(by=by, action=LATE_READ, target=entry)
    return [(label, text) for label, text in entry.said]


def decide_late(
    *, by: Acting, entry: LateEntry, client_id: UUID, outcome: LateOutcome, reason: str, seen: int = 0
) -> LateDecision:
    """Decide what becomes of it, and why; also anew. `seen` is how many decisions there were on the page.

    A resend returns the first row. Raises NotAllowed, NotYours, IdClash, ChangedMeanwhile.
    """
    check_may(by, Right.DECIDE_LATE, entry)
    said = {"entry": entry.pk, "outcome": outcome, "reason": reason.strip()}
    if not reason.strip():
        raise RuleError("Skriv varför.", field="reason")
    with transaction.atomic():
        if claim(by=by, client_id=client_id, kind="late.decided", content=said):
            return LateDecision.objects.get(client_id=client_id)
        # Of two at once the second sees what the first wrote.
        LateEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
        if len(decisions_of(entry)) != seen:
            raise ChangedMeanwhile
        row = LateDecision(
            client_id=client_id,
            entry=entry,
            number=seen + 1,
            outcome=outcome,
            reason=reason.strip(),
            user=by.user,
            unit=by.unit,
        )
        row.save()
        audit.record(by=by, action="late.decided", target=row, changes={"outcome": outcome})
    return row
