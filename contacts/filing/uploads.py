"""A file that is sent in, kept with its preview until somebody confirms it."""

import hashlib
from typing import Any
from uuid import UUID

from django.db import transaction

from contacts import audit
from contacts.access import Acting, check_may
from contacts.models import DirectoryUpload
from contacts.rules.permissions import Right
from contacts.services.progress import Progress, Steps
from contacts.services.submissions import claim, content_hash

from .changes import Fate, changed_fields
from .facts import changes_in_words, facts_in_words
from .plan import Plan, Planned, plan_steps, read_steps

MOST_PROBLEMS = 1000
"""So many are told of a file in which everything is wrong."""

# What has no part in whether the same would still be done.
_NOT_DONE = (Fate.UNCHANGED, Fate.OTHERS)


def upload_steps(*, by: Acting, client_id: UUID, content: bytes) -> Steps[DirectoryUpload]:
    """Keep a file with the preview of what it would change in the directory of one's own principal.

    Nothing is written to the directory. The same file sent again is the same upload. Raises NotAllowed, and BadTable
    where the file is no table; where rows are wrong the preview says so.
    """
    check_may(by, Right.MANAGE_DIRECTORY)
    rows, problems = yield from read_steps(content)
    plan = yield from plan_steps(rows, problems, only=by.principal)
    yield Progress("Sparar förhandsvisningen")
    with transaction.atomic():
        digest = hashlib.sha256(content).hexdigest()
        if claim(by=by, client_id=client_id, kind="directory.upload", content={"file": digest}):
            return DirectoryUpload.objects.get(pk=client_id)
        return keep_upload(by=by, upload_id=client_id, content=content, plan=plan)


def keep_upload(*, by: Acting, upload_id: UUID, content: bytes, plan: Plan) -> DirectoryUpload:
    """Keep a file and its plan, inside the transaction of the caller; the same id again gives what is kept."""
    found = DirectoryUpload.objects.filter(pk=upload_id).first()
    if found is not None:
        return found
    preview = preview_of(plan)
    upload = DirectoryUpload(
        id=upload_id,
        principal=by.principal,
        user=by.user,
        unit=by.unit,
        content=content,
        plan=preview,
        plan_hash=hash_of(preview),
    )
    upload.save()
    counts = {key: len(rows) for key, rows in preview["groups"].items()}
    audit.record(
        by=by,
        action="directory.uploaded",
        target=upload,
        changes=counts | {"problems": preview["problem_count"]},
    )
    return upload


def preview_of(plan: Plan) -> dict[str, Any]:
    """Give a plan as it is kept and shown: the entries by group, in words, and the first of the problems."""
    return {
        "groups": {fate.value: [_shown(planned) for planned in plan.of(fate)] for fate in Fate},
        "problems": [[bad.row, bad.column, bad.sentence] for bad in plan.problems[:MOST_PROBLEMS]],
        "problem_count": len(plan.problems),
    }


def hash_of(preview: dict[str, Any]) -> str:
    """Give a hash that is the same as long as the same would be done, for the same reasons."""
    groups = {key: rows for key, rows in preview["groups"].items() if key not in _NOT_DONE}
    return content_hash({**preview, "groups": groups})


def _shown(planned: Planned) -> dict[str, Any]:
    row, entry = planned.row, planned.entry
    shown: dict[str, Any] = {
        "row": row.row if row else None,
        "id": entry.pk if entry else None,
        "name": row.name if row else entry.name if entry else "",
        "department": row.department if row else entry.department if entry else "",
    }
    if planned.fate is Fate.OTHERS and row is not None:
        shown["principal"] = row.principal
    if planned.fate is Fate.NEW and planned.new is not None:
        shown["facts"] = facts_in_words(planned.new)
    if planned.fate is Fate.CHANGED and planned.old is not None and planned.new is not None:
        changed = changed_fields(planned.old, planned.new)
        shown["changes"] = changes_in_words(planned.old, planned.new, changed)
        shown["loses"] = bool(
            planned.before is not None and planned.before.verified_at and not (entry and entry.verified_at)
        )
    return shown
