"""The page of a row that was changed meanwhile leads to what stands, and a moved one is not logged anew."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.queries.care_chains import get_handover
from outage.services.moving import move_call
from tests.factories import County, make_chain, make_event, same_id, tell
from tests.integration.outage.calling import correct, ring
from tests.integration.outage.holding import words
from tests.integration.outage.pages import fields_of, form_of, read

WHY = "Två patienter med samma namn."
PAGES = ["correct_call", "withdraw_call", "move_call"]


@pytest.fixture
def right(county: County, outage: Outage) -> CareChain:
    return make_chain(county, outage, identity="19800101-9808")


@pytest.fixture
def call(county: County, chain: CareChain) -> Handover:
    return ring(county.alva, chain)


@pytest.fixture
def event(call: Handover) -> CareChainEvent:
    """What stands by the call alone, and goes with it."""
    found = call.messages.get().event
    assert found is not None
    return found


def move(county: County, call: Handover, to: CareChain) -> None:
    move_call(by=county.esa, handover=call, to=to, client_id=same_id(1), reason=WHY)


@pytest.mark.parametrize("name", PAGES)
def test_a_moved_call_opens_no_form_and_says_where_it_went(
    county: County, call: Handover, right: CareChain, client: Client, name: str
):
    move(county, call, right)
    client.force_login(county.alva.user)
    answer = client.get(reverse(name, args=[call.pk]))
    assert answer.headers["Location"] == reverse("chain", args=[call.chain_id])
    page = client.get(answer.headers["Location"])
    told = f"Flyttat 10.52 av Esa Påhittad till vårdkedja {right.number}: {WHY}"
    assert told in words(page)
    assert "Återtaget" not in words(page)
    assert told in read(page).find(class_="flash").get_text()


@pytest.mark.parametrize("name", ["correct_event", "withdraw_event"])
def test_so_does_an_event_that_went_with_it(
    county: County, call: Handover, event: CareChainEvent, right: CareChain, client: Client, name: str
):
    move(county, call, right)
    client.force_login(county.alva.user)
    page = client.get(reverse(name, args=[event.pk]), follow=True)
    flash = read(page).find(class_="flash").get_text()
    assert f"till vårdkedja {right.number}: {WHY}" in " ".join(flash.split())


@pytest.mark.parametrize("name", [*PAGES, "correct_event", "withdraw_event"])
def test_a_form_that_was_open_is_told_where_it_stands_and_not_to_log_it_anew(
    county: County, call: Handover, event: CareChainEvent, right: CareChain, client: Client, name: str
):
    client.force_login(county.alva.user)
    path = reverse(name, args=[(event if "event" in name else call).pk])
    own = fields_of(form_of(read(client.get(path)), method="post"))
    own |= {"reason": ["Fel."], "told_rightly": ["ja"], "why": ["not_made"], "to": [str(right.pk)]}
    move(county, call, right)
    answer = client.post(path, own)
    assert answer.status_code == 409
    assert "Det är flyttat och går inte att ändra här." in words(answer)
    assert "nytt" not in words(answer)
    main = read(answer).main
    assert main.find("a", href=reverse("chain", args=[right.pk]))
    assert not main.select_one(".form-end button")


@pytest.mark.parametrize("name", PAGES)
def test_the_old_row_of_a_corrected_call_leads_to_the_one_that_stands(
    county: County, call: Handover, client: Client, name: str
):
    new = correct(call, county.alva, spoken_to="Karin Två")
    client.force_login(county.esa.user)
    answer = client.get(reverse(name, args=[call.pk]))
    assert answer.headers["Location"] == reverse(name, args=[new.pk])
    assert "Rättat 10.52 av Alva Påhittad" in read(client.get(reverse(name, args=[new.pk]))).text


def test_one_that_was_taken_back_shows_the_chain_and_who_did(
    county: County, chain: CareChain, client: Client, clock
):
    event = make_event(county.alva, chain)
    client.force_login(county.alva.user)
    path = reverse("withdraw_event", args=[event.pk])
    own = fields_of(form_of(read(client.get(path)), method="post")) | {"reason": ["Fel."]}
    client.post(path, own, follow=True)
    clock.shift(timedelta(minutes=1))
    page = client.get(reverse("correct_event", args=[event.pk]), follow=True)
    assert page.redirect_chain[-1][0] == reverse("chain", args=[chain.pk])
    assert "Återtaget 10.52 av Alva Påhittad: Fel." in read(page).find(class_="flash").get_text()


def test_a_call_taken_back_beside_one_that_was_moved_is_not_said_to_be_moved(
    county: County, chain: CareChain, call: Handover, right: CareChain, client: Client
):
    other = tell(county.alva, chain, make_event(county.alva, chain, "admission"))
    move(county, call, right)
    client.force_login(county.esa.user)
    path = reverse("withdraw_call", args=[other.pk])
    own = fields_of(form_of(read(client.get(path)), method="post"))
    client.post(path, own | {"why": ["not_made"]}, follow=True)
    page = client.get(path, follow=True)
    assert "Återtaget 10.52 av Esa Påhittad" in read(page).find(class_="flash").get_text()
    assert get_handover(county.esa, other.pk)
