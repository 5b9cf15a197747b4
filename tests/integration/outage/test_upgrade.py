"""A database made before the first migrations were put together goes on with its rows, and has today's tables."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse

from contacts.models import User
from contacts.trail.triggers import make_triggers
from outage.models import Handover
from outage.project.upgrades import is_too_old
from tests.migrating import migrate
from tests.template import copy_file

OWN = ("contacts", "outage", "blanketter")
# In the statements of SQLite: an outage with one patient and one call, and a scanned sheet, all made up.
BEFORE = Path(__file__).with_name("before_the_first_tables.sql")


def migrate_to_today() -> None:
    migrate(*MigrationExecutor(connection).loader.graph.leaf_nodes())
    # As `migrate` does when it is done.
    make_triggers()


def tables(cursor: Any) -> dict[str, list[str]]:
    """Each table and index with the words that it is made of; in which order columns came is left out."""
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: sorted(re.findall(r"[^\s,()]+", sql)) for name, sql in cursor.fetchall()}


@pytest.fixture
def before(empty_database: None) -> None:
    connection.ensure_connection()
    connection.connection.executescript("PRAGMA foreign_keys = OFF;\n" + BEFORE.read_text(encoding="utf-8"))
    connection.close()


@pytest.mark.once
def test_its_tables_become_those_of_a_new_database_and_its_log_is_read_as_it_stood(
    before: None, client: Client, tmp_path: Path
):
    migrate_to_today()
    copy_file(tmp_path / "new.sqlite3")
    with sqlite3.connect(tmp_path / "new.sqlite3") as new:
        assert tables(connection.cursor()) == tables(new.cursor())
    connection.check_constraints()
    call = Handover.objects.get()
    client.force_login(User.objects.get(username="alva"))
    page = client.get(reverse("chain", args=[call.chain_id])).content.decode()
    assert "Karin Påhittad" in page
    assert call.chain.details.patient_name in page


@pytest.mark.once
def test_what_it_has_done_by_the_former_names_is_not_done_again(empty_database: None):
    """The names alone are the former ones: that today's tables come of the first is the test above."""
    copy_file(connection.settings_dict["NAME"])
    loader = MigrationExecutor(connection).loader
    former = {key: found.replaces for key, found in loader.disk_migrations.items() if found.replaces}
    assert {app for app, _ in former} == set(OWN)
    apps.get_model("contacts", "Principal").objects.create(name="Regionen", kind="region", sort_key="r")
    recorder = MigrationRecorder(connection)
    later = {key for key in recorder.applied_migrations() if key[0] in OWN} - set(former)
    recorder.migration_qs.filter(app__in=OWN).delete()
    *names, last = [name for replaced in former.values() for name in replaced]
    for name in names:
        recorder.record_applied(*name)
    assert is_too_old(connection)
    recorder.record_applied(*last)
    assert not is_too_old(connection)
    for name in later:
        recorder.record_applied(*name)

    migrate_to_today()

    assert apps.get_model("contacts", "Principal").objects.get().name == "Regionen"
    assert set(former) <= set(MigrationExecutor(connection).loader.applied_migrations)
    assert not is_too_old(connection)
