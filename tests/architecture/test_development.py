"""Development has its own settings, data and toolbar; what is served has neither DEBUG nor any of them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import NoReverseMatch, reverse

from tests.architecture.tree import ROOT

pytestmark = pytest.mark.slow

DEVELOPMENT = "outage.project.development"
# What a shell may have set for an installation that is served from the same machine.
OF_ANOTHER = {
    "DATABASE_URL": "sqlite:////served/db.sqlite3",
    "VAR_DIR": "/served",
    "STATIC_ROOT": "/served/static",
    "SCAN_DIR": "/served/scans",
    "DATA_KEYS": "served",
    "SEAL_P12": "/served/seal.p12",
    "SECRET_KEY": "served",
    "ALLOWED_HOSTS": "*",
}
SEEN = """
import django, json
django.setup()
from django.conf import settings
from django.test import Client
settings.DEMO = False  # its people would ask for a database
page = Client().get("/logga-in/", headers={"host": "127.0.0.1"})
style = Client().get("/static/css/tokens.css", headers={"host": "127.0.0.1"})
print(json.dumps({
    "settings": {name: repr(getattr(settings, name)) for name in dir(settings) if name.isupper()},
    "debug": settings.DEBUG,
    "csp": settings.CONTENT_SECURITY_POLICY,
    "status": [page.status_code, style.status_code],
    "page": page.content.decode(),
    "sent": page.headers["Content-Security-Policy"],
}, default=str))
"""
RUNSERVER = """
import os, sys
del os.environ["DJANGO_SETTINGS_MODULE"]
sys.argv = ["manage.py", "runserver", "--noreload"]
import manage
manage.main()
"""


def run(program: str, room: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"DEV_VAR_DIR": str(room)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a page says under `make dev`, in a shell where another installation's settings stand."""
    room = tmp_path_factory.mktemp("dev")
    done = run(SEEN, room, DJANGO_SETTINGS_MODULE=DEVELOPMENT, **OF_ANOTHER)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"room": str(room)}


def test_development_shows_pages_with_their_files_as_they_lie_and_a_toolbar(seen: dict[str, Any]):
    assert seen["debug"] is True
    assert seen["status"] == [200, 200]
    assert 'href="/static/css/tokens.css"' in seen["page"]
    assert 'id="djDebug"' in seen["page"]


def test_development_touches_nothing_of_what_is_served_from_the_same_machine(seen: dict[str, Any]):
    assert [name for name, value in seen["settings"].items() if "served" in value or value == "['*']"] == []
    assert seen["room"] in seen["settings"]["DATABASES"]


def test_development_has_the_same_content_security_policy(seen: dict[str, Any]):
    assert seen["csp"] == json.loads(json.dumps(settings.CONTENT_SECURITY_POLICY, default=str))
    assert "unsafe" not in seen["sent"]


def test_the_server_refuses_the_settings_of_development(tmp_path: Path):
    done = run("import outage.project.wsgi", tmp_path, DJANGO_SETTINGS_MODULE=DEVELOPMENT)
    assert done.returncode == 1
    assert done.stderr.startswith("driftstopp.E008")
    assert "Traceback" not in done.stderr


def test_development_does_not_start_as_production(tmp_path: Path):
    done = run(f"import {DEVELOPMENT}", tmp_path, PRODUCTION="1")
    assert done.returncode == 1
    assert "PRODUCTION" in done.stderr.splitlines()[-1]


def test_the_server_of_django_has_the_settings_of_development(tmp_path: Path):
    done = run(RUNSERVER, tmp_path, PRODUCTION="1")
    assert done.returncode != 0
    assert "make dev är till för utveckling" in done.stderr


def test_nothing_in_the_environment_gives_what_is_served_debug(tmp_path: Path):
    on = dict.fromkeys(("DEBUG", "DJANGO_DEBUG", "DEV", "DEVELOPMENT"), "1")
    done = run("from outage.project import settings; print(settings.DEBUG)", tmp_path, **on)
    assert done.stdout.strip() == "False"


def test_the_toolbar_is_no_part_of_what_is_served():
    assert not any("debug_toolbar" in name for name in (*settings.INSTALLED_APPS, *settings.MIDDLEWARE))
    assert "django-debug-toolbar" not in (ROOT / "requirements.txt").read_text(encoding="utf-8")
    with pytest.raises(NoReverseMatch):
        reverse("djdt:render_panel")
