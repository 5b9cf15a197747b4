"""Long work whose worker is gone is begun anew, a few times; what has had its time goes. By the clock."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.models import Work
from contacts.rules.work import KEPT, LONGEST, LOST, SILENT_MOST, UNFINISHED, WorkState, may_try_again

from .alive import is_alive
from .work import line_up


def sweep_work(*, now: datetime | None = None) -> int:
    """Begin anew what no worker has in hand any more, or say that it failed; returns how many. Twice does no more."""
    now = now or timezone.now()
    # Looked at first without a transaction, which on SQLite would wait for whoever writes.
    lost = [work.pk for work in Work.objects.filter(state__in=UNFINISHED) if _is_lost(work, now)]
    return sum(_begun_anew(work_id, now) for work_id in lost)


def _begun_anew(work_id: UUID, now: datetime) -> bool:
    with transaction.atomic():
        work = Work.objects.select_for_update(no_key=True).filter(pk=work_id, state__in=UNFINISHED).first()
        if work is None or not _is_lost(work, now):
            return False
        work.lost += work.state == WorkState.RUNNING
        again = may_try_again(work.lost)
        work.state = WorkState.WAITING if again else WorkState.FAILED
        work.tries += again
        work.beat_at = now
        if not again:
            work.ended_at, work.said = now, LOST
            work.drop_files()
        work.save(update_fields=["state", "tries", "lost", "beat_at", "ended_at", "said"])
    if again:
        line_up(work)
    return True


def _is_lost(work: Work, now: datetime) -> bool:
    """A worker on this machine is believed for as long as it lives, and any work may take: on SQLite it is silent while
    it writes. Of another's only its silence tells.
    """
    silent = work.beat_at < now - SILENT_MOST
    if work.state == WorkState.WAITING:
        return silent and not _is_in_line(work)
    alive = is_alive(work.worker)
    if alive is None:
        return silent
    return not alive or (
        silent and work.started_at is not None and now - work.started_at > LONGEST + SILENT_MOST
    )


def _is_in_line(work: Work) -> bool:
    return bool(work.task) and DBTaskResult.objects.ready().filter(pk=work.task).exists()


def drop_old_work() -> int:
    """After a day, what was asked for and the file that nobody came for; and what the line says of it."""
    before = timezone.now() - KEPT
    with transaction.atomic():
        DBTaskResult.objects.filter(enqueued_at__lt=before).delete()
        return Work.objects.filter(asked_at__lt=before).delete()[1].get(Work._meta.label, 0)
