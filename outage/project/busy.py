"""What two who write at once may meet: a deadlock, of which the database ends one, or a lock that is held for long."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.shortcuts import render

from contacts.access import AnyRequest
from outage.project.holding import after_fault

logger = logging.getLogger("driftstopp.busy")

TRIES = 3
# As PostgreSQL calls them; SQLite has no deadlocks, and says in words that it waited too long.
_DEADLOCK, _WAITED, _SQLITE_WAITED = "40P01", "55P03", "database is locked"


def _code(error: Exception) -> str:
    if not isinstance(error, OperationalError):
        return ""
    return _WAITED if str(error) == _SQLITE_WAITED else getattr(error.__cause__, "pgcode", None) or ""


class BusyMiddleware:
    """A view whose transaction the database ended is asked again: nothing of it is written, and what came before it in
    the same view is there by its id. Who waits too long is told so, with what was typed held; a worker that waits
    answers nobody else.
    """

    def __init__(self, get_response: Callable[[AnyRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: AnyRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: AnyRequest, exception: Exception) -> HttpResponse | None:
        match, error = request.resolver_match, exception
        for _ in range(TRIES - 1):
            if _code(error) != _DEADLOCK or match is None:
                break
            logger.warning("a deadlock in %s; asked again", match.view_name)
            for _, files in request.FILES.lists():
                for file in files:
                    file.seek(0)
            try:
                answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
            except Exception as again:
                error = again
            else:
                return answer
        if _code(error) in (_DEADLOCK, _WAITED) and match is not None:
            logger.warning("waited too long in %s", match.view_name)
            # On SQLite nothing can be written at all.
            context = after_fault(request, keeps=connection.vendor != "sqlite")
            context |= {"sent": request.method == "POST", "version": settings.VERSION}
            context["logging_in"] = not getattr(match.func, "login_required", True)
            return render(request, "errors/busy.html", context, status=503)
        if error is not exception:
            raise error
        return None
