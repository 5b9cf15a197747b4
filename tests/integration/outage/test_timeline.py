"""The time line of a chain: by the minute, and within a minute as it was logged."""

from datetime import timedelta
from uuid import uuid4

from outage.models import CareChain
from outage.presenters.chain import timeline
from outage.queries.care_chains import get_chain, logs_of
from outage.routine import get_routine
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome
from outage.services.handovers import CallFacts, Message, log_call
from tests.clock import TUESDAY
from tests.factories import County, call_facts


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
    entries = timeline(
        county.alva, chain, logs_of([chain.pk])[chain.pk], get_routine(chain.outage.routine_id), minute
    )
    assert [entry.row_id for entry in entries] == [event.pk, first.pk, tried.pk, reached.pk]
