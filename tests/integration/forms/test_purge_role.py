"""PostgreSQL: the server's role cannot destroy a data key, and the one that purges can do nothing else."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from contacts.models import DataKey
from contacts.models.data_key import forget_keys
from contacts.services.data_keys import destroy_key
from contacts.trail.roles import may_change_the_trail, may_destroy_keys, role_exists
from forms.services.scans import drop_keys_of_no_scan
from outage.models import OutageFigures
from tests.factories import County, make_chain, make_outage
from tests.integration.forms.purging import (
    confirm,
    everything,
    log_it,
    own_key,
    propose,
    purgeable,
    run,
    second,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.SCAN_DIR = tmp_path / "scans"
    settings.TRAIL_CHECKPOINTS = tmp_path / "trail" / "checkpoints.jsonl"


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def in_role(command: str) -> Iterator[None]:
    role = f"{command}_{connection.settings_dict['NAME']}"
    call_command(command, role, new=True, stdout=StringIO())
    try:
        sql(f'SET SESSION AUTHORIZATION "{role}"')
        yield
    finally:
        sql("RESET SESSION AUTHORIZATION")
        sql(f'DROP OWNED BY "{role}"')
        sql(f'DROP ROLE "{role}"')


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        sql(statement)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")
def test_the_server_makes_keys_and_destroys_none(county: County, capsys):
    outage = make_outage(county.alva)
    chain = log_it(county, outage)
    with in_role("trail_role"):
        assert not may_destroy_keys()
        assert not may_change_the_trail()
        make_chain(county, make_outage(county.alva), county.cissi)
        for statement in (
            "UPDATE contacts_datakey SET wrapped = ''",
            "DELETE FROM contacts_datakey",
            "TRUNCATE contacts_datakey CASCADE",
        ):
            refused(statement)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            destroy_key(by=None, name=chain.key_name)
        assert drop_keys_of_no_scan() == 0
        call_command("tidy")
        with pytest.raises(SystemExit):
            call_command("purge")
        assert "får inte förstöra datanycklar" in capsys.readouterr().err
        call_command("purge", where_allowed=True)
    assert bytes(DataKey.objects.get(name=own_key(county, outage)).wrapped)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")
def test_the_role_that_purges_does_and_can_do_nothing_else(county: County, clock):
    outage = make_outage(county.alva)
    log_it(county, outage)
    outage = purgeable(county, outage)
    older = OutageFigures.objects.create(outage=outage, principal=county.region, version="1.0")
    propose(county.adam, outage)
    confirm(second(county), outage)
    clock.shift(timedelta(days=1))
    forget_keys()
    with in_role("purge_role"):
        assert may_destroy_keys()
        for table in (
            "outage_carechain",
            "outage_handover",
            "blanketter_sheet",
            "contacts_auditentry",
            "contacts_trailseal",
            "blanketter_purgestep",
            "contacts_user",
            "blanketter_disposaldecision",
        ):
            refused(f"DELETE FROM {table}")
            refused(f"UPDATE {table} SET {'number' if table == 'contacts_trailseal' else 'id'} = NULL")
        refused("UPDATE outage_patientlookup SET hash = ''")
        refused("INSERT INTO blanketter_disposaldecision DEFAULT VALUES")
        refused("DELETE FROM outage_outagefigures")
        refused("INSERT INTO outage_lesson DEFAULT VALUES")
        assert len(run().done) == 1
        assert run().done == []
        assert drop_keys_of_no_scan() == 0
    older.refresh_from_db()
    assert older.tables
    assert "emligsson" not in everything()
    assert bytes(DataKey.objects.get(name=own_key(county, outage)).wrapped) == b""


@pytest.fixture
def roles() -> Iterator[Callable[[str], str]]:
    """Makes a role of the name, which goes when the test ends."""
    made: list[str] = []

    def make(name: str, rights: str = "") -> str:
        role = f"{name}_{connection.settings_dict['NAME']}"
        made.append(role)
        sql(f'CREATE ROLE "{role}" {rights}')
        return role

    yield make
    for role in reversed(made):
        sql(f'DROP OWNED BY "{role}"')
        sql(f'DROP ROLE "{role}"')


def may(role: str, privilege: str, table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [role, table, privilege])
        return bool(cursor.fetchone()[0])


def gives(command: str, role: str, capsys: pytest.CaptureFixture[str], **options: bool) -> str:
    """What a command that refuses says."""
    with pytest.raises(SystemExit):
        call_command(command, role, **options)
    return capsys.readouterr().err


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")
def test_one_name_for_the_other_joins_no_two_roles(db, capsys, roles: Callable[..., str]):
    server, purge = roles("server"), roles("purge")
    for _ in range(2):
        call_command("trail_role", server, stdout=StringIO())
        call_command("purge_role", purge, stdout=StringIO())
    assert f"{server} är serverns roll." in gives("purge_role", server, capsys)
    assert f"{server} är serverns roll." in gives("purge_role", server, capsys, sql=True)
    assert f"{purge} är gallringens roll." in gives("trail_role", purge, capsys)
    assert not may(server, "DELETE", "contacts_datakey")
    assert not may(purge, "INSERT", "outage_handover")
    # One that the commands of before have joined serves on, and destroys no keys.
    sql(f'GRANT INSERT, UPDATE, DELETE ON contacts_datakey TO "{server}"')
    call_command("trail_role", server, stdout=StringIO())
    assert not may(server, "DELETE", "contacts_datakey")
    # What a former version let the purge do, this one takes back, in tables that come too.
    sql(f'GRANT INSERT, UPDATE ON outage_handover TO "{purge}"')
    sql(f'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT DELETE ON TABLES TO "{purge}"')
    call_command("purge_role", purge, stdout=StringIO())
    sql("CREATE TABLE came_later (x text)")
    try:
        assert not may(purge, "INSERT", "outage_handover")
        assert not may(purge, "DELETE", "came_later")
        assert may(server, "DELETE", "came_later")
    finally:
        sql("DROP TABLE came_later")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")
def test_what_is_said_of_a_role_is_so_or_nothing_is_given(db, capsys, roles: Callable[..., str]):
    for command in ("trail_role", "purge_role"):
        assert "eller är superuser" in gives(command, roles(f"super_{command}", "SUPERUSER"), capsys)
        # By another role it may more than by its own.
        group, role = roles(f"group_{command}"), roles(f"some_{command}")
        sql(f'GRANT "{group}" TO "{role}"')
        sql(f'GRANT UPDATE ON contacts_auditentry TO "{group}"')
        said = gives(command, role, capsys)
        assert f"{role} får ändra mer än den ska" in said
        assert "contacts_auditentry" in said
        assert not may(role, "SELECT", "outage_outage")
        # Who does not own the tables gives nothing, and PostgreSQL only warns.
        sql(f'REVOKE "{group}" FROM "{role}"')
        sql(f'SET SESSION AUTHORIZATION "{group}"')
        try:
            said = gives(command, role, capsys)
        finally:
            sql("RESET SESSION AUTHORIZATION")
        assert re.search("som den roll som äger tabellerna|Databasen sade nej", said)
        assert not may(role, "SELECT", "outage_outage")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")
@pytest.mark.parametrize("command", ["trail_role", "purge_role"])
def test_a_role_is_made_when_it_is_asked_for_whatever_its_name(db, capsys, command: str):
    for name in ("misspelt", 'x"; DROP TABLE outage_outage; --', '"quoted"', "with space", "%s"):
        assert f"Ingen roll heter {name}." in gives(command, name, capsys)
        quoted = '"' + name.replace('"', '""') + '"'
        said = StringIO()
        call_command(command, name, new=True, sql=True, stdout=said)
        assert said.getvalue().startswith(f"CREATE ROLE {quoted} LOGIN;")
        call_command(command, name, new=True, stdout=said)
        try:
            assert role_exists(name)
            assert may(name, "SELECT", "outage_outage")
            assert f"\\password {quoted}" in said.getvalue()
        finally:
            sql(f"DROP OWNED BY {quoted}")
            sql(f"DROP ROLE {quoted}")
