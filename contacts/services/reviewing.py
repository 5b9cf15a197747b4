"""Loggkontroll: rows drawn at random, and what the reviewer says of a row."""

from collections.abc import Collection
from datetime import datetime
from random import SystemRandom
from uuid import UUID

from django.db import transaction

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import AuditEntry, ReviewNote, ReviewSample
from contacts.queries.reviewing import about_patients, reviewed
from contacts.rules.errors import NotAllowed, RuleError
from contacts.rules.permissions import Right
from contacts.rules.reviewing import MOST_DRAWN, Verdict, may_say, needs_text

from .submissions import claim

NOBODY_THEN = "Ingen annan har läst eller skrivit något om en patient då. Välj en annan tid."
AWAITED = "Raden väntar på uppföljning. Välj Uppföljd och skriv vad som kom fram."
NOT_AWAITED = "Raden väntar inte på uppföljning."


def draw_sample(*, by: Acting, client_id: UUID, since: datetime, until: datetime, count: int) -> ReviewSample:
    """Draw `count` rows about patients at random, all where there are fewer, none that is the own to answer for.

    A form sent twice gives the sample of the first time. Raises NotAllowed, IdClash, RuleError where there is no row.
    """
    with transaction.atomic():
        check_may(by, Right.REVIEW_LOG)
        content = {"since": since, "until": until, "count": count}
        if claim(by=by, client_id=client_id, kind="log.sample", content=content) is not None:
            return ReviewSample.objects.get(pk=client_id)
        rows = about_patients(reviewed(by, since, until)).exclude(user=by.user)
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        if not ids:
            raise RuleError(NOBODY_THEN, field="since")
        sample = ReviewSample(
            id=client_id, user=by.user, unit=by.unit, since=since, until=until, drawn_from=len(ids)
        )
        sample.save()
        sample.entries.set(SystemRandom().sample(ids, min(count, MOST_DRAWN, len(ids))))
        audit.record(by=by, action="log.sample_drawn", target=sample)
    return sample


def note_review(*, by: Acting, client_id: UUID, entry: AuditEntry, verdict: Verdict, text: str) -> None:
    """The newest note on a row counts; the own rows are somebody else's to review.

    Raises NotAllowed, NotYours, IdClash, RuleError.
    """
    with transaction.atomic():
        check_may(by, Right.REVIEW_LOG, entry)
        content = {"entry": entry.pk, "verdict": verdict, "text": text}
        if claim(by=by, client_id=client_id, kind="log.note", content=content) is not None:
            return
        if entry.user_id == by.user.pk:
            raise NotAllowed("Det här gjorde du själv. Någon annan granskar det.")
        if not may_say(verdict, [Verdict(note.verdict) for note in entry.notes.all()]):
            raise RuleError(NOT_AWAITED if verdict is Verdict.FOLLOWED_UP else AWAITED, field="verdict")
        if needs_text(verdict) and not text:
            raise RuleError("Skriv vad som ska följas upp, eller vad som kom fram.", field="text")
        ReviewNote(id=client_id, entry=entry, user=by.user, unit=by.unit, verdict=verdict, text=text).save()
        audit.record(by=by, action="log.noted", target=entry, changes={"verdict": verdict.value})


def note_patients(*, by: Acting, action: str, chains: Collection[UUID]) -> None:
    """That the rows about a patient were asked for, or printed."""
    with transaction.atomic():
        check_may(by, Right.REVIEW_LOG)
        audit.record(by=by, action=action, patients=chains)
