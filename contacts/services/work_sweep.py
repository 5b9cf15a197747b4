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
    silent = Work.objects.filter(state__in=UNFINISHED, beat_at__lt=now - SILENT_MOST)
    return sum(_begun_anew(work_id, now) for work_id in silent.values_list("pk", flat=True))


def _begun_anew(work_id: UUID, now: datetime) -> bool:
    with transaction.atomic():
        silent = Work.objects.select_for_update(no_key=True).filter(
            pk=work_id, state__in=UNFINISHED, beat_at__lt=now - SILENT_MOST
        )
        work = silent.first()
        if work is None or _is_in_line(work) or _is_in_hand(work, now):
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


def _is_in_line(work: Work) -> bool:
    """Waiting, though nobody says so."""
    if work.state != WorkState.WAITING or not work.task:
        return False
    return DBTaskResult.objects.ready().filter(pk=work.task).exists()


def _is_in_hand(work: Work, now: datetime) -> bool:
    """A worker on this machine that is alive is believed, however silent: on SQLite it cannot say so while it writes.

    Beyond the time that any work may take it is not.
    """
    if work.state != WorkState.RUNNING or work.started_at is None:
        return False
    return now - work.started_at < LONGEST + SILENT_MOST and is_alive(work.worker)


def drop_old_work() -> int:
    """After a day, what was asked for and the file that nobody came for; and what the line says of it."""
    before = timezone.now() - KEPT
    with transaction.atomic():
        DBTaskResult.objects.filter(enqueued_at__lt=before).delete()
        return Work.objects.filter(asked_at__lt=before).delete()[1].get(Work._meta.label, 0)
