"""What every test may lean on: no way off this machine, and a real browser for those marked `browser`."""

import ipaddress
import os
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from pytest_django import DjangoDbBlocker

from tests.clock import TUESDAY, Clock, going_from, sleep_at_any_date

if TYPE_CHECKING:
    from django.db.migrations.state import StateApps
    from playwright.sync_api import Browser

    from tests.kept import Keeper
    from tests.marks import Browser as MarkedClient

CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "empty_database", "database_before"}
COMMITTING = DATABASE_FIXTURES - {"db"}
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The page checks allocate many short-lived objects: garbage is collected less often.
    "--js-flags=--min-semi-space-size=32",
]

sleep_at_any_date()


def find_chromium() -> str | None:
    for name in (os.environ.get("CHROMIUM", ""), *CHROMIUM_NAMES):
        path = shutil.which(name) if name else None
        if path:
            return path
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what PostgreSQL has no part in; and the browser tests where there is no browser, saying how to get one.

    The first engine runs every case. On the second, what never asks for the database is not run again, nor more than
    one case of a test: they differ by what a rule says, not by what is asked of the database. Of the tests that read
    pages each file has every tenth, and of the others every third, for the tests of a file ask much the same of the
    database; whatever has a transaction or words of SQL of its own, or asks which engine it is on, is run.
    `make test-long` runs all of them.
    """
    if os.environ.get("EXPECT_VENDOR") == "postgresql" and os.environ.get("LONG") != "1":
        seen: set[str] = set()
        met: Counter[tuple[Path, int]] = Counter()
        kept, left = [], []
        for item in items:
            test = item.nodeid.partition("[")[0]
            keep = _asks_the_database(item) and test not in seen
            seen.add(test)
            if keep and not _is_of_the_engine(item) and not item.get_closest_marker("once"):
                one_of = 10 if "client" in item.fixturenames else 3
                keep = met[item.path, one_of] % one_of == 0
                met[item.path, one_of] += 1
            (kept if keep else left).append(item)
        items[:] = kept
        config.hook.pytest_deselected(items=left)
    if find_chromium():
        return
    missing = pytest.mark.skip(reason="no chromium: sudo apt-get install --no-install-recommends chromium")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(missing)


def _asks_the_database(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(item.fixturenames))


def _is_of_the_engine(item: pytest.Item) -> bool:
    """Whether it commits, asks for something in words of SQL, or says something of one engine alone."""
    database = item.get_closest_marker("django_db")
    commits = (database and database.kwargs.get("transaction")) or COMMITTING & set(item.fixturenames)
    names = set(item.function.__code__.co_names)
    return bool(commits or item.get_closest_marker("skipif") or names & {"vendor", "cursor", "sql"})


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest) -> Iterator[Clock]:
    """The clock of every test, from Tuesday 10.52 or from the moment of its parameter on. `clock.shift(…)` moves it."""
    # Past the second in which the outage of the factories has lasted just two hours: after it its banner is another.
    with going_from(getattr(request, "param", TUESDAY + timedelta(seconds=2))) as clock:
        yield clock


@pytest.fixture(autouse=True)
def _no_keys_of_other_tests() -> None:
    """A process knows keys, sets and pages of what it has seen committed; a test's are rolled back with it."""
    from contacts.models.data_key import forget_keys
    from contacts.page_versions import forget_pages
    from contacts.trail.patient_sets import forget_sets

    forget_keys()
    forget_sets()
    forget_pages()


@pytest.fixture
def made_once(request: pytest.FixtureRequest, clock: Clock) -> "Keeper":
    """A function that makes what many tests begin with, or lays it as it was made."""
    from tests.kept import Keeper

    # pytest-django's own fixtures, which every test has, replace the name of this machine in mail and no more.
    of_test = request.node._fixtureinfo
    fixtures = [found[-1] for found in of_test.name2fixturedefs.values()]
    used = {name for each in fixtures if each.func.__module__.startswith("tests.") for name in each.argnames}
    return Keeper(clock, changes=bool({"monkeypatch", "settings"} & {*of_test.initialnames, *used}))


@pytest.fixture(autouse=True)
def _nothing_off_this_machine() -> Iterator[None]:
    """Fail a test that reaches for another machine: the product must work when nothing else does."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise AssertionError(f"a test reached for {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@receiver(user_logged_in)
def _with_two_factors(request: HttpRequest, **more: Any) -> None:
    """Who a test forces in has both; a log-in that goes the whole way says afterwards what it was."""
    request.session["second_factor"] = True


@pytest.fixture
def client() -> "MarkedClient":
    """A browser without a window, which sends the mark that each page puts in its forms."""
    from tests.marks import Browser

    return Browser()


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Let pytest-django take the database that is there: it goes with the folder, or the server, that it is in."""
    return True


@pytest.fixture(scope="session")
def django_db_createdb() -> bool:
    return False


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Let each process of a run have a copy of one migrated database."""
    from tests.template import copy_template

    with django_db_blocker.unblock():
        copy_template()


@pytest.fixture(scope="session", autouse=True)
def _rows_of_the_trace_go_with_the_test() -> Iterator[None]:
    """Emptying the tables after a test that commits: the triggers go first, and are made again after the flush.

    What is remembered for a while, such as that a provider does not answer, lies in a table that is no model's.
    """
    from django.db import connection

    from contacts.trail.triggers import drop_statements

    flush = type(connection.ops).sql_flush

    def with_triggers_dropped(ops: Any, style: Any, tables: list[str], **more: Any) -> list[str]:
        return [*drop_statements(), *flush(ops, style, [*tables, "cache"], **more)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "sql_flush", with_triggers_dropped)
        yield


@pytest.fixture(scope="session", autouse=True)
def _after_a_test_that_commits_all_is_as_it_was_made() -> Iterator[None]:
    """On SQLite in a twentieth of the time that it takes to empty the tables and fill those that Django fills."""
    from django.db import connection
    from django.test import TransactionTestCase

    from tests.template import lay_template

    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite":
            patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: lay_template())
        yield


@pytest.fixture
def empty_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database of the test's own, with no tables."""
    from tests.migrating import empty_database

    with django_db_blocker.unblock(), empty_database():
        yield


@pytest.fixture
def database_before(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator["StateApps"]:
    """A database of the test's own as a version before left it; the models as they were."""
    from tests.migrating import database_before

    with django_db_blocker.unblock(), database_before() as models:
        yield models


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """One browser for the whole run."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, and Django then takes every query here for an unsafe one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        # Nothing loaded into the tests, such as faketime, goes into the browser too: it hangs there.
        own = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS, env=own)
        yield browser
        browser.close()
