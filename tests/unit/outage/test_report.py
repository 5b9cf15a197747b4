"""The figures of the report, by cases counted by hand."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contacts.rules.parties import Party
from outage.routine import current_routine
from outage.rules.handover import Direction, ReadBack
from outage.rules.informing import FAILED, CallOutcome, DischargeState
from outage.rules.report import (
    ByHand,
    Deviations,
    Entered,
    Logged,
    Rung,
    Sent,
    Times,
    by_hand,
    by_hour,
    by_kind,
    by_party,
    confirmed,
    deviations,
    main_figures,
    middle,
    minutes,
    p90,
    read_backs,
    registered,
    registered_by_hour,
    times,
    times_by_kind,
)
from outage.rules.report_tables import Around, charts_of, tables_of
from outage.rules.routine import Decision

BEGAN = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ENDED = BEGAN + timedelta(hours=3)
ALL = tuple(Party)


def at(minute: int) -> datetime:
    return BEGAN + timedelta(minutes=minute)


def lengths(*found: int) -> list[timedelta]:
    return [timedelta(minutes=each) for each in found]


def sent(minute: int = 0, *told: int | None, kind: str = "admission", **more: Any) -> Sent:
    reached = tuple(None if each is None else at(each) for each in told)
    facts = {"sender": Party.INPATIENT, "ours": True, "logged_at": at(minute)} | more
    return Sent(kind=kind, at=at(minute), told=reached, **facts)


def rung(minute: int = 0, **more: Any) -> Rung:
    facts = {"direction": Direction.GIVEN, "outcome": CallOutcome.REACHED, "logged_at": at(minute)} | more
    return Rung(at=at(minute), **facts)


def task(decision: Decision = Decision.REGISTER, done: int | None = None, **more: Any) -> Entered:
    outcomes = more.pop("outcomes", ("1",))
    return Entered(decision, outcomes, None if done is None else ENDED + timedelta(minutes=done), **more)


@pytest.mark.parametrize(
    ("found", "half", "nine"),
    [
        ([], None, None),
        ([5], 5, 5),
        ([5, 8], 6.5, 8),
        ([9, 1, 5], 5, 9),
        (list(range(1, 11)), 5.5, 9),
        (list(range(1, 12)), 6, 10),
        (list(range(1, 21)), 10.5, 18),
        ([3] * 9 + [100], 3, 3),
        ([3] * 8 + [100] * 2, 3, 100),
    ],
)
def test_the_median_and_nine_in_ten(found: list[int], half: float | None, nine: int | None):
    assert middle(lengths(*found)) == (None if half is None else timedelta(minutes=half))
    assert p90(lengths(*found)) == (None if nine is None else timedelta(minutes=nine))
    assert p90(lengths(*reversed(found))) == p90(lengths(*found))


@pytest.mark.parametrize(
    ("told", "took"),
    [
        # Nobody was to be told: the sender's own place was all there is.
        ((), None),
        ((None,), None),
        ((None, None), None),
        ((12, None), None),
        ((None, 12), None),
        ((12,), 2),
        ((12, 25), 15),
        ((25, 12), 15),
        # Rung about before the time that was typed for it.
        ((4, 8), 0),
    ],
)
def test_an_event_is_known_when_the_last_party_is_told(told: tuple[int | None, ...], took: int | None):
    assert sent(10, *told).until_told == (None if took is None else timedelta(minutes=took))


def test_both_clock_changes_are_counted_as_time_that_passed():
    from zoneinfo import ZoneInfo

    here = ZoneInfo("Europe/Stockholm")
    before, after = datetime(2026, 10, 25, 1, 30, tzinfo=here), datetime(2026, 10, 25, 3, 30, tzinfo=here)
    event = Sent("admission", Party.INPATIENT, before, before, ours=True, told=(after,))
    assert event.until_told == timedelta(hours=3)


def test_times_are_of_what_the_own_principal_was_to_tell_somebody():
    events = [sent(0, 5, 10), sent(0, 20), sent(0, 7, None), sent(0), sent(0, 1, ours=False)]
    assert times(events) == Times(of=3, told=2, median=timedelta(minutes=15), p90=timedelta(minutes=20))
    assert times([]) == Times(0, 0, None, None)
    assert times([sent(0, None)]) == Times(1, 0, None, None)


def test_times_by_kind_leave_out_what_nobody_was_to_be_told():
    logged = Logged(
        sent=[sent(0, 5), sent(0, 9), sent(0, kind="discharge"), sent(0, None, kind="ready_for_discharge")]
    )
    assert times_by_kind(logged) == {
        "admission": Times(2, 2, timedelta(minutes=7), timedelta(minutes=9)),
        "ready_for_discharge": Times(1, 0, None, None),
    }


def test_events_are_counted_by_kind_and_sender():
    logged = Logged(sent=[sent(), sent(ours=False), sent(kind="discharge", sender=Party.MUNICIPALITY)])
    assert by_kind(logged) == {
        "admission": Counter({Party.INPATIENT: 2}),
        "discharge": Counter({Party.MUNICIPALITY: 1}),
    }


@pytest.mark.parametrize("outcome", CallOutcome)
@pytest.mark.parametrize("direction", Direction)
def test_a_call_counts_in_one_column(outcome: CallOutcome, direction: Direction):
    logged = Logged(rung=[rung(outcome=outcome, direction=direction, party=Party.MUNICIPALITY)])
    (found,) = by_party(logged).values()
    column = "tries" if outcome in FAILED else "given" if direction is Direction.GIVEN else "received"
    assert found[column] == found["given"] + found["received"] + found["tries"] == 1
    assert found["relayed"] == (outcome is CallOutcome.RELAYED)


def test_calls_by_the_hour_have_the_hours_without_any_and_those_after_the_end():
    logged = Logged(rung=[rung(-20), rung(5), rung(70, outcome=CallOutcome.BUSY), rung(250)])
    found = by_hour(logged, BEGAN, ENDED)
    assert [(each.hour, own["given"], own["tries"]) for each, own in found] == [
        (8, 2, 0),
        (9, 0, 1),
        (10, 0, 0),
        (11, 0, 0),
        (12, 1, 0),
    ]
    assert sum(own.total() for _, own in found) == len(logged.rung)


def test_what_was_read_back_is_asked_of_calls_that_told_somebody():
    logged = Logged(
        rung=[
            rung(read_back=ReadBack.DONE),
            rung(read_back=ReadBack.CORRECTED),
            rung(),
            rung(outcome=CallOutcome.RELAYED, read_back=ReadBack.DONE),
            rung(outcome=CallOutcome.BUSY, coded=True),
            rung(direction=Direction.RECEIVED, read_back=ReadBack.DONE),
        ]
    )
    assert read_backs(logged) == Counter({"done": 2, "corrected": 1, "": 1})
    # As many as are called given wherever else they are counted.
    assert read_backs(logged).total() == by_party(logged)[""]["given"] == 4
    assert confirmed(logged) == (0, 0)


def test_confirmed_are_counted_once_by_the_call_that_was_made():
    both = {"coded": True, "confirmed": True}
    logged = Logged(rung=[rung(**both), rung(coded=True), rung(), rung(direction=Direction.RECEIVED, **both)])
    assert confirmed(logged) == (1, 2)


def test_what_was_entered_and_when():
    logged = Logged(
        tasks=[task(done=30), task(done=-5), task(done=90), task(), task(Decision.DECIDE, done=400)]
    )
    found = registered(logged, Decision.REGISTER, ENDED)
    assert (found.total, found.done) == (4, 3)
    assert (found.median, found.p90) == tuple(lengths(30, 90))
    assert found.last_at == ENDED + timedelta(minutes=90)
    assert registered(Logged(), Decision.REGISTER, ENDED).last_at is None
    # Six hours and forty minutes are within seven.
    assert registered_by_hour(logged, ENDED) == [2, 3, 3, 3, 3, 3, 4]
    assert registered_by_hour(logged, ENDED, most=2) == [2, 3]
    assert registered_by_hour(Logged(tasks=[task(), task(Decision.DO_NOT_REGISTER, done=5)]), ENDED) == []
    # On the hour is within it.
    assert registered_by_hour(Logged(tasks=[task(done=60)]), ENDED) == [1]


def test_decisions_by_hand_count_for_each_of_their_cases():
    by = Decision.DECIDE
    logged = Logged(
        tasks=[
            task(by, outcomes=("12",), done=5, entered=True),
            task(by, outcomes=("12", "16-stay"), done=5),
            task(by, outcomes=("12",)),
            task(Decision.REGISTER, outcomes=("1",), done=5, entered=True),
        ]
    )
    assert by_hand(logged) == {"12": ByHand(3, 2, 1), "16-stay": ByHand(1, 1, 0)}


def test_deviations():
    state = DischargeState
    logged = Logged(
        sent=[
            sent(0, 5, discharge=state.COMPLETE),
            sent(0, None, discharge=state.LEFT_OPEN),
            sent(0, None, discharge=state.INCOMPLETE),
            sent(0, None),
            sent(0, 5),
            # What others sent has no state of done here.
            sent(0, None, ours=False, discharge=None),
            sent(0, 5, logged_at=at(61), on_paper=True),
        ],
        rung=[
            rung(read_back=ReadBack.NOT_POSSIBLE),
            rung(),
            rung(read_back=ReadBack.DONE, differs=True),
            rung(0, logged_at=at(60)),
            rung(0, logged_at=at(90), direction=Direction.RECEIVED),
        ],
        wrong_patient=2,
    )
    assert deviations(logged) == Deviations(
        discharges=3,
        untold=2,
        left_open=1,
        not_all_told=1,
        not_repeated=3,
        unlike=1,
        late=2,
        late_on_paper=1,
        wrong_patient=2,
    )


def test_the_main_figures_say_when_all_was_entered_only_once_it_was():
    logged = Logged(sent=[sent(0, 5)], rung=[rung(outcome=CallOutcome.BUSY)], tasks=[task(done=90)], chains=1)
    found = main_figures(logged, BEGAN, ENDED)
    assert found == {
        "minutes": 180,
        "chains": 1,
        "events": 1,
        "calls": 1,
        "tries": 1,
        "median": 5,
        "p90": 5,
        "discharges": 0,
        "untold": 0,
        "registered": 90,
    }
    logged.tasks.append(task())
    assert main_figures(logged, BEGAN, ENDED)["registered"] is None
    assert main_figures(Logged(), BEGAN, ENDED)["registered"] is None
    assert minutes(timedelta(seconds=119)) == 1


def around(**more: Any) -> Around:
    facts: dict[str, Any] = {
        "began": BEGAN,
        "ended": ENDED,
        "planned": False,
        "scopes": (("Båda huvudmännen", BEGAN),),
        "reasons": (),
        "support": (),
        "took_part": 0,
        "acknowledged": (),
        "openings": 0,
    }
    return Around(**facts | more)


def test_of_an_outage_in_which_nothing_was_logged_there_is_a_report_without_charts():
    routine = current_routine()
    assert charts_of(around(), Logged(), routine) == []
    tables = tables_of(around(), Logged(), routine)
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)


def test_each_chart_has_the_figures_of_its_table():
    routine = current_routine()
    logged = Logged(
        sent=[sent(0, 5), sent(0, 9, kind="discharge", discharge=DischargeState.COMPLETE)],
        rung=[rung(5, party=Party.MUNICIPALITY), rung(70, outcome=CallOutcome.BUSY)],
        tasks=[task(done=30), task(Decision.DECIDE, outcomes=("12",), done=90)],
    )
    known = around(acknowledged=(ENDED,), support=((BEGAN, "Medicin 2"),), reasons=(("R1.6", "Skäl"),))
    tables = {table.chart: table for table in tables_of(known, logged, routine) if table.chart}
    charts = charts_of(known, logged, routine)
    assert {chart.name for chart in charts} == set(tables)
    for chart in charts:
        assert chart.says.endswith(".")
        for place, label in enumerate(chart.places):
            row = next(row for row in tables[chart.name].rows if row[0] == label)
            assert {series.values[place] for series in chart.series} <= set(row[1:])
    for table in tables_of(known, logged, routine):
        assert all(len(row) == len(table.columns) for row in table.rows), table.caption
    labels = [row[0] for table in tables_of(known, logged, routine) for row in table.rows]
    assert "Lämnade samtal: upprepat och rättat" in labels
    captions = [table.caption[:31] for table in tables_of(known, logged, routine)]
    assert len(set(captions)) == len(captions)
