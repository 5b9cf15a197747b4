"""Log-in by SAML: as by OpenID Connect, and no assertion counts that does not hold or counted before."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from contacts.models import AuditEntry, Unit, User
from tests.clock import Clock
from tests.factories import PASSWORD, County
from tests.integration.log_in import saml_mock
from tests.integration.outage.holding import words
from tests.marks import Browser

ALVA, WARD = "SE2321000222-A1", "SE2321000222-W1"
ACS = ("saml_acs", ["tjanst"])
FILE = """
name = "SITHS"
levels = ["loa3"]
told = { person = "employeeHsaId", unit = "unitHsaId" }
[saml]
entity_id = "https://idp.example/"
address = "https://idp.example/sso"
certificate = "theirs.pem"
own_certificate = "ours.pem"
own_key = "ours.key"
"""


@pytest.fixture
def client() -> Client:
    """The library reads where a request was sent from its header."""
    return Browser(HTTP_HOST="testserver")


@pytest.fixture
def somewhere_else() -> Client:
    return Browser(HTTP_HOST="testserver", REMOTE_ADDR="192.0.2.77")


@pytest.fixture(scope="session")
def keys() -> dict[str, tuple[str, str]]:
    return {name: saml_mock.make_key() for name in ("theirs", "ours", "another")}


@pytest.fixture
def provider(
    settings: Any, tmp_path: Path, county: County, keys: dict[str, tuple[str, str]]
) -> saml_mock.Provider:
    User.objects.filter(pk=county.alva.user.pk).update(hsa_id=ALVA)
    Unit.objects.filter(pk=county.ward.pk).update(hsa_id=WARD)
    cache.clear()
    for name, text in (
        ("theirs.pem", keys["theirs"][1]),
        ("ours.pem", keys["ours"][1]),
        ("ours.key", keys["ours"][0]),
        ("siths.toml", FILE),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings.LOGIN_PROVIDER = str(tmp_path / "siths.toml")
    return saml_mock.Provider({"employeeHsaId": ALVA, "unitHsaId": WARD}, key=keys["theirs"])


def send_there(client: Client, wanted: str = "") -> str:
    return client.post(reverse("provider_log_in"), {"next": wanted}).headers["Location"]


def deliver(client: Client, sent: str):
    """As a browser: the form from another place goes without the session, what it leads to with it."""
    kept = client.post(reverse(ACS[0], args=ACS[1]), {"SAMLResponse": sent})
    assert all(cookie["httponly"] and cookie["samesite"] == "Lax" for cookie in kept.cookies.values())
    return client.get(kept.headers["Location"]) if kept.status_code == 302 else kept


def log_in(client: Client, provider: saml_mock.Provider, wanted: str = ""):
    return deliver(client, provider.answer(send_there(client, wanted)))


def is_in(client: Client) -> bool:
    return client.get(reverse("status")).status_code == 200


def test_a_press_and_the_card_lead_to_the_page_asked_for(
    provider: saml_mock.Provider, county: County, client: Client, keys: dict[str, tuple[str, str]]
):
    page = client.get(reverse("account_login"))
    assert "form-action 'self' https://idp.example" in page.headers["Content-Security-Policy"].split("; ")
    there = send_there(client, reverse("contacts"))
    assert there.startswith(f"{provider.address}?")
    asked = provider.read(there)
    assert asked.get("ForceAuthn") == "true"
    # Signed with our key, as who keeps the provider may ask for.
    query = dict(part.split("=", 1) for part in urlsplit(there).query.split("&"))
    signature, algorithm = unquote(query.pop("Signature")), unquote(query["SigAlg"])
    signed = OneLogin_Saml2_Utils.validate_binary_sign(
        "&".join(f"{name}={value}" for name, value in query.items()).encode(),
        OneLogin_Saml2_Utils.b64decode(signature),
        keys["ours"][1],
        algorithm,
    )
    assert signed
    answer = deliver(client, provider.answer(there))
    assert answer.headers["Location"] == reverse("contacts")
    assert client.get(reverse("status")).context["page"].acting == county.alva
    assert client.session["second_factor"]


UNTRUSTED: dict[str, Callable[[saml_mock.Provider, dict[str, tuple[str, str]]], object]] = {
    "another's signature": lambda p, keys: setattr(p, "key", keys["another"]),
    "no signature": lambda p, keys: setattr(p, "signs", ""),
    "signed around it only": lambda p, keys: setattr(p, "signs", "response"),
    "another audience": lambda p, keys: p.said.update(audience="https://annan.example/"),
    "another recipient": lambda p, keys: p.said.update(recipient="https://annan.example/"),
    "another destination": lambda p, keys: p.around.update(destination="https://annan.example/"),
    "another issuer": lambda p, keys: p.said.update(issuer="https://annan.example/"),
    "too old": lambda p, keys: p.said.update(until="2026-11-24T08:00:00Z"),
    "not yet": lambda p, keys: p.said.update(now="2026-11-24T11:00:00Z", until="2026-11-24T12:00:00Z"),
    "to another question": lambda p, keys: p.said.update(asked="_annan"),
    "to nobody's question": lambda p, keys: p.said.update(asked=""),
}


@pytest.mark.parametrize("case", UNTRUSTED)
def test_an_assertion_that_does_not_hold_lets_nobody_in(
    provider: saml_mock.Provider, client: Client, keys: dict[str, tuple[str, str]], case: str
):
    UNTRUSTED[case](provider, keys)
    sent = provider.answer(send_there(client))
    before = Session.objects.count()
    came = Client(HTTP_HOST="testserver").post(reverse(ACS[0], args=ACS[1]), {"SAMLResponse": sent})
    # To which question it is the answer is known with the session alone.
    assert (came.status_code, Session.objects.count() - before) == (
        (302, 1) if "question" in case else (403, 0)
    )
    answer = log_in(client, provider)
    assert answer.status_code == 403
    assert "Svaret från SITHS gick inte att lita på" in words(answer)
    assert not is_in(client)


ENTITY = b64encode(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>').decode()


@pytest.mark.parametrize("sent", ["", "x", "eA==", "PGE+", "PGEvPg==", "å", "A" * 300_000, ENTITY])
def test_what_is_no_assertion_has_the_same_page(provider: saml_mock.Provider, client: Client, sent: str):
    send_there(client)
    before = Session.objects.count()
    assert "gick inte att lita på" in words(deliver(client, sent))
    assert Session.objects.count() == before


def test_nothing_else_that_is_sent_is_kept(provider: saml_mock.Provider, client: Client):
    sent = {
        "SAMLResponse": provider.answer(send_there(client)),
        "RelayState": "Påhittad",
        "more": "Påhittad" * 9,
    }
    assert client.post(reverse(ACS[0], args=ACS[1]), sent).status_code == 302
    kept = client.cookies["saml-acs-session"].value
    assert "P%C3%A5hittad" not in str(Session.objects.get(pk=kept).get_decoded())


def test_an_assertion_counts_once(provider: saml_mock.Provider, client: Client, somewhere_else: Client):
    sent = provider.answer(send_there(client))
    assert "gick inte att lita på" in words(deliver(somewhere_else, sent))
    sent = provider.answer(send_there(client))
    assert deliver(client, sent).status_code == 302
    client.post(reverse("account_logout"))
    assert "gick inte att lita på" in words(deliver(client, sent))
    # Nor as the answer to another question, where the provider did not write in it which one it was.
    provider.said |= {"name": "_once", "asked": ""}
    for expected in (302, 403):
        there = send_there(client)
        provider.around["asked"] = provider.read(there).get("ID")
        assert deliver(client, provider.answer(there)).status_code == expected
    assert not is_in(somewhere_else)


@pytest.mark.parametrize("kept", ["", "x", "\x00"])
def test_an_answer_that_was_not_brought_has_a_page(provider: saml_mock.Provider, client: Client, kept: str):
    client.cookies["saml-acs-session"] = kept
    answer = client.get(reverse("saml_finish_acs", args=["tjanst"]))
    assert "gick inte att lita på" in words(answer)
    assert client.get(reverse("saml_finish_acs", args=["annan"])).status_code == 404


REFUSED = {
    "too weak": ({"level": "loa2"}, {}, "sätt som inte räcker här", ["login.too_weak"]),
    "asked long ago": ({"at": "2026-11-24T08:00:00Z"}, {}, "tillfrågad om ditt kort på nytt", []),
    "unknown person": ({}, {"employeeHsaId": "SE2321000222-B2"}, "inte upplagt", ["login.unknown_person"]),
    "unknown unit": ({}, {"unitHsaId": "SE2321000222-X9"}, "inte upplagt", ["login.unknown_assignment"]),
    "no person": ({}, {"employeeHsaId": ""}, "sa inte vilket HSA-id", []),
}


@pytest.mark.parametrize("case", REFUSED)
def test_who_is_not_meant_by_anybody_here_reads_why(provider: saml_mock.Provider, client: Client, case: str):
    said, attributes, sentence, rows = REFUSED[case]
    provider.said |= said
    provider.attributes |= attributes
    answer = log_in(client, provider)
    assert answer.status_code == 403
    assert sentence in words(answer)
    assert not is_in(client)
    found = AuditEntry.objects.filter(action__startswith="login.")
    assert [row.action for row in found] == rows


def test_a_locked_log_in_is_unlocked_and_anothers_is_ended(
    provider: saml_mock.Provider, county: County, client: Client, clock: Clock
):
    log_in(client, provider)
    client.post(reverse("lock"))
    clock.shift(timedelta(minutes=1))
    assert log_in(client, provider, reverse("contacts")).headers["Location"] == reverse("contacts")
    assert is_in(client)
    client.post(reverse("account_logout"))
    client.post(reverse("account_login"), {"login": "esa", "password": PASSWORD})
    client.post(reverse("lock"))
    log_in(client, provider)
    assert client.get(reverse("status")).context["page"].acting == county.alva


def test_what_the_providers_keepers_enter_about_us(provider: saml_mock.Provider, client: Client):
    answer = client.get(reverse("saml_metadata", args=["tjanst"]))
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    text = answer.content.decode()
    assert f"http://testserver{reverse(ACS[0], args=ACS[1])}" in text
    assert 'WantAssertionsSigned="true"' in text
    assert "SingleLogoutService" not in text
    assert client.get(reverse("saml_metadata", args=["annan"])).status_code == 404
