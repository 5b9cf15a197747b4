"""Ångra: one press takes back what one has just logged, as a row of its own; nobody else's, nothing twice."""

from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry
from contacts.rules.errors import RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, Handover, Outage
from outage.queries.care_chains import get_handover
from outage.queries.chain_log import logs_of
from outage.rules.handover import Message, check_undo
from outage.rules.informing import CallOutcome
from outage.services.handovers import log_call, withdraw_call
from outage.services.outages import end_outage
from outage.services.undoing import undo_call
from tests.factories import County, call_facts, make_chain, make_event, make_outage, tell
from tests.integration.outage.pages import read

NAME = "Hemlig Hemligsson"


def pressed(client: Client, chain: CareChain, **changed: str) -> None:
    event = chain.events.get()
    typed = {
        "client_id": str(uuid4()),
        "recipient": "municipality",
        "number": "0910-00 00 00",
        "events": str(event.pk),
        "outcome": "no_answer",
    }
    client.post(reverse("quick_try", args=[chain.pk]), typed | changed)


def test_the_rule_in_every_case():
    for own, stands, same_outage in product((True, False), repeat=3):
        if own and stands and same_outage:
            check_undo(own=own, stands=stands, same_outage=same_outage)
        else:
            with pytest.raises(RuleError):
                check_undo(own=own, stands=stands, same_outage=same_outage)


def test_what_was_saved_says_patient_recipient_outcome_number_and_time(
    county: County, outage: Outage, client: Client
):
    chain = make_chain(county, outage, patient_name="Asta Provberg")
    make_event(county.alva, chain)
    client.force_login(county.alva.user)
    pressed(client, chain)
    kept = str(client.session.items()) + str(client.cookies)
    assert "Asta" not in kept
    said = read(client.get(reverse("status"))).find(attrs={"class": "note-saved"})
    assert " ".join(said.p.get_text().split()) == (
        "Försöket är sparat på servern 10.52. "
        "Asta Provberg, Skellefteå kommun: inget svar på 0910-00 00 00, 10.52."
    )
    assert said.form["action"] == reverse("undo_call", args=[Handover.objects.latest("recorded_at").pk])


def test_of_a_patient_with_protected_personal_data_it_says_neither_name_place_nor_number(
    county: County, outage: Outage, client: Client
):
    chain = make_chain(county, outage, patient_name=NAME, protected_identity=True)
    make_event(county.alva, chain)
    client.force_login(county.alva.user)
    pressed(client, chain)
    said = read(client.get(reverse("status"))).find(attrs={"class": "note-saved"}).get_text()
    assert f"Skyddad patient, vårdkedja {chain.number}, Kommun: inget svar, 10.52." in said
    assert not any(secret in said for secret in ("Hemlig", "0910", "Skellefteå"))


def test_a_press_takes_it_back_once_and_leaves_its_trace(county: County, chain: CareChain, client: Client):
    event = make_event(county.alva, chain)
    call = tell(county.alva, chain, event, outcome=CallOutcome.BUSY)
    client.force_login(county.alva.user)
    address = reverse("undo_call", args=[call.pk])
    for _ in "12":
        assert client.post(address).headers["Location"] == reverse("status")
    row = Handover.objects.get(supersedes=call)
    assert (row.withdraws, row.reason) == (True, "Ångrat")
    assert AuditEntry.objects.filter(action="call.withdrawn", target_id=str(row.pk)).count() == 1
    assert client.post(address, {"on": "chain"}).headers["Location"] == reverse("chain", args=[chain.pk])


def test_what_was_logged_with_the_call_goes_and_nothing_from_before_it(county: County, chain: CareChain):
    def logged(*messages: Message) -> Handover:
        call = log_call(
            by=county.alva, chain=chain, client_id=uuid4(), facts=call_facts(), messages=list(messages)
        )
        return get_handover(county.alva, call.pk)

    def standing() -> list[str]:
        return [event.kind for event in logs_of([chain.pk])[chain.pk].live_events]

    first = logged(Message(kind="admission", sender=Party.INPATIENT))
    withdraw_call(by=county.alva, handover=first, client_id=uuid4(), reason="Fel tid.")
    event = chain.events.get()
    again = logged(Message(event_id=event.pk), Message(kind="discharge_report", sender=Party.INPATIENT))
    assert standing() == ["admission", "discharge_report"]
    undo_call(by=county.alva, handover=again)
    assert standing() == ["admission"]


@pytest.mark.parametrize(("tried_first", "left"), [(True, ["admission"]), (False, [])])
def test_a_failed_try_keeps_only_what_was_there_before(
    county: County, chain: CareChain, tried_first: bool, left: list[str]
):
    outcomes = (
        [CallOutcome.BUSY, CallOutcome.REACHED] if tried_first else [CallOutcome.REACHED, CallOutcome.BUSY]
    )
    make_event(county.alva, chain, outcome=outcomes[0])
    tell(county.alva, chain, chain.events.get(), to=Party.OUTPATIENT, outcome=outcomes[1])
    reached = Handover.objects.get(outcome=CallOutcome.REACHED)
    undo_call(by=county.alva, handover=get_handover(county.alva, reached.pk))
    assert [event.kind for event in logs_of([chain.pk])[chain.pk].live_events] == left


def test_another_persons_call_is_not_undone(county: County, chain: CareChain, client: Client):
    call = tell(county.alva, chain, make_event(county.alva, chain))
    client.force_login(county.esa.user)
    client.post(reverse("undo_call", args=[call.pk]))
    assert not Handover.objects.filter(supersedes=call).exists()
    assert "loggat av någon annan" in read(client.get(reverse("status"))).get_text()


def test_a_call_of_an_earlier_outage_is_not_undone(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    call = tell(county.alva, chain, make_event(county.alva, chain))
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    make_outage(county.alva, timedelta(0))
    client.force_login(county.alva.user)
    client.post(reverse("undo_call", args=[call.pk]))
    assert not Handover.objects.filter(supersedes=call).exists()
