"""Events are corrected and taken back by new rows; whoever was told of what was wrong is owed a call that says so."""

from datetime import timedelta
from itertools import pairwise, product
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts.models import AuditEntry
from contacts.rules.errors import IdClash, NotAllowed, RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent
from outage.presenters.owed import OwedCall, calls_owed
from outage.queries.care_chains import get_chain, get_event
from outage.queries.chain_log import logs_of
from outage.queries.owed import chains_with_calls_owed
from outage.rules.informing import CallOutcome
from outage.services.events import correct_event, withdraw_event
from outage.services.handovers import withdraw_call
from tests.factories import (
    County,
    at_once,
    end_for_all,
    make_chain,
    make_county,
    make_event,
    make_outage,
    same_id,
    tell,
)
from tests.long import runs

DAUGHTER, MANAGER, NURSE = "participant:Dotter", "participant:Chef", "participant:Distriktssköterska"


def owed(county: County, chain: CareChain, who: str = "alva") -> dict[str, list[str]]:
    """The labels of what each one is owed, by recipient.

    The database finds the chain exactly when there is any.
    """
    acting = county.somebody(who)
    chain = get_chain(acting, chain.pk)
    calls: list[OwedCall] = calls_owed(
        acting=acting,
        chain=chain,
        log=logs_of([chain.pk])[chain.pk],
        now=timezone.now(),
    )
    assert (chain in chains_with_calls_owed(acting, chain.outage)) is bool(calls)
    return {call.recipient.key: [message.label for message in call.messages] for call in calls}


def correct(county: County, event: CareChainEvent, told_rightly: bool, **more: Any) -> CareChainEvent:
    new = correct_event(
        by=more.pop("by", county.alva),
        event=event,
        client_id=more.pop("client_id", None) or uuid4(),
        happened_at=more.pop("happened_at", event.happened_at - timedelta(minutes=5)),
        particulars=more,
        reason="Fel tid.",
        told_rightly=told_rightly,
    )
    return get_event(county.alva, new.pk)


def withdraw(county: County, event: CareChainEvent, **more: Any) -> CareChainEvent:
    facts = {"by": county.alva, "client_id": uuid4(), "reason": "Fel patient."} | more
    return withdraw_event(event=event, **facts)


def told_admission(county: County, chain: CareChain, *parties: str) -> CareChainEvent:
    """An admission that the parties have been told of, and that has been tried at the others."""
    event = make_event(county.alva, chain, "admission")
    for party in parties:
        tell(county.alva, chain, event, to=party)
    return event


BOTH = (Party.MUNICIPALITY, Party.OUTPATIENT)


def test_a_correction_is_a_new_row_and_the_old_one_stays(county: County, chain: CareChain):
    old = make_event(county.alva, chain, "preliminary_ready", preliminary_date="2026-11-26")
    new = correct(county, old, True, preliminary_date="2026-11-27")
    assert CareChainEvent.objects.get(pk=old.pk).particulars == {"preliminary_date": "2026-11-26"}
    assert (new.supersedes, new.kind, new.sender) == (old, old.kind, old.sender)
    assert (new.particulars, new.reason) == ({"preliminary_date": "2026-11-27"}, "Fel tid.")
    assert new.happened_at == old.happened_at - timedelta(minutes=5)
    assert logs_of([chain.pk])[chain.pk].live_events == [new]
    row = AuditEntry.objects.get(action="event.corrected")
    assert (row.chain, row.target_id, row.changes) == (chain.pk, str(new.pk), {})


@pytest.mark.parametrize("told_rightly", [True, False])
def test_who_was_told_rightly_is_not_rung_again(county: County, chain: CareChain, told_rightly: bool):
    event = told_admission(county, chain, Party.MUNICIPALITY)
    new = correct(county, event, told_rightly)
    label = "Inskrivning (rättad)"
    expected = {"outpatient": [label]}
    assert owed(county, chain) == (expected if told_rightly else {"municipality": [label]} | expected)
    tell(county.alva, chain, new, to=Party.OUTPATIENT)
    tell(county.alva, chain, new, to=Party.MUNICIPALITY)
    assert owed(county, chain) == {}


def test_a_call_taken_back_after_a_correction_no_longer_counts_for_it(county: County, chain: CareChain):
    event = make_event(county.alva, chain, "admission", to=Party.OUTPATIENT)
    handover = tell(county.alva, chain, event)
    correct(county, event, True)
    withdraw_call(by=county.alva, handover=handover, client_id=uuid4(), reason="Fel patient.")
    assert set(owed(county, chain)) == {"municipality", "outpatient"}


def test_a_call_about_what_was_replaced_counts_for_nothing_new(county: County, chain: CareChain):
    event = make_event(county.alva, chain)
    correct(county, event, False)
    tell(county.alva, chain, event, to=Party.MUNICIPALITY)
    assert set(owed(county, chain)) == {"municipality", "outpatient"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("told_rightly", "corrections", "told"),
    # In `make test` a third of them, in which each of each meets others.
    [
        (told_rightly, corrections, told)
        for number, (told_rightly, (n, corrections), (m, told)) in enumerate(
            product([True, False], enumerate([0, 1, 3]), enumerate([(), BOTH[:1], BOTH[1:], BOTH]))
        )
        if (number // 12 + n + m) % runs(3, full=1) == 0
    ],
)
def test_a_withdrawal_is_owed_exactly_to_those_who_were_told_of_any_version(
    county: County, chain: CareChain, told: tuple[Party, ...], corrections: int, told_rightly: bool
):
    version = told_admission(county, chain, *told)
    for _ in range(corrections):
        version = correct(county, version, told_rightly)
    row = withdraw(county, version)
    assert owed(county, chain) == {str(party): ["Återtag: inskrivning"] for party in told}
    for party in told:
        tell(county.alva, chain, row, to=party)
    assert owed(county, chain) == {}


def test_those_told_of_different_versions_are_all_owed_the_withdrawal(county: County, chain: CareChain):
    first = told_admission(county, chain, Party.MUNICIPALITY)
    second = correct(county, first, False)
    tell(county.alva, chain, second, to=Party.OUTPATIENT)
    withdraw(county, second)
    assert set(owed(county, chain)) == {"municipality", "outpatient"}


@pytest.mark.parametrize("outcome", sorted(set(CallOutcome) - {CallOutcome.REACHED}))
def test_a_withdrawal_is_not_owed_to_who_never_got_it(county: County, chain: CareChain, outcome: CallOutcome):
    withdraw(county, make_event(county.alva, chain, outcome=outcome))
    assert owed(county, chain) == {}


@pytest.mark.clause("R3.9")
def test_everyone_who_is_to_take_part_in_a_sip_is_owed_a_call_of_their_own(county: County, chain: CareChain):
    event = make_event(
        county.disa,
        chain,
        "sip_invitation",
        sender=Party.OUTPATIENT,
        participants=["Dotter", "Chef"],
        sip_date="2026-12-01",
    )
    assert set(owed(county, chain, "disa")) == {"municipality", DAUGHTER, MANAGER}
    tell(county.disa, chain, event, to=Party.MUNICIPALITY)
    tell(county.disa, chain, event, to=DAUGHTER)
    tell(county.disa, chain, event, to=DAUGHTER)
    assert owed(county, chain, "disa") == {MANAGER: ["Kallelse till SIP"]}
    assert owed(county, chain, "alva") == {}


def test_a_participant_who_came_later_is_owed_the_call_though_as_many_were_told(
    county: County, chain: CareChain
):
    event = make_event(
        county.disa, chain, "sip_initiative", sender=Party.OUTPATIENT, participants=["Dotter", "Chef"]
    )
    for recipient in (Party.MUNICIPALITY, DAUGHTER, MANAGER):
        tell(county.disa, chain, event, to=recipient)
    assert owed(county, chain, "disa") == {}
    new = correct(county, event, True, by=county.disa, participants=["Dotter", "Distriktssköterska"])
    assert owed(county, chain, "disa") == {NURSE: ["Initiativ till SIP (rättad)"]}
    withdraw(county, new, by=county.disa)
    assert set(owed(county, chain, "disa")) == {"municipality", DAUGHTER, MANAGER}


def test_a_participant_told_by_a_name_with_blanks_around_it_is_told(county: County, chain: CareChain):
    event = make_event(
        county.disa,
        chain,
        "sip_initiative",
        sender=Party.OUTPATIENT,
        participants=[" Dotter ", "Dotter", " "],
    )
    tell(county.disa, chain, event, to=Party.MUNICIPALITY)
    assert owed(county, chain, "disa") == {DAUGHTER: ["Initiativ till SIP"]}
    tell(county.disa, chain, event, to=DAUGHTER)
    assert owed(county, chain, "disa") == {}


CHANGES = [
    pytest.param(lambda county, event, **more: correct(county, event, True, **more), id="correct"),
    pytest.param(withdraw, id="withdraw"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_second_of_two_who_change_an_event_is_told(county: County, chain: CareChain, change):
    event = make_event(county.alva, chain)
    withdraw(county, event)
    with pytest.raises(RuleError, match="Det har ändrats sedan du öppnade sidan"):
        change(county, event)
    assert CareChainEvent.objects.filter(supersedes=event).count() == 1
    assert AuditEntry.objects.filter(action__in=["event.corrected", "event.withdrawn"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_an_event_at_the_same_time_one_is_told():
    county = make_county()
    event = make_event(county.alva, make_chain(county, make_outage(county.alva)))
    results = at_once([lambda: withdraw(county, event), lambda: correct(county, event, True)])
    assert sum(isinstance(result, CareChainEvent) for result in results) == 1
    assert sum(isinstance(result, RuleError) for result in results) == 1
    assert CareChainEvent.objects.count() == 2


@pytest.mark.parametrize("change", CHANGES)
def test_what_takes_an_event_back_is_not_itself_changed(county: County, chain: CareChain, change):
    row = withdraw(county, make_event(county.alva, chain))
    with pytest.raises(RuleError, match="redan återtagen"):
        change(county, row)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_an_event_sent_twice_is_one_row(county: County, chain: CareChain, change):
    event = make_event(county.alva, chain)
    assert [change(county, event, client_id=same_id(1)).pk for _ in "12"] == [same_id(1)] * 2
    assert CareChainEvent.objects.count() == 2
    with pytest.raises(IdClash):
        withdraw(county, event, client_id=same_id(1), reason="Ett annat skäl.")


def test_a_change_needs_its_reason_and_the_right(county: County, chain: CareChain):
    event = make_event(county.alva, chain)
    with pytest.raises(RuleError) as refused:
        withdraw(county, event, reason=" ")
    assert refused.value.field == "reason"
    with pytest.raises(NotAllowed):
        withdraw(county, event, by=county.adam)
    with pytest.raises(NotAllowed):
        correct(county, event, True, by=county.adam)


def test_a_corrected_time_lies_after_the_beginning_of_the_outage_but_may_lie_past_its_end(
    county: County, chain: CareChain
):
    event = make_event(county.alva, chain)
    with pytest.raises(RuleError, match=r"Driftstoppet började tis 24 nov 08\.52") as refused:
        correct(county, event, True, happened_at=timezone.now() - timedelta(hours=5))
    assert refused.value.field == "happened_at"
    end_for_all(county, chain.outage, timezone.now() - timedelta(minutes=20))
    event = get_event(county.alva, event.pk)
    after = timezone.now() - timedelta(minutes=10)
    assert correct(county, event, True, happened_at=after).happened_at == after


def test_versions_stand_in_a_row_each_replacing_the_former(county: County, chain: CareChain):
    versions = [make_event(county.alva, chain)]
    for _ in range(4):
        versions.append(correct(county, versions[-1], True))
    assert all(new.supersedes == old for old, new in pairwise(versions))
    assert logs_of([chain.pk])[chain.pk].live_events == versions[-1:]
