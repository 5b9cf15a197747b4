"""The head of a page that stands open: what goes on now, and what the page itself is about."""

from datetime import timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from outage.models import CareChain
from outage.services.drills import start_drill
from tests.factories import County, make_chain, make_event, make_outage, outage_facts
from tests.integration.outage.pages import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def played(county: County) -> CareChain:
    drill = start_drill(by=county.esa, client_id=uuid4(), facts=outage_facts(timedelta(hours=1)))
    chain = make_chain(county, drill)
    make_event(county.alva, chain, "discharge")
    return chain


@pytest.fixture
def esas(client: Client, county: County) -> Client:
    client.force_login(county.esa.user)
    return client


def head_of(page: BeautifulSoup) -> Tag:
    head = page.find(id="stuck")
    assert isinstance(head, Tag)
    return head


def asked_again(client: Client, page: BeautifulSoup, shown: str = "") -> HttpResponse:
    live = {"HX-Request": "true", "HX-Trigger": "calls", "X-Shown": shown}
    return client.get(str(head_of(page)["data-head"]), headers=live)


# What stands on these pages is of the drill until they are loaded anew.
OF_THE_DRILL = ("chains", "shift", "checklists", "log_call", "new_chain", "chain")


@pytest.mark.parametrize("name", [*OF_THE_DRILL, "contacts", "sheets", "routine"])
def test_an_open_page_of_a_drill_says_what_goes_on_when_an_outage_is_reported(
    county: County, played: CareChain, esas: Client, name: str
):
    path = reverse(name, args=[played.pk] if name == "chain" else [])
    page = read(esas.get(path))
    assert "använd påhittade patienter" in head_of(page).text
    # Not two hours ago, which is a moment of its own.
    make_outage(county.alva, timedelta(minutes=90))
    answer = asked_again(esas, page)
    head = head_of(read(answer))
    assert "Driftstopp i PRATOR" in head.text
    assert "använd påhittade patienter" not in head.text
    mark = "Sidan hör till en övning, inte till driftstoppet som pågår. Ring inget härifrån"
    assert (mark in head.text) is (name in OF_THE_DRILL)
    if name == "chain" or name not in OF_THE_DRILL:
        anew = head_of(read(esas.get(path)))
        for each in (head, anew):
            del each["data-head"]
        assert str(head) == str(anew)
    assert asked_again(esas, page, answer.headers["X-Version"]).status_code == 204


def test_what_a_unit_owes_for_too_long_is_told_on_an_open_page(county: County, esas: Client):
    chain = make_chain(county, make_outage(county.alva))
    page = read(esas.get(reverse("contacts")))
    shown = asked_again(esas, page).headers["X-Version"]
    make_event(county.alva, chain, "discharge", ago=timedelta(minutes=20))
    assert "Påminnelse" in head_of(read(asked_again(esas, page, shown))).text


def test_the_head_of_what_is_not_there_is_not_there_and_of_no_page_lights_no_entry(
    county: County, esas: Client
):
    assert esas.get(reverse("head_now"), {"driftstopp": str(uuid4())}).status_code == 404
    assert esas.get(reverse("head_now"), {"driftstopp": "x"}).status_code == 404
    page = read(esas.get("/finns-inte/"))
    assert not head_of(read(asked_again(esas, page))).select("[aria-current]")
