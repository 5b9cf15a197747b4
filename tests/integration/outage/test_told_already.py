"""A call that tells somebody only what they were told: the form says so, and saving asks."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Handover
from outage.rules.informing import CallOutcome
from outage.services.events import correct_event
from outage.services.handovers import withdraw_call
from tests.factories import County, make_event, tell
from tests.integration.outage.holding import words
from tests.integration.outage.pages import Fields, errors_of, fields_of, form_of, read

SAID = "Skellefteå kommun är redan underrättad, 10.52 av Esa Påhittad."


@pytest.fixture
def event(county: County, chain: CareChain) -> CareChainEvent:
    return make_event(county.alva, chain, "admission")


@pytest.fixture
def alva(county: County, client: Client) -> Client:
    client.force_login(county.alva.user)
    return client


def reached(client: Client, chain: CareChain, event: CareChainEvent) -> tuple[str, Fields]:
    """The form that *Nådd* on Läge leads to, with the name in it."""
    path = f"{reverse('chain_call', args=[chain.pk])}?till=municipality&meddelande=event:{event.pk}&utfall=reached"
    shown = client.get(path)
    fields = fields_of(form_of(read(shown), method="post"))
    more = {"number": ["0910-73 50 01"], "spoken_to": ["Karin"], "read_back": ["done"]}
    return path, fields | more


def test_the_form_says_so_and_saving_asks_once(county: County, chain: CareChain, event, alva: Client):
    tell(county.esa, chain, event, to=Party.MUNICIPALITY)
    path, sent = reached(alva, chain, event)
    assert f"{SAID} Sparar du blir det ett samtal till." in words(alva.get(path))
    asked = alva.post(path, sent)
    assert asked.status_code == 422
    assert SAID in errors_of(read(asked))
    assert "Är det här ett samtal till?" in errors_of(read(asked))
    calls = Handover.objects.count()
    again = fields_of(form_of(read(asked), method="post")) | {"answer-told-already": ["ja"]}
    assert alva.post(path, again).status_code == 302
    assert Handover.objects.count() == calls + 1


def test_who_had_the_form_open_when_another_saved_is_asked(
    county: County, chain: CareChain, event, alva: Client
):
    path, sent = reached(alva, chain, event)
    assert "redan underrättad" not in words(alva.get(path))
    tell(county.esa, chain, event, to=Party.MUNICIPALITY)
    calls = Handover.objects.count()
    assert SAID in errors_of(read(alva.post(path, sent)))
    assert Handover.objects.count() == calls


def corrected(county: County, event: CareChainEvent, *, told_rightly: bool) -> CareChainEvent:
    return correct_event(
        by=county.esa,
        event=event,
        client_id=uuid4(),
        happened_at=event.happened_at - timedelta(minutes=5),
        particulars=event.particulars,
        reason="Fel tid.",
        told_rightly=told_rightly,
    )


def told(county: County, chain: CareChain, event: CareChainEvent, **how: Any) -> Handover:
    return tell(county.esa, chain, event, **{"to": Party.MUNICIPALITY} | how)


@pytest.mark.parametrize(
    "how", ["another place", "tried", "relayed", "taken back", "corrected since", "new too"]
)
def test_nothing_is_asked_where_something_is_still_to_be_told(
    county: County, chain: CareChain, event, alva: Client, how: str
):
    if how == "another place":
        told(county, chain, event, to=Party.OUTPATIENT)
    elif how == "tried":
        told(county, chain, event, outcome=CallOutcome.BUSY)
    elif how == "relayed":
        told(county, chain, event, outcome=CallOutcome.RELAYED)
    else:
        call = told(county, chain, event)
    if how == "taken back":
        withdraw_call(by=county.esa, handover=call, client_id=uuid4(), reason="Fel.")
    elif how == "corrected since":
        event = corrected(county, event, told_rightly=False)
    path, sent = reached(alva, chain, event)
    if how == "new too":
        sent = sent | {"messages": [f"event:{event.pk}", "new:preliminary_ready:inpatient"]}
        sent |= {"p-preliminary_ready-inpatient-preliminary_date": ["2026-11-27"]}
    answer = alva.post(path, sent)
    assert answer.status_code == 302, errors_of(read(answer))


def test_a_correction_that_was_told_rightly_leaves_them_told(
    county: County, chain: CareChain, event, alva: Client
):
    told(county, chain, event)
    path, sent = reached(alva, chain, corrected(county, event, told_rightly=True))
    assert SAID in errors_of(read(alva.post(path, sent)))


def test_a_try_is_made_again_unasked(county: County, chain: CareChain, event, alva: Client):
    told(county, chain, event)
    path, sent = reached(alva, chain, event)
    assert alva.post(path, sent | {"outcome": ["no_answer"]}).status_code == 302
