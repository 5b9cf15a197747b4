"""The database itself refuses to change, replace or remove a row of the trace, whoever asks."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from contacts import audit
from contacts.models import AuditEntry, TrailSeal
from contacts.trail.roles import may_change_the_trail
from contacts.trail.sealing import seal_rows
from contacts.trail.triggers import TRAIL, missing_triggers, without_triggers
from outage.models import CareChain
from tests.factories import County, make_chain, make_event, make_outage, tell
from tests.trail import drop_triggers, sql

TABLES = [model._meta.db_table for model in TRAIL]
COLUMNS = {"contacts_patientset": "size", "contacts_trailseal": "upto"}


@pytest.fixture
def rows(db: None, county: County) -> None:
    """At least one in each table."""
    audit.record(by=county.alva, action="status.read", patients=[uuid4(), uuid4()])
    seal_rows()
    for table in TABLES:
        assert sql(f"SELECT COUNT(*) FROM {table}")[0][0]


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError, match="neither changed nor removed"), transaction.atomic():
        sql(statement)


def test_no_statement_changes_or_removes_a_row(rows: None):
    for table in TABLES:
        try_to_change(table)


def try_to_change(table: str) -> None:
    column = COLUMNS.get(table, "action")
    before = sql(f"SELECT * FROM {table}")
    refused(f"UPDATE {table} SET {column} = {column}")
    refused(f"DELETE FROM {table}")
    if connection.vendor == "sqlite":
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        refused(f"REPLACE INTO {table} SELECT * FROM {table}")
        refused(f"UPDATE OR REPLACE {table} SET {column} = {column}")
    else:
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        refused(f"TRUNCATE {table} CASCADE")
        key = "number" if table == "contacts_trailseal" else "id"
        refused(
            f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET {column} = {table}.{column}"
        )
        sql("SET session_replication_role = replica")
        refused(f"DELETE FROM {table}")
        sql("SET session_replication_role = DEFAULT")
    assert sql(f"SELECT * FROM {table}") == before


def test_sqlite_replaces_no_set_by_its_unique_columns_either(rows: None):
    if connection.vendor == "sqlite":
        columns = "SELECT digest, 1, ids FROM contacts_patientset"
        refused(f"REPLACE INTO contacts_patientset (digest, size, ids) {columns}")


def test_missing_triggers_stop_the_server_and_migrate_makes_them_again(db: None):
    def found() -> list[str]:
        return [m.id for m in run_checks(tags=["trail"], databases=["default"])]

    assert found() == []
    trigger = "contacts_auditentry_never_update"
    sql(f"DROP TRIGGER {trigger}" + (" ON contacts_auditentry" if connection.vendor == "postgresql" else ""))
    (message,) = run_checks(tags=["trail"], databases=["default"])
    assert message.id == "driftstopp.E009"
    assert "contacts_auditentry UPDATE" in message.msg
    assert "manage.py migrate" in str(message.hint)
    call_command("migrate", verbosity=0)
    assert found() == []


def test_triggers_that_let_through_are_missing_ones(db: None):
    if connection.vendor == "postgresql":
        sql("ALTER TABLE contacts_auditentry DISABLE TRIGGER contacts_auditentry_never_delete")
        sql("ALTER TABLE contacts_trailseal ENABLE TRIGGER contacts_trailseal_never_delete")
        assert missing_triggers() == ["contacts_auditentry DELETE", "contacts_trailseal DELETE"]
        sql(
            "CREATE OR REPLACE FUNCTION trail_refuses() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
        )
        assert len(missing_triggers()) == 3 * len(TABLES)
    else:
        sql("DROP TRIGGER contacts_auditentry_never_delete")
        sql(
            "CREATE TRIGGER contacts_auditentry_never_delete BEFORE DELETE ON contacts_auditentry"
            " WHEN 0 BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
        assert missing_triggers() == ["contacts_auditentry DELETE"]


def test_a_later_migration_has_a_way_to_write_in_rows_that_are_there(rows: None):
    with without_triggers():
        sql("UPDATE contacts_auditentry SET origin = 'x'")
    refused("UPDATE contacts_auditentry SET origin = ''")
    assert AuditEntry.objects.filter(origin="x").exists()


@pytest.mark.django_db(transaction=True)
def test_a_role_that_only_adds_serves_and_the_database_refuses_it_the_rest(county: County):
    if connection.vendor != "postgresql":
        return
    outage = make_outage(county.alva)
    role = f"app_{connection.settings_dict['NAME']}"
    call_command("trail_role", role, new=True, stdout=StringIO())
    assert may_change_the_trail()
    drop_triggers()
    try:
        sql(f'SET SESSION AUTHORIZATION "{role}"')
        chain = make_chain(county, outage)
        tell(county.alva, chain, make_event(county.alva, chain))
        # What a start does; the role may not make the triggers that are missing here, and the check says so.
        call_command("migrate", verbosity=0)
        assert [m.id for m in run_checks(tags=["trail"], databases=["default"])] == ["driftstopp.E009"]
        assert not may_change_the_trail()
        assert AuditEntry.objects.filter(action="call.logged").exists()
        assert TrailSeal.objects.order_by("number").last().upto == AuditEntry.objects.latest("pk").pk
        for table in TABLES:
            column = COLUMNS.get(table, "action")
            for change in ("UPDATE {} SET {} = NULL", "DELETE FROM {}", "TRUNCATE {}"):
                with pytest.raises(DatabaseError, match=f"permission denied for table {table}"):
                    sql(change.format(table, column))
        with pytest.raises(DatabaseError, match="must be owner"):
            sql("ALTER TABLE contacts_auditentry DISABLE TRIGGER ALL")
        CareChain.objects.filter(pk=chain.pk).update(number=chain.number)
    finally:
        sql("RESET SESSION AUTHORIZATION")
        sql(f'DROP OWNED BY "{role}"')
        sql(f'DROP ROLE "{role}"')
        call_command("migrate", verbosity=0)
    assert missing_triggers() == []
