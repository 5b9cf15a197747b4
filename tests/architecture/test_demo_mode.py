"""The demo is loaded in demo mode only: without it neither its code, nor its command, nor its address is there."""

import json
import os
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT

pytestmark = pytest.mark.slow

LOADED = """
import django, json, sys
django.setup()
from django.apps import apps
from django.core.management import get_commands
from django.urls import NoReverseMatch, get_resolver, reverse
from outage.project import wsgi
get_resolver().url_patterns
try:
    address = reverse("demo_login")
except NoReverseMatch:
    address = ""
print(json.dumps({
    "modules": sorted(name for name in sys.modules if name.startswith("forms.demo")),
    "command": "demo" in get_commands(),
    "address": address,
}))
"""


def run(demo: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"DEMO": demo, "ALLOWED_HOSTS": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
    )


def loaded(demo: str) -> dict:
    done = run(demo, "-c", LOADED)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_without_demo_mode_nothing_of_the_demo_is_there():
    assert loaded("0") == {"modules": [], "command": False, "address": ""}


def test_in_demo_mode_it_is_there():
    found = loaded("1")
    assert "forms.demo.views" in found["modules"]
    assert (found["command"], found["address"]) == (True, "/demo-inloggning/")


def test_without_demo_mode_its_command_is_unknown():
    done = run("0", "manage.py", "demo")
    assert done.returncode == 1
    assert "Unknown command: 'demo'" in done.stderr
