"""The time line of a chain: by the minute, and within a minute as it was logged; what the own end leaves out."""

from datetime import timedelta
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outage.models import CareChain, Outage
from outage.presenters.chain import timeline
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.rules.handover import CallFacts, Direction, Message
from outage.rules.informing import CallOutcome
from outage.services.events import withdraw_event
from outage.services.handovers import log_call, withdraw_call
from outage.services.outages import end_outage
from tests.clock import TUESDAY
from tests.factories import County, call_facts, make_chain, make_event, tell
from tests.integration.outage.ends import make_three
from tests.integration.outage.pages import read


def test_a_try_logged_by_one_press_stands_before_the_call_made_after_it_in_the_same_minute(
    county: County, chain: CareChain, clock
):
    def log(facts: CallFacts, message: Message):
        return log_call(by=county.alva, chain=chain, client_id=uuid4(), facts=facts, messages=[message])

    minute = TUESDAY
    told = Message(kind="admission", sender=next(iter(county.alva.parties)), happened_at=minute)
    first = log(call_facts("municipality", at=minute), told)
    event = chain.events.get()
    clock.shift(timedelta(seconds=20))
    pressed = CallFacts(
        direction=Direction.GIVEN, recipient="outpatient", outcome=CallOutcome.BUSY, number="090-785 00 00"
    )
    tried = log(pressed, Message(event_id=event.pk))
    clock.shift(timedelta(seconds=10))
    reached = log(call_facts("outpatient", at=minute), Message(event_id=event.pk))

    chain = get_chain(county.alva, chain.pk)
    entries = timeline(county.alva, chain, logs_of([chain.pk])[chain.pk], minute)
    assert [entry.row_id for entry in entries] == [event.pk, first.pk, tried.pk, reached.pk]


def test_the_time_line_says_which_events_happened_after_the_own_end(
    county: County, outage: Outage, client: Client
):
    three = make_three(county)
    chain = make_chain(county, outage, municipality=three.lycksele.principal)
    make_event(county.alva, chain, "admission", ago=timedelta(minutes=30))
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now() - timedelta(minutes=30))
    make_event(county.alva, chain, "preliminary_ready", ago=timedelta(minutes=10))
    taken_back = make_event(county.alva, chain, "discharge_report", ago=timedelta(minutes=5))
    withdraw_event(by=county.alva, event=taken_back, client_id=uuid4(), reason="fel")
    client.force_login(county.alva.user)
    main = read(client.get(reverse("chain", args=[chain.pk]))).main
    said = "Efter att PRATOR var åter i drift tis 24 nov 10.22. Registreras direkt i PRATOR, inte efteråt."
    marked = [row.h3.get_text(strip=True) for row in main.select(".timeline > li") if said in row.get_text()]
    assert marked == ["Preliminärt utskrivningsklar"]


def test_what_was_taken_back_is_said_once_and_a_retraction_stands_where_somebody_must_hear_of_it(
    county: County, chain: CareChain, client: Client
):
    told, untold = make_event(county.alva, chain), make_event(county.alva, chain, "discharge_report")
    tell(county.alva, chain, told)
    call = chain.handovers.get(messages__event=untold)
    withdraw_call(by=county.alva, handover=call, client_id=uuid4(), reason="ringdes aldrig")
    for event in (told, untold):
        withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="fel")
    client.force_login(county.alva.user)
    rows = read(client.get(reverse("chain", args=[chain.pk]))).main.select(".timeline > li")
    stand = [row.h3.get_text(" ", strip=True) for row in rows if "struck" not in row.get("class", [])]
    assert [title for title in stand if title.startswith("Återtag")] == ["Återtag: inskrivning"]
    assert sum(row.get_text().count("ringdes aldrig") for row in rows) == 1
