"""What was sent and could not be let through: kept for its owner."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from contacts.models import User
from contacts.queries.prepared import prepared
from outage.models import HeldForm

# Longer than any shift; after that it is patient data without a purpose.
KEPT_FOR = timedelta(hours=12)


def held_forms_of(user: User) -> list[HeldForm]:
    """Of every assignment, oldest first."""
    return _held_since(user.pk, timezone.now() - KEPT_FOR)


@prepared
def _held_since(user_id: int, since: datetime) -> QuerySet[HeldForm]:
    found = HeldForm.objects.filter(user=user_id, at__gte=since)
    return found.select_related("user", "membership__unit").order_by("at", "pk")


def held_form_of(user: User, held_id: UUID | str) -> HeldForm | None:
    """None for another person's form, an old one, and an invalid id."""
    try:
        return _kept().filter(user=user, pk=UUID(str(held_id))).first()
    except ValueError:
        return None


def is_held(held_id: UUID) -> bool:
    """Whether it is still kept, for anybody."""
    return _kept().filter(pk=held_id).exists()


def kept_for(held_ids: Iterable[str]) -> list[str]:
    """The first names of those for whom any of these is still kept: all that a page before the log-in may reveal."""
    return sorted({given_name(held.user) for held in _kept().filter(pk__in=list(held_ids))})


def given_name(user: User) -> str:
    """The name that the next person at a shared computer may see."""
    return next(iter(user.first_name.split()), user.username)


def kept_same(sent: HeldForm) -> HeldForm | None:
    """The same content, sent before from the same page in the same assignment."""
    same = _kept().filter(user=sent.user, membership=sent.membership, path=sent.path)
    return same.filter(content_hash=sent.content_hash).order_by("at", "pk").first()


def outdated() -> QuerySet[HeldForm]:
    return HeldForm.objects.filter(at__lt=timezone.now() - KEPT_FOR)


def _kept() -> QuerySet[HeldForm]:
    since = timezone.now() - KEPT_FOR
    return HeldForm.objects.filter(at__gte=since).select_related("user", "membership__unit")
