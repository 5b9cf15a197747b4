"""Sets the stage before Django reads its settings. Loaded by `-p tests.plugin` in pyproject.toml.

A conftest.py would be too late: pytest-django has read the settings by then, and a DATABASE_URL set there is
silently ignored. What runs here must therefore not import Django at the top.
"""

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.clock import between_tests

_ROOM = "DRIFTSTOPP_TEST_ROOM"


def _make_room() -> Path:
    # In memory where the machine has such a place: the tests keep the real journal and synchronous modes.
    shared_memory = Path("/dev/shm")
    parent = shared_memory if os.access(shared_memory, os.W_OK) else None
    return Path(tempfile.mkdtemp(prefix="driftstopp-test-", dir=parent))


def _set_environment(room: Path) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "outage.project.settings",
        "VAR_DIR": str(room),
        "STATIC_ROOT": str(room / "static"),
        "SECRET_KEY": "only-for-tests-" + "x" * 50,
        "DEMO": "0",
        "PRODUCTION": "0",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
        # Only what tests the worker has one.
        "WORK_AT_ONCE": "1",
    }
    for name in (
        "CSRF_TRUSTED_ORIGINS",
        "BEHIND_PROXY",
        "LOGIN_PROVIDER",
        "LOGIN_PROVIDER_SECRET",
        "SESSION_MINUTES",
        "SEAL_P12",
        "SEAL_PASSPHRASE",
        "DATA_KEYS",
        "SCAN_DIR",
        "SCAN_STORAGE",
        "SCAN_STORAGE_OPTIONS",
        "TRAIL_CHECKPOINTS",
        "TRAIL_LOG",
    ):
        os.environ.pop(name, None)
    (room / "static").mkdir(exist_ok=True)


if _ROOM not in os.environ:
    os.environ[_ROOM] = str(_make_room())
    # Workers find the name in the environment, so only the process that made the room removes it.
    atexit.register(shutil.rmtree, os.environ[_ROOM], ignore_errors=True)
_set_environment(Path(os.environ[_ROOM]))


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start the clock before anything of the product is imported; nothing that reading the tests makes is garbage."""
    between_tests.start()
    gc.disable()


def pytest_unconfigure() -> None:
    """Restore the clock for whatever runs pytest."""
    between_tests.stop()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make tests quick where it does not show: file names without hashes, a cheap password hash."""
    if not config.pluginmanager.hasplugin("django"):
        return
    from django.conf import settings

    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, not memory: threads and the live server then have connections of their own, as in real use.
        database.setdefault("TEST", {})["NAME"] = str(Path(os.environ[_ROOM]) / "test.sqlite3")
    if getattr(config.option, "numprocesses", None):
        # Made while the workers read the tests.
        from tests.template import start_making

        config.add_cleanup(start_making().wait)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep the garbage collector off what stays: going through it again and again is a good part of the run."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 100)
