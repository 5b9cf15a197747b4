"""A log-in left behind on a shared PC: locked, with what was half written kept for its owner; never for ever."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Membership
from contacts.rules.permissions import Role
from outage.models import CareChain, Handover, HeldForm, Outage
from tests.clock import Clock
from tests.factories import PASSWORD, County, make_chain, make_outage
from tests.integration.outage.holding import TYPED, mark_of, words
from tests.integration.outage.pages import read


@pytest.fixture
def outage(county: County) -> Outage:
    return make_outage(county.alva)


@pytest.fixture
def chain(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage)


def log_in(client: Client, name: str, next_page: str = ""):
    return client.post(
        reverse("account_login"), {"login": name, "password": PASSWORD, "next": next_page}, follow=True
    )


@pytest.fixture
def left_behind(county: County, chain: CareChain, client: Client, clock: Clock) -> Client:
    """Alva's browser, where nobody has touched anything for a quarter of an hour."""
    log_in(client, "alva")
    client.get(reverse("chain", args=[chain.pk]))
    clock.shift(timedelta(minutes=15))
    return client


def test_a_log_in_left_behind_shows_nothing_and_asks_its_person_for_the_password(
    left_behind: Client, county: County, chain: CareChain
):
    here = reverse("chain", args=[chain.pk])
    answer = left_behind.get(here)
    assert answer.headers["Location"] == f"{reverse('account_login')}?next={here}"
    page = read(left_behind.get(answer.headers["Location"]))
    assert page.main.find("h1").get_text() == "Låst"
    assert "Alva Påhittad är inloggad här." in page.main.get_text()
    assert page.select_one("#id_login")["value"] == "alva"
    assert page.select_one("[autofocus]")["id"] == "id_password"
    shown = log_in(left_behind, "alva", here)
    assert shown.request["PATH_INFO"] == here
    assert shown.status_code == 200


def test_what_was_half_written_is_held_and_there_again_when_it_is_unlocked(
    left_behind: Client, county: County, chain: CareChain
):
    call = reverse("chain_call", args=[chain.pk])
    sent = TYPED | {"typed_by": mark_of(county.alva)}
    answer = left_behind.post(call, sent)
    assert not Handover.objects.exists()
    held = HeldForm.objects.get()
    assert held.user == county.alva.user
    there = reverse("held_form", args=[held.pk])
    assert answer.headers["Location"] == f"{reverse('account_login')}?next={there}"
    shown = log_in(left_behind, "alva", there)
    assert read(shown).select_one("[name=comment]").get_text().strip() == TYPED["comment"]


def test_a_locked_page_asks_for_no_more_by_itself(left_behind: Client):
    assert left_behind.get(reverse("status"), headers={"HX-Request": "true"}).status_code == 401
    assert left_behind.post(reverse("session_left")).status_code == 302
    assert left_behind.get(reverse("status")).status_code == 302


def test_another_person_takes_over_in_two_steps_and_gets_nothing_of_the_first_ones(
    county: County, chain: CareChain, client: Client
):
    log_in(client, "alva")
    answer = client.post(reverse("lock"), {"byt": "1"}, follow=True)
    page = read(answer)
    assert page.main.find("h1").get_text() == "Logga in"
    assert not page.select_one("#id_login").get("value")
    assert page.select_one("[autofocus]")["id"] == "id_login"
    assert "Alva" not in page.get_text()
    # Until then nobody acts.
    assert client.get(reverse("status")).headers["Location"].startswith(reverse("account_login"))
    shown = log_in(client, "esa")
    assert shown.context["page"].acting == county.esa
    client.post(reverse("lock"))
    assert "Esa Påhittad är inloggad här." in words(client.get(reverse("account_login")))


def test_its_own_person_goes_on_in_the_assignment_that_was_left(county: County, client: Client, second):
    log_in(client, "alva")
    client.post(reverse("choose_assignment"), {"membership": second.pk})
    client.post(reverse("lock"))
    shown = log_in(client, "alva")
    assert shown.context["page"].acting.membership == second


@pytest.fixture
def second(county: County) -> Membership:
    return Membership.objects.create(
        user=county.alva.user, unit=county.health_centre, role=Role.STAFF, title="Distriktssköterska"
    )


def test_a_wrong_password_leaves_it_locked(left_behind: Client):
    answer = left_behind.post(reverse("account_login"), {"login": "alva", "password": "fel"})
    assert "lösenordet är fel" in words(answer)
    assert left_behind.get(reverse("status")).status_code == 302


def test_no_log_in_lasts_longer_than_a_long_shift(county: County, client: Client, clock: Clock):
    log_in(client, "alva")
    for _ in range(71):
        clock.shift(timedelta(minutes=10))
        assert client.get(reverse("status")).status_code == 200
    clock.shift(timedelta(minutes=10))
    answer = client.get(reverse("status"))
    assert answer.headers["Location"].startswith(reverse("account_login"))
    # Not locked, but over.
    assert "är inloggad här" not in words(client.get(reverse("account_login")))


def test_locking_may_be_turned_off(county: County, client: Client, clock: Clock, settings):
    settings.LOCK_SECONDS = 0
    log_in(client, "alva")
    clock.shift(timedelta(minutes=58))
    assert client.get(reverse("status")).status_code == 200
    clock.shift(timedelta(minutes=61))
    assert "är inloggad här" not in words(client.get(reverse("status"), follow=True))
