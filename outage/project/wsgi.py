"""The WSGI module. Refuses to serve while a system check of our own fails."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.checks import Error, run_checks
from django.core.wsgi import get_wsgi_application

from outage.project.typed import without_charset

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "outage.project.settings")
# A process that waits for a lock answers nobody meanwhile.
os.environ.setdefault("LOCK_SECONDS", "5")
_application = get_wsgi_application()

# Django must have read its apps first.
from contacts.own_files import close  # noqa: E402
from outage.checks import files_open_to_others  # noqa: E402
from outage.project.guessing import refused  # noqa: E402

if settings.DEBUG:
    raise SystemExit("driftstopp.E008: DEBUG är på. Det är bara för utveckling. Kör: make dev")
close(files_open_to_others())
_messages = run_checks(tags=["driftstopp"], databases=["default"])
_errors = [message for message in _messages if isinstance(message, Error)]
if _errors:
    raise SystemExit("\n".join(f"{e.id}: {e.msg} {e.hint or ''}" for e in _errors))


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    environ["CONTENT_TYPE"] = without_charset(environ.get("CONTENT_TYPE", ""))
    if (refusal := refused(environ, start_response)) is not None:
        return refusal
    return _application(environ, start_response)
