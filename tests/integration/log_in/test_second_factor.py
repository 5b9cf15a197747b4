"""The second step: nobody is let in by a password alone who has it, nor who must."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from contacts.models import AuditEntry, Principal, User
from contacts.rules.permissions import Role
from contacts.rules.second_factor import SecondFactor, needs_second_factor
from tests.factories import PASSWORD, County
from tests.integration.log_in.steps import LOG_IN, add_app, code_of, log_in
from tests.integration.outage.pages import read


@pytest.fixture
def with_app(county: County, client: Client) -> str:
    """Alva's app has this secret."""
    log_in(client, "alva")
    secret = add_app(client)
    client.post(reverse("account_logout"))
    return secret


def test_who_has_an_app_is_in_after_its_code_and_goes_on_to_the_page_asked_for(with_app: str, client: Client):
    wanted = reverse("contacts")
    assert log_in(client, "alva", wanted).headers["Location"] == reverse("mfa_authenticate")
    assert client.get(wanted).headers["Location"].startswith(reverse(LOG_IN))
    wrong = client.post(reverse("mfa_authenticate"), {"code": "12"})
    assert "Koden är fel." in read(wrong).get_text()
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(with_app)}).headers["Location"] == wanted
    assert client.get(wanted).status_code == 200


@pytest.mark.parametrize("way", [LOG_IN, "admin:login"])
def test_no_other_door_lets_a_password_in_alone(with_app: str, county: County, client: Client, way: str):
    User.objects.filter(pk=county.alva.user.pk).update(is_staff=True, is_superuser=True)
    client.post(reverse(way), {"username": "alva", "login": "alva", "password": PASSWORD})
    assert client.get(reverse("admin:index")).status_code == 302
    assert client.get(reverse("status")).headers["Location"].startswith(reverse(LOG_IN))


def test_one_person_who_is_logged_in_does_not_let_another_past_the_code(
    with_app: str, county: County, client: Client
):
    client.force_login(county.esa.user)
    log_in(client, "alva")
    # Esa is out, and Alva is not in.
    assert client.get(reverse("status")).headers["Location"].startswith(reverse(LOG_IN))
    client.post(reverse("mfa_authenticate"), {"code": code_of(with_app)})
    assert client.get(reverse("status")).context["page"].acting.user.username == "alva"


def test_the_code_counts_where_another_persons_log_in_was_left_locked(
    with_app: str, county: County, client: Client
):
    log_in(client, "esa")
    client.post(reverse("lock"), {"byt": "1"})
    log_in(client, "alva")
    client.post(reverse("mfa_authenticate"), {"code": code_of(with_app)})
    assert client.get(reverse("status")).context["page"].acting == county.alva
    assert client.session["second_factor"]


def test_a_reserve_code_counts_once(county: County, client: Client):
    log_in(client, "alva")
    add_app(client)
    shown = read(client.get(reverse("mfa_view_recovery_codes")))
    codes = [each.get_text() for each in shown.main.find_all("code")]
    assert len(codes) == 10
    # Shown once, and never again.
    client.post(reverse("account_logout"))
    for expected in (302, 200):
        log_in(client, "alva")
        answer = client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert answer.status_code == expected
        hidden = client.get(reverse("mfa_view_recovery_codes"))
        assert codes[1] not in hidden.content.decode()
        client.post(reverse("account_logout"))


def test_the_secret_lies_encrypted_and_the_trace_says_what_was_added_and_removed(
    with_app: str, client: Client
):
    assert with_app not in str(Authenticator.objects.get(type="totp").data)
    log_in(client, "alva")
    client.post(reverse("mfa_authenticate"), {"code": code_of(with_app)})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    found = AuditEntry.objects.filter(action__startswith="second_factor").order_by("pk")
    assert [(each.action, each.changes["kind"], each.user.username) for each in found] == [
        ("second_factor.added", "kodapp", "alva"),
        ("second_factor.added", "reservkoder", "alva"),
        ("second_factor.removed", "kodapp", "alva"),
        ("second_factor.removed", "reservkoder", "alva"),
    ]


@pytest.mark.parametrize("chosen", SecondFactor)
@pytest.mark.parametrize("role", Role)
def test_who_must_is_kept_to_its_own_log_in_until_it_has_one(
    county: County, client: Client, role: Role, chosen: SecondFactor
):
    Principal.objects.filter(pk=county.region.pk).update(second_factor=chosen)
    county.alva.membership.role = role
    county.alva.membership.save()
    log_in(client, "alva")
    assert needs_second_factor(role, chosen) == (chosen == "all" or role not in {"staff", "coordinator"})
    if not needs_second_factor(role, chosen):
        assert client.get(reverse("status")).status_code == 200
        return
    for name in ("status", "contacts", "checklists"):
        assert client.get(reverse(name)).headers["Location"] == reverse("mfa_index")
    assert client.post(reverse("report_outage"), {}).status_code in {302, 409}
    page = client.get(reverse("mfa_index"))
    assert "kräver två steg" in read(page).get_text()
    add_app(client)
    assert client.get(reverse("status")).status_code == 200


def test_the_admin_pages_want_it_of_everybody(county: County, client: Client):
    User.objects.filter(pk=county.alva.user.pk).update(is_staff=True, is_superuser=True)
    log_in(client, "alva")
    assert client.get(reverse("admin:index")).headers["Location"] == reverse("mfa_index")
    add_app(client)
    assert client.get(reverse("admin:index")).status_code == 200


def test_no_secret_of_a_log_in_is_in_the_admin_pages():
    assert not [each for each in admin.site._registry if each.__module__.startswith("allauth")]


def test_ones_sessions_are_seen_and_ended(county: County, client: Client, somewhere_else: Client):
    log_in(client, "alva")
    log_in(somewhere_else, "alva")
    page = read(client.get(reverse("usersessions_list"))).main
    assert [each.find("strong").get_text() for each in page.find_all("li")] == [
        "Här, på den här datorn",
        "En annan dator",
    ]
    asked = client.post(reverse("usersessions_list"))
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert somewhere_else.get(reverse("status")).status_code == 200
    # What was pressed is done when it is confirmed, without a second press.
    client.post(asked.headers["Location"], {"password": PASSWORD})
    assert client.get(reverse("status")).status_code == 200
    assert somewhere_else.get(reverse("status")).headers["Location"].startswith(reverse(LOG_IN))


def test_who_has_no_way_to_show_again_who_they_are_is_told_so_and_how_to_get_one(
    county: County, client: Client
):
    user = county.alva.user
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    answers = [client.get(reverse("account_reauthenticate")), client.get(reverse("mfa_activate_totp"))]
    answers.append(client.post(reverse("usersessions_list"), {}))
    for answer in answers:
        assert answer.status_code == 403
        text = " ".join(read(answer).get_text(" ").split())
        assert "har varken lösenord eller andra steg här. Be den som lägger upp personer" in text
        assert "Reauthentication" not in text
