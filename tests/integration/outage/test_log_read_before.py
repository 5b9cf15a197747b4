"""A call is logged from a log that was read before the chain was locked: whatever was written in between counts."""

from collections.abc import Callable
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.rules.parties import Party
from outage.models import CareChain
from outage.queries import chain_log
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import ChainLog, log_of
from outage.rules.handover import Message
from outage.services.events import complete_discharge, leave_discharge_open, withdraw_event
from outage.services.handovers import log_call, withdraw_call
from outage.services.outages import end_outage
from outage.services.states import rebuilt
from tests.factories import County, call_facts, make_chain, make_event, tell
from tests.integration.outage.joining import join, two_chains, undo
from tests.integration.outage.ticking import change, correct, event_of, mark, rows

Write = Callable[[County, CareChain], object]


def read(county: County, chain: CareChain) -> tuple[CareChain, ChainLog]:
    """As the form of a call does."""
    found = get_chain(county.alva, chain.pk)
    return found, log_of(found.pk, signed=False)


def log(county: County, chain: CareChain, before: ChainLog, *messages: Message) -> None:
    log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(),
        messages=messages,
        log=before,
        answers=None,
    )


def admission() -> Message:
    return Message(kind="admission", sender=Party.INPATIENT, happened_at=timezone.now())


def discharge(county: County, chain: CareChain) -> None:
    told = (Party.MUNICIPALITY, Party.OUTPATIENT)
    event = make_event(county.alva, chain, "discharge")
    for party in told:
        tell(county.alva, chain, event, to=party)


def leave_open(county: County, chain: CareChain) -> None:
    leave_discharge_open(
        by=county.alva,
        event=_of(county, chain),
        client_id=uuid4(),
        recipient=Party.MUNICIPALITY,
        responsible="Esa",
        reason="Stängt.",
    )


def _of(county: County, chain: CareChain):
    event = event_of(chain)
    event.chain = get_chain(county.alva, chain.pk)
    return event


def take_back_call(county: County, chain: CareChain) -> None:
    call = log_of(chain.pk).live_handovers[-1]
    call.chain = get_chain(county.alva, chain.pk)
    withdraw_call(by=county.alva, handover=call, client_id=uuid4(), reason="Fel.")


def move(county: County, chain: CareChain) -> None:
    change(county.alva, get_chain(county.alva, chain.pk), county, ward_unit=county.other_ward)


# What lies in the chain, and what is done to it between the form was opened and its call is logged.
WRITES: dict[str, tuple[Write, Write]] = {
    "nothing": (lambda c, k: make_event(c.alva, k), lambda c, k: None),
    "event": (lambda c, k: None, lambda c, k: make_event(c.esa, k, "preliminary_ready")),
    "call": (lambda c, k: make_event(c.alva, k), lambda c, k: tell(c.esa, k, event_of(k))),
    "correction": (lambda c, k: make_event(c.alva, k), lambda c, k: correct(c.alva, k, _of(c, k))),
    "withdrawal": (
        lambda c, k: make_event(c.alva, k),
        lambda c, k: withdraw_event(by=c.alva, event=_of(c, k), client_id=uuid4(), reason="Fel."),
    ),
    "call taken back": (lambda c, k: tell(c.alva, k, make_event(c.alva, k)), take_back_call),
    "details": (lambda c, k: make_event(c.alva, k), move),
    "open item": (lambda c, k: make_event(c.alva, k, "discharge"), leave_open),
    "completion": (discharge, lambda c, k: complete_discharge(by=c.alva, event=_of(c, k))),
}


@pytest.mark.parametrize("what", WRITES)
def test_it_stands_as_its_log_says_whatever_was_written_meanwhile(
    county: County, chain: CareChain, what: str
):
    before, write = WRITES[what]
    before(county, chain)
    found, as_read = read(county, chain)
    write(county, get_chain(county.alva, chain.pk))
    with patch.object(chain_log, "log_of", side_effect=log_of) as anew:
        log(county, found, as_read, admission())
    assert anew.called == (what != "nothing")
    assert list(rebuilt(CareChain.objects.all(), write=False)) == []


def test_a_mark_set_meanwhile_counts(county: County, chain: CareChain):
    event = make_event(county.alva, chain, to=Party.OUTPATIENT)
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    found, as_read = read(county, chain)
    (task,) = rows(county.alva, found)
    mark(county.alva, get_chain(county.alva, chain.pk), task)
    log(county, found, as_read, Message(event_id=event.pk))
    assert list(rebuilt(CareChain.objects.all(), write=False)) == []
    assert chain.states.filter(ticked=True).exists()


@pytest.mark.parametrize("was_joined", [False, True])
def test_a_join_made_or_undone_meanwhile_counts(county: County, chain: CareChain, was_joined: bool):
    kept, other = two_chains(county, chain.outage)
    for each in (kept, other):
        make_event(county.alva, each)
    if was_joined:
        join(county, kept, other)
    found, as_read = read(county, kept)
    if was_joined:
        undo(county, kept)
    else:
        join(county, kept, other)
    log(county, found, as_read, Message(event_id=event_of(kept).pk), admission())
    assert list(rebuilt(CareChain.objects.all(), write=False)) == []


def test_of_the_one_that_was_joined_meanwhile_the_call_is_read_in_the_other(county: County, chain: CareChain):
    kept = make_chain(county, chain.outage, patient_name=chain.details.patient_name)
    make_event(county.alva, kept)
    found, as_read = read(county, chain)
    join(county, kept, chain)
    log(county, found, as_read, admission())
    assert list(rebuilt(CareChain.objects.all(), write=False)) == []
    assert len(event_of(kept).messages.all()) == 1
