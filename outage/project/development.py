"""The settings of `make dev`: DEBUG, static files as they lie, a toolbar, and data of its own.

`manage.py runserver` has them too. Nothing else has DEBUG: `settings` fixes it to False, and the WSGI module refuses
to serve with it.
"""

import os
from importlib.util import find_spec
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.autoreload import BaseReloader, autoreload_started

_ROOT = Path(__file__).resolve().parent.parent.parent
# Where a served installation keeps its data and its keys: a shell that has them set must not pass them on.
_OF_A_SERVED_ONE = (
    "ALLOWED_HOSTS",
    "BEHIND_PROXY",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL",
    "LOGIN_PROVIDER",
    "LOGIN_PROVIDER_SECRET",
    "SCAN_DIR",
    "SCAN_STORAGE",
    "SCAN_STORAGE_OPTIONS",
    "TRAIL_CHECKPOINTS",
    "TRAIL_LOG",
    "DATA_KEYS",
    "SEAL_P12",
    "SEAL_PASSPHRASE",
    "SECRET_KEY",
)
if os.environ.get("PRODUCTION", "0") != "0":
    raise ImproperlyConfigured("make dev är till för utveckling och startar inte med PRODUCTION.")
if find_spec("debug_toolbar") is None:
    raise ImproperlyConfigured("Paketen för utveckling saknas. Kör: make dev")
for _name in _OF_A_SERVED_ONE:
    os.environ.pop(_name, None)
_room = os.environ.get("DEV_VAR_DIR") or str(_ROOT / "var" / "dev")
os.environ |= {"DEMO": "1", "VAR_DIR": _room, "STATIC_ROOT": f"{_room}/static", "WORK_AT_ONCE": "1"}
if os.environ.get("DEV_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["DEV_DATABASE_URL"]

from .settings import *  # noqa: E402, F403
from .settings import INSTALLED_APPS, MIDDLEWARE, STORAGES  # noqa: E402

DEBUG = True
# None: runserver serves without our WSGI module, which refuses DEBUG.
WSGI_APPLICATION = None
# Cookies are not separated by port: beside `make run` each keeps its own log-in.
SESSION_COOKIE_NAME = "dev_sessionid"
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

INTERNAL_IPS = ["127.0.0.1", "::1"]
INSTALLED_APPS = [*INSTALLED_APPS, "debug_toolbar"]
DEBUG_TOOLBAR_CONFIG = {"SHOW_COLLAPSED": True}
MIDDLEWARE = ["debug_toolbar.middleware.DebugToolbarMiddleware", *MIDDLEWARE]


def _watch_content(sender: BaseReloader, **kwargs: object) -> None:
    """Content is read once and cached, so a change of it reloads too."""
    for app in ("contacts", "outage", "forms"):
        sender.watch_dir(_ROOT / app, "**/*.toml")


autoreload_started.connect(_watch_content)
