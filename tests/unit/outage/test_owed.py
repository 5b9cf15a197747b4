"""Who is told, and who is owed a message, its correction or its retraction (domain.md 3, R1.6, R2.1, R3)."""

from datetime import timedelta
from itertools import permutations, product
from random import Random

import pytest

from outage.rules.back_registration import ChainStatus
from outage.rules.informing import CallOutcome, DischargeState, InformState
from outage.rules.told import (
    CallRow,
    EventRow,
    Notice,
)
from tests.unit.outage.owed_chain import BOTH, CENTRE, MISTAKE, NOON, REACHED, TOWN, WARD, Chain, notice

# How far somebody has been told


@pytest.mark.clause("R1.6")
@pytest.mark.parametrize("length", range(4))
def test_every_order_of_calls(length: int) -> None:
    # Second formulation: the state is the best rung any call has reached on a ladder.
    ladder = dict.fromkeys(CallOutcome, 1) | {CallOutcome.RELAYED: 2, CallOutcome.REACHED: 3}
    states = [InformState.STILL_TO_RING, InformState.TRIED, InformState.RELAYED, InformState.INFORMED]
    for outcomes in product(CallOutcome, repeat=length):
        chain = Chain()
        event = chain.event()
        for outcome in outcomes:
            chain.call("town:a", event, outcome=outcome)
        rung = max((ladder[outcome] for outcome in outcomes), default=0)
        municipality, centre = chain.standing.standings(chain.events[0])
        assert municipality.state is states[rung]
        assert municipality.tries == sum(ladder[outcome] == 1 for outcome in outcomes)
        assert municipality.last_at == (chain.calls[-1].at if outcomes else None)
        got = [call.at for call in chain.calls if ladder[call.outcome] == rung > 1]
        assert municipality.got_at == max(got, default=None)
        assert centre.state is InformState.STILL_TO_RING
        assert (("town:a", event) in chain.owed) is (rung < 3)


@pytest.mark.clause("R1.6")
def test_a_discharge_over_every_standing_and_every_open_item() -> None:
    ways = [None, CallOutcome.BUSY, CallOutcome.RELAYED, REACHED]
    for outcomes in product(ways, repeat=2):
        chain = Chain()
        event = chain.event("discharge")
        for place, outcome in zip(BOTH, outcomes, strict=True):
            if outcome:
                chain.call(place, event, outcome=outcome)
        missing = {place for place, outcome in zip(BOTH, outcomes, strict=True) if outcome is not REACHED}
        for left_open in ((), BOTH[:1], BOTH[1:], BOTH):
            wanted = DischargeState.INCOMPLETE
            if not missing:
                wanted = DischargeState.COMPLETE
            elif missing <= set(left_open):
                wanted = DischargeState.LEFT_OPEN
            assert chain.standing.discharge_state(chain.events[0], left_open) is wanted
        assert chain.owed == {(place, event) for place in missing}


def test_a_discharge_rests_on_the_first_call_that_told_each() -> None:
    chain = Chain()
    event = chain.event("discharge")
    first = chain.call("town:a", event)
    chain.call("town:a", event)
    centre = chain.call("unit:centre", event)
    assert chain.standing.told_by(chain.events[0]) == {"town:a": first, "unit:centre": centre}


def test_what_comes_first() -> None:
    chain = Chain()
    chain.told(*BOTH)
    chain.known(status=ChainStatus.DECEASED)
    chain.call("town:a", notice(Notice.DECEASED, "v5"))
    chain.known(status=ChainStatus.OK)
    chain.event("discharge_report")
    chain.event("discharge")
    ranks = {(o.notice or o.kind): o.rank for o in chain.standing.owed}
    assert ranks == {Notice.NOT_DECEASED: 0, "discharge": 1, "discharge_report": 2}


# Corrections and retractions


@pytest.mark.parametrize("rightly", list(product([True, False], repeat=3)))
def test_a_chain_of_corrections_is_owed_from_the_last_that_was_told_wrongly(
    rightly: tuple[bool, ...],
) -> None:
    chain = Chain()
    version = chain.told(*BOTH)
    for right in rightly:
        version = chain.corrected(version, rightly=right)
    assert chain.owed == (set() if all(rightly) else {(place, version) for place in BOTH})
    chain.call("town:a", version)
    assert chain.owed == (set() if all(rightly) else {("unit:centre", version)})


@pytest.mark.parametrize("told", [(), BOTH[:1], BOTH[1:], BOTH])
@pytest.mark.parametrize("rightly", [True, False])
def test_a_retraction_is_owed_to_exactly_those_reached_with_any_version(
    told: tuple[str, ...], rightly: bool
) -> None:
    chain = Chain()
    event = chain.told(*told)
    chain.call("unit:centre", event, outcome=CallOutcome.RELAYED)
    gone = chain.withdrawn(chain.corrected(event, rightly=rightly))
    assert chain.owed == {(place, gone) for place in told}
    for place in told:
        chain.call(place, gone)
    assert chain.owed == set()


def test_a_call_taken_back_leaves_nothing_to_retract() -> None:
    chain = Chain()
    event = chain.event()
    call = chain.call("town:a", event)
    gone = chain.withdrawn(event)
    assert chain.owed == {("town:a", gone)}
    chain.call_withdrawn(call)
    assert chain.owed == set()


@pytest.mark.clause("R3.9")
def test_a_participant_taken_away_hears_of_it_and_a_new_one_is_told() -> None:
    chain = Chain()
    both = ("Dotter", "Chef")
    event = chain.told(
        "town:a", "participant:dotter", kind="sip_invitation", sender=CENTRE, participants=both
    )
    assert chain.owed == {("participant:chef", event)}
    new = chain.corrected(event, participants=("Chef", "Kurator"))
    assert chain.owed == {
        ("town:a", new),
        ("participant:dotter", new),
        ("participant:chef", new),
        ("participant:kurator", new),
    }
    gone = chain.withdrawn(new)
    assert chain.owed == {("town:a", gone), ("participant:dotter", gone)}


def test_a_participant_who_is_a_place_of_the_chain_is_rung_once() -> None:
    chain = Chain()
    chain.known(names={"umeå kommun": "town:a", "medicin 2": "unit:ward"})
    event = chain.event("sip_invitation", CENTRE, participants=("Umeå  Kommun", "Medicin 2"))
    assert chain.owed == {("town:a", event), ("unit:ward", event)}
    chain.call("participant:UMEÅ KOMMUN", event)
    assert chain.owed == {("unit:ward", event)}


# Whose it is to tell


def test_what_others_send_is_not_ours_to_tell() -> None:
    chain = Chain()
    chain.event("municipality_ready", TOWN)
    assert chain.owed == set()


def test_what_an_out_of_county_ward_rang_us_about_is_not_ours_to_tell() -> None:
    chain = Chain(held=frozenset({CENTRE}))
    chain.known({WARD: "other:1"})
    chain.event("discharge", WARD)
    assert chain.owed == set()


def test_what_the_receivers_own_log_says_needs_no_call() -> None:
    chain = Chain()
    event = chain.told("town:a")
    received = chain.call("unit:centre", event, received=True)
    centre = chain.standing.standings(chain.events[0])[1]
    assert (centre.state, centre.received) == (InformState.INFORMED, True)
    assert chain.owed == set()
    new = chain.corrected(event)
    assert chain.owed == {("town:a", new), ("unit:centre", new)}
    chain.call_withdrawn(received)
    chain.withdrawn(new)
    assert {place for place, _ in chain.owed} == {"town:a"}


@pytest.mark.clause("R4.2")
def test_what_is_entered_is_told_through_the_system_where_the_reader_is_back_but_a_discharge_never() -> None:
    chain = Chain(back=frozenset({"town:a"}))
    report, out = chain.event("discharge_report"), chain.event("discharge")
    chain.entered = frozenset({report, out})
    assert chain.owed == {("unit:centre", report), ("town:a", out), ("unit:centre", out)}
    assert chain.closed == {("town:a", report, "entered")}


# The order in which rows were written


def test_the_order_in_which_rows_are_read_does_not_matter() -> None:
    chain = Chain()
    admission = chain.told(*BOTH)
    report = chain.event("discharge_report")
    to = chain.known({TOWN: "town:b"}, {TOWN: MISTAKE})
    chain.call("town:a", notice(Notice.NOT_YOURS, to), outcome=CallOutcome.BUSY)
    chain.call("town:b", admission, outcome=CallOutcome.RELAYED)
    chain.corrected(admission, rightly=True)
    chain.withdrawn(report)
    chain.call("unit:centre", report)
    chain.event("sip_invitation", CENTRE, participants=("Dotter", "Chef"))
    wanted = chain.owed
    assert len(wanted) >= 6
    for events in permutations(chain.events):
        calls = Random(str(events)).sample(chain.calls, len(chain.calls))
        assert replace_rows(chain, list(events), calls).owed == wanted


def test_it_does_not_matter_whether_the_call_its_correction_or_the_events_came_first() -> None:
    """A told, its call corrected to another place, the event corrected: whatever was typed first, the same is owed."""
    found = set()
    for orders in permutations(range(2, 5)):
        chain = Chain()
        chain.events = [
            EventRow("e1", orders[0], NOON, "admission", WARD),
            EventRow("e2", orders[1], NOON, "admission", WARD, supersedes="e1"),
        ]
        # As it was corrected: it got to the hälsocentral, not to the municipality.
        chain.calls = [CallRow("c1", orders[2], NOON, "unit:centre", REACHED, frozenset({"e1"}))]
        found.add(frozenset(chain.owed))
    assert found == {frozenset({("town:a", "e2"), ("unit:centre", "e2")})}


def replace_rows(chain: Chain, events: list[EventRow], calls: list[CallRow]) -> Chain:
    other = Chain(ours=chain.ours, held=chain.held)
    other.versions, other.events, other.calls = chain.versions, events, calls
    return other


@pytest.mark.clause("R3.6")
def test_within_a_minute_an_answer_closes_what_was_logged_before_it_and_nothing_after() -> None:
    chain = Chain()
    first = chain.event(at=NOON)
    assert ("town:a", "admission_reply") in chain.answers
    chain.event("admission_reply", CENTRE, at=NOON)
    assert chain.answers == set()
    # Its place in the minute stays through a correction.
    chain.corrected(first, at=NOON)
    assert chain.answers == set()
    chain.event(at=NOON)
    assert ("town:a", "admission_reply") in chain.answers
    chain.event("discharge", at=NOON)
    assert chain.answers == set()


@pytest.mark.clause("R3.6")
def test_a_try_to_answer_made_at_once_counts_though_the_message_was_logged_with_a_time_ahead() -> None:
    chain = Chain()
    chain.call("town:a", outcome=CallOutcome.NO_ANSWER)
    chain.event(at=NOON + timedelta(minutes=chain.rows + 3))
    assert {o.tries for o in chain.standing.owed if o.answer} == {0}
    chain.call("town:a", outcome=CallOutcome.NO_ANSWER)
    tried = {o.target.place: o.tries for o in chain.standing.owed if o.answer}
    assert tried == {"town:a": 1, "unit:ward": 0}
