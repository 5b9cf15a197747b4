"""When PRATOR is back: each task marked by who and when, messages acknowledged once for each unit (R4)."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.models import AuditEntry
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from contacts.rules.parties import Party
from outage.models import Acknowledgement, CareChain, Handover, Outage, RegistrationMark
from outage.presenters.back_groups import grouped
from outage.queries.care_chains import get_chain, get_handover
from outage.queries.closing import acknowledgement_of, open_things
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.closing import Holds
from outage.rules.handover import Message
from outage.rules.informing import CallOutcome
from outage.rules.routine import Decision
from outage.services.care_chains import change_details
from outage.services.handovers import log_call
from outage.services.moving import move_call
from outage.services.outages import end_outage, reopen_outage
from outage.services.registrations import acknowledge
from tests.clock import Clock
from tests.factories import County, call_facts, chain_facts, make_chain, make_event, tell
from tests.integration.outage.ticking import event_of, mark, rows


@pytest.fixture
def ended(county: County, chain: CareChain) -> CareChain:
    """A patient admitted in the outage and still in when it ended."""
    make_event(county.alva, chain, "admission")
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    return get_chain(county.alva, chain.pk)


@pytest.mark.clause("R4.1")
def test_a_task_is_marked_with_who_and_when_and_undone_by_a_new_row(county: County, ended: CareChain):
    (task,) = rows(county.alva, ended)
    assert (task.decision, task.clause, task.who, task.mine) == (
        Decision.REGISTER,
        "R4.1",
        "Slutenvård",
        True,
    )
    mark(county.alva, ended, task)
    (task,) = rows(county.esa, ended)
    assert (task.done, task.done_text) == (True, "10.52 Alva Påhittad")
    mark(county.esa, ended, task, done=False)
    (task,) = rows(county.alva, ended)
    assert (task.done, task.done_text) == (False, "")
    assert RegistrationMark.objects.count() == 2
    trace = AuditEntry.objects.filter(action__startswith="registration.").order_by("pk")
    assert [(row.action, row.user, row.chain) for row in trace] == [
        ("registration.done", county.alva.user, ended.pk),
        ("registration.undone", county.esa.user, ended.pk),
    ]


def test_a_mark_sent_twice_is_one_row(county: County, ended: CareChain):
    (task,) = rows(county.alva, ended)
    assert mark(county.alva, ended, task, number=1) == mark(county.alva, ended, task, number=1)
    assert RegistrationMark.objects.count() == 1
    with pytest.raises(IdClash):
        mark(county.alva, ended, task, done=False, number=1)


def test_what_the_routine_leaves_to_be_decided_needs_the_decision_in_words(county: County, chain: CareChain):
    make_event(county.alva, chain, "discharge")
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    chain = get_chain(county.alva, chain.pk)
    (task,) = rows(county.alva, chain)
    assert task.decision is Decision.DECIDE
    with pytest.raises(RuleError) as refused:
        mark(county.alva, chain, task, choice=" ")
    assert refused.value.field == "choice"
    with pytest.raises(RuleError, match="Välj om det är infört i PRATOR") as refused:
        mark(county.alva, chain, task, choice="Registrerar utskrivningen.")
    assert refused.value.field == "entered"
    mark(county.alva, chain, task, choice=" Registrerar utskrivningen. ", entered=True)
    # Esa has the page from before that.
    for other in ({"choice": "Låter bli.", "entered": False}, {"choice": task.do, "entered": True}):
        with pytest.raises(RuleError, match="Alva Påhittad har redan bestämt: Registrerar utskrivningen"):
            mark(county.esa, chain, task, **other)
    (task,) = rows(county.alva, chain)
    assert (task.done, task.choice) == (True, "Registrerar utskrivningen.")
    mark(county.alva, chain, task, done=False)
    assert not rows(county.alva, chain)[0].done


def test_nothing_is_marked_while_the_outage_goes_on(county: County, chain: CareChain):
    make_event(county.alva, chain, "admission")
    (task,) = rows(county.alva, chain)
    with pytest.raises(RuleError) as refused:
        mark(county.alva, chain, task)
    assert refused.value.reason == "PRATOR är inte åter i drift."
    assert not RegistrationMark.objects.exists()


def test_an_administrator_marks_nothing(county: County, ended: CareChain):
    with pytest.raises(NotAllowed):
        mark(county.adam, ended, rows(county.alva, ended)[0])
    with pytest.raises(NotAllowed):
        acknowledge(by=county.adam, outage=ended.outage)


@pytest.mark.clause("R4.6")
def test_messages_are_acknowledged_once_for_each_unit_when_the_outage_is_over(
    county: County, ended: CareChain
):
    first = acknowledge(by=county.alva, outage=ended.outage)
    assert acknowledge(by=county.esa, outage=ended.outage) == first
    acknowledge(by=county.disa, outage=ended.outage)
    assert first.user == county.alva.user
    assert Acknowledgement.objects.count() == 2
    assert AuditEntry.objects.filter(action="messages.acknowledged").count() == 2
    assert acknowledgement_of(ended.outage, county.ward) == first
    assert acknowledgement_of(ended.outage, county.other_ward) is None


@pytest.mark.clause("R4.6")
def test_messages_are_acknowledged_anew_after_the_outage_was_opened_again(county: County, ended: CareChain):
    outage = ended.outage
    first = acknowledge(by=county.alva, outage=outage)
    outage = reopen_outage(by=county.esa, outage=outage)
    assert acknowledgement_of(outage, county.ward) is None
    outage = end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    assert acknowledgement_of(outage, county.ward) is None
    assert f"{Holds.ACKNOWLEDGE}:{county.ward.pk}" in {one.key for one in open_things(county.region, outage)}
    again = acknowledge(by=county.esa, outage=outage)
    assert again != first
    assert acknowledgement_of(outage, county.ward) == again


@pytest.mark.clause("R4.6")
def test_an_acknowledgement_by_mistake_is_taken_back_by_a_row_and_made_anew(county: County, ended: CareChain):
    acknowledge(by=county.alva, outage=ended.outage)
    for _ in range(2):
        assert acknowledge(by=county.esa, outage=ended.outage, done=False) is None
    assert acknowledgement_of(ended.outage, county.ward) is None
    assert [(row.user, row.done) for row in Acknowledgement.objects.order_by("pk")] == [
        (county.alva.user, True),
        (county.esa.user, False),
    ]
    again = acknowledge(by=county.alva, outage=ended.outage)
    assert acknowledgement_of(ended.outage, county.ward) == again
    assert AuditEntry.objects.filter(action="messages.not_acknowledged").count() == 1


@pytest.mark.clause("R4.6")
def test_nothing_is_acknowledged_while_the_outage_goes_on(county: County, outage: Outage):
    with pytest.raises(RuleError, match="PRATOR är inte åter i drift"):
        acknowledge(by=county.alva, outage=outage)


@pytest.mark.clause("R4.1", "R4.2", "R4.3", "R4.4", "R4.5")
def test_the_three_groups_say_what_to_do_for_each_chain(county: County, outage: Outage):
    def logged(before: Before, *kinds: str, **more: str) -> CareChain:
        chain = make_chain(county, outage, before=before)
        for index, kind in enumerate(kinds):
            who, sender = (county.alva, Party.INPATIENT)
            if kind.startswith("sip"):
                who, sender = (county.disa, Party.OUTPATIENT)
            ago = timedelta(minutes=60 - 10 * index)
            make_event(who, chain, kind, sender=sender, ago=ago, **(more if kind.startswith("sip") else {}))
        return chain

    stays = logged(Before.NOT_ADMITTED, "admission")
    came_and_went = logged(Before.NOT_ADMITTED, "admission", "discharge")
    went = logged(Before.ADMITTED, "preliminary_ready", "discharge")
    discharge = event_of(went)
    for party in (Party.MUNICIPALITY, Party.OUTPATIENT):
        tell(county.alva, went, discharge, to=party)
    unknown = logged(Before.UNKNOWN, "discharge")
    called = logged(Before.ADMITTED, "sip_invitation", sip_date="2026-12-01")
    found = grouped(
        [row for chain in (stays, came_and_went, went, unknown, called) for row in rows(county.alva, chain)]
    )
    assert [(row.chain_id, row.clause, row.mine) for row in found.register] == [
        (stays.pk, "R4.1", True),
        (went.pk, "R4.4", True),
        (called.pk, "R4.5", False),
    ]
    assert {(row.chain_id, row.clause) for row in found.do_not_register} == {
        (came_and_went.pk, "R4.3"),
        (went.pk, "R4.2"),
    }
    assert [row.chain_id for row in found.decide] == [unknown.pk]
    # The call to a SIP is another's to enter.
    assert (found.done, found.total) == (0, 3)


def test_of_the_wrong_patient_nothing_is_entered_and_the_reason_stands(county: County, ended: CareChain):
    change_details(
        by=county.alva,
        chain=ended,
        client_id=uuid4(),
        replaces=ended.details_id,
        facts=chain_facts(county, status=ChainStatus.WRONG_PATIENT, status_reason="Två med samma namn."),
    )
    found = rows(county.alva, ended)
    assert [(row.decision, row.do, row.why) for row in found] == [
        (
            Decision.DO_NOT_REGISTER,
            "Vårdkedjan loggades på fel patient. Registrera inget av den.",
            "Två med samma namn.",
        )
    ]
    assert grouped(found).total == 0
    protected = chain_facts(
        county,
        status=ChainStatus.WRONG_PATIENT,
        status_reason="Två med samma namn.",
        protected_identity=True,
    )
    wrong = get_chain(county.alva, ended.pk)
    change_details(by=county.alva, chain=wrong, client_id=uuid4(), replaces=wrong.details_id, facts=protected)
    assert [row.why for row in rows(county.alva, ended)] == ["Skälet står i vårdkedjan."]


@pytest.mark.parametrize("way", ["logged", "moved"])
def test_what_is_logged_on_a_chain_of_the_wrong_patient_is_entered_as_the_chain_goes_on(
    county: County, outage: Outage, way: str
):
    was = {"status": ChainStatus.WRONG_PATIENT, "status_reason": "Fel.", "before": Before.ADMITTED}
    wrong = make_chain(county, outage, **was)
    said = {"by": county.alva, "client_id": uuid4(), "answers": {"wrong-patient": "ja"}}
    if way == "logged":
        told = Message(kind="discharge", sender=Party.INPATIENT)
        log_call(chain=wrong, facts=call_facts(), messages=[told], **said)
    else:
        other = make_chain(county, outage, identity="NNN 4711")
        make_event(county.alva, other, "discharge", outcome=CallOutcome.REACHED)
        call = get_handover(county.alva, Handover.objects.get().pk)
        move_call(handover=call, to=wrong, reason="Fel patient.", **said)
    again = get_chain(county.alva, wrong.pk)
    assert (again.details.status, again.details.status_reason) == (ChainStatus.OK, "")
    assert [row.clause for row in rows(county.alva, again)] == ["R4.4"]
    assert AuditEntry.objects.filter(action="chain.changed", chain=wrong.pk).count() == 1


def test_a_call_that_brings_no_message_leaves_a_chain_on_the_wrong_patient(county: County, outage: Outage):
    wrong = make_chain(county, outage, status=ChainStatus.WRONG_PATIENT, status_reason="Fel.")
    facts = call_facts(outcome=CallOutcome.BUSY)
    log_call(by=county.alva, chain=wrong, client_id=uuid4(), facts=facts, messages=[], answers={})
    assert get_chain(county.alva, wrong.pk).details.status == ChainStatus.WRONG_PATIENT


@pytest.mark.clause("R4.5")
@pytest.mark.parametrize(("on", "do"), [(-1, "Ta reda på om SIP hölls."), (1, "Skicka kallelsen till SIP")])
def test_a_sip_that_was_to_be_before_the_system_was_back_is_decided_by_hand(
    county: County, outage: Outage, clock: Clock, on: int, do: str
):
    chain = make_chain(county, outage, before=Before.ADMITTED)
    back = timezone.now() + timedelta(days=2)
    sip = {
        "sip_date": str((back + timedelta(days=on)).date()),
        "sip_time": "13.00",
        "participants": ["Dotter"],
    }
    make_event(
        county.disa, chain, "sip_invitation", sender=Party.OUTPATIENT, outcome=CallOutcome.REACHED, **sip
    )
    (row,) = rows(county.disa, chain)
    assert row.clause == "R4.5"
    clock.shift(timedelta(days=2))
    end_outage(by=county.esa, outage=outage, ended_at=timezone.now())
    (row,) = rows(county.disa, get_chain(county.disa, chain.pk))
    assert row.do.startswith(do)
    assert (row.decision is Decision.DECIDE) is (on < 0)
    # It stays so, whatever the day; that a meeting is past is said until the task is done.
    clock.shift(timedelta(days=9))
    (then,) = rows(county.disa, get_chain(county.disa, chain.pk))
    past = "" if on < 0 else " Mötets tid har passerat: ta reda på om SIP hölls innan något skickas."
    assert then == replace(row, why=row.why + past)
    mark(
        county.disa,
        get_chain(county.disa, chain.pk),
        then,
        choice="" if on > 0 else "SIP hölls",
        entered=on > 0,
    )
    (done,) = rows(county.disa, get_chain(county.disa, chain.pk))
    assert (done.done, done.why) == (True, row.why)
