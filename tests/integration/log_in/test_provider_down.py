"""An identity provider that is down, or hangs, costs nobody else anything; and none at all is nowhere."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.contrib.auth import SESSION_KEY
from django.db import connections
from django.test import Client
from django.urls import reverse

from outage.project.sso.door import Door
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


def test_who_answers_with_a_certificate_that_nobody_vouches_for_is_told_nothing(
    settings: Any, tmp_path: Path, client: Client, county: County
):
    with listening(own_certificate(tmp_path / "own.pem")) as (issuer, asked):
        settings.LOGIN_PROVIDER = str(write_file(tmp_path, issuer))
        assert "SITHS svarar inte." in words(client.post(reverse("provider_log_in")))
        assert asked == []


def test_who_is_led_elsewhere_by_an_answer_does_not_go(settings: Any, tmp_path: Path, county: County):
    with listening() as (issuer, asked):
        settings.LOGIN_PROVIDER = str(write_file(tmp_path, issuer))
        assert Door().get(f"{issuer}/a").status_code == 302
        assert asked == ["/a"]


def own_certificate(file: Path) -> Path:
    """For localhost, signed by nobody else; with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(datetime(2020, 1, 1)).not_valid_after(datetime(2050, 1, 1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    file.write_bytes(
        made.sign(key, SHA256()).public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return file


@contextmanager
def listening(certificate: Path | None = None) -> Iterator[tuple[str, list[str]]]:
    """A server that leads on to another of its pages, and what it has been asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{'https' if certificate else 'http'}://localhost:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("endpoint", ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"])
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
