"""What whoever gives a command can put right is told in a sentence, and what cannot be read by its name."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import InvalidToken
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import DatabaseError, OperationalError, ProgrammingError

from outage.checks import PUT_BACK_THE_KEY
from outage.project import told
from outage.project.environment import number, options
from outage.project.trail import trail_handler
from tests.architecture.tree import ROOT


def test_a_number_is_read_or_told_by_its_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MINUTES", raising=False)
    assert number("MINUTES", 15) == 15
    for text, meant in (("0", 0), (" 7 ", 7), ("090", 90)):
        monkeypatch.setenv("MINUTES", text)
        assert number("MINUTES", 15) == meant
    for text in ("", "abc", "1.5", "-1", "٣", "9" * 10, "1 0"):
        monkeypatch.setenv("MINUTES", text)
        with pytest.raises(ImproperlyConfigured, match=r"^MINUTES=.* är inget heltal\. .* MINUTES=15\.$"):
            number("MINUTES", 15)


def test_options_are_read_or_told_by_their_name_and_not_shown(monkeypatch: pytest.MonkeyPatch):
    for text, meant in (("", {}), ('{"a": 1}', {"a": 1})):
        monkeypatch.setenv("OPTIONS", text)
        assert options("OPTIONS") == meant
    for text in ("hemligt", "[1]", '"hemligt"', '{"hemligt"'):
        monkeypatch.setenv("OPTIONS", text)
        with pytest.raises(ImproperlyConfigured, match=r"^OPTIONS går inte att läsa") as refused:
            options("OPTIONS")
        assert "hemligt" not in str(refused.value)


def test_a_log_server_without_a_number_is_told():
    with pytest.raises(ImproperlyConfigured, match="TRAIL_LOG=udp://host:abc"):
        trail_handler("udp://host:abc")


@pytest.mark.parametrize(
    ("error", "answers", "ready", "said"),
    [
        (
            OperationalError("no route"),
            False,
            True,
            "Databasen svarar inte: no route\nKontrollera DATABASE_URL.",
        ),
        (
            ProgrammingError("relation"),
            False,
            True,
            "Databasen svarar inte: relation\nKontrollera DATABASE_URL.",
        ),
        (OperationalError("no such table: x"), True, False, told.NOT_OF_THIS_VERSION),
        (ProgrammingError("relation x"), True, False, told.NOT_OF_THIS_VERSION),
        (OperationalError("locked"), True, True, "Databasen sade nej: locked"),
        # Of a database of this version, it is our own mistake.
        (OperationalError("no such table: x"), True, True, None),
        (ProgrammingError("relation x"), True, True, None),
        (ImproperlyConfigured("DATA_KEYS: …"), True, True, "DATA_KEYS: …"),
        (CommandError("nej"), True, True, "nej"),
        (
            InvalidToken(),
            True,
            True,
            f"DATA_KEYS öppnar inte det som ska läsas.\n{PUT_BACK_THE_KEY}",
        ),
        (FileNotFoundError(errno.ENOENT, "no", "/nope"), True, True, "Det gick inte: /nope finns inte."),
        (BrokenPipeError(errno.EPIPE, "pipe"), True, True, None),
        (ValueError("ours"), True, True, None),
    ],
)
def test_each_error_has_its_sentence_or_its_traceback(
    monkeypatch: pytest.MonkeyPatch, error: Exception, answers: bool, ready: bool, said: str | None
):
    def is_migrated(*_: object) -> bool:
        if not answers:
            raise DatabaseError
        return ready

    class Closed:
        def close(self) -> None:
            pass

    monkeypatch.setattr(told, "is_migrated", is_migrated)
    monkeypatch.setattr(told, "connection", Closed())
    assert told.sentence(error) == said
    if said == told.NOT_OF_THIS_VERSION:
        assert told.sentence(error, preparing=True) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "variables", "said"),
    [
        ("manage.py verify_trail", {}, told.NOT_OF_THIS_VERSION),
        # Set and empty, as in a file of variables, is as not set.
        ("manage.py verify_trail", {"DATABASE_URL": "", "SCAN_DIR": ""}, told.NOT_OF_THIS_VERSION),
        ("manage.py restore x", {"DATA_KEYS": "abc"}, "DATA_KEYS: varje nyckel är 44 tecken"),
        ("manage.py tidy", {"DATABASE_URL": "hej"}, "DATABASE_URL går inte att läsa."),
        (".ci/prepare.py", {"LOCK_MINUTES": "abc"}, "LOCK_MINUTES=abc är inget heltal."),
        ("-m outage.project.serving", {"WORKERS": "abc"}, "WORKERS=abc är inget heltal."),
        (
            "-m outage.project.serving",
            {"MOST_MEMORY_MB": "abc", "PORT": "0"},
            "MOST_MEMORY_MB=abc är inget heltal.",
        ),
        (
            "-m outage.project.serving",
            {"SESSION_HOURS": "abc", "PORT": "0"},
            "SESSION_HOURS=abc är inget heltal.",
        ),
    ],
)
def test_no_command_shows_a_traceback_of_it(
    tmp_path: Path, command: str, variables: dict[str, str], said: str
):
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    run = subprocess.run(
        [sys.executable, *command.split()],
        cwd=ROOT,
        env=kept | {"VAR_DIR": str(tmp_path)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_a_variable_that_is_set_and_empty_is_as_one_that_is_not(tmp_path: Path):
    """Of an empty STATIC_ROOT the folder that the command was given in would be emptied of all."""
    names = ["VAR_DIR", "STATIC_ROOT", "SCAN_DIR", "DATABASE_URL", "ALLOWED_HOSTS"]
    shown = (
        "from outage.project import settings as s;"
        "print(s.VAR_DIR, s.STATIC_ROOT, s.SCAN_DIR, s.DATABASES['default']['NAME'], *s.ALLOWED_HOSTS)"
    )
    kept = {name: value for name, value in os.environ.items() if name not in names} | {"PRODUCTION": "1"}

    def read(variables: dict[str, str]) -> str:
        return subprocess.check_output(
            [sys.executable, "-c", shown], cwd=ROOT, env=kept | variables, text=True
        )

    assert read(dict.fromkeys(names, "")) == read({})
