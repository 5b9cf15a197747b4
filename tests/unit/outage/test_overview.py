"""Lägesbild's rules: what is worst, which unit owes what, who is silent, and the calls hour by hour."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations, permutations, product
from uuid import UUID

import pytest

from outage.rules.informing import LEAST_FIRST, InformState
from outage.rules.overview import (
    MOST_HOURS,
    SILENT_AFTER,
    ChainLine,
    HourLine,
    InOrder,
    LineGroup,
    Total,
    UnitLine,
    by_hour,
    by_unit,
    counted_together,
    silent_from,
    silent_since,
)
from tests.clock import TUESDAY

WARD, CLINIC, ELSEWHERE = 1, 2, 3
EARLIER, LATER = TUESDAY - timedelta(hours=2), TUESDAY - timedelta(hours=1)


def line(number: int = 1, ward: int | None = None) -> ChainLine:
    return ChainLine(UUID(int=number), number, WARD, ward, None)


def owing(
    found: ChainLine,
    whom: str = "unit:9",
    *,
    unit: int = WARD,
    party: str = "municipality",
    state: str = InformState.STILL_TO_RING,
    since: datetime = LATER,
    **more: bool,
) -> ChainLine:
    found.owes(unit_id=unit, whom=whom, party=party, state=state, since=since, **more)
    return found


def asked(found: ChainLine, *times: datetime) -> ChainLine:
    for since in times or (LATER,):
        found.is_asked(since)
    return found


@pytest.mark.parametrize(("one", "other"), list(product(LEAST_FIRST, repeat=2)))
def test_a_party_is_shown_by_the_least_it_was_told_since_the_oldest(one: InformState, other: InformState):
    found = line()
    owing(found, state=one, since=LATER)
    owing(found, state=other, since=EARLIER)
    assert found.told == {"municipality": (min(one, other, key=LEAST_FIRST.index), EARLIER)}


def test_what_is_owed_comes_before_what_was_told():
    found = owing(line())
    found.is_told("municipality", EARLIER)
    found.is_told("outpatient", EARLIER)
    assert found.told["municipality"][0] == InformState.STILL_TO_RING
    assert found.told["outpatient"] == (InformState.INFORMED, EARLIER)


def test_of_several_units_that_told_a_party_the_last_counts():
    for times in permutations((EARLIER, LATER)):
        found = line()
        for at in times:
            found.is_told("outpatient", at)
        assert found.told == {"outpatient": (InformState.INFORMED, LATER)}


def test_who_the_patient_was_with_before_is_a_call_and_no_mark():
    found = owing(line(), former=True)
    assert found.told == {}
    assert found.calls == {(WARD, "unit:9"): LATER}


def test_several_messages_to_one_are_one_call_since_the_oldest():
    found = owing(owing(line(), since=LATER), since=EARLIER)
    assert found.calls == {(WARD, "unit:9"): EARLIER}
    owing(found, "unit:8")
    owing(found, unit=CLINIC)
    assert len(found.calls) == 3


def test_only_a_discharge_is_untold_and_left_open_by_each_alone():
    found = owing(line())
    assert found.untold_since is None
    owing(found, since=LATER, discharge=True, left_open=True)
    owing(found, "unit:8", party="outpatient", since=EARLIER, discharge=True)
    assert found.untold == {"unit:9": "municipality", "unit:8": "outpatient"}
    assert found.left_open == {"unit:9"}
    assert (found.untold_since, found.untold_by) == (EARLIER, {WARD})


def test_the_worst_chain_is_first_whatever_order_they_come_in():
    worst = owing(line(4), since=EARLIER, discharge=True)
    bad = owing(line(3), since=LATER, discharge=True)
    old_call, call, told = asked(owing(line(2)), LATER, EARLIER), asked(line(1)), line(0)
    wanted = [worst, bad, old_call, call, told]
    for given in permutations(wanted):
        assert sorted(given, key=lambda each: each.place) == wanted
    assert [each.number for each in sorted([line(2), line(1)], key=lambda each: each.place)] == [1, 2]
    for cut in range(len(wanted)):
        in_order = InOrder([LineGroup(wanted[cut:]), LineGroup(wanted[:cut])])
        assert len(in_order) == len(wanted)
        assert [in_order[n : n + 2] for n in range(4)] == [wanted[n : n + 2] for n in range(4)]


def test_what_is_counted_over_groups_is_the_same_read_on_from_any_others():
    kinds = [
        [line()],
        [owing(line(), since=EARLIER), line(2, CLINIC)],
        [owing(line(), discharge=True), owing(line(2), unit=CLINIC)],
        [replace(owing(line(3, ELSEWHERE), discharge=True, left_open=True), municipality_id=7)],
        [replace(line(4), protected=True)],
        [asked(line(5))],
    ]
    groups = [LineGroup(lines) for lines in (*kinds, *kinds[:3])]
    some = [tuple(found) for n in range(4) for found in combinations(groups, n)]
    for before, now in product(some, repeat=2):
        read_on = Total().read_on(before).read_on(now)
        assert read_on.counted == counted_together(group.counted for group in now)
        assert read_on.read_on(now) is read_on


def test_a_protected_patient_is_counted_for_no_unit_and_found_at_no_place():
    found = LineGroup(
        [owing(line(1), discharge=True), owing(replace(line(2), protected=True), discharge=True)]
    )
    assert [each.number for each in found.protected] == [2]
    counted = found.counted
    assert (counted.lines, counted.untold, counted.left_open) == (2, 2, 0)
    assert counted.by_unit == {WARD: UnitLine(WARD, 1, 1, LATER, 1, LATER)}
    for place in counted.places:
        assert [each.number for each in found.narrowed([place]).lines] == [1]


def test_a_group_is_narrowed_to_what_is_at_all_places():
    here = owing(ChainLine(UUID(int=1), 1, WARD, CLINIC, 7), unit=ELSEWHERE)
    found = LineGroup([here, line(2)], [LineGroup([line(2)]), LineGroup([here])])
    unit, ward, municipality = ("unit", str(ELSEWHERE)), ("ward", str(CLINIC)), ("municipality", "7")
    for places in ([unit], [ward], [municipality], [unit, ward, municipality], [("unit", str(WARD)), ward]):
        assert list(found.narrowed(places).lines) == [here]
    assert len(found.narrowed([("unit", str(WARD))]).lines) == 2
    for places in ([("ward", str(ELSEWHERE))], [unit, ("ward", str(WARD))], [("municipality", "8")]):
        assert not found.narrowed(places).lines


def test_a_unit_counts_its_chains_calls_and_untold_discharges_and_no_others():
    one = owing(owing(line(1, ward=CLINIC), since=EARLIER, discharge=True), "unit:8", unit=ELSEWHERE)
    two = owing(line(2), since=LATER, discharge=True)
    for groups in ([[one, two]], [[one], [two]], [[two], [], [one]]):
        counted = LineGroup([one, two], [*map(LineGroup, groups)]).counted
        found = by_unit(counted, {WARD: LATER}, [WARD, CLINIC])
        assert found == {
            WARD: UnitLine(WARD, 2, 2, EARLIER, 2, EARLIER, LATER),
            CLINIC: UnitLine(CLINIC, 1),
        }
    assert by_unit(LineGroup([]).counted, {}, [WARD])[WARD].takes_part is False


@pytest.mark.parametrize("part", [{"chains": 1}, {"calls": 1}, {"last": LATER}])
def test_a_unit_takes_part_by_a_chain_a_call_to_make_or_an_entry(part: dict[str, object]):
    assert UnitLine(WARD, **part).takes_part  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("last", "began", "since"),
    [
        (None, SILENT_AFTER, SILENT_AFTER),
        (None, SILENT_AFTER - timedelta(seconds=1), None),
        (SILENT_AFTER, 2 * SILENT_AFTER, SILENT_AFTER),
        (SILENT_AFTER - timedelta(seconds=1), 2 * SILENT_AFTER, None),
        # What was written before the outage began says nothing of it.
        (5 * SILENT_AFTER, SILENT_AFTER, SILENT_AFTER),
        (5 * SILENT_AFTER, timedelta(minutes=1), None),
    ],
)
def test_a_unit_is_silent_an_hour_after_its_last_entry_or_the_start(
    last: timedelta | None, began: timedelta, since: timedelta | None
):
    unit = UnitLine(WARD, last=last and TUESDAY - last)
    wanted = since and TUESDAY - since
    assert silent_since(unit, TUESDAY - began, TUESDAY) == wanted
    (moment,) = silent_from([unit], TUESDAY - began)
    assert (moment <= TUESDAY) is (wanted is not None)


def test_each_hour_stands_and_calls_of_one_are_added():
    begins = TUESDAY.replace(minute=0)
    found = by_hour(
        [
            (begins, "given", 2),
            (begins, "given", 3),
            (begins, "tries", 1),
            (begins - timedelta(hours=2), "received", 4),
        ],
        TUESDAY - timedelta(hours=2),
        TUESDAY,
    )
    assert found == [
        HourLine(begins - timedelta(hours=2), received=4),
        HourLine(begins - timedelta(hours=1)),
        HourLine(begins, given=5, tries=1),
    ]
    assert found[-1].total == 6


def test_of_a_long_outage_the_last_hours_are_shown():
    found = by_hour([], TUESDAY - timedelta(days=3), TUESDAY)
    assert len(found) == MOST_HOURS
    assert found[-1].begins == TUESDAY.replace(minute=0)
