"""Calls: several messages in one, tries that never count, corrected and taken back by new rows (R1.6, R2.5)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.models import AuditEntry
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, ChainState, Handover, HandoverMessage, Outage, StateKind
from outage.queries.care_chains import get_chain, get_handover
from outage.queries.chain_log import logs_of
from outage.queries.owed import event_standings
from outage.routine import current_routine
from outage.rules.handover import Direction, Message, ReadBack
from outage.rules.informing import FAILED, CallOutcome, InformState
from outage.services.call_errors import CallErrors
from outage.services.events import withdraw_event
from outage.services.handovers import correct_call, log_call, withdraw_call
from tests.factories import (
    County,
    at_once,
    call_facts,
    make_chain,
    make_county,
    make_event,
    make_outage,
    same_id,
    tell,
)

ADMISSION = Message(kind="admission", sender=Party.INPATIENT)
REPORT = Message(kind="discharge_report", sender=Party.INPATIENT)


def states(county: County, event: CareChainEvent) -> dict[str, InformState]:
    """How far each one who must be told of the event has been, as the pages see it now."""
    chain = get_chain(county.alva, event.chain_id)
    log = logs_of([chain.pk])[chain.pk]
    return {s.target.key: s.state for s in event_standings(chain, log, event)}


def log(county: County, chain: CareChain, *messages: Message, **facts: Any) -> Handover:
    return log_call(
        by=county.alva, chain=chain, client_id=uuid4(), facts=call_facts(**facts), messages=messages
    )


@pytest.mark.clause("R2.5")
def test_one_call_carries_several_messages_and_who_made_it(county: County, chain: CareChain):
    handover = log(county, chain, ADMISSION, REPORT, comment="  Kommer i kväll. ", read_back=ReadBack.DONE)
    events = [message.event for message in handover.messages.all()]
    assert [event.kind for event in events] == ["admission", "discharge_report"]
    assert {event.happened_at for event in events} == {handover.at}
    assert handover.signature == "Alva Påhittad, Sjuksköterska, Medicin 2"
    assert (handover.spoken_to, handover.comment) == ("Karin Påhittad", "Kommer i kväll.")
    assert abs(handover.recorded_at - timezone.now()) < timedelta(seconds=10)
    for event in events:
        assert states(county, event) == {
            "municipality": InformState.INFORMED,
            "outpatient": InformState.STILL_TO_RING,
        }
    trace = AuditEntry.objects.filter(action="call.logged").get()
    assert (trace.chain, trace.target_id, trace.unit) == (chain.pk, str(handover.pk), county.ward)


@pytest.mark.clause("R1.6")
@pytest.mark.parametrize("outcome", CallOutcome)
def test_only_a_call_that_got_through_informs(county: County, chain: CareChain, outcome: CallOutcome):
    event = make_event(county.alva, chain, "discharge", outcome=outcome)
    expected = InformState.TRIED
    if outcome is CallOutcome.REACHED:
        expected = InformState.INFORMED
    if outcome is CallOutcome.RELAYED:
        expected = InformState.RELAYED
    assert states(county, event)["municipality"] is expected
    action = "call.tried" if outcome in FAILED else "call.logged"
    assert AuditEntry.objects.filter(action=action, chain=chain.pk).count() == 1


def test_a_failed_try_needs_no_name_but_the_number(county: County, chain: CareChain):
    tried = log(county, chain, ADMISSION, outcome=CallOutcome.BUSY, spoken_to="", spoken_to_unit="")
    assert tried.outcome == CallOutcome.BUSY
    with pytest.raises(CallErrors) as refused:
        log(county, chain, ADMISSION, outcome=CallOutcome.BUSY, number=" ")
    assert set(refused.value.fields) == {"number"}


def test_a_received_message_is_known_where_it_was_received_and_nowhere_else(county: County, chain: CareChain):
    reply = Message(
        kind="admission_reply",
        sender=Party.MUNICIPALITY,
        particulars={"current_services": "Hemtjänst.", "x": ""},
    )
    handover = log(county, chain, reply, direction=Direction.RECEIVED, number="")
    event = handover.messages.get().event
    assert event.sender == Party.MUNICIPALITY
    assert event.particulars == {"current_services": "Hemtjänst."}
    assert states(county, event) == {
        "outpatient": InformState.STILL_TO_RING,
        "inpatient": InformState.INFORMED,
    }


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"spoken_to": " "}, {"spoken_to"}),
        ({"spoken_to_unit": ""}, {"spoken_to_unit"}),
        ({"number": ""}, {"number"}),
        ({"recipient": ""}, {"recipient"}),
        ({"read_back": ReadBack.NOT_POSSIBLE}, {"read_back_reason"}),
        ({"direction": Direction.RECEIVED, "outcome": CallOutcome.BUSY}, {"outcome"}),
        ({"spoken_to": "", "number": "", "spoken_to_unit": ""}, {"spoken_to", "number", "spoken_to_unit"}),
    ],
)
def test_what_is_missing_is_asked_for_at_each_field_and_nothing_is_saved(
    county: County, chain: CareChain, wrong: dict[str, Any], fields: set[str]
):
    with pytest.raises(CallErrors) as refused:
        log(county, chain, ADMISSION, **wrong)
    assert set(refused.value.fields) == fields
    assert not Handover.objects.exists()
    assert not CareChainEvent.objects.exists()


def test_a_call_that_got_through_tells_of_something(county: County, chain: CareChain):
    with pytest.raises(CallErrors) as refused:
        log(county, chain)
    assert set(refused.value.fields) == {"messages"}
    assert not log(county, chain, outcome=CallOutcome.NO_ANSWER).messages.exists()


@pytest.mark.parametrize("ago", [timedelta(hours=5), timedelta(minutes=-5)], ids=["before", "ahead"])
def test_an_event_outside_the_outage_is_refused_and_the_call_with_it(
    county: County, chain: CareChain, ago: timedelta
):
    message = Message(kind="admission", sender=Party.INPATIENT, happened_at=timezone.now() - ago)
    with pytest.raises(CallErrors) as refused:
        log(county, chain, message)
    assert set(refused.value.fields) == {"happened_at-admission"}
    assert not Handover.objects.exists()


def test_an_event_of_another_chain_is_refused(county: County, outage: Outage, chain: CareChain):
    elsewhere = make_event(county.alva, make_chain(county, outage))
    with pytest.raises(CallErrors) as refused:
        tell(county.alva, chain, elsewhere)
    assert set(refused.value.fields) == {"messages"}


@pytest.mark.parametrize("kind", sorted(current_routine().messages))
@pytest.mark.parametrize("sender", Party)
@pytest.mark.clause("R3.1")
def test_a_message_is_logged_only_from_a_party_that_sends_it_and_owes_those_the_routine_says(
    county: County, chain: CareChain, kind: str, sender: Party
):
    sending = next((s for s in current_routine().message(kind).sendings if s.party is sender), None)
    message = Message(kind=kind, sender=sender, particulars={"participants": ["Anhörig", "Chef"]})
    if sending is None:
        with pytest.raises(CallErrors) as refused:
            log(county, chain, message)
        assert set(refused.value.fields) == {f"kind-{kind}"}
        assert not Handover.objects.exists()
        return
    event = log(county, chain, message).messages.get().event
    named = {"participant:Anhörig", "participant:Chef"} if sending.tells_participants else set()
    assert set(states(county, event)) == {str(party) for party in sending.tells} | named


def test_a_resend_gives_the_first_call_and_writes_nothing(county: County, chain: CareChain):
    def send(comment: str = "") -> Handover:
        return log_call(
            by=county.alva,
            chain=chain,
            client_id=same_id(1),
            facts=call_facts(comment=comment),
            messages=[ADMISSION, REPORT],
        )

    assert send().pk == send().pk == same_id(1)
    assert (Handover.objects.count(), CareChainEvent.objects.count(), HandoverMessage.objects.count()) == (
        1,
        2,
        2,
    )
    with pytest.raises(IdClash):
        send("annat")
    assert AuditEntry.objects.filter(action="call.logged").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_call():
    county = make_county()
    chain = make_chain(county, make_outage(county.alva))
    facts = call_facts()
    results = at_once(
        [
            lambda: log_call(
                by=county.alva, chain=chain, client_id=same_id(1), facts=facts, messages=[ADMISSION]
            )
        ]
        * 4
    )
    assert [result.pk for result in results] == [same_id(1)] * 4
    assert (Handover.objects.count(), CareChainEvent.objects.count()) == (1, 1)


def test_an_administrator_logs_no_call(county: County, chain: CareChain):
    with pytest.raises(NotAllowed):
        tell(county.adam, chain)


def correct(county: County, handover: Handover, **facts: Any) -> Handover:
    return correct_call(
        by=county.alva,
        handover=handover,
        client_id=uuid4(),
        facts=call_facts(at=handover.at, **facts),
        reason="Fel knapp.",
    )


def withdraw(county: County, handover: Handover, reason: str = "Fel patient.") -> Handover:
    return withdraw_call(by=county.alva, handover=handover, client_id=uuid4(), reason=reason)


def test_a_corrected_call_counts_as_it_was_corrected(county: County, chain: CareChain):
    event = make_event(county.alva, chain)
    wrong = tell(county.alva, chain, event, to=Party.MUNICIPALITY)
    correct(county, wrong, recipient=Party.OUTPATIENT)
    assert states(county, event) == {
        "municipality": InformState.TRIED,
        "outpatient": InformState.INFORMED,
    }
    assert Handover.objects.get(pk=wrong.pk).recipient == Party.MUNICIPALITY
    new = get_handover(county.alva, wrong.pk).superseded_by
    correct(county, new, outcome=CallOutcome.RELAYED)
    assert states(county, event) == {
        "municipality": InformState.RELAYED,
        "outpatient": InformState.STILL_TO_RING,
    }
    assert AuditEntry.objects.filter(action="call.corrected", chain=chain.pk).count() == 2


def test_a_call_taken_back_informs_nobody(county: County, chain: CareChain):
    event = make_event(county.alva, chain)
    handover = tell(county.alva, chain, event)
    row = withdraw(county, handover)
    assert (row.supersedes, row.withdraws, row.reason) == (handover, True, "Fel patient.")
    assert states(county, event)["municipality"] is InformState.TRIED
    assert AuditEntry.objects.filter(action="call.withdrawn", chain=chain.pk).count() == 1


@pytest.mark.parametrize("change", [correct, withdraw])
def test_the_second_of_two_who_change_a_call_is_told(county: County, chain: CareChain, change):
    handover = tell(county.alva, chain, make_event(county.alva, chain))
    withdraw(county, handover)
    with pytest.raises(RuleError, match="Det har ändrats sedan du öppnade sidan"):
        change(county, handover)
    assert Handover.objects.filter(supersedes=handover).count() == 1


@pytest.mark.parametrize("change", [correct, withdraw])
def test_what_takes_a_call_back_is_not_itself_changed(county: County, chain: CareChain, change):
    row = withdraw(county, tell(county.alva, chain, make_event(county.alva, chain)))
    with pytest.raises(RuleError, match="återtaget"):
        change(county, row)


def test_a_change_of_a_call_needs_its_reason(county: County, chain: CareChain):
    handover = tell(county.alva, chain, make_event(county.alva, chain))
    with pytest.raises(RuleError) as refused:
        withdraw(county, handover, " ")
    assert refused.value.field == "reason"


def test_a_change_of_a_call_sent_twice_is_one_row(county: County, chain: CareChain):
    handover = tell(county.alva, chain, make_event(county.alva, chain))
    facts = call_facts(at=handover.at, comment="Ny")
    for _ in "12":
        row = correct_call(
            by=county.alva, handover=handover, client_id=same_id(2), facts=facts, reason="Skrivfel."
        )
    assert row.pk == same_id(2)
    for _ in "12":
        gone = withdraw_call(by=county.alva, handover=row, client_id=same_id(3), reason="Fel patient.")
    assert gone.pk == same_id(3)
    assert Handover.objects.filter(chain=chain).count() == 4


def test_the_longest_name_title_and_unit_sign_a_call_whole(county: County, chain: CareChain):
    by = county.alva
    by.user.first_name, by.user.last_name, by.user.hsa_id = "F" * 150, "E" * 150, "H" * 31
    by.unit.name, by.membership.title = "U" * 200, "T" * 60
    for row in (by.user, by.unit, by.membership):
        row.save()
    signed = tell(by, chain, make_event(county.esa, chain)).signature
    assert signed == f"{'F' * 150} {'E' * 150}, {'T' * 60}, {'U' * 200} ({'H' * 31})"


def test_who_was_rung_and_no_message_names_is_owed_what_is_taken_back(county: County, chain: CareChain):
    event = make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    call = Handover.objects.get()
    withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Fel patient")
    facts = replace(call.facts, recipient="participant:Dottern Kim")
    correct_call(by=county.alva, handover=call, client_id=uuid4(), facts=facts, reason="Dottern svarade")
    rows = ChainState.objects.filter(what=StateKind.OWED, retracts=True)
    assert [(row.whom, row.target.participant) for row in rows] == [("participant:0", "Dottern Kim")]
