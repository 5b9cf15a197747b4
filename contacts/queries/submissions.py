"""What was saved of forms that come once more."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from contacts.models import Submission, User


def saved_when(user: User, client_ids: Iterable[str]) -> dict[str, datetime]:
    """When a form with each of these ids was first saved by that person; nothing of what is no id."""
    known = {text: found for text in client_ids if (found := _read(text))}
    if not known:
        return {}
    saved = dict(Submission.objects.filter(user=user, pk__in=known.values()).values_list("pk", "at"))
    return {text: saved[pk] for text, pk in known.items() if pk in saved}


def _read(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
