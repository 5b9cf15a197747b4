"""What may go because its time is over: log-ins, what the cache holds, codes, and files that nobody brought in.

Run by the clock, on behalf of nobody; each a statement of its own, and the second time finds nothing.
"""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.utils import timezone

from contacts.models import DirectoryFile, LoginCode

# How long a directory file is kept that nobody brings in, and a code after it expired: what became of it is shown.
FILE_KEPT = timedelta(days=1)
CODE_KEPT = timedelta(days=30)


def drop_ended_log_ins() -> int:
    """Sessions that have expired, and the list of log-ins that points at them."""
    removed = Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return removed


def drop_cached() -> int:
    """Expired rows of the cache. By itself it removes them only when it is full."""
    removed = 0
    for cache in caches.all(initialized_only=False):
        if isinstance(cache, DatabaseCache):
            table, expires = connection.ops.quote_name(cache._table), connection.ops.quote_name("expires")
            now = connection.ops.adapt_datetimefield_value(timezone.now().replace(microsecond=0))
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table} WHERE {expires} < %s", [now])
                removed += max(0, cursor.rowcount)
    return removed


def drop_old_codes() -> int:
    """One-time codes long expired; that each was issued and used stands in the trace."""
    return LoginCode.objects.filter(expires_at__lt=timezone.now() - CODE_KEPT).delete()[0]


def drop_old_files() -> int:
    """Directory files that nobody brought in."""
    return DirectoryFile.objects.filter(at__lt=timezone.now() - FILE_KEPT).delete()[0]
