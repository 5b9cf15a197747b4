"""Log-in by OpenID Connect: the right person in, in the assignment chosen there, and nobody by what does not hold."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse

from contacts.models import Membership, Principal, Unit, User
from contacts.rules.permissions import Role
from contacts.rules.second_factor import SecondFactor
from tests.clock import Clock
from tests.factories import PASSWORD, County
from tests.integration.log_in import openid_mock
from tests.integration.log_in.openid_steps import (
    ALVA,
    WARD,
    come_back,
    is_in,
    log_in,
    openid_provider,
    send_there,
    trace,
)
from tests.integration.outage.holding import words
from tests.integration.outage.pages import read

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib", "ignore:.*authlib.*")


@pytest.fixture
def provider(settings: Any, tmp_path: Path, county: County) -> Iterator[openid_mock.Provider]:
    with openid_provider(settings, tmp_path, county) as provider:
        yield provider


def test_a_press_and_the_card_lead_to_the_page_asked_for_in_the_assignment_chosen_there(
    provider: openid_mock.Provider, county: County, client: Client
):
    Principal.objects.filter(pk=county.region.pk).update(second_factor=SecondFactor.ALL)
    Membership.objects.create(
        user=county.alva.user, unit=county.health_centre, role=Role.STAFF, title="Distriktssköterska"
    )
    page = client.get(reverse("account_login"))
    first = read(page).main.find("button")
    assert first.get_text() == "Logga in med SITHS"
    assert f"form-action 'self' {provider.issuer}" in page.headers["Content-Security-Policy"].split("; ")
    there = send_there(client, reverse("contacts"))
    asked = parse_qs(urlsplit(there).query)
    assert there.startswith(f"{provider.issuer}/oauth2/authorize?")
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["prompt"] == ["login"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    answer = client.get(come_back(there))
    assert answer.headers["Location"] == reverse("contacts")
    assert provider.asked[0]["code_verifier"]
    # Two factors are required, and the card is both; the other assignment is not asked about.
    shown = client.get(reverse("status"))
    assert shown.context["page"].acting.membership == county.alva.membership
    assert trace() == []
    said = read(client.post(reverse("account_logout"), follow=True)).select_one(".flash").get_text()
    assert "Du är utloggad här. Hos SITHS kan du vara inloggad" in said


def test_who_has_a_code_app_is_not_asked_for_its_code_too(
    provider: openid_mock.Provider, county: County, client: Client
):
    Authenticator.objects.create(user=county.alva.user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert log_in(client).headers["Location"] == reverse("status")
    assert is_in(client)


ANOTHERS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
UNTRUSTED: dict[str, Callable[[openid_mock.Provider], object]] = {
    "another's signature": lambda p: setattr(p, "key", ANOTHERS),
    "no signature": lambda p: setattr(p, "alg", "none"),
    "signed with the secret": lambda p: (setattr(p, "key", "hemligt" * 8), setattr(p, "alg", "HS256")),
    "another question's nonce": lambda p: setattr(p, "change", lambda c: c | {"nonce": "gammal"}),
    "no nonce": lambda p: setattr(p, "change", lambda c: {k: v for k, v in c.items() if k != "nonce"}),
    "for another client": lambda p: setattr(p, "change", lambda c: c | {"aud": "annan"}),
    "for several, by another": lambda p: setattr(
        p, "change", lambda c: c | {"aud": ["driftstopp", "annan"], "azp": "annan"}
    ),
    "of another issuer": lambda p: setattr(p, "change", lambda c: c | {"iss": "http://localhost:1"}),
    "too old": lambda p: setattr(p, "change", lambda c: c | {"exp": c["iat"] - 60}),
    "of no end": lambda p: setattr(p, "change", lambda c: {k: v for k, v in c.items() if k != "exp"}),
    "nobody": lambda p: setattr(p, "change", lambda c: {k: v for k, v in c.items() if k != "sub"}),
    "a time that is none": lambda p: setattr(p, "change", lambda c: c | {"auth_time": {"x": 1}}),
}


@pytest.mark.parametrize("case", UNTRUSTED)
def test_a_token_that_does_not_hold_lets_nobody_in(provider: openid_mock.Provider, client: Client, case: str):
    there = send_there(client)
    UNTRUSTED[case](provider)
    answer = client.get(come_back(there))
    assert answer.status_code == 403
    assert "Svaret från SITHS gick inte att lita på" in words(answer)
    assert not is_in(client)


HSA_IDS = {"hsa_id": ALVA, "unit": WARD, "roles": ["vård och behandling"], "levels": ["loa3"]}
REFUSED: dict[str, tuple[dict[str, Any], str, tuple[str, str] | None]] = {
    "no id told": ({"employeeHsaId": None}, "SITHS sa inte vilket HSA-id du har.", None),
    "several ids told": ({"employeeHsaId": [ALVA, ALVA]}, "SITHS sa inte vilket HSA-id du har.", None),
    "too weak": ({"acr": "loa2"}, "sätt som inte räcker här", ("login.too_weak", "")),
    "no level told": ({"acr": None}, "sätt som inte räcker här", ("login.too_weak", "")),
    "unknown person": (
        {"employeeHsaId": "SE2321000222-B2"},
        "Ditt HSA-id SE2321000222-B2 är inte upplagt här. Be din administratör",
        ("login.unknown_person", ""),
    ),
    "unknown unit": (
        {"healthCareUnitHsaId": "SE2321000222-X9"},
        "Ditt uppdrag vid SE2321000222-X9 är inte upplagt här. Be din administratör lägga till det.",
        ("login.unknown_assignment", "alva"),
    ),
    "no unit": ({"healthCareUnitHsaId": None}, "är inte upplagt här", ("login.unknown_assignment", "alva")),
    "another role": (
        {"commissionPurpose": "Administration"},
        "Ditt uppdrag vid Medicin 2 är inte upplagt här.",
        ("login.unknown_assignment", "alva"),
    ),
    "a word for no role": (
        {"commissionPurpose": "Städning"},
        "Ditt uppdrag vid Medicin 2 är inte upplagt här.",
        ("login.unknown_assignment", "alva"),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_who_is_not_meant_by_anybody_here_reads_why_and_it_is_in_the_trace(
    provider: openid_mock.Provider, client: Client, case: str
):
    told, sentence, row = REFUSED[case]
    provider.claims |= told
    answer = log_in(client)
    assert answer.status_code == 403
    assert sentence in words(answer)
    assert not is_in(client)
    assert [found[:2] for found in trace()] == ([row] if row else [])
    assert User.objects.count() == 6


def test_the_row_has_the_ids_of_staff_and_units(provider: openid_mock.Provider, client: Client):
    provider.claims["healthCareUnitHsaId"] = "SE2321000222-X9"
    log_in(client)
    assert trace()[0][2] == HSA_IDS | {"unit": "SE2321000222-X9"}


ENDED: dict[str, Callable[[County], object]] = {
    "the assignment": lambda c: Membership.objects.filter(pk=c.alva.membership.pk).update(active=False),
    "the unit": lambda c: Unit.objects.filter(pk=c.ward.pk).update(active=False),
    "the person": lambda c: User.objects.filter(pk=c.alva.user.pk).update(is_active=False),
    "that it is no superuser": lambda c: User.objects.filter(pk=c.alva.user.pk).update(is_superuser=True),
    "that there is one person with the id": lambda c: User.objects.filter(pk=c.bo.user.pk).update(
        hsa_id=ALVA
    ),
}


@pytest.mark.parametrize("case", ENDED)
def test_what_has_ended_lets_nobody_in(
    provider: openid_mock.Provider, county: County, client: Client, case: str
):
    ENDED[case](county)
    answer = log_in(client)
    assert answer.status_code == 403
    assert "är inte upplagt här" in words(answer)
    assert not is_in(client)
    assert len(trace()) == 1


def test_an_answer_counts_once_and_for_who_was_sent_to_get_it(
    provider: openid_mock.Provider, client: Client, somewhere_else: Client
):
    back = come_back(send_there(client))
    assert "gick inte att lita på" in words(somewhere_else.get(back))
    assert client.get(back).status_code == 302
    client.post(reverse("account_logout"))
    assert "gick inte att lita på" in words(client.get(back))
    assert not is_in(client)
    assert not is_in(somewhere_else)


def test_nothing_of_the_address_goes_on_to_the_provider(provider: openid_mock.Provider, client: Client):
    query = "?auth_params=prompt%3Dnone%26x%3D1&scope=mer&process=connect&action=reauthenticate"
    there = client.post(reverse("provider_log_in") + query).headers["Location"]
    asked = parse_qs(urlsplit(there).query)
    assert (asked["prompt"], asked["scope"], "x" in asked) == (["login"], ["openid"], False)
    assert client.get(come_back(there)).headers["Location"] == reverse("status")


def test_who_changes_their_mind_there_is_told_so(provider: openid_mock.Provider, client: Client):
    there = send_there(client)
    state = parse_qs(urlsplit(there).query)["state"][0]
    answer = client.get(reverse("provider_answer"), {"error": "access_denied", "state": state})
    assert "Inloggningen avbröts." in words(answer)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?code=x",
        "?state=x&code=x",
        "?state=%00&code=%ff",
        "?error=x",
        "?state=a&state=b&error=access_denied",
    ],
)
def test_what_nobody_was_sent_to_get_has_a_page(provider: openid_mock.Provider, client: Client, query: str):
    client.cookies["sessionid"] = "x"
    answer = client.get(reverse("provider_answer") + query)
    assert answer.status_code == 403
    assert "Svaret från SITHS gick inte att lita på" in words(answer)
    assert provider.calls == []


def leave(client: Client) -> None:
    client.post(reverse("lock"))


def test_a_locked_log_in_is_unlocked_by_its_persons_card_and_goes_on(
    provider: openid_mock.Provider, county: County, client: Client, clock: Clock
):
    log_in(client)
    client.session["kept"] = 1
    leave(client)
    page = client.get(reverse("account_login"))
    assert "Lås upp med SITHS" in words(page)
    there = send_there(client, reverse("contacts"))
    clock.shift(timedelta(minutes=4))
    started = client.session["started"]
    assert client.get(come_back(there)).headers["Location"] == reverse("contacts")
    assert client.session["started"] > started
    assert client.get(reverse("status")).context["page"].acting == county.alva


@pytest.mark.parametrize(("told", "lets_in"), [(-7200, False), (None, False), (0, True)])
def test_who_was_not_asked_for_the_card_anew_unlocks_nothing(
    provider: openid_mock.Provider, client: Client, told: int | None, lets_in: bool
):
    log_in(client)
    leave(client)
    provider.change = lambda c: c | {"auth_time": None if told is None else c["auth_time"] + told}
    answer = log_in(client)
    assert ("tillfrågad om ditt kort på nytt" in answer.content.decode()) is not lets_in
    assert is_in(client) is lets_in


def test_anothers_card_ends_the_log_in_that_was_left_here(
    provider: openid_mock.Provider, county: County, client: Client
):
    client.post(reverse("account_login"), {"login": "esa", "password": PASSWORD})
    before = client.session.session_key
    leave(client)
    log_in(client)
    shown = client.get(reverse("status"))
    assert shown.context["page"].acting == county.alva
    assert client.session.session_key != before
    assert client.session["second_factor"]


def test_anothers_card_takes_over_from_who_is_logged_in(
    provider: openid_mock.Provider, county: County, client: Client
):
    client.post(reverse("account_login"), {"login": "esa", "password": PASSWORD})
    log_in(client)
    assert client.get(reverse("status")).context["page"].acting == county.alva


def test_who_has_no_password_confirms_at_the_provider(
    provider: openid_mock.Provider, county: County, client: Client
):
    user = User.objects.get(pk=county.alva.user.pk)
    user.set_unusable_password()
    user.save()
    log_in(client)
    wanted = reverse("mfa_activate_totp")
    page = client.get(wanted, follow=True)
    assert "Bekräfta att det är du" in words(page)
    assert provider.issuer in page.headers["Content-Security-Policy"]
    assert read(page).main.select_one("[name=next]")["value"] == wanted
    assert log_in(client, wanted).headers["Location"] == wanted
    assert client.get(wanted).status_code == 200
    # Not by being there already.
    leave(client)
    assert client.get(wanted).status_code == 302
