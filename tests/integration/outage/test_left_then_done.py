"""What was left open by name holds nothing up until it is done: undone after that, somebody takes it on anew."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from outage.models import Acknowledgement, CareChain, CareChainEvent, Handover, Outage
from outage.queries.care_chains import get_chain
from outage.queries.closing import acknowledgement_of
from outage.rules.closing import Holds
from outage.rules.informing import CallOutcome
from outage.services.handovers import correct_call, withdraw_call
from outage.services.outages import end_outage, reopen_outage
from outage.services.registrations import acknowledge
from tests.clock import Clock
from tests.factories import County, call_facts, end_for_all, make_event, tell
from tests.integration.outage.closing import as_seen, close, is_closed, kinds, leave, leave_all
from tests.integration.outage.pages import fields_of, form_of, read
from tests.integration.outage.test_reminders import kinds as reminded
from tests.integration.outage.ticking import correct, mark, rows

pytestmark = pytest.mark.clause("R1.6")


def left(
    county: County, outage: Outage, chain: CareChain, clock: Clock, kind: str = "discharge"
) -> CareChainEvent:
    """Leave open that the out-patient care has not been told, and all else, and close."""
    event = make_event(county.alva, chain, kind, outcome=CallOutcome.REACHED)
    end_for_all(county, outage, timezone.now())
    leave_all(county.esa, outage)
    close(county.esa, outage)
    clock.shift(timedelta(hours=1))
    return event


def held_up(county: County, outage: Outage) -> set[Holds]:
    return {what for _, what in kinds(county.esa, outage)}


def rung(county: County, chain: CareChain, event: CareChainEvent, clock: Clock) -> Handover:
    call = tell(county.alva, get_chain(county.alva, chain.pk), event, to=Party.OUTPATIENT)
    clock.shift(timedelta(hours=1))
    return Handover.objects.get(pk=call.pk)


@pytest.mark.parametrize("how", ["taken back", "not reached after all", "another was reached"])
def test_a_discharge_told_and_then_not_told_after_all_is_taken_on_anew(
    county: County, outage: Outage, chain: CareChain, clock: Clock, how: str
):
    event = left(county, outage, chain, clock)
    assert held_up(county, outage) == set()
    call = rung(county, chain, event, clock)
    assert held_up(county, outage) == set()
    if how == "taken back":
        withdraw_call(by=county.alva, handover=call, client_id=uuid4(), reason="Fel patient.")
    else:
        busy = call_facts(Party.OUTPATIENT, at=call.at, outcome=CallOutcome.BUSY)
        another = call_facts(Party.MUNICIPALITY, at=call.at)
        facts = busy if how.startswith("not") else another
        correct_call(by=county.alva, handover=call, client_id=uuid4(), facts=facts, reason="Fel.")
    assert held_up(county, outage) == {Holds.DISCHARGE}
    assert "discharge" in reminded(county.alva)
    with pytest.raises(RuleError):
        close(county.esa, outage)
    leave(county.esa, outage, county.ward, Holds.DISCHARGE)
    close(county.esa, outage)
    assert is_closed(county.esa, outage)


def test_a_call_that_is_corrected_otherwise_leaves_what_was_taken_on(
    county: County, outage: Outage, chain: CareChain, clock: Clock
):
    event = left(county, outage, chain, clock)
    tell(county.alva, get_chain(county.alva, chain.pk), event, to=Party.MUNICIPALITY)
    call = Handover.objects.latest("recorded_at")
    correct_call(
        by=county.alva,
        handover=call,
        client_id=uuid4(),
        facts=call_facts(Party.MUNICIPALITY, at=call.at, spoken_to="En annan"),
        reason="Fel namn.",
    )
    assert held_up(county, outage) == set()


def test_a_task_done_and_changed_or_said_not_to_be_is_taken_on_anew(
    county: County, outage: Outage, chain: CareChain, clock: Clock
):
    event = make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    clock.shift(timedelta(minutes=2))
    end_for_all(county, outage, timezone.now())
    leave_all(county.esa, outage)
    chain = get_chain(county.alva, chain.pk)
    clock.shift(timedelta(hours=1))
    (task,) = rows(county.alva, chain)
    mark(county.alva, chain, task)
    assert held_up(county, outage) == set()
    clock.shift(timedelta(days=1))
    correct(county.alva, chain, event, earlier=timedelta(minutes=70))
    assert held_up(county, outage) == {Holds.TASK}
    (task,) = rows(county.alva, chain)
    mark(county.alva, chain, task)
    assert held_up(county, outage) == set()
    (task,) = rows(county.alva, chain)
    mark(county.alva, chain, task, done=False)
    assert held_up(county, outage) == {Holds.TASK}
    leave(county.esa, outage, county.ward, Holds.TASK)
    assert held_up(county, outage) == set()


def test_messages_acknowledged_and_said_not_to_be_are_taken_on_anew(
    county: County, outage: Outage, chain: CareChain, clock: Clock
):
    left(county, outage, chain, clock, "admission")
    acknowledge(by=county.alva, outage=as_seen(county.alva, outage))
    clock.shift(timedelta(minutes=1))
    assert held_up(county, outage) == set()
    acknowledge(by=county.alva, outage=as_seen(county.alva, outage), done=False)
    assert kinds(county.esa, outage) == {(county.ward.pk, Holds.ACKNOWLEDGE): 1}


def test_what_was_left_before_the_outage_was_opened_again_is_taken_on_anew(
    county: County, outage: Outage, chain: CareChain, clock: Clock
):
    make_event(county.alva, chain, "discharge", outcome=CallOutcome.REACHED)
    end_for_all(county, outage, timezone.now())
    before = held_up(county, outage)
    assert {Holds.DISCHARGE, Holds.ACKNOWLEDGE} <= before
    leave_all(county.esa, outage)
    close(county.esa, outage)
    clock.shift(timedelta(hours=1))
    reopen_outage(by=county.esa, outage=as_seen(county.esa, outage))
    clock.shift(timedelta(hours=1))
    end_outage(by=county.esa, outage=as_seen(county.esa, outage), ended_at=timezone.now())
    assert held_up(county, outage) == before


def test_a_press_sent_again_says_nothing_against_a_colleague(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    end_for_all(county, outage, timezone.now())
    client.force_login(county.alva.user)
    form = form_of(read(client.get(reverse("back_registration"))), action=reverse("acknowledge"))
    sent = fields_of(form)
    client.post(form["action"], sent)
    assert acknowledgement_of(as_seen(county.alva, outage), county.ward)
    client.post(form["action"], sent)
    assert Acknowledgement.objects.count() == 1
    acknowledge(by=county.esa, outage=as_seen(county.esa, outage), done=False)
    again = client.post(form["action"], sent, follow=True)
    assert "Det har ändrats sedan sidan öppnades." in read(again).get_text()
    assert not acknowledgement_of(as_seen(county.alva, outage), county.ward)
    assert Acknowledgement.objects.count() == 2


def test_a_page_from_an_end_before_acknowledges_nothing_of_the_next(
    county: County, outage: Outage, chain: CareChain, client: Client, clock: Clock
):
    make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    end_for_all(county, outage, timezone.now())
    client.force_login(county.alva.user)
    form = form_of(read(client.get(reverse("back_registration"))), action=reverse("acknowledge"))
    clock.shift(timedelta(minutes=5))
    reopen_outage(by=county.esa, outage=as_seen(county.esa, outage))
    clock.shift(timedelta(minutes=5))
    end_outage(by=county.esa, outage=as_seen(county.esa, outage), ended_at=timezone.now())
    client.post(form["action"], fields_of(form))
    assert not acknowledgement_of(as_seen(county.alva, outage), county.ward)
