"""What a machine asks: whether the server lives, and whether it can serve. Told to anybody, so nothing else is said."""

from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from outage.project.upgrades import is_migrated


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
    """503 where the database does not answer, or is not migrated to this version: send nobody here."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        migrated = is_migrated(connection, _known())
    except DatabaseError:
        return JsonResponse({"status": "database"}, status=503)
    return JsonResponse({"status": "ok"}) if migrated else JsonResponse({"status": "migrations"}, status=503)


@cache
def _known() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)
