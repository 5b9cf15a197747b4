"""What may go because its time is over: log-ins, what the cache holds, codes, and files that nobody brought in.

Run by the clock, on behalf of nobody; each a transaction of its own, and the second time finds nothing.
"""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone

from contacts.models import DirectoryFile, LoginCode

# How long a directory file is kept that nobody brings in, and a code after it expired: what became of it is shown.
FILE_KEPT = timedelta(days=1)
CODE_KEPT = timedelta(days=30)


def drop_ended_log_ins() -> int:
    """Sessions that have expired, and the list of log-ins that points at them."""
    with transaction.atomic():
        removed = Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]
        UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return removed


def drop_cached() -> int:
    """Expired rows of the cache. By itself it removes them only when it is full."""
    now = connection.ops.adapt_datetimefield_value(timezone.now().replace(microsecond=0))
    with connection.cursor() as cursor:
        # The table of CACHES, which has no model.
        cursor.execute("DELETE FROM cache WHERE expires < %s", [now])
        removed: int = cursor.rowcount
    return removed


def drop_old_codes() -> int:
    """One-time codes long expired; that each was issued and used stands in the trace."""
    with transaction.atomic():
        return LoginCode.objects.filter(expires_at__lt=timezone.now() - CODE_KEPT).delete()[0]


def drop_old_files() -> int:
    """Directory files that nobody brought in."""
    with transaction.atomic():
        return DirectoryFile.objects.filter(at__lt=timezone.now() - FILE_KEPT).delete()[0]
