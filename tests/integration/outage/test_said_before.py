"""A call that was made before what it told of was corrected or taken back is logged as what was said."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from contacts.rules.errors import Question
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.rules.handover import Message
from outage.services.events import correct_event, withdraw_event
from outage.services.handovers import log_call
from tests.clock import TUESDAY, Clock
from tests.factories import County, as_typed, call_facts, make_event
from tests.integration.outage.pages import Fields, errors_of, fields_of, form_of, read
from tests.integration.outage.test_moves import owed
from tests.integration.outage.ticking import event_of

pytestmark = pytest.mark.clause("R2.1")

SAID = {
    "recipient": ["municipality"],
    "outcome": ["reached"],
    "spoken_to": ["Karin"],
    "spoken_to_unit": ["Biståndsenheten"],
    "number": ["0910-00 00 00"],
    "read_back": ["done"],
}
OLD = "Det som gällde till 11.12: "


@pytest.fixture(autouse=True)
def _nobody_leaves_the_pc(settings: Any) -> None:
    """Twenty minutes pass in a form that somebody works in."""
    settings.LOCK_SECONDS = 0


def to_day(
    county: County, chain: CareChain, event: CareChainEvent, on: str, *, rightly: bool = False
) -> CareChainEvent:
    event.chain = get_chain(county.esa, chain.pk)
    return correct_event(
        by=county.esa,
        event=event,
        client_id=uuid4(),
        happened_at=event.happened_at,
        particulars={"preliminary_date": on},
        reason="Fel dag.",
        told_rightly=rightly,
    )


def take_back(county: County, chain: CareChain, event: CareChainEvent) -> None:
    event.chain = get_chain(county.esa, chain.pk)
    withdraw_event(by=county.esa, event=event, client_id=uuid4(), reason="Fel patient.")


def boxes(answer: Any) -> dict[str, str]:
    """The value of each message that is logged already, by the words beside it."""
    found = read(answer).main.find_all("input", {"name": "messages"})
    shown = {box["value"]: " ".join(box.parent.get_text(" ").split()) for box in found}
    return {label: value for value, label in shown.items() if not value.startswith("new:")}


def value_of(answer: Any, words: str) -> str:
    (found,) = (value for label, value in boxes(answer).items() if label.startswith(words))
    return found


@pytest.fixture
def prepared(county: County, chain: CareChain, client: Client) -> tuple[str, CareChainEvent, Fields]:
    """Alva has the form open since 10.52, with a preliminary date told to the hälsocentral already."""
    event = make_event(
        county.alva, chain, "preliminary_ready", to="outpatient", preliminary_date="2026-12-01"
    )
    client.force_login(county.alva.user)
    path = reverse("chain_call", args=[chain.pk])
    sent = fields_of(form_of(read(client.get(path)), method="post"))
    return path, event, sent | SAID | {"messages": [f"event:{event.pk}"]}


def test_a_page_from_before_the_correction_offers_what_was_said_beside_what_is_so_now(
    county: County, chain: CareChain, client: Client, clock: Clock, prepared: Any
):
    path, event, sent = prepared
    clock.move_to(TUESDAY + timedelta(minutes=20))
    to_day(county, chain, event, "2026-12-05")
    answer = client.post(path, sent)
    assert answer.status_code == 422
    assert "Meddelandet har ändrats" in errors_of(read(answer))
    old = value_of(answer, OLD + "preliminärt utskrivningsklar")
    assert "1 dec" in next(label for label, value in boxes(answer).items() if value == old)
    again = fields_of(form_of(read(answer), method="post"))
    assert "messages" not in again
    assert client.post(path, again | {"messages": [old]}).status_code == 302
    assert owed(county, chain)["Skellefteå kommun"] == ["Preliminärt utskrivningsklar (rättad)"]


def test_what_was_corrected_twice_says_what_it_was_and_what_it_is_now(
    county: County, chain: CareChain, client: Client, clock: Clock, prepared: Any
):
    path, event, sent = prepared
    for minutes, on in ((10, "2026-12-05"), (20, "2026-12-08")):
        clock.move_to(TUESDAY + timedelta(minutes=minutes))
        event = to_day(county, chain, event, on)
    said = errors_of(read(client.post(path, sent)))
    assert (
        "Preliminärt utskrivningsklar 10.22, preliminärt utskrivningsdatum tis 1 dec är rättat till: " in said
    )
    assert "10.22, preliminärt utskrivningsdatum tis 8 dec (ändrat 11.12). Välj det som sades." in said
    clock.move_to(TUESDAY + timedelta(minutes=30))
    take_back(county, chain, event)
    assert "tis 1 dec är återtaget (ändrat 11.22)" in errors_of(read(client.post(path, sent)))


def test_what_was_taken_back_meanwhile_can_be_said_to_have_been_told(
    county: County, chain: CareChain, client: Client, clock: Clock, prepared: Any
):
    path, event, sent = prepared
    clock.move_to(TUESDAY + timedelta(minutes=20))
    take_back(county, chain, event)
    answer = client.post(path, sent)
    old = value_of(answer, OLD)
    assert client.post(path, sent | {"messages": [old]}).status_code == 302
    assert owed(county, chain)["Skellefteå kommun"] == ["Återtag: preliminärt utskrivningsklar"]


def test_both_wordings_are_not_told_in_one_call(
    county: County, chain: CareChain, client: Client, clock: Clock, prepared: Any
):
    path, event, sent = prepared
    clock.move_to(TUESDAY + timedelta(minutes=20))
    to_day(county, chain, event, "2026-12-05")
    answer = client.post(path, sent)
    both = [value_of(answer, OLD), value_of(answer, "Preliminärt")]
    refused = client.post(path, sent | {"messages": both})
    assert refused.status_code == 422
    assert "Välj bara en lydelse" in errors_of(read(refused))


def test_a_wording_that_was_told_rightly_is_no_other(
    county: County, chain: CareChain, client: Client, clock: Clock, prepared: Any
):
    path, event, sent = prepared
    clock.move_to(TUESDAY + timedelta(minutes=20))
    to_day(county, chain, event, "2026-12-05", rightly=True)
    assert not any(label.startswith("Det som gällde") for label in boxes(client.post(path, sent)))


@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize("said", ["then", "now"])
def test_a_call_with_an_earlier_time_asks_which_wording_was_told(
    county: County, chain: CareChain, client: Client, clock: Clock, prepared: Any, said: str, gone: bool
):
    path, event, sent = prepared
    called = TUESDAY + timedelta(minutes=10)
    clock.move_to(TUESDAY + timedelta(minutes=20))
    if gone:
        take_back(county, chain, event)
    else:
        to_day(county, chain, event, "2026-12-05")
    clock.move_to(TUESDAY + timedelta(minutes=30))
    new = event_row(county, chain)
    at = dict(zip(["at_kl", "at_dag"], ([text] for text in as_typed(called)), strict=True))
    answer = client.post(path, sent | at | {"messages": [f"event:{new.pk}"]})
    assert "Vad sades i samtalet?" in errors_of(read(answer))
    again = fields_of(form_of(read(answer), method="post"))
    assert client.post(path, again | {f"answer-wording-{new.pk}": [said]}).status_code == 302
    left = "Återtag: preliminärt utskrivningsklar" if gone else "Preliminärt utskrivningsklar (rättad)"
    assert owed(county, chain).get("Skellefteå kommun", []) == ([left] if said == "then" else [])


def event_row(county: County, chain: CareChain) -> CareChainEvent:
    """The row that the chain's one event stands by, or was taken back by."""
    return max(logs_of([chain.pk])[chain.pk].events, key=lambda row: row.order)


@pytest.mark.parametrize(("called", "asks"), [(9, True), (19, True), (20, False), (21, False)])
def test_only_a_call_from_before_the_minute_of_the_correction_is_asked_about(
    county: County, chain: CareChain, clock: Clock, called: int, asks: bool
):
    event = make_event(county.alva, chain, "preliminary_ready", preliminary_date="2026-12-01")
    clock.move_to(TUESDAY + timedelta(minutes=20, seconds=40))
    to_day(county, chain, event, "2026-12-05")
    clock.move_to(TUESDAY + timedelta(minutes=30))

    def call(at: datetime) -> None:
        log_call(
            by=county.alva,
            chain=get_chain(county.alva, chain.pk),
            client_id=uuid4(),
            facts=call_facts(Party.MUNICIPALITY, at=at),
            messages=[Message(event_id=event_of(get_chain(county.alva, chain.pk)).pk)],
            answers={},
        )

    if asks:
        with pytest.raises(Question):
            call(TUESDAY + timedelta(minutes=called))
    else:
        call(TUESDAY + timedelta(minutes=called))
