"""Above what is to be entered: the patients of whom nobody knows how they came to the ward (case 18)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contacts.page_versions import forget_pages
from outage.models import CareChain, Outage
from outage.queries.care_chains import get_chain, visible_chains
from outage.queries.owed import chains_seen, chains_seen_and_missing
from outage.rules.back_registration import Before, ChainStatus
from outage.services.events import withdraw_event
from outage.views import back
from tests.factories import County, end_for_all, make_chain, make_event, same_id
from tests.integration.outage.joining import join, two_chains, undo
from tests.integration.outage.pages import read
from tests.integration.outage.ticking import change, mark, rows

pytestmark = pytest.mark.django_db


def missing(county: County, outage: Outage) -> list[int]:
    """The numbers of the chains; the same by the page's own rows of each chain."""
    seen, without = chains_seen_and_missing(county.alva, outage)
    assert [*seen.ids] == [*chains_seen(county.alva, outage).ids]
    found = [chain.number for chain in without[:]]
    by_rows = [
        chain.number
        for chain in visible_chains(county.alva, outage)
        if any("ingen inskrivning är loggad" in row.why and not row.done for row in rows(county.alva, chain))
    ]
    assert found == by_rows
    return found


def test_who_was_admitted_is_known_when_it_is_logged_decided_or_said(county: County, outage: Outage):
    chains = [make_chain(county, outage) for _ in range(3)]
    make_chain(county, outage, before=Before.ADMITTED)
    make_chain(county, outage, ward_unit=None, not_admitted=True)
    assert missing(county, outage) == [1, 2, 3]
    event = make_event(county.alva, chains[0])
    assert missing(county, outage) == [2, 3]
    withdraw_event(by=county.alva, event=event, client_id=same_id(1), reason="Fel patient.")
    assert missing(county, outage) == [1, 2, 3]
    change(county.alva, get_chain(county.alva, chains[1].pk), county, before=Before.ADMITTED)
    assert missing(county, outage) == [1, 3]
    dead = {"status": ChainStatus.DECEASED, "status_reason": "I natt."}
    change(county.alva, get_chain(county.alva, chains[1].pk), county, **dead)
    end_for_all(county, outage, timezone.now())
    (task,) = rows(county.alva, chains[2])
    mark(county.alva, get_chain(county.alva, chains[2].pk), task, choice="Redan inskriven.", entered=False)
    assert missing(county, outage) == [1]
    (task,) = rows(county.alva, chains[2])
    mark(county.alva, get_chain(county.alva, chains[2].pk), task, done=False)
    assert missing(county, outage) == [1, 3]


def test_chains_that_are_joined_are_one_patient(county: County, outage: Outage):
    kept, other = two_chains(county, outage)
    make_event(county.alva, other)
    assert missing(county, outage) == [1]
    join(county, kept, other)
    assert missing(county, outage) == []
    undo(county, kept)
    assert missing(county, outage) == [1]


def test_nobody_else_is_told(county: County, outage: Outage):
    make_chain(county, outage)
    counted = {
        name: chains_seen_and_missing(getattr(county, name), outage)[1].count()
        for name in ("alva", "disa", "bo", "cissi", "adam")
    }
    assert counted == {"alva": 1, "disa": 1, "bo": 0, "cissi": 0, "adam": 0}


def page_of(client: Client) -> tuple[str, dict[str, str]]:
    """What the note says, and whom it leads to."""
    forget_pages()
    page = read(client.get(reverse("back_registration")))
    note = page.main.find(class_="note-warning")
    if note is None:
        return "", {}
    ways = {link.get_text(): link["href"] for link in note("a") if "vardkedja/" in link["href"]}
    return " ".join(note.get_text().split()), ways


def way_to(chain: CareChain) -> str:
    return reverse("chain", args=[chain.pk])


def test_the_page_counts_those_of_all_pages_and_leads_to_each(
    county: County, outage: Outage, client: Client, monkeypatch
):
    monkeypatch.setattr(back, "CHAINS_A_PAGE", 2)
    chains = [make_chain(county, outage) for _ in range(5)]
    hidden = make_chain(county, outage, protected_identity=True)
    client.force_login(county.alva.user)
    said, ways = page_of(client)
    assert "Allt är inte känt än. Listan är inte hel, och görs om när det som saknas kommer in." in said
    assert "6 patienter har kommit till en avdelning eller lämnat den utan att det är loggat: " in said
    assert ways == {chain.details.patient_name: way_to(chain) for chain in chains} | {
        "Skyddad patient, vårdkedja 6": way_to(hidden)
    }
    monkeypatch.setattr(back, "_NAMED", 3)
    assert page_of(client)[0].endswith(f"{chains[2].details.patient_name} med flera.")


def test_it_takes_as_many_queries_whoever_many_they_are(county: County, outage: Outage, client: Client):
    client.force_login(county.alva.user)
    counted = []
    for _ in range(3):
        for _ in range(4):
            make_chain(county, outage)
        page_of(client)
        with CaptureQueriesContext(connection) as asked:
            page_of(client)
        counted.append(len(asked))
    assert len(set(counted)) == 1, counted
