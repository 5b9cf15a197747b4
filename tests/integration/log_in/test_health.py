"""What a machine is told of the server."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outage.project import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tried_anew() -> None:
    health._writes.cache_clear()


def told(path: str) -> tuple[int, str]:
    answer = Client().get(path)
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code, answer.json()["status"]


def test_a_server_that_can_serve_is_ready_also_on_a_database_of_a_later_version():
    assert told("/halsa") == (200, "ok")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('outage', '9999_later', '2028-02-29 12:00:00')"
        )
    assert told("/halsa") == (200, "ok")


def test_one_whose_database_is_not_migrated_is_alive_and_not_ready():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)")
    assert told("/halsa") == (503, "migrations")
    assert told("/halsa/lever") == (200, "ok")


def test_one_whose_database_does_not_answer_is_alive_and_not_ready(monkeypatch: pytest.MonkeyPatch):
    def gone() -> None:
        raise OperationalError("could not connect to 10.0.0.7 as driftstopp")

    monkeypatch.setattr(health.connection, "cursor", gone)
    assert told("/halsa") == (503, "database")
    with CaptureQueriesContext(connection) as asked:
        assert told("/halsa/lever") == (200, "ok")
    assert len(asked) == 0


def test_one_whose_database_takes_no_writing_is_alive_and_not_ready():
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON" if sqlite else "SET TRANSACTION READ ONLY")
    try:
        assert told("/halsa") == (503, "write")
        assert told("/halsa/lever") == (200, "ok")
    finally:
        if sqlite:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA query_only = OFF")


def test_writing_is_tried_once_however_many_ask_and_leaves_the_wait_of_the_pages(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(health, "monotonic", lambda: 1_000.0)
    with CaptureQueriesContext(connection) as asked:
        assert [told("/halsa"), told("/halsa")] == [(200, "ok")] * 2
    assert sum("INSERT" in query["sql"] for query in asked) == 1
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA busy_timeout").fetchone()[0] == 20_000
