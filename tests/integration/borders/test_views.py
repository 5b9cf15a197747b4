"""A view that forgets its own guard: the service still refuses, and the answer is that of what is not there."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.access import Acting
from forms.models import Sheet
from forms.views import prints
from outage.models import CareChainEvent
from outage.queries.care_chains import get_chain, get_event
from outage.views import events
from tests.factories import make_chain, make_county, make_event, make_outage

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(client: Client, monkeypatch: pytest.MonkeyPatch) -> CareChainEvent:
    """Of Alva's; Cissi of another principal is logged in, and the views find what Alva sees."""
    county = make_county()
    client.force_login(county.cissi.user)

    def as_alva(get: Callable[[Acting, UUID], object]) -> Callable[[Acting, UUID], object]:
        return lambda _, pk: get(county.alva, pk)

    monkeypatch.setattr(prints, "get_chain", as_alva(get_chain))
    monkeypatch.setattr(events, "get_event", as_alva(get_event))
    return make_event(county.alva, make_chain(county, make_outage(county.alva)))


def test_a_form_about_anothers_is_answered_as_one_about_nothing(client: Client, event: CareChainEvent):
    path = reverse("withdraw_event", args=[event.pk])
    assert client.post(path, {"client_id": uuid4(), "reason": "Fel."}).status_code == 404
    assert CareChainEvent.objects.count() == 1


def test_a_press_about_anothers_is_answered_as_one_about_nothing(client: Client, event: CareChainEvent):
    assert client.post(reverse("complete_discharge", args=[event.pk])).status_code == 404


def test_a_print_of_anothers_is_answered_as_one_of_nothing(client: Client, event: CareChainEvent):
    path = reverse("chain_sheet", args=[event.chain_id])
    assert client.post(path, {"client_id": uuid4()}).status_code == 404
    assert not Sheet.objects.exists()
