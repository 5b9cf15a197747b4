"""What a machine asks: whether the server lives, and whether it can serve. Told to anybody, so nothing else is said."""

from functools import cache, lru_cache
from time import monotonic

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from contacts.trail.sealing import impatient
from outage.project.upgrades import is_migrated

# How often a process tries to write, however often it is asked, and how many milliseconds it waits for who writes.
_TRIED_SECONDS = 5
_WAIT = 2_000


@login_not_required
@never_cache
@require_GET
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers: what it needs is not asked. One that does not is to be started anew."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_GET
def ready(request: HttpRequest) -> JsonResponse:
    """503 where the database does not answer, is not migrated to this version or takes no writing: send nobody here."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        migrated = is_migrated(connection, _known())
    except DatabaseError:
        return JsonResponse({"status": "database"}, status=503)
    if not migrated:
        return JsonResponse({"status": "migrations"}, status=503)
    if not _writes(int(monotonic()) // _TRIED_SECONDS):
        return JsonResponse({"status": "write"}, status=503)
    return JsonResponse({"status": "ok"})


@lru_cache(maxsize=1)
def _writes(_tick: int) -> bool:
    """Whether the database takes writing. Every page of a patient needs it, for the trace.

    What is rolled back reaches no disk on SQLite, so a row of the cache is written, over the former one.
    """
    try:
        with impatient(_WAIT), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO cache (cache_key, value, expires) VALUES ('halsa', '', CURRENT_TIMESTAMP)"
                " ON CONFLICT (cache_key) DO UPDATE SET expires = excluded.expires"
            )
    except DatabaseError:
        return False
    return True


@cache
def _known() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)
