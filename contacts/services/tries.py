"""What somebody tried, and how a log-in went: rows of the trace about no write."""

from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from contacts import audit
from contacts.access import Acting, acting_for, user_with_assignments
from contacts.models import AuditEntry, User


def note_denied(
    *,
    by: Acting | User | None,
    why: str,
    page: str,
    times: int = 1,
    target: Model | None = None,
    chain: UUID | None = None,
) -> AuditEntry:
    """Audit row: `by`, or somebody not logged in, was refused what is on the page of that name; `why` is a right or a
    word of `trace_words.WHY_DENIED`, `times` how many tries since the last such row it stands for.
    """
    changes: dict[str, str | int] = {"why": why, "page": page} | ({"times": times} if times > 1 else {})
    with transaction.atomic():
        if isinstance(by, Acting):
            return audit.record(by=by, action="access.denied", target=target, chain=chain, changes=changes)
        return audit.record_system(
            action="access.denied", user=by, target=target, chain=chain, changes=changes
        )


def note_log_in(
    *, by: Acting | User | None, action: str, times: int = 1, why: str = "", how: str = ""
) -> AuditEntry:
    """Audit row about a log-in of `by`. None is somebody whose name is nobody's: what was typed is nowhere, for
    people type passwords in the wrong field.
    """
    told = {"why": why, "how": how, "times": times if times > 1 else ""}
    changes = {name: value for name, value in told.items() if value}
    with transaction.atomic():
        if isinstance(by, Acting):
            return audit.record(by=by, action=action, target=by.user, changes=changes)
        return audit.record_system(action=action, user=by, target=by, changes=changes)


def note_lapsed(*, by: str) -> None:
    """The log-in of that session key went out by itself: told once, when its browser comes back."""
    with transaction.atomic():
        row = Session.objects.filter(session_key=by, expire_date__lt=timezone.now()).first()
        if row is None or not Session.objects.filter(pk=row.pk).delete()[0]:
            return
        # By the engine, which knows under what key it lies.
        data = import_module(settings.SESSION_ENGINE).SessionStore(by).decode(row.session_data)
        user = user_with_assignments(int(data[SESSION_KEY])) if SESSION_KEY in data else None
        if user is not None:
            note_log_in(by=acting_for(user, data.get("membership_id")) or user, action="login.lapsed")
