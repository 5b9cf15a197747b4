"""The one mechanism that keeps a form from being saved twice: a client-made id and the hash of what it held."""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from contacts import audit
from contacts.access import Acting
from contacts.models import Submission, SubmissionClash
from contacts.rules.errors import IdClash


def content_hash(content: dict[str, Any]) -> str:
    """Independent of the order of the keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def claim(*, by: Acting, client_id: UUID, kind: str, content: dict[str, Any]) -> Submission | None:
    """Claim a client-made id for a write; call it first, in the write's transaction.

    Returns None when the id is new: go on and write. Returns the first submission when the same person sent the same
    content before: answer with the row that was written then. Raises IdClash when the id is taken by other content or
    by another person; `keep_clash` then stores what came.
    """
    digest = content_hash(content)
    try:
        with transaction.atomic():
            Submission(id=client_id, kind=kind, content_hash=digest, user=by.user).save()
    except IntegrityError:
        first = Submission.objects.get(pk=client_id)
        if (first.kind, first.content_hash, first.user_id) == (kind, digest, by.user.pk):
            return first
        raise IdClash(
            "Det här formuläret är redan sparat med annat innehåll. Båda är kvar: se vad som skiljer och välj."
        ) from None
    return None


def keep_clash(*, by: Acting, client_id: UUID, content: dict[str, Any]) -> SubmissionClash:
    """Store in full, in a transaction of its own, what came second under an id; the same content once."""
    came = {"submission_id": client_id, "content_hash": content_hash(content)}
    with transaction.atomic():
        if found := SubmissionClash.objects.filter(**came).first():
            return found
        clash = SubmissionClash(**came, content=json.loads(json.dumps(content, default=str)), user=by.user)
        try:
            with transaction.atomic():
                clash.save()
        except IntegrityError:
            # The same content came twice at the same time; the other one was kept a moment earlier.
            return SubmissionClash.objects.get(**came)
        audit.record(by=by, action="clash.kept", target=clash)
    return clash
