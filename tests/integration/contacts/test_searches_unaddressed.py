"""What is typed in a search stands in no address, is written nowhere and held for nobody."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.test import Client
from django.urls import reverse

from contacts.models import DirectoryEntry
from outage.models import HeldForm
from tests.factories import make_entry

pytestmark = pytest.mark.django_db
NUMBER = "19121212-1212"
SEARCHES = {
    "contacts": {"q": NUMBER},
    "advanced_search": {"text1": NUMBER, "falt1": "first_name", "text4": "växel", "falt4": "department"},
    "keep_contacts": {"q": NUMBER, "visa": "anmalda"},
    "sheets": {"lopnummer": NUMBER},
}
WITH_PAGES = {
    "contacts": {"q": "mottagning"},
    "advanced_search": {"text4": "mottagning"},
    "keep_contacts": {"q": "mottagning"},
}


@pytest.fixture
def searcher(client: Client, county: Any) -> Client:
    """Somebody who keeps the contacts of the region; at the ward a nurse has its sheets."""
    client.force_login(county.region_admin.user)
    client.get(reverse("contacts"))
    return client


def as_who_may(client: Client, county: Any, page: str) -> Client:
    client.force_login((county.alva if page == "sheets" else county.region_admin).user)
    client.get(reverse("contacts"))
    return client


def counts() -> dict[str, int]:
    return {model._meta.label: model.objects.count() for model in apps.get_models()}


def read(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


@pytest.mark.parametrize("page", SEARCHES)
def test_a_search_writes_nothing_and_comes_into_no_address(client, county, page):
    searcher = as_who_may(client, county, page)
    before = counts(), searcher.session.items()
    answer = searcher.post(reverse(page), SEARCHES[page])
    assert (counts(), searcher.session.items()) == before
    assert "1212" not in answer.headers.get("Location", "")
    shown = searcher.get(answer.headers["Location"]) if answer.status_code == 302 else answer
    assert read(shown).find("input", {"value": NUMBER}), "what was typed stands in its box"
    for link in read(shown).find_all(href=True):
        assert "1212" not in link["href"]
    assert "1212" not in read(shown).title.text


@pytest.mark.parametrize("page", ["contacts", "advanced_search"])
def test_nor_as_one_types(searcher, page):
    answer = searcher.post(reverse(page), SEARCHES[page], headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.headers["HX-Replace-Url"].startswith(f"{reverse(page)}?s=")
    assert "1212" not in answer.headers["HX-Replace-Url"]
    again = searcher.get(answer.headers["HX-Replace-Url"])
    assert read(again).find("input", {"value": NUMBER})


@pytest.mark.parametrize("page", SEARCHES)
def test_what_an_address_says_openly_is_not_searched_for(client, county, page):
    shown = read(as_who_may(client, county, page).get(reverse(page), SEARCHES[page]))
    assert shown.find("input", {"value": NUMBER}) is None


@pytest.mark.parametrize("page", SEARCHES)
def test_a_search_is_never_held_and_needs_no_mark(client, county, page):
    """Sent by nobody, by another person, with the mark of somebody else."""
    answer = client.post(reverse(page), SEARCHES[page])
    assert answer.headers["Location"].startswith(reverse("account_login"))
    assert "1212" not in answer.headers["Location"]
    as_who_may(client, county, page)
    for mark in ({}, {"typed_by": "fel"}):
        assert client.post(reverse(page), SEARCHES[page] | mark).status_code in (302, 422)
    assert not HeldForm.objects.exists()


@pytest.mark.parametrize("page", WITH_PAGES)
def test_an_address_opens_for_its_own_log_in_alone(searcher, county, page):
    address = searcher.post(reverse(page), WITH_PAGES[page]).headers["Location"]
    boxes = "input[value=mottagning]"
    assert read(searcher.get(address)).select(boxes)
    for broken in (address[:-3], address.replace("s=", "s=x"), f"{reverse(page)}?s=", f"{reverse(page)}?s=å"):
        answer = searcher.get(broken)
        assert answer.status_code == 200
        assert not read(answer).select(boxes)
    searcher.logout()
    searcher.force_login(county.region_admin.user)
    assert not read(searcher.get(address)).select(boxes)


@pytest.mark.parametrize("page", WITH_PAGES)
def test_pages_are_turned_and_read_again_at_the_address(searcher, county, page):
    for n in range(30):
        make_entry(county.region, f"Mottagning {n:02}")
    first = searcher.post(reverse(page), WITH_PAGES[page], follow=True)
    assert len(read(first).select("tbody tr")) == 25
    link = read(first).find("a", rel="next")["href"]
    second = searcher.get(reverse(page) + link)
    assert [row.th.a.text for row in read(second).select("tbody tr")] == [
        f"Mottagning {n}" for n in range(25, 30)
    ]
    back = read(second).find("a", rel="prev")["href"]
    assert len(read(searcher.get(reverse(page) + back)).select("tbody tr")) == 25


def test_the_filter_of_the_own_contacts_stays_with_the_text(searcher, county):
    make_entry(county.region, "Mottagningen")
    page = read(
        searcher.post(reverse("keep_contacts"), {"q": "mottagning", "visa": "utan-nummer"}, follow=True)
    )
    assert page.select_one(".kept-filters [aria-current]").text.startswith("Utan nummer")
    assert page.find("input", {"name": "q"})["value"] == "mottagning"
    everything = page.select_one(".kept-filters a")["href"]
    assert [
        row.th.a.text for row in read(searcher.get(reverse("keep_contacts") + everything)).select("tbody tr")
    ] == ["Mottagningen"]
    cleared = page.find("a", string="Visa alla")["href"]
    assert not read(searcher.get(reverse("keep_contacts") + cleared)).find("input", {"value": "mottagning"})


def test_a_retired_contact_is_found_where_the_retired_ones_are(searcher, county):
    entry = make_entry(county.region, "Gamla mottagningen")
    DirectoryEntry.objects.filter(pk=entry.pk).update(
        retired_at=county.alva.user.date_joined, retired_by=county.alva.user
    )
    for which, names in (("avforda", ["Gamla mottagningen"]), ("alla", [])):
        page = read(searcher.post(reverse("keep_contacts"), {"q": "motagning", "visa": which}, follow=True))
        assert [row.th.a.text for row in page.select("tbody tr")] == names


class TestNearSpelling:
    """ "Menade du …", said where the hits are those of another spelling, in all three searches."""

    def test_it_is_said_and_leads_to_the_search_for_it(self, searcher):
        page = read(searcher.post(reverse("contacts"), {"q": "växel skelefteå"}, follow=True))
        note = page.select_one("#results .note")
        assert " ".join(note.text.split()) == (
            "Inga träffar på det du skrev. Menade du Växel Skellefteå? Här är de träffarna."
        )
        assert [row.th.a.text for row in page.select("tbody tr")] == ["Växel Skellefteå"]
        again = read(searcher.get(reverse("contacts") + note.a["href"]))
        assert again.find("input", {"name": "q"})["value"] == "Växel Skellefteå"
        assert "Menade du" not in again.text

    def test_whom_to_ring_at_the_place_that_is_meant_stands_first(self, searcher):
        page = read(searcher.post(reverse("contacts"), {"q": "nordmalig"}, follow=True))
        assert page.select_one(".ring-card h3").text == "Nordmalings kommun"
        assert "Menade du Nordmaling" in " ".join(page.text.split())

    @pytest.mark.parametrize(
        ("page", "typed"),
        [("advanced_search", {"text4": "servicedeks"}), ("keep_contacts", {"q": "servicedeks"})],
    )
    def test_it_is_said_in_the_other_searches(self, searcher, page, typed):
        shown = read(searcher.post(reverse(page), typed, follow=True))
        assert "Menade du Servicedesk" in " ".join(shown.text.split())
        assert [row.th.a.text for row in shown.select("tbody tr")] == ["Servicedesk"]

    def test_what_has_most_of_it_is_said_to_be_that(self, searcher):
        page = read(searcher.post(reverse("contacts"), {"q": "biståndshandläggare åsele"}, follow=True))
        assert "Ingen kontakt har alla orden. De här är närmast." in page.text
        assert [row.th.a.text for row in page.select("tbody tr")] == ["Växel Åsele"]
