"""Överlämning says that a colleague has something unsaved: who, what kind and when, and nothing of whom it is about."""

import pytest
from django.test import Client
from django.urls import reverse

from outage.models import HeldForm
from tests.factories import County, person
from tests.integration.outage.holding import TYPED, words
from tests.integration.outage.pages import Fields, read

SHIFT, HAND_OVER = reverse("shift"), reverse("hand_over_shift")


def unsaved(client: Client, path: str = SHIFT) -> str:
    title = read(client.get(path)).find(id="unsaved-title")
    return " ".join(title.find_parent("section").get_text(" ").split()) if title else ""


@pytest.mark.parametrize("path", [SHIFT, HAND_OVER])
def test_what_a_colleague_has_unsaved_is_said_without_whom_or_what_it_is_about(
    county: County, address: str, half_filled: Fields, client: Client, path: str
):
    """Alva's call came in after her log-in lapsed; Disa's unit is another one."""
    Client().post(address, half_filled)
    client.force_login(person("esakollega", county.ward).user)
    assert "Inte sparat (1) Alva Påhittad : samtal 10.52" in unsaved(client, path)
    answer = client.get(path)
    assert not any(text in words(answer) for text in (TYPED["spoken_to"], "Hemtjänst två gånger"))
    assert str(HeldForm.objects.get().pk) not in answer.content.decode()
    client.force_login(county.disa.user)
    assert not unsaved(client, path)
    client.force_login(county.alva.user)
    assert "Ta fram på Läge" in unsaved(client, path)


def test_what_is_held_of_what_was_saved_already_is_not_called_unsaved(
    county: County, address: str, half_filled: Fields, client: Client
):
    client.force_login(county.alva.user)
    assert client.post(address, half_filled).status_code == 302
    Client().post(address, half_filled | {"comment": ["Mer"]})
    assert HeldForm.objects.exists()
    assert not unsaved(client)
