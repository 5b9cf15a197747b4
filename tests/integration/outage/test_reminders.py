"""Påminnelser of a real log: what is owed for too long, by whom, and what makes it silent again."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.access import Acting
from contacts.page_versions import noting_until
from contacts.rules.parties import Party
from outage.models import CareChain, ChainState, Outage, StateKind
from outage.queries.care_chains import get_chain
from outage.queries.outages import earlier_outages, outage_in_view
from outage.queries.reminders import due_now, reminders_of
from outage.rules.back_registration import Before, ChainStatus
from outage.rules.closing import Holds
from outage.rules.informing import CallOutcome
from outage.rules.outage_status import OutageScope
from outage.services.events import leave_discharge_open, withdraw_event
from outage.services.handovers import withdraw_call
from outage.services.outages import change_outage, end_outage
from tests.clock import Clock
from tests.factories import County, end_for_all, make_chain, make_event, outage_facts, tell
from tests.integration.outage.closing import kinds as closing_kinds
from tests.integration.outage.closing import leave
from tests.integration.outage.joining import join, undo
from tests.integration.outage.ticking import change, correct, event_of, mark, rows

NOW = timedelta(0)
A_SECOND = timedelta(seconds=1)
QUARTER = timedelta(minutes=15)
A_DAY = timedelta(days=1)


def kinds(by: Acting) -> list[str]:
    """What somebody is reminded of, the longest late first; "" to ring back."""
    outage = outage_in_view(by.principal)
    assert outage
    found = reminders_of(by, timezone.now(), outage, *earlier_outages(by.principal, outage))
    return [one.kind for one in found]


def of_all(county: County) -> list[list[str]]:
    return [kinds(by) for by in (county.alva, county.bo, county.cissi, county.disa)]


def test_a_discharge_that_somebody_has_not_been_told_of_is_a_reminder_at_the_second(
    county: County, chain: CareChain, clock: Clock
):
    event = make_event(county.alva, chain, "discharge", ago=NOW)
    due = event.happened_at + QUARTER
    clock.move_to(due - A_SECOND)
    with noting_until() as moments:
        assert kinds(county.alva) == []
    assert due in moments
    clock.move_to(due)
    assert of_all(county) == [["discharge", "discharge"], [], [], []]
    assert kinds(county.esa) == kinds(county.alva)
    assert kinds(county.adam) == []
    tell(county.alva, chain, event, outcome=CallOutcome.RELAYED)
    assert kinds(county.alva) == ["discharge", "discharge"]
    tell(county.alva, chain, event)
    assert kinds(county.alva) == ["discharge"]
    tell(county.esa, chain, event, to=Party.OUTPATIENT)
    assert kinds(county.alva) == []


def test_what_somebody_has_taken_on_by_name_and_reason_is_no_reminder(county: County, chain: CareChain):
    event = make_event(county.alva, chain, "discharge")
    item = {"client_id": uuid4(), "recipient": Party.OUTPATIENT, "responsible": "Esa", "reason": "Stängt"}
    leave_discharge_open(by=county.alva, event=event, **item)
    assert kinds(county.alva) == ["discharge"]


def test_what_is_taken_back_is_no_reminder_and_what_is_corrected_counts_from_when_it_was(
    county: County, chain: CareChain
):
    event = make_event(county.alva, chain, "discharge", ago=timedelta(minutes=10))
    tell(county.alva, chain, event)
    assert kinds(county.alva) == []
    correct(county.alva, chain, event, earlier=timedelta(minutes=5))
    assert "discharge" in kinds(county.alva)
    withdraw_event(by=county.alva, event=event_of(chain), client_id=uuid4(), reason="Fel patient")
    # The one that was told is to hear that it is taken back: first among the calls, and no reminder.
    assert ChainState.objects.filter(what=StateKind.OWED, retracts=True).exists()
    assert kinds(county.alva) == []


def test_an_admission_has_a_day(county: County, chain: CareChain, clock: Clock):
    event = make_event(county.alva, chain, ago=NOW)
    clock.move_to(event.happened_at + A_DAY - A_SECOND)
    assert kinds(county.alva) == []
    clock.move_to(event.happened_at + A_DAY)
    assert kinds(county.alva) == ["admission", "admission"]
    late = tell(county.alva, chain, event)
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    assert kinds(county.alva) == []
    withdraw_call(by=county.alva, handover=late, client_id=uuid4(), reason="Fel")
    assert kinds(county.alva) == ["admission"]


@pytest.mark.parametrize(
    ("status", "left"),
    [(ChainStatus.DECEASED, ["discharge", "discharge"]), (ChainStatus.WRONG_PATIENT, [])],
)
def test_when_the_patient_dies_a_discharge_stays_and_of_the_wrong_one_nothing(
    county: County, chain: CareChain, clock: Clock, status: ChainStatus, left: list[str]
):
    make_event(county.alva, chain)
    make_event(county.alva, chain, "ready_for_discharge")
    make_event(county.alva, chain, "discharge")
    clock.shift(timedelta(days=4))
    assert {*kinds(county.alva)} == {"admission", "discharge"}
    assert kinds(county.disa) == ["sip_invitation"]
    change(county.alva, chain, county, status=status, status_reason="Se journalen.")
    found = kinds(county.alva)
    assert (found, kinds(county.disa)) == (left, [])


def test_after_the_own_end_what_is_owed_still_is_and_what_is_entered_is_not(
    county: County, chain: CareChain, clock: Clock
):
    make_event(county.alva, chain)
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    clock.shift(A_DAY)
    assert kinds(county.alva) == ["admission", "admission"]
    ended = get_chain(county.alva, chain.pk)
    mark(county.alva, ended, *rows(county.alva, ended))
    # The region reads it there: the municipality is still without.
    assert kinds(county.alva) == ["admission"]
    end_for_all(county, chain.outage, timezone.now())
    assert kinds(county.alva) == []


def test_a_discharge_is_told_by_telephone_whatever_is_entered(county: County, outage: Outage):
    chain = make_chain(county, outage, before=Before.ADMITTED)
    make_event(county.alva, chain, "discharge", to=Party.OUTPATIENT)
    end_for_all(county, chain.outage, timezone.now())
    ended = get_chain(county.alva, chain.pk)
    mark(county.alva, ended, *rows(county.alva, ended))
    assert kinds(county.alva) == ["discharge", "discharge"]


def test_who_is_to_call_to_a_sip_is_reminded_when_three_days_are_over(
    county: County, chain: CareChain, clock: Clock
):
    event = make_event(county.alva, chain, "ready_for_discharge")
    for to in (Party.MUNICIPALITY, Party.OUTPATIENT):
        tell(county.alva, chain, event, to=to)
    day = timezone.localtime(event.happened_at).replace(hour=0, minute=0, second=0, microsecond=0)
    clock.move_to(day + timedelta(days=4) - A_SECOND)
    assert of_all(county) == [[], [], [], []]
    clock.move_to(day + timedelta(days=4))
    assert of_all(county) == [[], [], [], ["sip_invitation"]]
    sip = {"sender": Party.OUTPATIENT, "ago": NOW}
    make_event(county.disa, chain, "sip_initiative", **sip)
    assert kinds(county.disa) == ["sip_invitation"]
    called = make_event(county.disa, chain, "sip_invitation", sip_date="2026-12-01", **sip)
    assert kinds(county.disa) == []
    withdraw_event(by=county.disa, event=called, client_id=uuid4(), reason="Fel")
    assert kinds(county.disa) == ["sip_invitation"]


def test_who_has_the_system_calls_to_a_sip_there(county: County, chain: CareChain, clock: Clock):
    make_event(county.alva, chain, "ready_for_discharge")
    clock.shift(timedelta(days=4))
    assert kinds(county.disa) == ["sip_invitation"]
    facts = outage_facts(timedelta(days=4, hours=2), scope=OutageScope.MUNICIPALITIES_ONLY)
    change_outage(by=county.esa, outage=chain.outage, client_id=uuid4(), facts=facts)
    assert kinds(county.disa) == []
    both = outage_facts(timedelta(days=4, hours=2))
    change_outage(by=county.esa, outage=chain.outage, client_id=uuid4(), facts=both)
    assert kinds(county.disa) == ["sip_invitation"]
    end_outage(by=county.esa, outage=chain.outage, ended_at=timezone.now())
    assert kinds(county.disa) == []


def test_whose_time_to_ring_back_has_come_is_reminded_until_one_gets_through(
    county: County, chain: CareChain, clock: Clock
):
    event = make_event(county.alva, chain)
    tell(county.alva, chain, event, outcome=CallOutcome.RELAYED, call_back="0910-00 00 01 kl 16")
    tell(county.alva, chain, event, to=Party.OUTPATIENT, call_back="när det passar")
    at = timezone.localtime(timezone.now()).replace(hour=16, minute=0, second=0, microsecond=0)
    clock.move_to(at - A_SECOND)
    assert of_all(county) == [[], [], [], []]
    clock.move_to(at)
    assert of_all(county) == [[""], [], [], []]
    tell(county.alva, chain, event, outcome=CallOutcome.NO_ANSWER)
    assert kinds(county.alva) == [""]
    tell(county.alva, chain, event)
    assert kinds(county.alva) == []


def test_a_ward_that_the_patient_has_left_is_reminded_of_whom_it_is_to_ring_back(
    county: County, outage: Outage, clock: Clock
):
    chain = make_chain(county, outage, county.disa)
    event = make_event(county.alva, chain)
    for to in (Party.MUNICIPALITY, Party.OUTPATIENT):
        tell(county.alva, chain, event, to=to, call_back="kl 12")
    clock.shift(timedelta(hours=2))
    assert kinds(county.alva) == ["", ""]
    change(county.alva, chain, county, ward_unit=county.other_ward)
    assert kinds(county.alva) == ["", ""]


def test_joined_chains_remind_as_one(county: County, outage: Outage, clock: Clock):
    one, other = make_chain(county, outage), make_chain(county, outage)
    for chain in (one, other):
        make_event(county.alva, chain, "discharge")
        tell(county.alva, chain, outcome=CallOutcome.NO_ANSWER, call_back="kl 11")
    clock.shift(QUARTER)
    assert sorted(kinds(county.alva)) == ["", "", *["discharge"] * 4]
    join(county, one, other)
    assert sorted(kinds(county.alva)) == ["", "", *["discharge"] * 2]
    undo(county, one)
    assert sorted(kinds(county.alva)) == ["", "", *["discharge"] * 4]


def test_however_much_is_owed_it_is_read_by_one_query(county: County, outage: Outage):
    counts = []
    for _ in range(2):
        for _ in range(3):
            chain = make_chain(county, outage)
            event = make_event(county.alva, chain, "discharge")
            tell(county.alva, chain, event, outcome=CallOutcome.RELAYED, call_back="kl 10.53")
        view = outage_in_view(county.region)
        assert view
        due_now(county.alva, timezone.now(), view)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert due_now(county.alva, timezone.now(), view)
        counts.append(len(asked))
    # Beside it, whose units are read as the acting one.
    assert counts == [2, 2]


def test_what_is_left_open_at_closing_by_name_and_reason_reminds_no_more(
    county: County, outage: Outage, chain: CareChain, clock: Clock
):
    event = make_event(county.alva, chain, "discharge", ago=NOW)
    tell(county.alva, chain, event, outcome=CallOutcome.RELAYED, call_back="0910-00 00 01 kl 11")
    end_for_all(county, outage, timezone.now())
    clock.shift(timedelta(minutes=20))
    assert kinds(county.alva) == ["", "discharge", "discharge"]
    leave(county.esa, outage, county.ward, Holds.DISCHARGE)
    assert kinds(county.alva) == [""]
    assert (county.ward.pk, Holds.RING_BACK) in closing_kinds(county.esa, outage)
    leave(county.esa, outage, county.ward, Holds.RING_BACK)
    assert kinds(county.alva) == []
    # What is owed of what is logged later is another, and nobody has taken that on.
    make_event(county.alva, make_chain(county, outage), "discharge", ago=timedelta(minutes=40))
    assert kinds(county.alva) == ["discharge", "discharge"]


def test_a_call_to_ring_back_holds_up_the_closing_until_it_is_made(
    county: County, outage: Outage, chain: CareChain
):
    event = make_event(county.alva, chain, "admission", outcome=CallOutcome.REACHED)
    tell(county.alva, chain, event, to=Party.OUTPATIENT, call_back="0910-00 00 01 i morgon")
    end_for_all(county, outage, timezone.now())
    assert closing_kinds(county.esa, outage)[county.ward.pk, Holds.RING_BACK] == 1
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    assert (county.ward.pk, Holds.RING_BACK) not in closing_kinds(county.esa, outage)
