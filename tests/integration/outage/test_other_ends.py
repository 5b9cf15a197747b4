"""What happened after an end, and ends that differ between principals: all lists agree on who enters what (R4)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.access import Acting
from contacts.rules.parties import Party
from outage.models import Outage
from outage.queries.care_chains import get_chain
from outage.queries.closing import open_things
from outage.queries.outages import outage_for
from outage.rules.back_registration import Before
from outage.rules.informing import CallOutcome
from outage.services.events import correct_event
from outage.services.outages import end_outage
from tests.factories import County, make_chain, make_event
from tests.integration.outage.ends import Three, make_three
from tests.integration.outage.pages import read
from tests.integration.outage.ticking import change, event_of, mark, rows


@pytest.fixture
def three(county: County) -> Three:
    return make_three(county)


def back(by: Acting, outage: Outage, minutes_ago: int, **answers: str) -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    end_outage(by=by, outage=outage_for(by.principal, outage.pk), ended_at=at, answers=answers)


UNAWARE = {"logged-after-end": "ja"}


class Both:
    """One patient in the logs of the ward and of Umeå."""

    def __init__(self, county: County, three: Three, outage: Outage, before: str) -> None:
        towns = {"municipality": three.umea.principal, "outpatient_unit": county.health_centre}
        self.by = {"ward": county.alva, "umea": three.umea}
        self.chains = {
            name: make_chain(county, outage, by, before=before, **towns) for name, by in self.by.items()
        }

    def log(self, kind: str, minutes_ago: int) -> None:
        ago = timedelta(minutes=minutes_ago)
        make_event(self.by["ward"], self.chains["ward"], kind, ago=ago)
        received = {"direction": "received", "outcome": CallOutcome.REACHED, "to": Party.INPATIENT}
        make_event(self.by["umea"], self.chains["umea"], kind, ago=ago, **received)

    def said(self, name: str) -> list[tuple[str, str]]:
        return [(row.heading, row.do) for row in rows(self.by[name], self.chains[name])]


IN, OUT = "Skriv in patienten i PRATOR.", "Skriv ut patienten i PRATOR."
NEITHER = "Registrera inte vårdtillfället i PRATOR, men ring: alla är inte underrättade om utskrivningen."


@pytest.mark.clause("R4.1")
def test_who_left_when_the_region_was_back_and_the_municipality_was_not_is_entered_by_the_ward(
    county: County, three: Three, outage: Outage
):
    both = Both(county, three, outage, "not_admitted")
    both.log("admission", 50)
    back(three.region, outage, 30)
    both.log("discharge", 20)
    direct = "Efter att PRATOR var åter i drift tis 24 nov 10.22. Registreras direkt i PRATOR, inte efteråt."
    of_umea = (
        "Efter att regionen var åter i PRATOR tis 24 nov 10.22. "
        "Registreras direkt i PRATOR av slutenvård, inte efteråt."
    )
    assert both.said("ward") == [("Registrera", IN), ("Direkt", direct)]
    assert both.said("umea") == [("Registrera", IN), ("Direkt", of_umea)]
    # Its own end changes nothing in that.
    back(three.umea, outage, 10)
    assert both.said("umea") == [("Registrera", IN), ("Direkt", of_umea)]
    for name, by in both.by.items():
        row = rows(by, both.chains[name])[0]
        assert row.why == (
            "Patienten skrevs in under driftstoppet. Utskriven 10.32, efter driftstoppet: skriv sedan ut."
        )


@pytest.mark.clause("R4.3")
def test_who_left_when_the_municipality_was_back_and_the_region_was_not_is_not_entered(
    county: County, three: Three, outage: Outage
):
    both = Both(county, three, outage, "not_admitted")
    both.log("admission", 50)
    back(three.umea, outage, 30)
    both.log("discharge", 20)
    assert both.said("ward") == [("Registrera inte", NEITHER)]
    assert [(heading, do.partition(",")[0].rstrip(".")) for heading, do in both.said("umea")] == [
        ("Registrera inte", NEITHER.partition(",")[0])
    ]


def test_what_the_municipality_itself_says_follows_its_own_end(county: County, three: Three, outage: Outage):
    chain = make_chain(county, outage, three.umea, municipality=three.umea.principal)
    back(three.umea, outage, 30)
    make_event(three.umea, chain, "municipality_ready", sender=Party.MUNICIPALITY, to=Party.INPATIENT)
    make_event(
        three.umea,
        chain,
        "municipality_ready",
        sender=Party.MUNICIPALITY,
        to=Party.INPATIENT,
        ago=timedelta(minutes=10),
    )
    assert [(row.heading, len(row.facts)) for row in rows(three.umea, chain)] == [
        ("Avgör själv", 1),
        ("Direkt", 1),
    ]


@pytest.mark.clause("R4.4")
def test_what_was_logged_unaware_is_somebodys_to_check_and_holds_up_the_closing(
    county: County, three: Three, outage: Outage, client: Client
):
    both = Both(county, three, outage, "admitted")
    both.log("discharge", 20)
    back(three.region, outage, 30, **UNAWARE)
    check = "Kontrollera att utskrivningen står i PRATOR. Skriv annars ut patienten."
    assert both.said("ward") == [("Registrera", check)]
    assert both.said("umea") == [("Registrera", check)]
    assert [row.mine for row in rows(three.umea, both.chains["umea"])] == [False]
    (row,) = rows(county.alva, both.chains["ward"])
    assert (row.mine, row.who, row.done) == (True, "Slutenvård", False)
    seen = outage_for(county.region, outage.pk)
    assert "task" in [thing.what for thing in open_things(county.region, seen)]
    client.force_login(county.alva.user)
    page = read(client.get(reverse("back_registration"))).main
    assert "0 av 1 klara" in page.h1.get_text()
    assert check in page.select_one('[aria-labelledby="group-register"]').get_text()
    timeline = read(client.get(reverse("chain", args=[both.chains["ward"].pk]))).main.get_text()
    assert "men loggat som om driftstoppet pågick. Kontrollera att det står i PRATOR." in timeline
    mark(county.alva, get_chain(county.alva, both.chains["ward"].pk), row)
    assert [row.done for row in rows(county.alva, both.chains["ward"])] == [True]
    assert "task" not in [thing.what for thing in open_things(county.region, seen)]


@pytest.mark.clause("R4.5")
def test_a_sip_agreed_unaware_is_checked_by_the_health_centre(county: County, three: Three, outage: Outage):
    chain = make_chain(county, outage, before=Before.ADMITTED, municipality=three.umea.principal)
    sip = {"sender": Party.OUTPATIENT, "sip_date": "2026-11-30", "participants": ["Dotter"]}
    make_event(county.disa, chain, "sip_invitation", ago=timedelta(minutes=20), **sip)
    make_event(county.alva, chain, "preliminary_ready", ago=timedelta(minutes=15))
    back(three.region, outage, 30, **UNAWARE)
    assert next((row.heading, row.mine, row.do) for row in rows(county.disa, chain)) == (
        "Registrera",
        True,
        "Kontrollera att kallelsen till SIP är skickad i PRATOR. Skicka den annars.",
    )
    assert [row.heading for row in rows(county.disa, chain)] == ["Registrera", "Direkt"]
    # Whoever was in the system and has died is decided about there (case 13); no SIP is sent.
    change(
        county.alva, chain, county, status="deceased", status_reason="x", municipality=three.umea.principal
    )
    assert [row.heading for row in rows(county.disa, chain)] == ["Avgör själv", "Direkt"]


def test_what_is_entered_directly_has_a_heading_of_its_own(
    county: County, three: Three, outage: Outage, client: Client
):
    chain = make_chain(county, outage, municipality=three.umea.principal, before=Before.ADMITTED)
    back(three.region, outage, 30)
    make_event(county.alva, chain, "discharge", ago=timedelta(minutes=20))
    client.force_login(county.alva.user)
    page = read(client.get(reverse("back_registration"))).main
    assert "Utskrivningsmeddelande 10.32" in page.select_one('[aria-labelledby="group-direct"]').get_text()
    assert "Inget här" in page.select_one('[aria-labelledby="group-do_not_register"]').get_text()
    chain_page = read(client.get(reverse("chain", args=[chain.pk]))).main
    assert not chain_page.select(".tag-do_not_register")


@pytest.mark.clause("R4.4")
def test_a_time_is_put_right_past_the_end_and_the_tick_follows(county: County, three: Three, outage: Outage):
    chain = make_chain(county, outage, before=Before.ADMITTED, municipality=three.umea.principal)
    make_event(county.alva, chain, "discharge", ago=timedelta(minutes=40))
    back(three.region, outage, 30)
    back(three.umea, outage, 25)
    (row,) = rows(county.alva, chain)
    assert row.do == OUT
    chain = get_chain(county.alva, chain.pk)
    mark(county.alva, chain, row)
    event = event_of(chain)
    event.chain = chain
    correct_event(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        happened_at=timezone.now() - timedelta(minutes=10),
        particulars={},
        reason="Fel tid.",
        told_rightly=True,
    )
    (row,) = rows(county.alva, chain)
    assert row.do == "Kontrollera att utskrivningen står i PRATOR. Skriv annars ut patienten."
    assert (row.changed, row.done, row.undo) == (True, False, False)
    assert ("Utskrivningsmeddelande, klockslag", "10.12", "10.42") in row.changes
