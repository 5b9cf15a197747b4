"""PostgreSQL: the server's role cannot destroy a data key, and the one that purges can do nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from contacts.models import DataKey
from contacts.models.data_key import forget_keys
from contacts.services.data_keys import destroy_key
from contacts.trail.roles import may_change_the_trail, may_destroy_keys
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
    call_command(command, role, stdout=StringIO())
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
