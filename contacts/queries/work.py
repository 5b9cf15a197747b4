"""The long work that somebody has asked for, in the assignment they act in."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from contacts.access import Acting
from contacts.models import Work, WorkPiece


def work_by_id(by: Acting, work_id: UUID) -> Work | None:
    """None for another's."""
    return own_work(by).filter(pk=work_id).first()


def own_work(by: Acting) -> QuerySet[Work]:
    """Newest first, each with `has_file`: whether its file waits."""
    result = WorkPiece.objects.filter(work=OuterRef("pk"), place=0)
    found = Work.objects.filter(user=by.user, membership=by.membership).annotate(has_file=Exists(result))
    return found.order_by("-asked_at", "pk")
