"""A municipality whose hemsjukvård has several areas: which it is, the patient's home tells (R5.4, R5.5)."""

from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from contacts.models import MunicipalKind, Unit
from contacts.queries.ringing import numbers_for
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from contacts.rules.parties import Party
from outage.presenters.owed import OwedCall
from outage.rules.told import Target
from tests.asking import search_for
from tests.clock import standing_at
from tests.factories import make_entry

pytestmark = [pytest.mark.django_db, pytest.mark.clause("R5.4"), pytest.mark.clause("R5.5")]
SATURDAY = datetime(2026, 11, 28, 19, tzinfo=ZoneInfo("Europe/Stockholm"))
NUMBERS = {"Adak": "0953-140 61", "Malåvännäs": "0953-140 62", "Rentjärn": "0953-140 63"}


@pytest.fixture
def areas(county) -> dict[str, Unit]:
    """Three areas, each with its own unit and number; one is tied to its unit, the others are known by name."""
    units = {}
    for area, number in NUMBERS.items():
        units[area] = Unit.objects.create(
            principal=county.mala, name=f"Hemsjukvården {area}", municipal_kind=MunicipalKind.HOME_NURSING
        )
        make_entry(
            county.mala,
            f"Hemsjukvård {area} kväll/helg",
            number,
            kind=EntryKind.HOME_NURSING,
            availability=Availability.EVENING_WEEKEND,
            remark="Vidarebefordrar information",
            unit=units[area] if area == "Adak" else None,
        )
    return units


def test_for_the_municipality_each_stands_with_its_area(county, areas):
    lines = numbers_for(Party.MUNICIPALITY, county.mala.pk, None, SATURDAY)
    told = [(line.number, line.area, line.relays) for line in lines[:3]]
    assert told == [(number, area, True) for area, number in NUMBERS.items()]
    assert "området där patienten bor (Adak, Malåvännäs, Rentjärn)" in lines[3].ask_for


def test_one_for_the_whole_municipality_comes_first(county, areas):
    make_entry(
        county.mala,
        "Hemsjukvården Malå kväll/helg",
        "0953-140 60",
        kind=EntryKind.HOME_NURSING,
        availability=Availability.EVENING_WEEKEND,
    )
    best = numbers_for(Party.MUNICIPALITY, county.mala.pk, None, SATURDAY)[0]
    assert (best.number, best.area) == ("0953-140 60", "")


@pytest.mark.parametrize("area", NUMBERS)
def test_for_an_area_its_own_number_is_first_and_relays_to_nobody(county, areas, area):
    lines = numbers_for(Party.MUNICIPALITY, county.mala.pk, areas[area].pk, SATURDAY)
    assert (lines[0].number, lines[0].relays, lines[0].remark) == (NUMBERS[area], False, "")
    assert {line.number for line in lines[1:3]} == {n for a, n in NUMBERS.items() if a != area}


def test_the_card_asks_for_the_area_and_names_each(client, county, areas):
    with standing_at(SATURDAY):
        client.force_login(county.alva.user)
        page = BeautifulSoup(search_for(client, "contacts", {"q": "malå"}).content, "html.parser")
        own = BeautifulSoup(client.get(reverse("unit", args=[areas["Adak"].pk])).content, "html.parser")
    card = next(c for c in page.select(".ring-card") if "Malå kommun" in c.h3.get_text())
    text = " ".join(card.get_text(" ").split())
    assert "Flera områden. Ring hemsjukvården där patienten bor." in text
    assert all(f"för området {area}" in text for area in NUMBERS)
    assert "örmedlar" not in own.select_one(".ring-best").get_text(" ")
    assert "Förmedlar till kommunen" not in own.get_text(" ")


def test_laege_offers_every_area(county, areas):
    numbers = numbers_for(Party.MUNICIPALITY, county.mala.pk, None, SATURDAY)
    call = OwedCall(
        chain_id=uuid4(), patient=None, recipient=Target("x"), place="Malå kommun", numbers=numbers
    )
    assert [number.area for number in call.shown_others][:2] == ["Malåvännäs", "Rentjärn"]
