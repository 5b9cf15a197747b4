"""A call about the wrong patient: taken back with what stood by it alone, or moved to the patient it was about."""

from dataclasses import replace
from datetime import UTC, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry
from contacts.rules.errors import Question, RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Handover, Outage
from outage.presenters.owed import calls_owed
from outage.queries.care_chains import get_chain, get_handover, newest_of
from outage.queries.chain_log import logs_of
from outage.queries.lately import received_lately
from outage.queries.owed import chains_with_calls_owed
from outage.queries.standing import row_of, standing_of
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import Direction, Message
from outage.rules.informing import CallOutcome
from outage.services.events import correct_event
from outage.services.handovers import correct_call, log_call, withdraw_call
from outage.services.moving import move_call
from tests.factories import County, call_facts, make_chain, make_event, same_id, tell
from tests.integration.outage.pages import errors_of, fields_of, form_of, read

ADMISSION = Message(kind="admission", sender=Party.INPATIENT)


def given(county: County, chain: CareChain, *, to: str = Party.MUNICIPALITY) -> Handover:
    handover = log_call(
        by=county.alva, chain=chain, client_id=uuid4(), facts=call_facts(to), messages=[ADMISSION]
    )
    return get_handover(county.alva, handover.pk)


def received(county: County, chain: CareChain) -> Handover:
    handover = log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(direction=Direction.RECEIVED),
        messages=[Message(kind="municipality_ready", sender=Party.MUNICIPALITY)],
    )
    return get_handover(county.alva, handover.pk)


def standing(chain: CareChain) -> list[str]:
    return [event.kind for event in logs_of([chain.pk])[chain.pk].live_events]


def owed(county: County, chain: CareChain) -> dict[str, list[str]]:
    chain = get_chain(county.alva, chain.pk)
    log, now = logs_of([chain.pk])[chain.pk], timezone.now()
    calls = calls_owed(acting=county.alva, chain=chain, log=log, now=now)
    return {call.recipient.key: [message.label for message in call.messages] for call in calls}


def take_back(county: County, call: Handover, answer: str | None, *, wrong_patient: bool = True) -> Handover:
    answers = {} if answer is None else {"events-too": answer}
    return withdraw_call(
        by=county.alva,
        handover=call,
        client_id=uuid4(),
        reason="Fel patient.",
        wrong_patient=wrong_patient,
        answers=answers,
    )


def test_it_is_asked_whether_what_was_said_goes_too(county: County, chain: CareChain):
    call = given(county, chain)
    with pytest.raises(Question, match="Det här står bara genom samtalet: Inskrivning"):
        take_back(county, call, None)
    assert standing(chain) == ["admission"]
    assert not Handover.objects.filter(supersedes=call).exists()


def test_nothing_is_owed_about_a_patient_nobody_spoke_of(county: County, outage: Outage, chain: CareChain):
    call = given(county, chain)
    assert chain in chains_with_calls_owed(county.alva, outage)
    take_back(county, call, "ja")
    assert standing(chain) == []
    assert chain not in chains_with_calls_owed(county.alva, outage)


def test_what_has_happened_stands_and_is_owed_anew(county: County, chain: CareChain):
    take_back(county, given(county, chain), "nej")
    assert standing(chain) == ["admission"]
    assert set(owed(county, chain)) == {"municipality", "outpatient"}


def test_what_another_call_told_of_too_is_not_asked_about(county: County, chain: CareChain):
    call = given(county, chain)
    event = call.messages.get().event
    assert event is not None
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    take_back(county, call, None)
    assert standing(chain) == ["admission"]


@pytest.mark.parametrize("first", [given, received])
def test_a_failed_try_to_tell_others_tells_nobody(county: County, chain: CareChain, first):
    call = first(county, chain)
    tell(county.alva, chain, call.messages.get().event, to=Party.OUTPATIENT, outcome=CallOutcome.BUSY)
    with pytest.raises(Question, match="Det här står bara genom samtalet"):
        take_back(county, call, None)
    take_back(county, call, "ja")
    assert (standing(chain), owed(county, chain)) == ([], {})


def test_a_moved_call_leaves_no_copy_behind_for_a_failed_try(
    county: County, outage: Outage, chain: CareChain
):
    call, right = given(county, chain), make_chain(county, outage, identity="19800101-9808")
    tell(county.alva, chain, call.messages.get().event, to=Party.OUTPATIENT, outcome=CallOutcome.BUSY)
    move_call(by=county.alva, handover=call, to=right, client_id=uuid4(), reason="Fel patient.")
    assert (standing(chain), standing(right)) == ([], ["admission"])
    assert owed(county, chain) == {}


def test_a_received_call_that_is_taken_back_asks_whatever_was_wrong(county: County, chain: CareChain):
    call = received(county, chain)
    with pytest.raises(Question):
        take_back(county, call, None, wrong_patient=False)
    take_back(county, call, "ja", wrong_patient=False)
    assert standing(chain) == []


def test_a_call_that_was_never_made_leaves_its_event_to_be_told(county: County, chain: CareChain):
    take_back(county, given(county, chain), None, wrong_patient=False)
    assert set(owed(county, chain)) == {"municipality", "outpatient"}


@pytest.mark.parametrize("answer", ["ja", "nej"])
def test_the_page_asks_and_keeps_what_was_typed(
    county: County, chain: CareChain, client: Client, answer: str
):
    call = received(county, chain)
    client.force_login(county.alva.user)
    path = reverse("withdraw_call", args=[call.pk])
    page = read(client.get(path))
    assert "inte längre som mottaget" in page.main.text
    sent = fields_of(form_of(page, method="post")) | {"why": ["wrong_patient"], "reason": ["Två lika namn."]}
    asked = client.post(path, sent)
    assert asked.status_code == 422
    assert "Ska det tas tillbaka också?" in errors_of(read(asked))
    again = fields_of(form_of(read(asked), method="post"))
    assert again["reason"] == ["Två lika namn."]
    assert client.post(path, again | {"answer-events-too": [answer]}).status_code == 302
    row = Handover.objects.get(supersedes=call)
    assert (row.withdraws, row.reason) == (True, "Samtalet gällde en annan patient. Två lika namn.")
    assert standing(chain) == ([] if answer == "ja" else ["municipality_ready"])


def test_something_else_needs_its_words(county: County, chain: CareChain, client: Client):
    call = given(county, chain)
    client.force_login(county.alva.user)
    path = reverse("withdraw_call", args=[call.pk])
    sent = fields_of(form_of(read(client.get(path)), method="post"))
    assert "Välj vad som var fel." in errors_of(read(client.post(path, sent)))
    assert "Skriv varför." in errors_of(read(client.post(path, sent | {"why": ["other"]})))
    assert not Handover.objects.filter(supersedes=call).exists()


def test_a_moved_call_stands_on_the_right_patient_with_its_time_and_its_words(
    county: County, outage: Outage, chain: CareChain
):
    right = make_chain(county, outage)
    call = given(county, chain)
    new = move_call(by=county.alva, handover=call, to=right, client_id=same_id(1), reason="Fel patient.")
    assert (new.chain_id, new.at, new.spoken_to, new.number) == (
        right.pk,
        call.at,
        call.spoken_to,
        call.number,
    )
    assert standing(chain) == []
    assert standing(right) == ["admission"]
    assert owed(county, chain) == {}
    assert set(owed(county, right)) == {"outpatient"}
    assert AuditEntry.objects.filter(action="call.moved").count() == 2
    again = move_call(by=county.alva, handover=call, to=right, client_id=same_id(1), reason="Fel patient.")
    assert again == new


@pytest.mark.parametrize(("answer", "stands"), [("ja", True), ("nej", False)])
def test_what_happened_shortly_before_the_outage_is_moved_with_what_was_said_of_it(
    county: County, outage: Outage, chain: CareChain, answer: str, stands: bool
):
    assert outage.current is not None
    at, right = outage.current.started_at - timedelta(minutes=10), make_chain(county, outage)
    call = log_call(
        by=county.alva,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(),
        messages=[replace(ADMISSION, happened_at=at)],
        answers={f"stands-in-system-{at.astimezone(UTC):%d%H%M}": answer},
    )
    call = get_handover(county.alva, call.pk)
    move_call(by=county.alva, handover=call, to=right, client_id=uuid4(), reason="Fel patient.", answers={})
    event = logs_of([right.pk])[right.pk].live_events[0]
    assert (event.happened_at, event.in_system) == (at, stands)


def test_a_place_that_is_none_of_the_right_patients_counts_for_nobody_there(county: County, outage: Outage):
    chain, right = make_chain(county, outage), make_chain(county, outage, municipality=None)
    call = given(county, chain)
    move_call(by=county.alva, handover=call, to=right, client_id=uuid4(), reason="Fel patient.")
    row = Handover.objects.get(chain=right)
    assert row.place_name == county.municipality.name
    assert set(owed(county, right)) == {"municipality", "outpatient"}


def test_what_others_were_told_of_stays_where_it_was(county: County, outage: Outage, chain: CareChain):
    right = make_chain(county, outage)
    call = given(county, chain)
    event = call.messages.get().event
    assert event is not None
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    move_call(by=county.alva, handover=call, to=right, client_id=uuid4(), reason="Fel patient.")
    assert standing(chain) == standing(right) == ["admission"]
    assert set(owed(county, chain)) == {"municipality"}


def test_a_call_is_not_moved_to_its_own_patient(county: County, chain: CareChain):
    call = given(county, chain)
    with pytest.raises(RuleError, match="hör redan till"):
        move_call(by=county.alva, handover=call, to=chain, client_id=uuid4(), reason="Fel patient.")


@pytest.mark.parametrize("rightly", [True, False])
def test_what_was_corrected_after_the_call_goes_with_it_and_is_owed_as_before(
    county: County, outage: Outage, chain: CareChain, rightly: bool
):
    call = given(county, chain)
    event = call.messages.get().event
    assert event is not None
    event.chain = get_chain(county.alva, chain.pk)
    correct_event(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        happened_at=event.happened_at - timedelta(minutes=5),
        particulars={},
        reason="Fel tid.",
        told_rightly=rightly,
    )
    right = make_chain(county, outage)
    move_call(by=county.alva, handover=call, to=right, client_id=uuid4(), reason="Fel patient.")
    assert (standing(chain), standing(right)) == ([], ["admission"])
    new = logs_of([right.pk])[right.pk].live_events[0]
    assert new.happened_at == event.happened_at - timedelta(minutes=5)
    assert ("municipality" in owed(county, right)) is not rightly


def test_the_page_moves_it_and_no_name_stands_in_the_address(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    right = make_chain(county, outage, patient_name="Rätt Rättsson")
    call = given(county, chain)
    client.force_login(county.alva.user)
    path = reverse("move_call", args=[call.pk])
    page = read(client.get(path))
    form = fields_of(form_of(page, method="post"))
    found = read(client.post(path, form | {"sok": ["Rättsson"], "search": ["1"]}))
    assert "Rätt Rättsson" in found.main.text
    assert errors_of(found) == ""
    assert "Välj vilken patient samtalet gällde." in errors_of(read(client.post(path, form)))
    answer = client.post(path, form | {"to": [str(right.pk)], "sok": ["Rättsson"]})
    assert answer.headers["Location"] == reverse("chain", args=[right.pk])
    assert Handover.objects.get(chain=right).spoken_to == call.spoken_to


def test_a_chain_of_the_wrong_patient_takes_a_new_message_after_a_question_only(
    county: County, chain: CareChain
):
    from outage.services.care_chains import change_details
    from tests.factories import chain_facts

    make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    facts = chain_facts(county, status=ChainStatus.WRONG_PATIENT, status_reason="Fel.")
    change_details(by=county.alva, chain=chain, client_id=uuid4(), replaces=chain.details_id, facts=facts)
    again = get_chain(county.alva, chain.pk)
    before = CareChainEvent.objects.count()
    with pytest.raises(Question, match="loggad på fel patient"):
        log_call(
            by=county.alva,
            chain=again,
            client_id=uuid4(),
            facts=call_facts(),
            messages=[ADMISSION],
            answers={},
        )
    assert CareChainEvent.objects.count() == before
    log_call(
        by=county.alva,
        chain=again,
        client_id=uuid4(),
        facts=call_facts(),
        messages=[ADMISSION],
        answers={"wrong-patient": "ja", "taken-back": "gone"},
    )
    assert CareChainEvent.objects.count() == before + 1


def test_a_call_is_moved_to_a_chain_of_the_wrong_patient_after_a_question_only(
    county: County, outage: Outage, chain: CareChain, client: Client
):
    marked = {"status": ChainStatus.WRONG_PATIENT, "status_reason": "Samma namn."}
    other = make_chain(county, outage, identity="NNN 4711", **marked)
    call = given(county, chain)
    path = reverse("move_call", args=[call.pk])
    client.force_login(county.alva.user)
    sent = fields_of(form_of(read(client.get(path)), method="post")) | {"to": [str(other.pk)]}
    asked = client.post(path, sent)
    assert asked.status_code == 422
    assert standing(other) == []
    page = read(asked)
    assert "Vårdkedjan är loggad på fel patient. Ska meddelandet loggas på den ändå?" in errors_of(page)
    again = fields_of(form_of(page, method="post")) | {"answer-wrong-patient": ["ja"]}
    assert client.post(path, again).status_code == 302
    assert standing(other) == ["admission"]


@pytest.mark.parametrize("steps", ["move", "correct", "correct move", "move correct", "move move"])
def test_a_received_call_was_heard_by_the_unit_that_was_rung_whoever_changes_it(
    county: County, outage: Outage, chain: CareChain, steps: str
):
    heard = log_call(
        by=county.disa,
        chain=chain,
        client_id=uuid4(),
        facts=call_facts(Party.INPATIENT, direction=Direction.RECEIVED),
        messages=[ADMISSION],
    )
    call = get_handover(county.alva, heard.pk)
    for step in steps.split():
        chain = call.chain
        if step == "move":
            chain = make_chain(county, outage)
            call = move_call(
                by=county.alva, handover=call, to=chain, client_id=uuid4(), reason="Två lika namn."
            )
        else:
            facts = replace(call.facts, comment="Läste fel.")
            call = correct_call(
                by=county.alva, handover=call, client_id=uuid4(), facts=facts, reason="Läste fel."
            )
        call = get_handover(county.alva, call.pk)
        assert (call.user, call.unit) == (county.alva.user, county.health_centre)
        assert call.signature.startswith("Alva Påhittad, Sjuksköterska, Medicin 2")
        assert set(owed(county, chain)) == {"municipality"}
        assert call.pk in received_lately(county.disa, outage)


def test_a_corrected_call_keeps_its_place_within_the_minute(county: County, chain: CareChain):
    event = make_event(county.alva, chain)
    first, second = (tell(county.alva, chain, event, at=timezone.now()) for _ in "12")
    for call in (first, first):
        new = correct_call(
            by=county.alva,
            handover=get_handover(county.alva, newest_of(call).pk),
            client_id=uuid4(),
            facts=replace(first.facts, comment="Rättat."),
            reason="Läste fel.",
        )
        log = logs_of([chain.pk])[chain.pk]
        stands = standing_of(chain, log)
        assert [row.id for row in sorted(stands.calls, key=lambda row: row.when)][-2:] == [
            str(first.pk),
            str(second.pk),
        ]
        assert stands.told_by(row_of(event))["principal:" + str(county.municipality.pk)] == str(first.pk)
        assert [row.pk for row in log.live_handovers][-2:] == [new.pk, second.pk]
