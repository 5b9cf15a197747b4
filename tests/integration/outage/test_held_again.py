"""A form that was held, taken up and interrupted once more: the text typed last is what is kept."""

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import AuditEntry
from outage.models import Handover, HeldForm
from tests.factories import County
from tests.integration.outage.holding import held_page, log_in, words
from tests.integration.outage.pages import Fields, fields_of, form_of, read


@pytest.fixture
def client() -> Client:
    """Sends what it is given and nothing more."""
    return Client()


@pytest.fixture
def taken_up(county: County, address: str, half_filled: Fields, client: Client) -> Fields:
    """The form as it is shown again, by nobody logged in any more."""
    log_in(client, "alva", held_page(client.post(address, half_filled)))
    shown = client.get(reverse("held_form", args=[HeldForm.objects.get().pk]))
    client.logout()
    return fields_of(form_of(read(shown), action=address))


@pytest.mark.parametrize("by_another", [False, True])
def test_what_was_typed_last_takes_the_place_of_what_was_taken_up(
    county: County, address: str, taken_up: Fields, client: Client, by_another: bool
):
    if by_another:
        client.force_login(county.esa.user)
    client.post(address, taken_up | {"comment": ["VIKTIGT: sonen hämtar 14."]})
    held = HeldForm.objects.get()
    assert "sonen hämtar" in held.content
    assert AuditEntry.objects.filter(action="held_form.taken_up").count() == 1
    client.logout()
    log_in(client, "alva")
    shown = client.get(reverse("held_form", args=[held.pk]))
    assert client.post(address, fields_of(form_of(read(shown), action=address))).status_code == 302
    assert Handover.objects.get().comment == "VIKTIGT: sonen hämtar 14."
    assert not HeldForm.objects.exists()


def test_two_windows_that_took_up_the_same_keep_one_each_and_neither_is_lost_by_the_other(
    county: County, address: str, taken_up: Fields, client: Client
):
    for said in ("Sonen hämtar 14.", "Dottern hämtar 15."):
        client.post(address, taken_up | {"comment": [said]})
    assert HeldForm.objects.count() == 2
    log_in(client, "alva")
    first, second = HeldForm.objects.order_by("at", "pk")
    shown = client.get(reverse("held_form", args=[first.pk]))
    assert client.post(address, fields_of(form_of(read(shown), action=address))).status_code == 302
    assert HeldForm.objects.get() == second
    status = words(client.get(reverse("status")))
    assert "Redan sparat 10.52: skiljer det här sig syns det när du tar fram det" in status


def test_shown_again_and_sent_twice_it_is_one(county: County, address: str, taken_up: Fields, client: Client):
    for _ in "12":
        client.post(address, taken_up)
    assert HeldForm.objects.count() == 1
