"""Every address denies by default: a new view is closed until somebody opens it on purpose."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter
from django.urls.resolvers import RoutePattern

LOG_INS = ("/logga-in/?next=", "/admin/login/?next=")
OPEN = {"account_login", "one_time_code", "emergency_log_in", "health", "alive", "metrics"}
# Parts of a log-in. To who has not begun one they show the log-in.
STEPS = {"mfa_authenticate", "mfa_login_webauthn"}
# Without a log-in they answer for themselves: out is out.
OPEN_TO_POST = OPEN | STEPS | {"account_logout", "lock"}
DUMMIES = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "int": "1",
    "row": "1",
    "slug": "a",
    "str": "a",
    "path": "a/b",
}
# The only addresses written as regular expressions are Django's own in the admin.
ADMIN_BY_REGEX = {"admin:app_list": "/admin/contacts/", "admin:None": "/admin/contacts/unit/nothing/here/"}


def addresses(
    patterns: list[URLPattern | URLResolver], prefix: str = "/", namespace: str = ""
) -> Iterator[tuple[str, str]]:
    """(name, path with dummy arguments) of each pattern, recursively."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from addresses(entry.url_patterns, prefix + filled(str(entry.pattern)), inner)
            continue
        name = f"{namespace}{entry.name}"
        if isinstance(entry.pattern, RoutePattern):
            yield name, prefix + filled(str(entry.pattern))
        else:
            yield name, ADMIN_BY_REGEX[name]


def filled(route: str) -> str:
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: DUMMIES[found[1] or "str"], route)


EVERY = sorted(set(addresses(get_resolver().url_patterns)))


def denies(response) -> bool:
    if response.status_code == 302:
        return response.headers["Location"].startswith(LOG_INS)
    return response.status_code in {401, 403, 404, 405}


def converters(patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[str, object]]:
    for entry in patterns:
        for converter in getattr(entry.pattern, "converters", {}).values():
            yield str(entry.pattern), converter
        if isinstance(entry, URLResolver):
            yield from converters(entry.url_patterns)


def test_a_number_in_an_address_fits_the_key_of_every_database():
    for route, converter in converters(get_resolver().url_patterns):
        if route.startswith("keys/"):
            # The library's own: it asks by the key of the row itself, which Django bounds.
            continue
        assert not (isinstance(converter, IntConverter) and re.fullmatch(converter.regex, "9" * 19)), route
    assert Client().get("/kontakter/" + "9" * 19 + "/").status_code == 404


def test_the_addresses_are_all_here():
    names = {name for name, _ in EVERY}
    assert {"account_login", "health", "status", "admin:index"} <= names
    assert names >= OPEN


def let_in(client: Client, closed: list[tuple[str, str]], send: Callable[[str], Any]) -> list[str]:
    """Which of the addresses answer somebody not logged in, a new client for each."""
    found = []
    for name, path in closed:
        client.cookies.clear()
        with transaction.atomic():
            response = send(path)
            transaction.set_rollback(True)
        if not denies(response):
            found.append(f"{name} ({path}) answered {response.status_code}")
    return found


@pytest.mark.django_db
def test_reading_without_log_in_is_denied(client: Client):
    closed = [pair for pair in EVERY if pair[0] not in OPEN | STEPS]
    assert let_in(client, closed, client.get) == []
    assert len(closed) > 200


@pytest.mark.django_db
def test_writing_without_log_in_is_denied(client: Client):
    closed = [pair for pair in EVERY if pair[0] not in OPEN_TO_POST]
    assert let_in(client, closed, lambda path: client.post(path, {"client_id": DUMMIES["uuid"]})) == []
    assert len(closed) > 200


@pytest.mark.django_db
def test_what_is_open_answers(client: Client):
    for path in ("/halsa", "/halsa/lever"):
        assert client.get(path).json() == {"status": "ok"}
    assert client.get("/logga-in/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "path"), [pair for pair in EVERY if pair[0] in STEPS | {"lock"}])
def test_a_step_of_a_log_in_that_is_not_begun_leads_to_it(name: str, path: str, client: Client):
    for answer in (client.get(path), client.post(path, {}), client.post(path, {"credential": "{}"})):
        assert answer.status_code == 405 or answer.headers["Location"] == "/logga-in/"


@pytest.mark.django_db
def test_the_demo_door_is_shut_outside_demo_mode(client: Client):
    assert client.post("/demo-inloggning/", {"membership": "1"}).status_code == 404
