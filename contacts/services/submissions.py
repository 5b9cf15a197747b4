"""The one mechanism that keeps a form from being saved twice: a client-made id and the keyed hash of what it held."""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from contacts import audit
from contacts.access import Acting
from contacts.models import Principal, Submission, SubmissionClash
from contacts.models.data_key import name_of
from contacts.models.hashed import hashed_with
from contacts.models.submission import SUBMISSIONS
from contacts.rules.errors import IdClash

_outage_of: list[Callable[[Principal], UUID | None]] = []


def know_outage_by(outage_of: Callable[[Principal], UUID | None]) -> None:
    """Register what says which outage a principal is in; called when the app above is ready."""
    _outage_of[:] = [outage_of]


def content_hash(content: dict[str, Any]) -> str:
    """Independent of the order of the keys. Not to be stored of what a person typed: that is `keyed_content_hash`."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def keyed_content_hash(content: dict[str, Any]) -> str:
    return keyed(content_hash(content))


def keyed(plain_hash: str) -> str:
    """Of a hash, so that those stored before there was a key could be keyed as well (migration 0015)."""
    return hashed_with(SUBMISSIONS, plain_hash)


def claim(*, by: Acting, client_id: UUID, kind: str, content: dict[str, Any]) -> Submission | None:
    """Claim a client-made id for a write; call it first, in the write's transaction.

    Returns None when the id is new: go on and write. Returns the first submission when the same person sent the same
    content before: answer with the row that was written then. Raises IdClash when the id is taken by other content or
    by another person; `keep_clash` then stores what came.
    """
    digest = keyed_content_hash(content)
    if Submission(id=client_id, kind=kind, content_hash=digest, user=by.user).save_unless_there():
        return None
    first = Submission.objects.get(pk=client_id)
    if (first.kind, first.content_hash, first.user_id) == (kind, digest, by.user.pk):
        return first
    own = (first.kind, first.user_id) == (kind, by.user.pk)
    raise IdClash(
        "Det här formuläret är redan sparat med annat innehåll. Se hur det står innan du sparar igen.",
        first=first.pk if own else None,
        at=first.at if own else None,
    )


def keep_clash(*, by: Acting, client_id: UUID, content: dict[str, Any]) -> SubmissionClash:
    """Store in full, in a transaction of its own, what came second under an id; the same content once."""
    came = {"submission_id": client_id, "content_hash": keyed_content_hash(content)}
    with transaction.atomic():
        if found := SubmissionClash.objects.filter(**came).first():
            return found
        clash = SubmissionClash(
            **came,
            content=json.loads(json.dumps(content, default=str)),
            key_name=name_of(by.principal.pk, _outage_of[0](by.principal) if _outage_of else None),
            user=by.user,
        )
        try:
            with transaction.atomic():
                clash.save()
        except IntegrityError:
            # The same content came twice at the same time; the other one was kept a moment earlier.
            return SubmissionClash.objects.get(**came)
        audit.record(by=by, action="clash.kept", target=clash)
    return clash
