"""An identity provider that is down, or hangs, costs nobody else anything; and none at all is nowhere."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connections
from django.test import Client
from django.urls import reverse

from tests.clock import Clock
from tests.factories import PASSWORD, County
from tests.integration.log_in import openid_mock
from tests.integration.log_in.openid_steps import (
    come_back,
    is_in,
    log_in,
    openid_provider,
    send_there,
    write_file,
)
from tests.integration.outage.holding import words
from tests.integration.outage.pages import read


@pytest.fixture
def provider(settings: Any, tmp_path: Path, county: County) -> Iterator[openid_mock.Provider]:
    with openid_provider(settings, tmp_path, county) as provider:
        yield provider


def test_a_provider_that_is_down_has_a_sentence_and_its_button_says_so(
    provider: openid_mock.Provider, client: Client, clock: Clock
):
    provider.status = 503
    answer = client.post(reverse("provider_log_in"))
    assert answer.status_code == 503
    assert "SITHS svarar inte. Logga in med användarnamn och lösenord" in words(answer)
    assert "SITHS svarade inte nyss." in words(client.get(reverse("account_login")))
    calls = len(provider.calls)
    assert client.post(reverse("provider_log_in")).status_code == 503
    assert len(provider.calls) == calls
    assert client.post(reverse("account_login"), {"login": "alva", "password": PASSWORD}).status_code == 302
    client.post(reverse("account_logout"))
    provider.status = 0
    clock.shift(timedelta(seconds=31))
    assert "svarade inte nyss" not in words(client.get(reverse("account_login")))
    assert log_in(client).status_code == 302


def test_a_provider_that_goes_down_while_somebody_is_there_has_a_sentence_too(
    provider: openid_mock.Provider, client: Client
):
    back = come_back(send_there(client))
    provider.status = 500
    assert "SITHS svarar inte." in words(client.get(back))


def test_nobody_listening_has_a_sentence(
    provider: openid_mock.Provider, settings: Any, tmp_path: Path, client: Client
):
    (tmp_path / "nobody").mkdir()
    settings.LOGIN_PROVIDER = str(write_file(tmp_path / "nobody", "http://localhost:1"))
    assert "SITHS svarar inte." in words(client.post(reverse("provider_log_in")))


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_nobody_and_nothing_is_sent_to_another_address_than_the_providers(
    provider: openid_mock.Provider, client: Client, endpoint: str
):
    with openid_mock.running() as another:
        provider.described = {endpoint: f"{another.issuer}/{endpoint}"}
        answer = client.post(reverse("provider_log_in"))
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith(provider.issuer)
            answer = client.get(come_back(answer.headers["Location"]))
        assert another.calls == []
    assert "SITHS" in words(answer)
    assert answer.status_code in {403, 503}
    assert not is_in(client)


@pytest.mark.django_db(transaction=True)
def test_while_a_provider_hangs_one_waits_and_everybody_else_is_answered(
    provider: openid_mock.Provider, client: Client
):
    provider.goes_on.clear()
    answers: list[int] = []

    def press() -> None:
        answers.append(Client().post(reverse("provider_log_in")).status_code)
        connections.close_all()

    first = Thread(target=press)
    first.start()
    assert provider.reached.wait(10)
    try:
        # The second one is turned away, while the first one waits still.
        assert client.post(reverse("provider_log_in")).status_code == 503
        assert client.get("/halsa").status_code == 200
        assert client.get(reverse("account_login")).status_code == 200
        assert first.is_alive()
        first.join(20)
        assert answers == [503]
        calls = len(provider.calls)
        assert client.post(reverse("provider_log_in")).status_code == 503
        assert len(provider.calls) == calls
    finally:
        provider.goes_on.set()
        first.join(20)


def test_without_a_provider_there_is_no_button_and_no_address(county: County, client: Client):
    page = client.get(reverse("account_login"))
    assert len(read(page).main.find_all("button")) == 2
    assert "form-action 'self'" in page.headers["Content-Security-Policy"].split("; ")
    for name, args in (
        ("provider_log_in", []),
        ("provider_answer", []),
        ("saml_acs", ["tjanst"]),
        ("saml_finish_acs", ["tjanst"]),
        ("saml_metadata", ["tjanst"]),
    ):
        for ask in (client.get, client.post):
            assert ask(reverse(name, args=args)).status_code in {404, 405}
    assert SESSION_KEY not in client.session
