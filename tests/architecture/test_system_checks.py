"""The server refuses to start where it would be unsafe or could not work, and says what to do."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import Error, Warning, run_checks
from pytest_django import Settings

from contacts.content.reader import ContentError
from outage import checks
from tests.architecture.tree import ROOT
from tests.long import runs

pytestmark = pytest.mark.slow

DATA_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()


def found() -> dict[str, str]:
    return {m.id: f"{m.msg} {m.hint}" for m in run_checks(tags=["driftstopp"]) if m.id != "driftstopp.W001"}


def test_nothing_is_wrong_as_it_stands():
    assert found() == {}


@pytest.mark.parametrize("host", ["driftstopp.example", "*", ".example", "0.0.0.0", "10.0.0.5"])
def test_demo_refuses_hosts_that_others_can_reach(settings: Settings, host: str):
    settings.DEMO = True
    settings.ALLOWED_HOSTS = ["127.0.0.1", host]
    assert host in found()["driftstopp.E001"]


def test_demo_is_fine_on_this_machine_alone(settings: Settings):
    settings.DEMO = True
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    assert found() == {}


def test_demo_refuses_production(settings: Settings):
    settings.DEMO = True
    settings.PRODUCTION = True
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    assert "Stäng av DEMO" in found()["driftstopp.E001"]


@pytest.mark.parametrize(("length", "refused"), [(0, True), (49, True), (50, False)])
def test_production_needs_a_long_key(settings: Settings, length: int, refused: bool):
    settings.PRODUCTION = True
    settings.SECRET_KEY = "k" * length
    assert ("driftstopp.E002" in found()) is refused


def test_production_is_told_of_passwords_that_are_not_tried_against_leaked_ones(settings: Settings):
    settings.PRODUCTION = True
    assert "BREACHED_PASSWORDS" in found()["driftstopp.I002"]
    settings.BREACHED_PASSWORDS = "/en/fil"
    assert "driftstopp.I002" not in found()


@pytest.mark.parametrize(
    ("host", "mode", "told"),
    [
        ("", None, False),
        ("localhost", None, False),
        ("/run/postgresql", None, False),
        ("db.example", None, True),
        ("db.example", "require", True),
        ("db.example", "verify-full", False),
    ],
)
def test_production_is_told_of_a_database_that_is_not_known_to_be_itself(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, host: str, mode: str | None, told: bool
):
    settings.PRODUCTION = True
    asked = {"HOST": host, "OPTIONS": {"sslmode": mode} if mode else {}}
    monkeypatch.setitem(settings.DATABASES, "default", asked)
    assert ("driftstopp.W005" in found()) is told


def test_a_short_key_is_fine_outside_production(settings: Settings):
    settings.SECRET_KEY = "k"
    assert found() == {}


@pytest.mark.parametrize("loader", ["all_routines", "all_checklists", "search_language"])
def test_broken_content_is_told_with_file_key_and_remedy(monkeypatch: pytest.MonkeyPatch, loader: str):
    def broken(*_: object) -> None:
        raise ContentError(Path("prator.toml"), "limits.break_point", "write a time of day")

    monkeypatch.setattr(checks, loader, broken)
    text = found()["driftstopp.E003"]
    assert "prator.toml" in text
    assert "limits.break_point" in text
    assert "write a time of day" in text


def test_a_chosen_routine_that_is_not_there_is_told_with_those_that_are(settings: Settings):
    settings.ROUTINE = "prator-1999"
    text = found()["driftstopp.E007"]
    assert "ROUTINE=prator-1999" in text
    assert "prator-2023-04-03" in text
    assert "outage/routine/content" in text


def test_missing_pango_is_a_warning_with_the_exact_command(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "PRINTING_LIBRARIES", ("libc.so.6", "libnone.so.9"))
    (message,) = checks.check_printing(None)
    assert isinstance(message, Warning)
    assert not isinstance(message, Error)
    assert message.id == "driftstopp.W001"
    assert message.hint is not None
    assert message.hint.startswith("Kör: sudo apt-get install --no-install-recommends libpango-1.0-0 ")


def test_printing_is_on_where_the_libraries_open(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "PRINTING_LIBRARIES", ("libc.so.6",))
    assert checks.check_printing(None) == []


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """Load the server's entrance in a process of its own, as the server does."""
    return subprocess.run(
        [sys.executable, "-c", "import outage.project.wsgi"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_server_does_not_start_with_demo_in_production():
    run = start(DEMO="1", PRODUCTION="1", ALLOWED_HOSTS="127.0.0.1", DATA_KEYS=DATA_KEY)
    assert run.returncode == 1
    assert run.stderr.startswith("driftstopp.E001")
    assert "Traceback" not in run.stderr


@pytest.mark.long
@pytest.mark.parametrize("key", ["", "short"][: runs(1, full=2)])
def test_the_server_does_not_start_in_production_without_a_proper_key(key: str):
    """One of them in `make test`, where the check itself is asked about them too."""
    run = start(PRODUCTION="1", SECRET_KEY=key, ALLOWED_HOSTS="127.0.0.1", DATA_KEYS=DATA_KEY)
    assert run.returncode == 1
    assert run.stderr.startswith("driftstopp.E002")


def test_the_server_does_not_start_under_a_routine_that_is_not_there():
    run = start(ROUTINE="prator-1999")
    assert run.returncode == 1
    assert run.stderr.startswith("driftstopp.E007")
    assert "Traceback" not in run.stderr


@pytest.mark.long
@pytest.mark.parametrize("keys", ["", "short", f"{DATA_KEY},short"][: runs(1, full=3)])
def test_the_server_does_not_start_in_production_without_keys_for_scans(keys: str):
    run = start(PRODUCTION="1", SECRET_KEY="k" * 50, ALLOWED_HOSTS="127.0.0.1", DATA_KEYS=keys)
    assert run.returncode == 1
    assert run.stderr.startswith("driftstopp.E005")
    assert "Traceback" not in run.stderr
