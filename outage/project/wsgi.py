"""The WSGI module. Refuses to serve while a system check of our own fails."""

import os

from django.conf import settings
from django.core.checks import Error, run_checks
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "outage.project.settings")
application = get_wsgi_application()

if settings.DEBUG:
    raise SystemExit("driftstopp.E008: DEBUG är på. Det är bara för utveckling. Kör: make dev")
_errors = [message for message in run_checks(tags=["driftstopp"]) if isinstance(message, Error)]
if _errors:
    raise SystemExit("\n".join(f"{e.id}: {e.msg} {e.hint or ''}" for e in _errors))
