"""Whom to ring now: in the one box, on a unit's page and from the command line, with one answer."""

import json
from datetime import datetime
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from contacts.models import DirectoryEntry, MunicipalKind, Principal, Unit
from contacts.queries.places import places_named
from contacts.queries.search import search_entries
from contacts.rules.entry_facts import EntryKind
from contacts.rules.hours import Availability
from contacts.rules.parties import WardKind
from contacts.rules.phone import Phone, PhoneKind
from tests.asking import search_for
from tests.clock import standing_at
from tests.factories import make_entry
from tests.long import runs

pytestmark = pytest.mark.django_db

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SATURDAY_EVENING = datetime(2026, 11, 28, 19, 0, tzinfo=STOCKHOLM)
# Each with another one to ring, or with the same one for another reason.
MOMENTS = {
    "weekday": datetime(2026, 11, 24, 10, 0, tzinfo=STOCKHOLM),
    "lunch": datetime(2026, 11, 24, 12, 10, tzinfo=STOCKHOLM),
    "evening": datetime(2026, 11, 24, 19, 0, tzinfo=STOCKHOLM),
    "night": datetime(2026, 11, 25, 3, 30, tzinfo=STOCKHOLM),
    "saturday": SATURDAY_EVENING,
    "holiday": datetime(2026, 12, 25, 10, 0, tzinfo=STOCKHOLM),
    "eve": datetime(2026, 12, 23, 14, 0, tzinfo=STOCKHOLM),
    "summer": datetime(2026, 7, 15, 14, 0, tzinfo=STOCKHOLM),
}


@pytest.fixture
def search(client: Client, county: Any):
    """What Alva sees when she types, at a moment."""

    def ask(text: str, at: datetime = SATURDAY_EVENING, **more: str) -> BeautifulSoup:
        with standing_at(at):
            client.force_login(county.alva.user)
            response = search_for(client, "contacts", {"q": text} | more)
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser")

    return ask


def text_of(part: BeautifulSoup) -> str:
    return " ".join(part.get_text(" ").split())


def cards(page: BeautifulSoup) -> list[str]:
    return [card.h3.get_text(" ", strip=True) for card in page.select(".ring-cards .ring-card")]


def lines(card: BeautifulSoup) -> list[tuple[str, str]]:
    """(number, name) of each line, best first; the number as it is copied, "" where it is missing."""
    told = []
    for line in [card.select_one(".ring-best"), *card.select(".ring-others > li")]:
        button = line.find("button")
        name = line.select_one(":scope > span:not(.ring-number):not(.tag)")
        told.append((button["data-copy"] if button else "", name.a.get_text() if name.a else name.get_text()))
    return told


@pytest.mark.clause("R5.4")
@pytest.mark.clause("R5.5")
@pytest.mark.parametrize("typed", ["nord", "NORD", "nordmaling", "nordmalings kommun", "Nord"])
def test_four_letters_on_a_saturday_evening_tell_whom_to_ring_for_nordmaling(search, typed):
    (card,) = search(typed).select(".ring-card")
    assert card.h3.get_text(strip=True) == "Nordmalings kommun"
    best = card.select_one(".ring-best")
    assert best.find("a", class_="tel")["href"] == "tel:+46907850000"
    assert best.find("button")["data-copy"] == "090-785 00 00"
    assert "öppet nu" in text_of(best)
    assert "Ej verifierad" in text_of(best)
    assert text_of(card.select_one(".ring-ask")) == "Be om Hemsjukvård Nordmaling kväll/helg"
    assert lines(card)[1:] == [
        ("", "Hemsjukvård Nordmaling kväll/helg"),
        ("", "Växel Nordmaling"),
        ("", "Hemsjukvård Nordmaling dagtid"),
    ]


@pytest.mark.clause("R5.4")
def test_who_answers_comes_first_and_the_others_say_when_they_open(search, county):
    entry = DirectoryEntry.objects.get(name="Hemsjukvård Nordmaling kväll/helg")
    entry.phones = [Phone(PhoneKind.ON_CALL, "0930-140 22")]
    entry.flagged = ["093014022"]
    entry.save()
    day = DirectoryEntry.objects.get(name="Växel Nordmaling")
    day.phones = [Phone(PhoneKind.SWITCHBOARD, "0930-140 00")]
    day.save()
    entry.flagged = []
    entry.save()
    (card,) = search("nord").select(".ring-card")
    best = text_of(card.select_one(".ring-best"))
    assert "0930-140 22" in best
    assert "jour" in best
    assert "förmedlar" in best
    assert card.select_one(".ring-ask") is None
    closed = next(li for li in card.select(".ring-others > li") if "0930-140 00" in text_of(li))
    assert "öppnar mån 30 nov 08.00" in text_of(closed)


def test_a_number_said_not_to_work_is_marked_and_comes_after_one_that_may(search, county):
    entry = DirectoryEntry.objects.get(name="Medicin 1")
    entry.flagged = ["0907851122"]
    entry.save()
    (card,) = search("medicin").select(".ring-card")
    assert lines(card)[0][0] == "090-785 00 00"
    assert text_of(card.select_one(".ring-ask")) == "Be om Medicin 1"
    flagged = card.select_one(".ring-others > li")
    assert "090-785 11 22" in text_of(flagged)
    assert "Anmält fel" in text_of(flagged)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        # It stands in Storuman, and yet.
        ("uma", ["Umeå kommun"]),
        ("umea", ["Umeå kommun"]),
        ("åsele", ["Åsele kommun"]),
        ("asel", ["Åsele kommun"]),
        ("maling", []),
        ("bjur hals", ["Bjurholms hälsocentral Region Västerbotten"]),
        # A municipality and the unit in it.
        ("malå", ["Malå kommun", "Biståndshandläggarna Malå Malå kommun"]),
        ("bistånd malå", ["Biståndshandläggarna Malå Malå kommun"]),
        # What one asks for off hours leads to the municipality, whether it has an entry of its own or not.
        ("hemsjukvården malå", ["Malå kommun"]),
        ("hemsjukvård åsele", ["Åsele kommun"]),
        ("hemsjukvård", []),
        ("region", ["Region Västerbotten"]),
        ("väx", []),
        ("0953", []),
        ("1", []),
        ("***", []),
        # Vilhelmina, Vindeln, Vännäs and the region of Västerbotten: a list, not an answer.
        ("v", []),
        ("vin", ["Vindelns kommun"]),
    ],
)
def test_a_place_is_named_by_the_beginnings_of_its_words(search, typed, named):
    assert cards(search(typed)) == named


def test_an_exact_name_counts_alone_and_further_units_are_links(search, county):
    for n in range(12):
        Unit.objects.create(
            principal=county.region, name=f"Umeå mottagning {n:02}", ward_kind=WardKind.SOMATIC
        )
    page = search("umeå")
    assert cards(page) == ["Umeå kommun"]
    links = page.select(".unit-links a")
    assert [a.get_text() for a in links] == [f"Umeå mottagning {n:02}" for n in range(8)]
    assert "och fler" in text_of(page.select_one(".unit-links"))
    page = search("umeå mottagning 07")
    assert cards(page) == ["Umeå mottagning 07 Region Västerbotten"]
    assert page.select_one(".unit-links") is None


def test_three_are_shown_at_once_and_four_are_not(search, county):
    for n in range(3):
        Unit.objects.create(principal=county.region, name=f"Prov {n}", ward_kind=WardKind.SOMATIC)
    assert len(cards(search("prov"))) == 3
    Unit.objects.create(principal=county.region, name="Prov 3", ward_kind=WardKind.SOMATIC)
    page = search("prov")
    assert cards(page) == []
    assert len(page.select(".unit-links a")) == 4


def test_a_unit_out_of_use_is_not_named(county):
    county.health_centre.active = False
    county.health_centre.save()
    assert places_named("bjurholms hälsocentral", search_entries("bjurholms hälsocentral")).to_ring == ()


def test_further_pages_show_the_list_alone(search):
    assert cards(search("malå", sida="1"))
    assert cards(search("malå", sida="2")) == []


def test_whom_to_ring_is_also_in_the_answer_to_htmx(client, county):
    client.force_login(county.alva.user)
    response = client.post(reverse("contacts"), {"q": "nord"}, headers={"HX-Request": "true"})
    assert (
        "Nordmalings kommun" in BeautifulSoup(response.content, "html.parser").select_one(".ring-card").text
    )


def command(name: str, at: datetime) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("whom_to_call", unit=name, at=at.isoformat(), json=True, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.clause("R5.3")
@pytest.mark.clause("R5.4")
@pytest.mark.long
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_command_says_the_same_as_the_page_for_every_municipality(search, county, moment):
    at = MOMENTS[moment]
    for name, kind, availability in (
        ("Hemsjukvård Malå dagtid", EntryKind.HOME_NURSING, Availability.DAYTIME),
        ("Hemsjukvård Malå kväll/helg", EntryKind.HOME_NURSING, Availability.EVENING_WEEKEND),
    ):
        make_entry(county.mala, name, f"0953-14{len(name)} 10", kind=kind, availability=availability)
    # In `make test` each municipality at two of the eight moments.
    first = list(MOMENTS).index(moment) % runs(4, full=1)
    for principal in Principal.objects.exclude(pk=county.region.pk)[first :: runs(4, full=1)]:
        told = command(principal.short_name, at)
        assert all(
            [*line] == ["entry", "number", "open_now", "opens_at", "relays", "verified_at"] for line in told
        )
        page = search(principal.name, at)
        card = page.select_one(".ring-card")
        assert card.h3.get_text(strip=True) == principal.name
        assert lines(card) == [(line["number"], line["entry"]) for line in told]
        assert ("öppet nu" in text_of(card.select_one(".ring-best"))) is told[0]["open_now"]
        assert told[0]["number"]


@pytest.mark.parametrize("name", ["Medicin 1", "medicin 1", "Biståndshandläggarna Malå"])
def test_the_command_says_the_same_as_a_units_page(client, county, name):
    with standing_at(SATURDAY_EVENING):
        client.force_login(county.alva.user)
        unit = Unit.objects.get(name__iexact=name)
        page = BeautifulSoup(client.get(reverse("unit", args=[unit.pk])).content, "html.parser")
    told = command(name, SATURDAY_EVENING)
    assert lines(page.select_one(".ring-card")) == [(line["number"], line["entry"]) for line in told]


class TestUnitPage:
    """A unit, as everyone may read it."""

    def see(self, client: Client, acting: Any, unit: Unit) -> BeautifulSoup:
        client.force_login(acting.user)
        response = client.get(reverse("unit", args=[unit.pk]))
        assert response.status_code == 200
        return BeautifulSoup(response.content, "html.parser")

    def test_it_says_what_it_is_and_lists_its_contacts(self, client, county):
        make_entry(county.region, "Örjan Prov", "0980-319 201", unit=county.ward, kind=EntryKind.PERSON)
        make_entry(county.region, "Zelda Prov", "0980-319 202", unit=county.ward, kind=EntryKind.PERSON)
        for acting in (county.alva, county.cissi):
            page = self.see(client, acting, county.ward)
            head = text_of(page.select_one(".page-head"))
            assert "Medicin 1" in head
            assert "Vårdavdelning, somatisk · Region Västerbotten" in head
            names = [row.th.a.get_text() for row in page.select("tbody tr")]
            assert names == ["Medicin 1", "Zelda Prov", "Örjan Prov"]
            assert "Medicin" not in page.title.get_text()

    def test_an_untied_contact_of_its_name_is_its_own(self, client, county):
        page = self.see(client, county.alva, county.health_centre)
        row = page.select_one("tbody tr")
        assert row.th.a.get_text() == "Bjurholms hälsocentral"
        assert "Nummer saknas. Ring växeln" in text_of(row)
        assert text_of(page.select_one(".ring-ask")) == "Be om Bjurholms hälsocentral"

    def test_it_says_what_it_lacks_to_be_reached_when_a_telephony_is_down(self, client, county):
        def warnings() -> list[str]:
            notes = self.see(client, county.alva, county.ward).select(".note-warning")
            return [text_of(note) for note in notes]

        outside = "Alla nummer går via regionens telefoni. Lägg till ett annat, till exempel en mobil."
        assert warnings() == [outside]
        make_entry(county.region, "Jourmobilen", "070-174 06 05", unit=county.ward)
        assert warnings() == []
        (told,) = [
            text_of(note)
            for note in self.see(client, county.alva, county.health_centre).select(".note-warning")[:1]
        ]
        assert told == "Bara ett nummer leder hit. Lägg till ett till."

    def test_only_its_own_principals_admins_are_led_on_to_change_it(self, client, county, monkeypatch):
        def may_change(acting: Any) -> bool:
            client.force_login(acting.user)
            content = client.get(reverse("unit", args=[county.social_care.pk])).content.decode()
            return reverse("unit_edit", args=[county.social_care.pk]) in content

        assert may_change(county.mala_admin)
        assert not may_change(county.region_admin)
        assert not may_change(county.cissi)

    def test_a_unit_out_of_use_says_so(self, client, county):
        county.ward.active = False
        county.ward.save()
        client.force_login(county.cissi.user)
        page = BeautifulSoup(client.get(reverse("unit", args=[county.ward.pk])).content, "html.parser")
        assert "Enheten är ur bruk" in text_of(page)

    def test_a_unit_that_is_not_there_is_not_found(self, client, county):
        client.force_login(county.alva.user)
        assert client.get(reverse("unit", args=[999_999])).status_code == 404
        assert client.post(reverse("unit", args=[county.ward.pk])).status_code == 405

    def test_without_log_in_it_leads_to_the_log_in(self, client, county):
        answer = client.get(reverse("unit", args=[county.ward.pk]))
        assert answer.headers["Location"].startswith(reverse("account_login"))


def test_a_municipal_unit_shows_the_ways_of_its_municipality(client, county):
    nursing = Unit.objects.create(
        principal=county.nordmaling, name="Hemsjukvården", municipal_kind=MunicipalKind.HOME_NURSING
    )
    client.force_login(county.alva.user)
    page = BeautifulSoup(client.get(reverse("unit", args=[nursing.pk])).content, "html.parser")
    names = {name for _, name in lines(page.select_one(".ring-card"))}
    assert {"Växel Nordmaling", "Hemsjukvård Nordmaling kväll/helg"} <= names
