"""A chain marked as logged on the wrong patient by mistake: what was taken back stands again where that is answered."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import AuditEntry
from contacts.rules.errors import Question
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, Handover, OpenItem, Outage
from outage.queries.care_chains import get_chain
from outage.queries.chain_log import log_of
from outage.rules.back_registration import ChainStatus
from outage.rules.handover import Message
from outage.rules.informing import CallOutcome
from outage.services.care_chains import change_details
from outage.services.events import complete_discharge, leave_discharge_open, withdraw_event
from outage.services.handovers import log_call
from outage.services.outages import end_outage
from tests.factories import County, call_facts, make_chain, make_event, tell
from tests.integration.outage.joining import join
from tests.integration.outage.pages import errors_of, fields_of, form_of, read
from tests.integration.outage.test_registrations import rows
from tests.integration.outage.test_wrong_patient import owed, standing
from tests.integration.outage.ticking import mark
from tests.integration.outage.ticking import rows as ticked

pytestmark = pytest.mark.clause("R4.4")

ANSWERS = {"stands": {"taken-back": "stands"}, "gone": {"taken-back": "gone"}}
DISCHARGE = Message(kind="discharge", sender=Party.INPATIENT)


def put(
    county: County, chain: CareChain, status: ChainStatus, answers: dict[str, str] | None = None
) -> CareChain:
    """Change what the chain's status is, and return the chain as it is then."""
    now = get_chain(county.alva, chain.pk)
    facts = replace(
        now.details.facts,
        status=status,
        status_reason="" if status is ChainStatus.OK else "Två med samma namn.",
    )
    change_details(
        by=county.alva, chain=now, client_id=uuid4(), replaces=now.details_id, facts=facts, answers=answers
    )
    return get_chain(county.alva, chain.pk)


def discharged(county: County, chain: CareChain) -> CareChainEvent:
    """Log a discharge that the municipality has heard of and the out-patient care has not."""
    return make_event(county.alva, chain, "discharge", outcome=CallOutcome.REACHED)


@pytest.mark.parametrize("now", [ChainStatus.OK, ChainStatus.DECEASED])
def test_it_is_asked_what_holds_of_what_was_taken_back(county: County, chain: CareChain, now: ChainStatus):
    discharged(county, chain)
    put(county, chain, ChainStatus.WRONG_PATIENT)
    assert standing(chain) == []
    with pytest.raises(Question, match="Loggad på fel patient togs detta tillbaka: Utskrivning") as asked:
        put(county, chain, now, {})
    assert get_chain(county.alva, chain.pk).details.status == ChainStatus.WRONG_PATIENT
    assert dict(asked.value.choices) == {
        "stands": "Det var ett misstag. Det som togs tillbaka gäller igen",
        "gone": "Det gällde en annan patient. Det förblir återtaget",
    }
    put(county, chain, now, ANSWERS["stands"])
    assert standing(chain) == ["discharge"]


def test_what_stands_again_is_owed_and_entered_as_if_the_mark_had_never_been(
    county: County, chain: CareChain
):
    discharged(county, chain)
    before = owed(county, chain), [row.clause for row in rows(county.alva, get_chain(county.alva, chain.pk))]
    assert before[0] == {"outpatient": ["Utskrivningsmeddelande"]}
    put(county, chain, ChainStatus.WRONG_PATIENT)
    again = put(county, chain, ChainStatus.OK, ANSWERS["stands"])
    # As every event that has been written anew.
    assert owed(county, chain) == {"outpatient": ["Utskrivningsmeddelande (rättad)"]}
    assert [row.clause for row in rows(county.alva, again)] == before[1]


def test_what_was_of_another_patient_stays_taken_back(county: County, chain: CareChain):
    discharged(county, chain)
    put(county, chain, ChainStatus.WRONG_PATIENT)
    again = put(county, chain, ChainStatus.OK, ANSWERS["gone"])
    assert (standing(chain), owed(county, chain).keys()) == ([], {"municipality"})
    # A later mark by mistake gives back what it took, and nothing of what the first one did.
    make_event(county.alva, again, "admission")
    put(county, chain, ChainStatus.WRONG_PATIENT)
    with pytest.raises(Question, match=r"detta tillbaka: Inskrivning\. Vad gäller"):
        put(county, chain, ChainStatus.OK, {})
    put(county, chain, ChainStatus.OK, ANSWERS["stands"])
    assert standing(chain) == ["admission"]


def test_it_may_be_marked_by_mistake_twice(county: County, chain: CareChain):
    discharged(county, chain)
    for _ in range(2):
        put(county, chain, ChainStatus.WRONG_PATIENT)
        put(county, chain, ChainStatus.OK, ANSWERS["stands"])
    assert (standing(chain), owed(county, chain).keys()) == (["discharge"], {"outpatient"})


def test_who_has_heard_that_it_was_taken_back_hears_what_holds(county: County, chain: CareChain):
    discharged(county, chain)
    wrong = put(county, chain, ChainStatus.WRONG_PATIENT)
    tell(county.alva, wrong, CareChainEvent.objects.get(withdraws=True))
    put(county, chain, ChainStatus.OK, ANSWERS["stands"])
    assert owed(county, chain).keys() == {"municipality", "outpatient"}


def test_what_somebody_took_back_by_itself_is_not_given_back(county: County, chain: CareChain):
    admission = make_event(county.alva, chain)
    withdraw_event(by=county.alva, event=admission, client_id=uuid4(), reason="Fel.")
    discharged(county, chain)
    put(county, chain, ChainStatus.WRONG_PATIENT)
    put(county, chain, ChainStatus.OK, ANSWERS["stands"])
    assert standing(chain) == ["discharge"]


def test_nothing_is_asked_of_a_chain_with_nothing_taken_back(county: County, chain: CareChain):
    put(county, chain, ChainStatus.WRONG_PATIENT)
    assert put(county, chain, ChainStatus.OK, {}).details.status == ChainStatus.OK


def test_a_discharge_is_closed_or_left_open_as_it_was(county: County, outage: Outage, chain: CareChain):
    event = discharged(county, chain)
    leave_discharge_open(
        by=county.alva,
        event=event,
        client_id=uuid4(),
        recipient=Party.OUTPATIENT,
        responsible="Alva",
        reason="Stängt.",
    )
    put(county, chain, ChainStatus.WRONG_PATIENT)
    put(county, chain, ChainStatus.OK, ANSWERS["stands"])
    log = log_of(chain.pk)
    (now,) = log.live_events
    assert [item.responsible for item in log.items_of(now)] == ["Alva"]
    assert OpenItem.objects.count() == 2
    now.chain = get_chain(county.alva, chain.pk)
    tell(county.alva, now.chain, now, to=Party.OUTPATIENT)
    complete_discharge(by=county.alva, event=now)


def test_what_was_logged_in_a_joined_chain_stands_again_there(
    county: County, outage: Outage, chain: CareChain
):
    other = make_chain(county, outage)
    make_event(county.alva, other)
    join(county, chain, other)
    discharged(county, get_chain(county.alva, chain.pk))
    put(county, chain, ChainStatus.WRONG_PATIENT, {"joined-too": "ja"})
    assert standing(chain) == []
    put(county, chain, ChainStatus.OK, ANSWERS["stands"])
    assert sorted(standing(chain)) == ["admission", "discharge"]
    assert {row.kind: row.chain_id for row in log_of(chain.pk).live_events}["admission"] == other.pk


@pytest.mark.parametrize(
    ("answer", "kinds"), [("stands", ["admission", "discharge"]), ("gone", ["discharge"])]
)
def test_a_message_logged_in_it_asks_the_same(
    county: County, chain: CareChain, answer: str, kinds: list[str]
):
    make_event(county.alva, chain)
    wrong = put(county, chain, ChainStatus.WRONG_PATIENT)
    said: dict[str, Any] = {"by": county.alva, "chain": wrong, "client_id": uuid4(), "facts": call_facts()}
    with pytest.raises(Question, match="Vad gäller"):
        log_call(messages=[DISCHARGE], answers={"wrong-patient": "ja"}, **said)
    log_call(messages=[DISCHARGE], answers={"wrong-patient": "ja", **ANSWERS[answer]}, **said)
    assert sorted(standing(chain)) == kinds


def test_the_page_says_how_much_is_taken_back_and_asks_on_the_way_back(
    client: Client, county: County, chain: CareChain
):
    make_event(county.alva, chain)
    discharged(county, chain)
    path = reverse("edit_chain", args=[chain.pk])
    client.force_login(county.alva.user)
    page = read(client.get(path))
    assert "Alla händelser tas tillbaka, och den som är underrättad om dem ska ringas." in page.main.text
    sent = fields_of(form_of(page, method="post")) | {"status": ["wrong_patient"], "status_reason": ["Fel."]}
    saved = read(client.post(path, sent, follow=True))
    told = "2 händelser togs tillbaka. Var det ett misstag: ändra Läge i vårdkedja 1 till Pågår."
    assert told in " ".join(saved.text.split())
    sent = fields_of(form_of(read(client.get(path)), method="post")) | {"status": ["ok"]}
    asked = client.post(path, sent)
    assert asked.status_code == 422
    assert "togs detta tillbaka: Inskrivning, Utskrivningsmeddelande. Vad gäller?" in errors_of(read(asked))
    again = fields_of(form_of(read(asked), method="post")) | {"answer-taken-back": ["stands"]}
    saved = read(client.post(path, again, follow=True))
    assert told not in " ".join(saved.text.split())
    assert sorted(standing(chain)) == ["admission", "discharge"]
    assert not Handover.objects.filter(supersedes__isnull=False).exists()


@pytest.mark.parametrize("way", ["changed", "logged"])
def test_a_patient_who_has_got_another_chain_meanwhile_is_asked_about(
    county: County, outage: Outage, chain: CareChain, way: str
):
    put(county, chain, ChainStatus.WRONG_PATIENT)
    other = make_chain(county, outage)

    def go_on(**answers: str) -> None:
        if way == "changed":
            put(county, chain, ChainStatus.OK, answers)
            return
        log_call(
            by=county.alva,
            chain=get_chain(county.alva, chain.pk),
            client_id=uuid4(),
            facts=call_facts(),
            messages=[DISCHARGE],
            answers={"wrong-patient": "ja", **answers},
        )

    with pytest.raises(Question, match="Patienten finns redan: vårdkedja 2") as asked:
        go_on()
    assert [key for key, _ in asked.value.choices] == ["other-person", "same-person"]
    assert asked.value.choices[0][1] == "Fortsätt här ändå: det är en annan patient"
    go_on(**{"same-patient": "other-person"})
    assert get_chain(county.alva, chain.pk).details.status == ChainStatus.OK
    assert AuditEntry.objects.filter(action="chain.opened_beside", chain=other.pk).count() == 1
    assert CareChainEvent.objects.filter(happened_at__gt=chain.recorded_at - timedelta(days=1)).count() == (
        way == "logged"
    )


def test_what_was_ticked_is_done_again(county: County, chain: CareChain):
    make_event(county.alva, chain, outcome=CallOutcome.REACHED)
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    ended = get_chain(county.alva, chain.pk)
    before = ticked(county.alva, ended)
    mark(county.alva, ended, *before)
    done = ticked(county.alva, ended)
    put(county, ended, ChainStatus.WRONG_PATIENT)
    assert any(task.undo for task in ticked(county.alva, ended))
    again = ticked(county.alva, put(county, ended, ChainStatus.OK, ANSWERS["stands"]))
    states = [[(task.key, task.done, task.changed, task.undo) for task in found] for found in (done, again)]
    assert states[0] == states[1]
    assert all(task.done for task in again)
