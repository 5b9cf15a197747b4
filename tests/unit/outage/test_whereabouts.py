"""Every way of a patient from a logged move on, and the move that it says and no row logs."""

from itertools import product

import pytest

from outage.rules.back_registration import Before, ChainStatus, Task, back_registration, missing_move
from outage.rules.outage_status import OutageScope
from outage.rules.routine import Decision, Effect
from outage.rules.told import NOT_ADMITTED, PlaceChange
from outage.rules.whereabouts import Lain, unlogged_move, way_of
from tests.unit.outage.back_registration import EVENTS, ROUTINE

# A and B are wards of the region, h is at home, o and p are wards that it does not have.
WARDS = {"A": "unit:1", "B": "unit:2", "h": NOT_ADMITTED, "o": "other:1", "p": "other:2"}


def said(is_in: bool, way: str) -> Effect | None:
    return unlogged_move(is_in, [WARDS[letter] for letter in way])


@pytest.mark.parametrize("way", ["".join(way) for n in (1, 2, 3) for way in product(WARDS, repeat=n)])
def test_whoever_is_out_is_in_again_on_a_ward_and_whoever_is_in_is_gone_where_there_is_none_of_ours(way: str):
    was, here = way[:-1], way[-1] in "AB"
    assert (said(False, way) is Effect.ADMISSION) == (bool(was) and here)
    assert (said(True, way) is Effect.DISCHARGE) == (
        bool(was) and (way[-1] == "h" or (way[-1] in "op" and bool(set(was) & set("AB"))))
    )
    assert said(False, way) in (None, Effect.ADMISSION)
    assert said(True, way) in (None, Effect.DISCHARGE)


@pytest.mark.parametrize(
    ("named", "way"),
    [
        ("A", "A"),
        ("A-", "A"),
        ("AB-", "AB"),
        ("AB!", "B"),
        ("AB=", "B"),
        ("AhA", "AhA"),
        # It was not that ward, but the one before after all.
        ("ABA!", "A"),
        ("AhB!", "AB"),
        ("A!B", "AB"),
        ("ohA!A", "oA"),
    ],
)
def test_what_was_named_by_mistake_is_no_part_of_the_way(named: str, way: str):
    """A letter names a ward; ! after it says that the one before was wrong, = that it is its spelling, - nothing."""
    how = {"!": PlaceChange.MISTAKE, "=": PlaceChange.SAME}
    versions: list[Lain] = []
    for letter in named:
        last = versions[-1].ward if versions else ""
        if letter in how:
            versions[-1] = Lain(last, how[letter])
        else:
            versions.append(Lain(last if letter == "-" else WARDS[letter]))
    assert way_of(versions) == tuple(WARDS[letter] for letter in way)


def missing(
    letters: str,
    unlogged: Effect | None,
    status: ChainStatus = ChainStatus.OK,
    before: Before = Before.ADMITTED,
    **asked: bool,
) -> Task | None:
    return missing_move(
        routine=ROUTINE,
        **{"in_region": True, "on_ward": True} | asked,
        before=before,
        status=status,
        events=[EVENTS[letter, place] for place, letter in enumerate(letters)],
        unlogged=unlogged,
    )


@pytest.mark.clause("R4.1")
@pytest.mark.parametrize("in_region", [True, False])
def test_case_18_who_came_in_again_or_left_with_no_row_is_decided_about_in_every_log(in_region: bool):
    again = missing("D", Effect.ADMISSION, in_region=in_region)
    left = missing("", Effect.DISCHARGE, in_region=in_region, on_ward=False)
    assert again is not None
    assert left is not None
    assert {(task.case, task.decision, task.key) for task in (again, left)} == {
        (18, Decision.DECIDE, "stay:")
    }
    assert ("Logga i så fall inskrivningen" in again.do, "Logga i så fall utskrivningen" in left.do) == (
        True,
        True,
    )
    for status in (ChainStatus.DECEASED, ChainStatus.WRONG_PATIENT):
        assert missing("D", Effect.ADMISSION, status) is None


@pytest.mark.clause("R4.1")
def test_nobody_is_to_admit_who_is_gone():
    for word, outcomes in (
        ("A", [("11-left",)]),
        ("DA", [("3",), ("11-left",)]),
        ("ADA", [("2",), ("11-left",)]),
        ("AD", [("2",)]),
        ("D", [("3",)]),
        # What is odd already is decided with it.
        ("AA", [("11-admitted-twice", "11-left")]),
        ("AAD", [("11-admitted-twice",)]),
        ("?DA", [("12", "11-left")]),
        ("?D", [("12",)]),
    ):
        before = {"D": Before.ADMITTED, "?": Before.UNKNOWN}.get(word[0], Before.NOT_ADMITTED)
        letters = word.removeprefix("?")
        tasks = back_registration(
            routine=ROUTINE,
            scope=OutageScope.BOTH_PRINCIPALS,
            before=before,
            status=ChainStatus.OK,
            events=[EVENTS[letter, place] for place, letter in enumerate(letters)],
            unlogged=Effect.DISCHARGE,
        )
        assert [task.outcomes for task in tasks] == outcomes
    assert missing("A", Effect.DISCHARGE) is None


@pytest.mark.clause("R4.1")
@pytest.mark.parametrize("in_region", [True, False])
def test_case_11_who_was_in_the_system_and_lies_on_another_ward_is_decided_about_in_the_regions_log(
    in_region: bool,
):
    for before, letters, status in product(Before, ("", "p", "A", "D", "AD"), ChainStatus):
        task = missing(letters, None, status, before=before, in_region=in_region, other_ward=True)
        moved = (before, status) == (Before.ADMITTED, ChainStatus.OK) and letters in ("", "p") and in_region
        assert (task is not None and task.outcomes == ("11-moved",)) is moved
        if task and moved:
            assert (task.case, task.decision, task.by, task.key) == (11, Decision.DECIDE, None, "stay:")
    left = missing("", Effect.DISCHARGE, other_ward=True)
    assert left is not None
    assert left.outcomes == ("18-left",)
