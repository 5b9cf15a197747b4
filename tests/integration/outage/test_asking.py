"""What is asked about a call: whether what happened stands in the system, whether times and patient are right."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.rules.errors import Question
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.presenters.outside import outside_outage
from outage.presenters.owed import OwedCall, calls_owed
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import logs_of
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.handover import Message
from outage.services.care_chains import change_details
from outage.services.events import correct_event
from outage.services.handovers import correct_call, log_call
from tests.factories import County, call_facts, make_chain, make_event, tell
from tests.integration.outage.pages import read
from tests.integration.outage.ticking import rows

ADMISSION = Message(kind="admission", sender=Party.INPATIENT)


def owed_calls(county: County, chain: CareChain) -> list[OwedCall]:
    chain = get_chain(county.alva, chain.pk)
    found = logs_of([chain.pk])[chain.pk]
    return calls_owed(acting=county.alva, chain=chain, log=found, now=timezone.now())


def ask(
    county: County, chain: CareChain, message: Message, answers: dict[str, str], **facts: Any
) -> Handover:
    return log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(**facts),
        messages=[message],
        answers=answers,
    )


@pytest.mark.parametrize(("answer", "stands"), [("ja", True), ("nej", False)])
def test_what_happened_shortly_before_the_outage_asks_whether_it_stands_in_the_system(
    county: County, chain: CareChain, answer: str, stands: bool
):
    message = replace(ADMISSION, happened_at=timezone.now() - timedelta(hours=3))
    with pytest.raises(Question, match=r"Det hände 07\.52, före driftstoppet som började 08\.52") as asked:
        ask(county, chain, message, {})
    with pytest.raises(Question):
        ask(county, chain, message, {asked.value.key: "kanske"})
    assert not Handover.objects.exists()
    call = ask(county, chain, message, {asked.value.key: answer})
    event = call.messages.get().event
    assert event.in_system is stands
    # What stands there reaches the others there.
    assert [call.recipient.key for call in owed_calls(county, chain)] == ([] if stands else ["outpatient"])


def correct(county: County, chain: CareChain, event: CareChainEvent, **more: Any) -> CareChainEvent:
    event.chain = get_chain(county.alva, chain.pk)
    given = {"happened_at": event.happened_at, "particulars": {}, "answers": {}} | more
    return correct_event(
        by=county.alva, event=event, client_id=uuid4(), reason="Fel.", told_rightly=True, **given
    )


def test_that_it_stands_in_the_system_is_shown_with_what_follows_and_can_be_corrected(
    county: County, outage: Outage, client: Client
):
    chain = make_chain(county, outage, before=Before.ADMITTED)
    message = Message(
        kind="discharge", sender=Party.INPATIENT, happened_at=timezone.now() - timedelta(minutes=130)
    )
    with pytest.raises(Question) as asked:
        ask(county, chain, message, {})
    event = ask(county, chain, message, {asked.value.key: "ja"}).messages.get().event
    said = "Står i PRATOR sedan före driftstoppet. Registreras inte efteråt."
    client.force_login(county.alva.user)
    address = reverse("chain", args=[chain.pk])
    assert said in read(client.get(address)).main.text
    assert rows(county.alva, chain) == []
    # On paper too.
    log = logs_of([chain.pk])[chain.pk]
    assert outside_outage(get_chain(county.alva, chain.pk), log, log.live_events[0], timezone.now()) == said

    with pytest.raises(Question) as again:
        correct(county, chain, event)
    assert again.value.key == asked.value.key
    new = correct(county, chain, event, answers={asked.value.key: "nej"})
    assert not new.in_system
    assert [row.clause for row in rows(county.alva, chain)] == ["R4.4"]
    assert said not in read(client.get(address)).main.text


def test_an_event_that_is_corrected_to_after_a_call_that_told_of_it_asks(county: County, chain: CareChain):
    event = make_event(county.alva, chain, ago=timedelta(minutes=50))
    tell(county.alva, chain, event, at=timezone.now() - timedelta(minutes=45))
    event = correct(county, chain, event, happened_at=event.happened_at - timedelta(minutes=1))
    late = timezone.now() - timedelta(minutes=5)
    with pytest.raises(Question, match=r"Samtalet är 10\.07, före händelsen 10\.47") as asked:
        correct(county, chain, event, happened_at=late)
    assert asked.value.key == "before-event"
    new = correct(county, chain, event, happened_at=late, answers={"before-event": "ja"})
    # Settled once: what leaves the time asks nothing.
    assert correct(county, chain, new).happened_at == late


def test_of_two_events_shortly_before_the_outage_each_is_asked_about(county: County, chain: CareChain):
    told = [
        replace(ADMISSION, happened_at=timezone.now() - timedelta(hours=3)),
        Message(
            kind="preliminary_ready",
            sender=Party.INPATIENT,
            happened_at=timezone.now() - timedelta(hours=2.5),
        ),
    ]
    facts, answers = call_facts(), {}
    for answer in ("ja", "nej"):
        with pytest.raises(Question) as asked:
            log_call(
                by=county.alva, chain=chain, client_id=uuid4(), facts=facts, messages=told, answers=answers
            )
        assert asked.value.key not in answers
        answers[asked.value.key] = answer
    log_call(by=county.alva, chain=chain, client_id=uuid4(), facts=facts, messages=told, answers=answers)
    assert [event.in_system for event in chain.events.order_by("happened_at")] == [True, False]


def test_a_call_before_what_it_tells_of_asks(county: County, chain: CareChain):
    event = make_event(county.alva, chain, ago=timedelta(minutes=10))
    told, early = Message(event_id=event.pk), timezone.now() - timedelta(minutes=20)
    with pytest.raises(Question) as asked:
        ask(county, chain, told, {}, at=early)
    assert asked.value.key == "before-event"
    assert ask(county, chain, told, {"before-event": "ja"}, at=early).at == early
    # People say no seconds: within a minute nothing is before anything.
    minute = event.happened_at.replace(second=0, microsecond=0)
    assert ask(county, chain, told, {}, at=minute).at == minute


def test_a_call_before_what_is_logged_with_it_asks(county: County, chain: CareChain):
    early = timezone.now() - timedelta(minutes=20)
    told = Message(kind="admission", sender=Party.INPATIENT, happened_at=early + timedelta(minutes=10))
    with pytest.raises(Question) as asked:
        ask(county, chain, told, {}, at=early)
    assert asked.value.key == "before-event"
    assert not chain.events.exists()
    assert ask(county, chain, told, {"before-event": "ja"}, at=early).at == early


def test_a_call_that_is_corrected_to_a_time_before_what_it_told_of_asks(county: County, chain: CareChain):
    call = tell(county.alva, chain, make_event(county.alva, chain, ago=timedelta(minutes=10)))
    early = replace(call.facts, at=timezone.now() - timedelta(minutes=20))
    rest = {"by": county.alva, "handover": call, "reason": "Fel tid."}
    with pytest.raises(Question) as asked:
        correct_call(client_id=uuid4(), facts=early, answers={}, **rest)
    assert asked.value.key == "before-event"
    answers = {"before-event": "ja"}
    first = correct_call(client_id=uuid4(), facts=early, answers=answers, **rest)
    # Settled once: another correction that leaves the time asks nothing.
    rest["handover"] = first
    assert (
        correct_call(client_id=uuid4(), facts=replace(early, spoken_to="Bo"), answers={}, **rest).at
        == early.at
    )


def test_a_new_message_on_the_wrong_patient_asks(county: County, chain: CareChain):
    assert chain.details is not None
    change_details(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        replaces=chain.details.pk,
        facts=replace(chain.details.facts, status=ChainStatus.WRONG_PATIENT, status_reason="Samma namn."),
    )
    with pytest.raises(Question) as asked:
        ask(county, chain, ADMISSION, {})
    assert asked.value.key == "wrong-patient"
    assert not Handover.objects.exists()
    assert ask(county, chain, ADMISSION, {"wrong-patient": "ja"}).messages.count() == 1
