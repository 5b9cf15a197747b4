"""The long work that somebody has asked for, in the assignment they act in."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from contacts.access import Acting
from contacts.models import Work, WorkPiece
from contacts.rules.work import HIDDEN_SINCE, LONG_WAIT, LONGEST, WorkState


def work_by_id(by: Acting, work_id: UUID) -> Work | None:
    """None for another's."""
    return own_work(by).filter(pk=work_id).first()


def own_work(by: Acting) -> QuerySet[Work]:
    """Newest first, each with `has_file`: whether its file waits."""
    result = WorkPiece.objects.filter(work=OuterRef("pk"), place=0)
    found = Work.objects.filter(user=by.user, membership=by.membership).annotate(has_file=Exists(result))
    return found.order_by("-asked_at", "pk")


_hidden_since: Callable[..., Sequence[bool]] = lambda *asked: [False] * len(asked)  # noqa: E731


def know_hidden_by(hidden_since: Callable[..., Sequence[bool]]) -> None:
    """`hidden_since` says of each pair of chains and an aware moment whether the patient of any of them has got
    protected personal data since then.
    """
    global _hidden_since
    _hidden_since = hidden_since


_used_since: Callable[..., Sequence[str]] = lambda *hashes: [""] * len(hashes)  # noqa: E731


def know_used_by(used_since: Callable[..., Sequence[str]]) -> None:
    """`used_since` says of the file of each hash why it is not handed out again: what is numbered in it was used since;
    or "".
    """
    global _used_since
    _used_since = used_since


def why_not_given(*works: Work) -> list[str]:
    """Why the file of each is not handed out any more, and what to do instead, in a sentence; or ""."""
    hidden = _hidden_since(*((map(UUID, work.patients), work.started_at or work.asked_at) for work in works))
    used = _used_since(*(work.sha256 for work in works))
    return [HIDDEN_SINCE if is_hidden else why for is_hidden, why in zip(hidden, used, strict=True)]


def nobody_works() -> bool:
    """Whether no worker has anything in hand, nor has begun anything lately: none is running, it seems."""
    now = timezone.now()
    in_hand = Q(state=WorkState.RUNNING, beat_at__gt=now - LONGEST)
    return not Work.objects.filter(in_hand | Q(started_at__gt=now - LONG_WAIT)).exists()
