"""Rutinen: everyone who is logged in reads every clause, by role, with where it is done and addresses to copy."""

import re
from datetime import datetime

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from contacts.rules.parties import Party
from outage.models import CareChain, OtherPlace, Outage
from outage.presenters.routine import party_views
from outage.routine import current_routine
from outage.rules.routine import Place
from tests.clock import TUESDAY
from tests.factories import County, make_chain, make_event
from tests.integration.outage.pages import read
from tests.routine_table import WHO_TELLS_WHOM

# By hand from the routine: whose each clause is that is not everyone's, beside those by which a party tells others.
OTHERWISE = {
    Party.INPATIENT: {"R3.10"},
    Party.MUNICIPALITY: {"R3.10"},
    Party.OUTPATIENT: {"R3.11", "R4.5"},
}
OWN = {
    party: clauses | {row.clause for row in WHO_TELLS_WHOM if row.sender is party}
    for party, clauses in OTHERWISE.items()
}
SATURDAY = datetime(2026, 11, 28, 10, 52, tzinfo=TUESDAY.tzinfo)


def page_of(client) -> BeautifulSoup:
    return read(client.get(reverse("routine")))


def clauses_under(page: BeautifulSoup, party: Party) -> list[str]:
    return [tag.text for tag in page.find(id=party).find_parent("section").select(".clause-number")]


@pytest.mark.parametrize("who", ["alva", "cissi", "disa", "adam"])
def test_everyone_finds_it_in_the_menu_and_reads_all_of_it(county: County, log_in, who: str):
    acting = county.somebody(who)
    client = log_in(acting)
    menu = read(client.get("/")).find("nav", {"aria-label": "Huvudmeny"})
    assert menu.find("a", string="Rutinen")["href"] == reverse("routine")
    page = page_of(client)
    everyones = set(current_routine().clauses) - set().union(*OWN.values())
    for party in Party:
        found = clauses_under(page, party)
        assert set(found) == everyones | OWN[party]
        assert len(found) == len(set(found))
        headings = [h.text for h in page.find(id=party).find_parent("section").find_all("h3")]
        assert [heading[:2] for heading in headings] == ["R1", "R2", "R3", "R4", "R5"]
        assert "R4 När PRATOR är åter i drift" in headings
    first = page.main.find("h2").get_text(" ", strip=True)
    if acting.parties:
        assert first == f"{min(acting.parties).label} Er roll"
    own = [tag.parent["id"] for tag in page.main.find_all("span", class_="tag")]
    assert set(own) == set(acting.parties)


def test_a_unit_of_two_parties_has_both_first(county: County, log_in):
    county.ward.outpatient_kind = "health_centre"
    county.ward.save()
    client = log_in(county.alva)
    headings = [h2.get_text(" ", strip=True) for h2 in page_of(client).main.find_all("h2")][:3]
    assert headings == ["Slutenvård Er roll", "Öppenvård Er roll", "Kommun"]


def links(page: BeautifulSoup) -> set[str]:
    return {a["href"] for a in page.main.select(".clause-places a")}


def test_a_place_is_a_link_where_the_person_may_go_there_now(county: County, log_in):
    client = log_in(county.alva)
    in_an_outage = {reverse(name) for name in ("record_support", "log_call", "back_registration")}
    quiet = page_of(client)
    assert not in_an_outage & links(quiet)
    assert "Jag ringer" in quiet.main.text


def test_each_link_leads_to_a_page_that_answers(county: County, outage: Outage, log_in):
    for who in ("alva", "adam", "cissi"):
        client = log_in(county.somebody(who))
        found = links(page_of(client))
        assert found
        for address in found:
            assert client.get(address).status_code == 200, (who, address)
    adam = links(page_of(log_in(county.adam)))
    assert reverse("log_call") not in adam
    assert reverse("scan") not in adam
    assert {reverse("log_call"), reverse("scan"), reverse("back_registration")} <= links(
        page_of(log_in(county.alva))
    )


def test_the_addresses_are_text_to_copy_and_no_links(county: County, log_in):
    page = page_of(log_in(county.alva))
    wanted = [address.address for address in current_routine().addresses]
    assert wanted[0] == "https://telefonkatalog.regionvasterbotten.se/guest/c_startpage.asp"
    assert wanted[1].endswith("/omraden-for-samverkan/avtal-overenskommelser-och-rutiner")
    assert wanted[2].endswith(
        "/Blankett%20f%C3%B6r%20st%C3%B6ddokumentation%20vid%20faktiskt%20SIP%20m%C3%B6te.docx"
    )
    assert [tag.text for tag in page.select(".web-address")] == wanted
    assert [tag["data-copy"] for tag in page.select("button[data-copy]")] == wanted
    assert not [a for a in page.find_all("a", href=True) if re.match(r"\w+://", a["href"])]


def test_every_clause_says_where_it_is_done_or_that_it_is_outside(county: County):
    lines = {line.clause: line for part in current_routine().parts for line in part.clauses}
    assert set(lines) == set(current_routine().clauses)
    assert [clause for clause, line in lines.items() if not line.done_at] == ["R2.3"]
    shown = party_views(county.alva, None, current_routine())
    rows = [row for party in shown for part in party.parts for row in part.rows]
    assert all(len(row.places) == len(lines[row.number].done_at) for row in rows)
    assert {place for line in lines.values() for place in line.done_at} == set(Place)


@pytest.mark.clause("R5.3", "R5.4")
def test_what_the_routine_says_of_ringing_stands_where_one_rings(
    county: County, outage: Outage, chain: CareChain, clock, log_in
):
    make_event(county.alva, chain)
    client = log_in(county.alva)
    places = [
        "/",
        reverse("chain", args=[chain.pk]),
        f"{reverse('chain_call', args=[chain.pk])}?riktning=given",
    ]
    for path in places:
        assert "Vardag dagtid: kommunens växel." in client.get(path).content.decode(), path
    clock.move_to(SATURDAY)
    client.force_login(county.alva.user)
    for path in places:
        text = " ".join(read(client.get(path)).get_text(" ").split())
        assert "Helg: hemsjukvården förmedlar. R5.4" in text, path
    received = client.get(f"{reverse('chain_call', args=[chain.pk])}?riktning=received").content.decode()
    assert "hemsjukvården förmedlar" not in received


@pytest.mark.clause("R5.1", "R5.2", "R5.3")
def test_a_place_that_is_in_no_list_is_not_sought_in_our_directory(county: County, outage: Outage, log_in):
    elsewhere = {
        party: OtherPlace("Annan plats", "", "060-18 10 00")
        for party in (Party.MUNICIPALITY, Party.OUTPATIENT)
    }
    chain = make_chain(county, outage, municipality=None, outpatient_unit=None, others=elsewhere)
    make_event(county.alva, chain)
    client = log_in(county.alva)
    for path in (
        reverse("chain", args=[chain.pk]),
        f"{reverse('chain_call', args=[chain.pk])}?riktning=given",
    ):
        page = read(client.get(path)).main
        assert "060-18 10 00" in page.get_text()
        assert page.select(".ringing-advice") == []


def test_a_units_page_says_how_it_is_reached(county: County, log_in):
    text = log_in(county.cissi).get(reverse("unit", args=[county.health_centre.pk])).content.decode()
    assert "Telefonkatalogen eller regionens växel." in text
