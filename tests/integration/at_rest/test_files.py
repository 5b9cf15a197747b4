"""What is written is for the server's own user; what was left open is closed at start, or told by a check."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from contacts.own_files import close, open_to_others
from outage.checks import check_files_are_ours
from tests.architecture.tree import ROOT


@pytest.fixture
def var(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path / "var"
    settings.SCAN_DIR, settings.STATIC_ROOT = settings.VAR_DIR / "scans", settings.VAR_DIR / "static"
    for folder in (settings.SCAN_DIR, settings.STATIC_ROOT):
        folder.mkdir(parents=True, mode=0o700)
        (folder / "one").touch(mode=0o600)
    settings.VAR_DIR.chmod(0o700)
    return settings.VAR_DIR


def test_what_is_written_from_now_on_is_ours_alone(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("folder", "file")]
    assert modes == [0o700, 0o600]


def test_an_open_file_is_told_with_the_command_that_closes_it(var: Path):
    assert check_files_are_ours(None) == []
    (var / "static" / "one").chmod(0o644)
    assert check_files_are_ours(None) == []
    scan, key = var / "scans" / "one", var / "data key"
    scan.chmod(0o640)
    key.touch()
    key.chmod(0o604)
    (found,) = check_files_are_ours(None)
    assert (found.id, found.msg) == ("driftstopp.W004", f"Andra på servern kan läsa {key} och 1 till.")
    command = found.hint.partition(": ")[2]
    assert command == f"chmod -R go= '{var}' {var}/scans".replace(f"'{var}'", str(var))
    subprocess.run(command, shell=True, check=True)
    assert check_files_are_ours(None) == []


def test_the_files_of_sqlite_are_looked_at_wherever_they_lie(tmp_path: Path):
    for name in ("x.sqlite3", "x.sqlite3-wal", "x.sqlite3-shm", "other"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    found = open_to_others([], tmp_path / "x.sqlite3", tmp_path / "static")
    assert [path.name for path in found] == ["x.sqlite3", "x.sqlite3-shm", "x.sqlite3-wal"]
    assert close(found) == []
    assert open_to_others([], tmp_path / "x.sqlite3", tmp_path / "static") == []


def test_links_and_folders_that_everybody_has_files_in_are_left(tmp_path: Path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    (tmp_path / "outside").touch()
    (tmp_path / "outside").chmod(0o644)
    (tmp_path / "shared" / "link").symlink_to(tmp_path / "outside")
    assert open_to_others([tmp_path / "shared"], None, tmp_path / "static") == []


def test_a_start_closes_what_is_open(tmp_path: Path):
    """A folder made by an older version, or by hand."""
    var = tmp_path / "var"
    (var / "scans").mkdir(parents=True)
    for path in (var, var / "scans"):
        path.chmod(0o755)
    (var / "scans" / "one").touch()
    (var / "scans" / "one").chmod(0o644)
    environment = os.environ | {"VAR_DIR": str(var), "STATIC_ROOT": str(var / "static")}
    code = "import outage.project.wsgi"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, umask=0o022)
    assert not [path for path in (var, *var.rglob("*")) if path.stat().st_mode & 0o077]
