"""A backup made and put back by the commands: what is refused, what is kept aside, and what it says."""

import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any, ClassVar

import psycopg2
import pytest
from cryptography.fernet import Fernet
from django.db import connection

from contacts.rules.errors import RuleError
from forms.backup import engines
from forms.backup.engines import check_nobody_else
from tests.integration.at_rest.installation import Installation, begun, environment_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def adds(ours: Installation, name: str) -> None:
    ours.asks(f"INSERT INTO django_content_type (app_label, model) VALUES ('{name}', 'x')")


def has(ours: Installation, name: str) -> bool:
    return (name,) in ours.asks("SELECT app_label FROM django_content_type")


def asides(ours: Installation) -> list[Path]:
    return sorted((ours.room / "var").glob("before-restore-*"))


@contextmanager
def at_work(installation: Installation) -> Iterator[None]:
    """Somebody has the database open, as a server has."""
    script = "from contacts.models import User; print(User.objects.count(), flush=True); input()"
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", script]
    env = environment_of(installation.room, installation.address)
    with Popen(command, env=env, stdin=PIPE, stdout=PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline()
        yield
        other.communicate(b"\n")


def test_what_is_there_is_kept_aside_and_said_before_a_backup_takes_its_place(
    ours: Installation, tmp_path: Path
):
    adds(ours, "Före kopian")
    ours.asks(
        "INSERT INTO django_session VALUES ('somebody', 'who has logged out since', '2100-01-01 00:00:00')"
    )
    for name in ("driftstopp-20200101T000000Z.backup", "annat.backup"):
        (tmp_path / name).touch()
    said = ours.does("backup", str(tmp_path), "--keep-days", "31")
    assert "driftstopp-20200101T000000Z.backup är borttagen: äldre än 31 dagar." in said
    (tmp_path / "annat.backup").unlink()
    (backup,) = tmp_path.glob("*.backup")
    assert re.fullmatch(r"driftstopp-\d{8}T\d{6}Z\.backup", backup.name)
    assert backup.stat().st_mode & 0o777 == 0o600
    assert re.search(rf"{backup}: \d+ rader i \d+ tabeller, 0 bilder", said)
    assert "finns redan. Inget är skrivet över." in ours.does("backup", str(backup), ends=1)
    adds(ours, "Efter kopian")
    said = ours.does("restore", str(backup), ends=1)
    assert "Detta finns i databasen men inte i säkerhetskopian, och läggs undan, minst:" in said
    assert "  innehållstyper: 1\n" in said
    assert "Inget är återställt. Ge kommandot en gång till med --replace för att göra det." in said
    assert has(ours, "Efter kopian")
    with at_work(ours):
        assert "Databasen används. Stoppa servern" in ours.does("restore", str(backup), "--replace", ends=1)
    assert has(ours, "Efter kopian")
    assert asides(ours) == []
    said = ours.does("restore", str(backup), "--replace")
    assert "Loggen är hel:" in said
    assert "Alla får logga in på nytt." in said
    assert has(ours, "Före kopian")
    assert not has(ours, "Efter kopian")
    assert ours.asks("SELECT * FROM django_session") == []
    noted = ours.asks("SELECT action FROM contacts_auditentry WHERE action LIKE 'backup.%' ORDER BY id")
    assert noted == [("backup.made",), ("backup.restored",)]
    # What was there is whole, and can itself be put back.
    (aside,) = asides(ours)
    assert (aside / "checkpoints.jsonl").exists()
    if ours.address:
        ours.does("restore", str(aside / "database.backup"), "--replace")
    else:
        ours.file.write_bytes((aside / "driftstopp.sqlite3").read_bytes())
    assert has(ours, "Efter kopian")


def test_a_backup_that_was_changed_cut_off_or_is_none_changes_nothing(ours: Installation, tmp_path: Path):
    backup, wrong = tmp_path / "it.backup", tmp_path / "wrong.backup"
    ours.does("backup", str(backup))
    whole = backup.read_bytes()
    middle = len(whole) // 2
    damaged = "Säkerhetskopian är ändrad, skadad eller inte hel. Inget är återställt."
    for content, answer in (
        (whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], damaged),
        (whole[:-40], damaged),
        (b"SQLite format 3\0" + whole, "Filen är ingen säkerhetskopia härifrån. Inget är återställt."),
    ):
        wrong.write_bytes(content)
        assert answer in ours.does("restore", str(wrong), "--replace", ends=1)
    none = tmp_path / "none"
    for command, path, said in (
        ("restore", none, f"Det gick inte att återställa: {none} finns inte."),
        ("restore", tmp_path, f"Det gick inte att återställa: {tmp_path} är en mapp."),
        ("backup", none / "it.backup", f"Säkerhetskopian blev inte gjord: mappen {none} finns inte."),
    ):
        assert said in ours.does(command, str(path), ends=1)
    assert asides(ours) == []
    # What a power cut has left goes after a day.
    for room in ("backup-20200101T000000Z-x", "backup-22000101T000000Z-x"):
        (ours.room / "var" / room).mkdir()
    assert "Borttaget: 1 ofärdig säkerhetskopia" in ours.does("tidy")
    (ours.room / "var" / "backup-22000101T000000Z-x").rmdir()
    assert [path.name for path in (ours.room / "var").glob("*") if path.name.startswith("backup-")] == []
    assert "Loggen är hel." in ours.does("verify_trail")


def test_one_of_a_later_version_or_engine_is_refused_and_one_that_is_broken_off_can_be_done_again(
    ours: Installation, another: Installation, tmp_path: Path
):
    backup, later = tmp_path / "it.backup", tmp_path / "later.backup"
    ours.does("backup", str(backup))
    ours.asks(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('outage', '9999_later', '2028-02-29')"
    )
    ours.does("backup", str(later))
    another.has_keys_of(ours)
    assert "gjord av en nyare version" in another.does("restore", str(later), ends=1)
    # No room for the checkpoints: it is seen before anything is done.
    (another.room / "var" / "trail").touch()
    said = another.does("restore", str(backup), ends=1)
    assert "Det går inte att återställa:" in said
    assert "Inget är återställt." in said
    (another.room / "var" / "trail").unlink()
    # What could not be seen: it says how far it came, and can be done again.
    script = BROKEN_OFF.format("def full(*_): raise OSError(28, '', 'checkpoints.jsonl')", str(backup))
    script = script.replace("call_command(", "restoring._put_checkpoints = full\ncall_command(")
    said = another.does("shell", "-v0", "-c", script, ends=1)
    assert "Databasen är utbytt, men resten blev inte klart: checkpoints.jsonl får inte plats" in said
    assert "Loggen är hel:" in another.does("restore", str(backup), "--replace")
    if another.address:
        with begun(another.room, "") as on_sqlite:
            said = on_sqlite.does("restore", str(backup), ends=1)
        assert "Säkerhetskopian är av PostgreSQL, och DATABASE_URL är SQLite. Inget är återställt." in said


def test_pictures_where_there_is_no_database_are_another_installations_and_left_alone(
    ours: Installation, another: Installation, tmp_path: Path
):
    backup = tmp_path / "it.backup"
    ours.does("backup", str(backup))
    another.has_keys_of(ours)
    scans = another.room / "var" / "scans"
    scans.mkdir(mode=0o700)
    (scans / "another.bin").touch()
    assert "ligger bilder av blad" in another.does("restore", str(backup), ends=1)
    assert (scans / "another.bin").exists()
    (scans / "another.bin").rename(tmp_path / "another.bin")
    assert "Loggen är hel:" in another.does("restore", str(backup))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")
def test_who_is_no_superuser_sees_that_another_role_is_at_work():
    address: Any = connection.get_connection_params()
    with closing(
        psycopg2.connect(
            **{k: address[k] for k in ("dbname", "user", "password", "host", "port") if k in address}
        )
    ):
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE owner_of_nothing; SET LOCAL ROLE owner_of_nothing")
        with pytest.raises(RuleError, match="Databasen används"):
            check_nobody_else()


def test_what_a_lost_database_has_left_beside_it_is_not_taken_for_its_own(ours: Installation, tmp_path: Path):
    if connection.vendor != "sqlite":
        # There it has no file of ours.
        return
    adds(ours, "Före kopian")
    backup = tmp_path / "it.backup"
    ours.does("backup", str(backup))
    with sqlite3.connect(ours.file) as database:
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute(
            "UPDATE django_content_type SET app_label = 'Ur loggen' WHERE app_label = 'Före kopian'"
        )
        database.commit()
        log = Path(f"{ours.file}-wal").read_bytes()
        assert len(log) > 4000
    for there in (None, b"no database at all" * 1000):
        ours.file.unlink()
        Path(f"{ours.file}-wal").write_bytes(log)
        if there is not None:
            ours.file.write_bytes(there)
            assert "går inte att läsa" in ours.does("restore", str(backup), ends=1)
        ours.does("restore", str(backup), "--replace")
        assert has(ours, "Före kopian")
        assert not has(ours, "Ur loggen")


def test_one_of_a_former_version_is_left_as_it_was_where_one_goes_back_to_that(
    ours: Installation, tmp_path: Path
):
    backup = tmp_path / "it.backup"
    latest = "SELECT name FROM django_migrations WHERE app = 'contacts' AND name >= '0019'"
    has = ours.asks(latest)
    ours.does("migrate", "contacts", "0018")
    ours.does("backup", str(backup))
    ours.does("migrate")
    assert "Loggen är inte kontrollerad" in ours.does("restore", str(backup), "--replace", "--as-it-was")
    assert ours.asks(latest) == []
    assert "Loggen är hel:" in ours.does("restore", str(backup), "--replace")
    assert ours.asks(latest) == has != []


BROKEN_OFF = """
import os
from django.core.management import call_command
from forms.backup import restoring
{}
call_command("restore", {!r}, replace=True)
"""


def test_one_that_stops_half_way_is_served_by_nobody_until_it_has_been_done_again(
    ours: Installation, tmp_path: Path
):
    adds(ours, "Före kopian")
    ours.asks(
        "INSERT INTO django_session VALUES ('somebody', 'who has logged out since', '2100-01-01 00:00:00')"
    )
    backup = tmp_path / "it.backup"
    ours.does("backup", str(backup))
    ours.runs(BROKEN_OFF.format("restoring._put_pictures = lambda *_: os._exit(0)", str(backup)))
    assert has(ours, "Före kopian")
    assert ours.asks("SELECT * FROM django_session") == []
    unfinished = "Återställningen blev inte klar. Ge kommandot restore en gång till, med --replace."
    for command in (
        (".ci/prepare.py",),
        (".ci/prepare.py", "--look"),
        ("manage.py", "work"),
        ("manage.py", "purge"),
        ("manage.py", "tidy"),
        ("manage.py", "rotate_keys"),
        ("manage.py", "rebuild_states"),
        ("manage.py", "import_directory"),
        ("manage.py", "first_administrator", "--name=a", "--username=a", "--principal=a"),
        ("manage.py", "backup", str(tmp_path / "another.backup")),
    ):
        assert unfinished in ours.says(*command, ends=1).decode(), command
    said = ours.runs(
        "try:\n    import outage.project.wsgi\nexcept SystemExit as refused:\n    print(refused.code)"
    )
    assert unfinished in said
    assert "driftstopp.E011" in said
    said = ours.does("restore", str(backup), "--replace")
    assert "Loggen är hel:" in said
    # The database that was lost lies in the first, which the second time knew nothing of.
    first, second = asides(ours)
    assert f"Det som fanns ligger i {first}, {second} (den äldsta först)." in said
    assert unfinished not in ours.says(".ci/prepare.py", "--look").decode()
    ours.runs("import outage.project.wsgi")


@pytest.mark.parametrize("step", range(4))
def test_stopped_anywhere_in_the_swap_of_a_file_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
):
    """Else the next start would make an empty database."""
    there, copy, aside = tmp_path / "it.sqlite3", tmp_path / "copy", tmp_path / "aside"
    for path, content in ((there, "former"), (Path(f"{there}-wal"), "log"), (copy, "restored")):
        path.write_text(content)

    class Stopped(BaseException):
        pass

    def stop(*_: object) -> None:
        raise Stopped

    class Here:
        settings_dict: ClassVar = {"NAME": str(there)}

        def close(self) -> None:
            pass

    monkeypatch.setattr(engines, "connection", Here())
    monkeypatch.setattr(*((shutil, "move"), (os, "link"), (os, "fsync"), (Path, "replace"))[step], stop)
    with pytest.raises(Stopped):
        engines._put_file(copy, aside)
    assert there.read_text() == "former"
    monkeypatch.undo()
    monkeypatch.setattr(engines, "connection", Here())
    engines._put_file(copy, tmp_path / "aside, once more")
    assert there.read_text() == "restored"
    assert {path.read_text() for path in tmp_path.glob("aside*/*")} == {"former", "log"}


APPEND_ONLY = """
from pathlib import Path
rename = Path.rename
def refuse(path, to):
    if path.name == "checkpoints.jsonl":
        raise PermissionError(1, "", str(path))
    return rename(path, to)
Path.rename = refuse"""


def test_checkpoints_that_may_only_be_appended_to_are_seen_before_anything_is_done(
    ours: Installation, tmp_path: Path
):
    backup = tmp_path / "it.backup"
    ours.does("backup", str(backup))
    adds(ours, "Efter kopian")
    checkpoints = ours.room / "var" / "trail" / "checkpoints.jsonl"
    before = checkpoints.read_bytes()
    said = ours.does("shell", "-v0", "-c", BROKEN_OFF.format(APPEND_ONLY, str(backup)), ends=1)
    assert f"{checkpoints} går inte att flytta" in said
    assert "sätt TRAIL_CHECKPOINTS till en ny fil i samma mapp" in said
    assert "Inget är återställt." in said
    assert has(ours, "Efter kopian")
    assert asides(ours) == []
    another = str(checkpoints.with_name("another.jsonl"))
    script = f"from django.conf import settings\nsettings.TRAIL_CHECKPOINTS = {another!r}{APPEND_ONLY}"
    said = ours.does("shell", "-v0", "-c", BROKEN_OFF.format(script, str(backup)))
    assert "Loggen är hel:" in said
    assert "går inte att veta" not in said
    assert not has(ours, "Efter kopian")
    assert checkpoints.read_bytes() == before


def test_under_a_key_of_since_it_is_said_that_the_former_one_opens_it(ours: Installation, tmp_path: Path):
    backup, key = tmp_path / "it.backup", ours.room / "var" / "data_key"
    ours.does("backup", str(backup))
    former = key.read_bytes()
    ours.close()
    key.write_bytes(Fernet.generate_key())
    said = ours.does("restore", str(backup), "--replace", ends=1)
    assert "Är nyckeln bytt sedan dess: sätt den gamla sist i DATA_KEYS" in said
    ours.close()
    key.write_bytes(former)
    assert "Loggen är hel:" in ours.does("restore", str(backup), "--replace")
