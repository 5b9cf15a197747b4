"""Väntar på svar: what others are to answer, on Läge and on the chain's page, until it comes (R2.2)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.parties import Party
from contacts.rules.permissions import Role
from outage.models import CareChain, Outage
from outage.presenters.overview import picture_lines, picture_of
from outage.queries.closing import open_things
from outage.queries.matrix import overview_of
from outage.queries.outages import outage_for
from outage.queries.owed import chains_with_answers_awaited
from outage.rules.back_registration import ChainStatus
from outage.rules.closing import Holds
from outage.rules.handover import Direction, Message
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from outage.services.handovers import log_call
from outage.services.outages import end_outage
from tests.clock import TUESDAY, Clock
from tests.factories import (
    County,
    call_facts,
    chain_facts,
    make_chain,
    make_event,
    make_outage,
    person,
    same_id,
    tell,
)
from tests.integration.outage.closing import kinds as held_up
from tests.integration.outage.closing import leave
from tests.integration.outage.pages import read

MUNICIPALITY, OUTPATIENT, INPATIENT = Party.MUNICIPALITY, Party.OUTPATIENT, Party.INPATIENT


def awaited_at(client: Client, path: str) -> list[str]:
    """The lines under Väntar på svar, white space normalized; none where the heading is not there."""
    title = read(client.get(path)).find(id="awaited-title")
    lines = title.find_parent("section").find_all("li") if title else []
    return [" ".join(line.get_text().split()) for line in lines]


def received(by, chain: CareChain, kind: str, sender: Party, minutes_ago: int) -> None:
    log_call(
        by=by,
        chain=chain,
        client_id=same_id(minutes_ago),
        facts=call_facts(sender, direction=Direction.RECEIVED, number=""),
        messages=[Message(kind=kind, sender=sender, happened_at=TUESDAY - timedelta(minutes=minutes_ago))],
    )


@pytest.mark.clause("R2.2", "R3.6", "R3.7", "R3.8")
def test_the_ward_waits_for_those_it_has_reached_and_for_no_others(
    county: County, outage: Outage, chain: CareChain, log_in
):
    client, page = log_in(county.alva), reverse("chain", args=[chain.pk])
    admission = make_event(county.alva, chain, "admission", ago=timedelta(minutes=50))
    assert awaited_at(client, page) == awaited_at(client, "/") == []
    tell(county.alva, chain, admission, outcome=CallOutcome.RELAYED)
    assert awaited_at(client, page) == []
    tell(county.alva, chain, admission, at=TUESDAY - timedelta(minutes=40))
    line = f"Svar på inskrivning från {county.municipality.name}"
    assert awaited_at(client, page) == [f"{line} sedan 10.12 (40 min)"]
    (on_status,) = awaited_at(client, "/")
    assert on_status.startswith(line)
    assert chain.details.patient_name in on_status
    tell(county.alva, chain, admission, to=OUTPATIENT, at=TUESDAY - timedelta(minutes=30))
    assert len(awaited_at(client, page)) == 2
    received(county.alva, chain, "admission_reply", MUNICIPALITY, 20)
    assert awaited_at(client, page) == [
        f"Svar på inskrivning från {county.health_centre.name} sedan 10.22 (30 min)"
    ]
    ready = make_event(county.alva, chain, "ready_for_discharge", outcome=CallOutcome.REACHED)
    assert any(line.startswith("Kommunklar från") for line in awaited_at(client, page))
    received(county.alva, chain, "municipality_ready", MUNICIPALITY, 10)
    assert not any(line.startswith("Kommunklar") for line in awaited_at(client, page))
    make_event(county.alva, chain, "discharge", ago=timedelta(minutes=1))
    assert awaited_at(client, page) == awaited_at(client, "/") == []
    assert ready.pk


def test_who_received_a_message_waits_for_the_third_partys_answer(county: County, outage: Outage, log_in):
    chain = make_chain(county, outage, county.disa)
    received(county.disa, chain, "admission", INPATIENT, 45)
    page = reverse("chain", args=[chain.pk])
    assert awaited_at(log_in(county.disa), page) == [
        f"Svar på inskrivning från {county.municipality.name} sedan 10.07 (45 min)"
    ]


@pytest.mark.clause("R2.2")
def test_who_is_back_answers_in_the_system_and_is_waited_for_nowhere(
    county: County, outage: Outage, chain: CareChain, log_in, clock: Clock
):
    admission = make_event(county.alva, chain, "admission", ago=timedelta(minutes=50))
    tell(county.alva, chain, admission)
    client, page = log_in(county.alva), reverse("chain", args=[chain.pk])
    line = f"Svar på inskrivning från {county.municipality.name}"

    def shown() -> list[bool]:
        lists = [bool(awaited_at(client, path)) for path in ("/", page, reverse("shift"))]
        ended = outage_for(county.region, outage.pk)
        return [*lists, any(thing.what is Holds.ANSWER for thing in open_things(county.region, ended))]

    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    assert shown() == [True] * 4, "the municipality is out, and rings"
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    end_outage(by=cilla, outage=outage_for(cilla.principal, outage.pk), ended_at=timezone.now())
    clock.shift(timedelta(minutes=2))
    assert shown() == [False] * 4
    # It is rung again while the system is down again, for who asks or for who answers.
    later = make_outage(county.alva, started=timedelta(minutes=1))
    assert any(each.startswith(line) for each in awaited_at(client, "/"))
    assert shown() == [True] * 4
    clock.shift(timedelta(minutes=2))
    end_outage(by=county.esa, outage=later, ended_at=timezone.now())
    assert shown() == [False] * 4, "the municipality has taken no part in it"
    make_chain(county, later, county.cissi)
    clock.shift(timedelta(minutes=2))
    assert shown() == [True] * 4, "the municipality is out again, and rings"
    end_outage(by=cilla, outage=outage_for(cilla.principal, later.pk), ended_at=timezone.now())
    clock.shift(timedelta(minutes=2))
    assert shown() == [False] * 4


@pytest.mark.parametrize("status", [ChainStatus.DECEASED, ChainStatus.WRONG_PATIENT])
def test_nothing_is_awaited_of_one_who_has_died_or_is_the_wrong_patient(
    county: County, outage: Outage, chain: CareChain, log_in, status: ChainStatus
):
    make_event(county.alva, chain, "admission", outcome=CallOutcome.REACHED)
    client, page = log_in(county.alva), reverse("chain", args=[chain.pk])
    assert awaited_at(client, page)
    facts = chain_facts(county, status=status, status_reason="Enligt avdelningen.")
    change_details(by=county.alva, chain=chain, client_id=same_id(1), replaces=chain.details_id, facts=facts)
    assert awaited_at(client, page) == awaited_at(client, "/") == []


def test_a_list_tells_no_place_of_a_protected_patient(county: County, outage: Outage, log_in):
    chain = make_chain(county, outage, protected_identity=True)
    make_event(county.alva, chain, "admission", outcome=CallOutcome.REACHED)
    client = log_in(county.alva)
    (line,) = awaited_at(client, "/")
    assert line.startswith("Svar på inskrivning från Kommun · Skyddad patient")
    assert county.municipality.name in awaited_at(client, reverse("chain", args=[chain.pk]))[0]


def test_a_long_list_has_pages(county: County, outage: Outage, log_in):
    for _ in range(11):
        make_event(county.alva, make_chain(county, outage), "admission", outcome=CallOutcome.REACHED)
    client = log_in(county.alva)
    assert len(awaited_at(client, "/")) == 10
    assert len(awaited_at(client, "/?vantar=2")) == 1
    assert "?vantar=2" in client.get("/").content.decode()
    assert chains_with_answers_awaited(county.alva, outage).count() == 11


def test_who_took_an_answer_on_at_the_closing_is_said_wherever_it_is_waited_for(
    county: County, outage: Outage, chain: CareChain, log_in
):
    admission = make_event(county.alva, chain, "admission", ago=timedelta(minutes=50))
    tell(county.alva, chain, admission)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    client, places = log_in(county.alva), ("/", reverse("chain", args=[chain.pk]), reverse("shift"))

    def said() -> list[bool]:
        return ["Lämnat öppet – Esa Påhittad: Ringer i morgon" in awaited_at(client, at)[0] for at in places]

    assert said() == [False] * 3
    leave(county.esa, outage, county.ward, Holds.ANSWER)
    assert said() == [True] * 3
    assert (county.ward.pk, Holds.ANSWER) not in held_up(county.esa, outage)


def test_an_answer_that_is_waited_for_after_the_closing_is_another(
    county: County, outage: Outage, chain: CareChain, log_in
):
    admission = make_event(county.alva, chain, "admission", ago=timedelta(minutes=50))
    tell(county.alva, chain, admission)
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    leave(county.esa, outage, county.ward, Holds.ANSWER)
    client = log_in(county.alva)
    (before,) = awaited_at(client, "/")
    ready = make_event(county.alva, chain, "ready_for_discharge", ago=timedelta(minutes=20))
    tell(county.alva, chain, ready)
    assert before in awaited_at(client, "/")
    assert [line for line in awaited_at(client, "/") if "Lämnat öppet" not in line]
    assert (county.ward.pk, Holds.ANSWER) in held_up(county.esa, outage)


def test_who_took_on_a_call_to_ring_back_is_said_at_overlamning(
    county: County, outage: Outage, chain: CareChain, log_in
):
    event = make_event(county.alva, chain, "discharge", ago=timedelta(minutes=5))
    tell(county.alva, chain, event, outcome=CallOutcome.RELAYED, call_back="0910-00 00 01 kl 11")
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    client = log_in(county.alva)

    def shown() -> str:
        line = read(client.get(reverse("shift"))).find(id=re.compile("^tillbaka-"))
        return " ".join(line.get_text().split())

    assert shown().startswith("0910-00 00 01 kl 11")
    assert "Lämnat öppet" not in shown()
    leave(county.esa, outage, county.ward, Holds.RING_BACK)
    assert "0910-00 00 01 kl 11" in shown()
    assert "Lämnat öppet – Esa Påhittad: Ringer i morgon" in shown()


@pytest.mark.clause("R3.7")
def test_the_municipality_sees_that_its_own_answer_is_waited_for(
    county: County, outage: Outage, log_in, clock: Clock
):
    chain = make_chain(county, outage, county.cissi, protected_identity=True)
    received(county.cissi, chain, "admission", INPATIENT, 50)
    reply = make_event(
        county.cissi, chain, "admission_reply", sender=MUNICIPALITY, to=INPATIENT, outcome=CallOutcome.REACHED
    )
    tell(county.cissi, chain, reply, to=OUTPATIENT)
    client, page = log_in(county.cissi), reverse("chain", args=[chain.pk])
    told, asked = "Alla som ni ska underrätta är underrättade", "Andra väntar på svar från er."

    def idle() -> list[str]:
        texts = [read(client.get(path)).get_text() for path in ("/", reverse("calls_to_make"), page)]
        return [told if told in text else asked if asked in text else "" for text in texts]

    def lines() -> list[list[str]]:
        lists = (awaited_at(client, path) for path in ("/", page, reverse("shift")))
        return [[line for line in each if line.startswith("Kommunklar")] for each in lists]

    def matrix() -> tuple[str, str]:
        shown = read(client.get(reverse("overview"))).main
        figures = " ".join(shown.find(class_="figures").get_text(" ").split())
        own = shown.select_one("table.matrix td[data-label=Kommun]")
        return figures, " ".join(own.get_text(" ").split())

    assert (idle(), lines()) == ([told] * 3, [[]] * 3)
    assert "väntar på svar" not in "".join(matrix())
    received(county.cissi, chain, "ready_for_discharge", INPATIENT, 20)
    assert idle() == [asked] * 3
    assert "1 vårdkedja där andra väntar på svar från er" in matrix()[0]
    assert matrix()[1] == "Andra väntar på svar 20 min"
    said = dict(
        picture_lines(picture_of(overview_of(county.cissi, outage), outage, timezone.now()), goes_on=True)
    )
    assert "1 vårdkedja där andra väntar på svar från er" in said["Alla enheter"]
    for (line,) in lines():
        assert line.startswith("Kommunklar från er")
        assert "sedan 10.32" in line
    # It is not owed, and holds nothing up once the system is back.
    cilla = person("cilla", county.social_care, Role.COORDINATOR)
    end_outage(by=cilla, outage=outage, ended_at=timezone.now())
    clock.shift(timedelta(minutes=2))
    ended = outage_for(county.municipality, outage.pk)
    assert not any("municipality_ready" in thing.key for thing in open_things(county.municipality, ended))
    assert lines() == [[]] * 3
    assert "väntar på svar" not in "".join(matrix())


def test_it_is_waited_for_no_longer_once_it_is_given(county: County, outage: Outage, log_in):
    chain = make_chain(county, outage, county.cissi)
    received(county.cissi, chain, "ready_for_discharge", INPATIENT, 20)
    client = log_in(county.cissi)
    assert any(line.startswith("Kommunklar från er") for line in awaited_at(client, "/"))
    make_event(county.cissi, chain, "municipality_ready", sender=MUNICIPALITY, to=INPATIENT, ago=timedelta())
    assert not any(line.startswith("Kommunklar från er") for line in awaited_at(client, "/"))
