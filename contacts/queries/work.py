"""The long work that somebody has asked for, in the assignment they act in."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from contacts.access import Acting
from contacts.models import Work, WorkPiece
from contacts.rules.work import LONG_WAIT, LONGEST, WorkState


def work_by_id(by: Acting, work_id: UUID) -> Work | None:
    """None for another's."""
    return own_work(by).filter(pk=work_id).first()


def own_work(by: Acting) -> QuerySet[Work]:
    """Newest first, each with `has_file`: whether its file waits."""
    result = WorkPiece.objects.filter(work=OuterRef("pk"), place=0)
    found = Work.objects.filter(user=by.user, membership=by.membership).annotate(has_file=Exists(result))
    return found.order_by("-asked_at", "pk")


def nobody_works() -> bool:
    """Whether no worker has anything in hand, nor has begun anything lately: none is running, it seems."""
    now = timezone.now()
    in_hand = Q(state=WorkState.RUNNING, beat_at__gt=now - LONGEST)
    return not Work.objects.filter(in_hand | Q(started_at__gt=now - LONG_WAIT)).exists()
