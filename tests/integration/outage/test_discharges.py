"""A discharge is complete when everybody knows, and not before (R1.6)."""

from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from contacts.models import AuditEntry
from contacts.rules.errors import NotAllowed, RuleError
from contacts.rules.parties import Party
from outage.models import CareChain, CareChainEvent, DischargeCompletion, OpenItem, Outage
from outage.presenters.chain import TimelineEntry, timeline
from outage.presenters.owed import calls_owed
from outage.queries.care_chains import get_chain, get_event
from outage.queries.chain_log import logs_of
from outage.queries.outages import discharge_logged
from outage.rules.handover import Direction
from outage.rules.informing import CallOutcome, DischargeNotComplete, DischargeState
from outage.services.events import complete_discharge, correct_event, leave_discharge_open, withdraw_event
from outage.services.handovers import correct_call, withdraw_call
from tests.clock import TUESDAY
from tests.factories import County, call_facts, make_chain, make_event, same_id, tell
from tests.long import runs

# Every way a party can stand, as the calls that lead to it, and whether it then knows.
WAYS: dict[str, tuple[tuple[CallOutcome, ...], bool]] = {
    "never rung": ((), False),
    "tried": ((CallOutcome.NO_ANSWER, CallOutcome.BUSY), False),
    "relayed": ((CallOutcome.RELAYED,), False),
    "told": ((CallOutcome.REACHED,), True),
    "told, then no answer": ((CallOutcome.REACHED, CallOutcome.NO_ANSWER), True),
    "relayed, then told": ((CallOutcome.RELAYED, CallOutcome.REACHED), True),
    "told, but the call is taken back": ((CallOutcome.REACHED,), False),
}

NAMES = {Party.MUNICIPALITY: "Kommun", Party.OUTPATIENT: "Hälsocentral"}


def discharge(county: County, chain: CareChain, **ways: str) -> CareChainEvent:
    """Log a discharge and ring each party in the way named, among `WAYS`."""
    event = make_event(county.alva, chain, "discharge", to="participant:Någon annan")
    for party, way in ways.items():
        for outcome in WAYS[way][0]:
            handover = tell(county.alva, chain, event, to=party, outcome=outcome)
        if way.endswith("taken back"):
            withdraw_call(by=county.alva, handover=handover, client_id=uuid4(), reason="Fel nummer.")
    return event


def state(county: County, event: CareChainEvent) -> DischargeState | None:
    chain = get_chain(county.alva, event.chain_id)
    log = logs_of([chain.pk])[chain.pk]
    entries = timeline(county.alva, chain, log, TUESDAY)
    return next(entry.discharge_state for entry in entries if entry.row_id == event.pk)


def owed(county: County, chain: CareChain) -> dict[str, str]:
    """Who is still to be rung, with who is responsible where the discharge was left open."""
    calls = calls_owed(
        acting=county.alva,
        chain=chain,
        log=logs_of([chain.pk])[chain.pk],
        now=TUESDAY,
    )
    return {call.recipient.key: call.open_item for call in calls}


@pytest.mark.clause("R1.6")
@pytest.mark.long
@pytest.mark.parametrize(("municipality", "outpatient"), list(product(WAYS, WAYS))[:: runs(3, full=1)])
def test_a_discharge_is_completed_exactly_when_both_know(
    county: County, chain: CareChain, municipality: str, outpatient: str
):
    event = discharge(county, chain, municipality=municipality, outpatient=outpatient)
    missing = [
        party
        for party, way in ((Party.MUNICIPALITY, municipality), (Party.OUTPATIENT, outpatient))
        if not WAYS[way][1]
    ]
    if missing:
        with pytest.raises(DischargeNotComplete) as refused:
            complete_discharge(by=county.alva, event=event)
        names = " och ".join(NAMES[party] for party in missing)
        assert f"Inte underrättad: {names}." in refused.value.reason
        assert not DischargeCompletion.objects.exists()
        assert state(county, event) is DischargeState.INCOMPLETE
    else:
        completion = complete_discharge(by=county.alva, event=event)
        assert completion == complete_discharge(by=county.esa, event=event)
        assert (completion.user, completion.unit) == (county.alva.user, county.ward)
        assert state(county, event) is DischargeState.COMPLETE
    assert AuditEntry.objects.filter(action="discharge.completed").count() == (0 if missing else 1)
    assert set(owed(county, chain)) == {str(party) for party in missing}


def leave_open(county: County, event: CareChainEvent, **more: Any) -> OpenItem:
    facts: dict[str, Any] = {
        "by": county.alva,
        "client_id": uuid4(),
        "recipient": "outpatient",
        "responsible": "Esa Påhittad, Medicin 2",
        "reason": "Stängt till måndag.",
    }
    return leave_discharge_open(event=event, **(facts | more))


@pytest.mark.clause("R1.6")
def test_an_open_item_completes_nothing_and_the_call_stays_owed(county: County, chain: CareChain):
    event = discharge(county, chain, municipality="told", outpatient="relayed")
    leave_open(county, event)
    assert state(county, event) is DischargeState.LEFT_OPEN
    assert owed(county, chain) == {"outpatient": "Esa Påhittad, Medicin 2: Stängt till måndag."}
    with pytest.raises(DischargeNotComplete):
        complete_discharge(by=county.alva, event=event)
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    assert complete_discharge(by=county.alva, event=event).event == event
    row = AuditEntry.objects.get(action="discharge.left_open")
    assert (row.chain, row.user) == (chain.pk, county.alva.user)


def test_a_discharge_is_left_open_only_with_an_item_for_each_who_does_not_know(
    county: County, chain: CareChain
):
    event = discharge(county, chain, municipality="tried", outpatient="never rung")
    leave_open(county, event)
    assert state(county, event) is DischargeState.INCOMPLETE
    leave_open(county, event, recipient="municipality")
    assert state(county, event) is DischargeState.LEFT_OPEN


def test_of_two_places_not_known_yet_each_has_its_own_open_item(county: County, outage: Outage):
    chain = make_chain(county, outage, municipality=None, outpatient_unit=None)
    event = make_event(county.alva, chain, "discharge", to="participant:Någon annan")
    leave_open(county, event, recipient="municipality")
    assert state(county, event) is DischargeState.INCOMPLETE
    assert owed(county, chain) == {
        "municipality": "Esa Påhittad, Medicin 2: Stängt till måndag.",
        "outpatient": "",
    }
    leave_open(county, event, recipient="outpatient")
    assert state(county, event) is DischargeState.LEFT_OPEN


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"responsible": " "}, "responsible"),
        ({"reason": ""}, "reason"),
        ({"recipient": "municipality"}, "recipient"),
        ({"recipient": "inpatient"}, "recipient"),
    ],
)
def test_an_open_item_names_who_and_why_for_somebody_who_does_not_know(
    county: County, chain: CareChain, wrong: dict[str, str], field: str
):
    event = discharge(county, chain, municipality="told")
    with pytest.raises(RuleError) as refused:
        leave_open(county, event, **wrong)
    assert refused.value.field == field
    assert not OpenItem.objects.exists()


def test_an_open_item_sent_twice_is_one(county: County, chain: CareChain):
    event = discharge(county, chain)
    assert leave_open(county, event, client_id=same_id(1)) == leave_open(county, event, client_id=same_id(1))
    assert OpenItem.objects.count() == 1


def complete(county: County, event: CareChainEvent) -> DischargeCompletion:
    return complete_discharge(by=county.alva, event=event)


@pytest.mark.parametrize("write", [leave_open, complete])
def test_only_a_discharge_that_stands_is_completed_or_left_open(county: County, chain: CareChain, write):
    admission = make_event(county.alva, chain, "admission")
    tell(county.alva, chain, admission, to=Party.MUNICIPALITY)
    if write is complete:
        tell(county.alva, chain, admission, to=Party.OUTPATIENT)
    with pytest.raises(RuleError, match="Bara en utskrivning"):
        write(county, admission)
    replaced = discharge(county, chain, municipality="told", outpatient="told")
    new = correct_event(
        by=county.alva,
        event=replaced,
        client_id=uuid4(),
        happened_at=replaced.happened_at,
        particulars={},
        reason="Fel tid.",
        told_rightly=False,
    )
    with pytest.raises(RuleError, match="Det har ändrats sedan du öppnade sidan"):
        write(county, replaced)
    withdrawal = withdraw_event(
        by=county.alva, event=get_event(county.alva, new.pk), client_id=uuid4(), reason="Hände aldrig."
    )
    with pytest.raises(RuleError, match="Bara en utskrivning"):
        write(county, get_event(county.alva, withdrawal.pk))
    assert not DischargeCompletion.objects.exists()
    assert not OpenItem.objects.exists()


def entry(county: County, event: CareChainEvent, who: str) -> TimelineEntry:
    acting = county.somebody(who)
    chain = get_chain(acting, event.chain_id)
    log = logs_of([chain.pk])[chain.pk]
    entries = timeline(acting, chain, log, TUESDAY)
    return next(entry for entry in entries if entry.row_id == event.pk)


@pytest.mark.clause("R1.6")
def test_a_completion_does_not_outlive_a_call_that_it_rested_on(county: County, chain: CareChain):
    event = discharge(county, chain, municipality="told")
    call = tell(county.alva, chain, event, to=Party.OUTPATIENT)
    first = complete(county, event)
    assert entry(county, event, "alva").completed
    corrected = correct_call(
        by=county.alva,
        handover=call,
        client_id=uuid4(),
        facts=call_facts(Party.OUTPATIENT, at=call.at, comment="Talade tydligt."),
        reason="Kommentar.",
    )
    assert entry(county, event, "alva").completed, "corrected in what it did not rest on"
    withdraw_call(by=county.alva, handover=corrected, client_id=uuid4(), reason="Fel patient.")
    assert not entry(county, event, "alva").completed
    assert state(county, event) is DischargeState.INCOMPLETE
    tell(county.alva, chain, event, to=Party.OUTPATIENT)
    assert not entry(county, event, "alva").completed, "told anew, and by nobody closed"
    assert complete(county, event) != first
    assert DischargeCompletion.objects.count() == 2


@pytest.mark.clause("R1.6")
def test_only_the_unit_that_tells_a_discharge_completes_it_and_who_shares_the_chain_sees_how_far_it_is(
    county: County, chain: CareChain
):
    event = discharge(county, chain, municipality="told", outpatient="told")
    for write in (leave_open, lambda c, e, by: complete_discharge(by=by, event=e)):
        with pytest.raises(RuleError, match="Bara den som lämnar den kan avsluta den"):
            write(county, event, by=county.disa)
    seen = {who: entry(county, event, who) for who in ("alva", "disa")}
    assert {who: (row.discharge_state.label, row.may_complete) for who, row in seen.items()} == {
        "alva": ("Klar", True),
        "disa": ("Klar", False),
    }


@pytest.mark.clause("R1.6")
def test_a_discharge_that_others_told_us_of_is_never_done_here(county: County, outage: Outage):
    chain = make_chain(county, outage, county.cissi)
    event = make_event(
        county.cissi, chain, "discharge", outcome=CallOutcome.REACHED, direction=Direction.RECEIVED
    )
    row = entry(county, event, "cissi")
    assert (row.discharge_state, row.standings, row.may_complete) == (None, (), False)
    with pytest.raises(RuleError, match="en annan enhets"):
        complete_discharge(by=county.cissi, event=event)


def test_an_administrator_completes_nothing(county: County, chain: CareChain):
    event = discharge(county, chain, municipality="told", outpatient="told")
    with pytest.raises(NotAllowed):
        complete_discharge(by=county.adam, event=event)


@pytest.mark.clause("R1.6")
def test_the_outage_knows_of_a_discharge_while_it_stands(county: County, chain: CareChain):
    assert not discharge_logged(chain.outage)
    make_event(county.alva, chain, "admission")
    assert not discharge_logged(chain.outage)
    event = discharge(county, chain)
    assert discharge_logged(chain.outage)
    withdraw_event(by=county.alva, event=event, client_id=uuid4(), reason="Hände aldrig.")
    assert not discharge_logged(chain.outage)
