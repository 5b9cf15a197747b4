"""Which of two calls are one, and what they say differently."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from outage.rules.confirming import WINDOW, CodedCall, Differs, Said, differences, fits, is_bound, pairs
from outage.rules.handover import Direction
from tests.clock import STOCKHOLM

AT = datetime(2026, 11, 24, 10, 52, tzinfo=STOCKHOLM)
DISCHARGE, ADMISSION = Said("discharge", "inpatient"), Said("admission", "inpatient")
OUTAGE = UUID(int=1)
NUMBER, OTHER = "191212121212", "193802149801"
GIVEN = CodedCall(
    id=1,
    direction=Direction.GIVEN,
    outage=OUTAGE,
    at=AT,
    unit=1,
    bound_to="principal:7",
    said=frozenset({DISCHARGE}),
    numbers=frozenset({NUMBER}),
)
RECEIVED = CodedCall(
    id=2,
    direction=Direction.RECEIVED,
    outage=OUTAGE,
    at=AT,
    unit=9,
    named=frozenset({"unit:9", "principal:7"}),
    said=frozenset({DISCHARGE}),
    numbers=frozenset({NUMBER}),
)


def said(*messages: Said) -> frozenset[Said]:
    return frozenset(messages)


@pytest.mark.parametrize(
    ("given", "received", "found"),
    [
        ({}, {}, True),
        ({"bound_to": "unit:9"}, {}, True),
        ({"bound_to": "unit:8"}, {}, False),
        ({"bound_to": "principal:8"}, {}, False),
        ({"bound_to": ""}, {}, False),
        # A municipality is one place, and its units do not confirm each other's calls, nor a unit its own.
        ({"unit": 9}, {}, False),
        ({"at": AT + WINDOW}, {}, True),
        ({"at": AT - WINDOW}, {}, True),
        ({"at": AT + WINDOW + timedelta(minutes=1)}, {}, False),
        ({}, {"at": AT + WINDOW + timedelta(minutes=1)}, False),
        # The message and the patient do not decide: where they differ, somebody has to see it.
        ({"said": said(ADMISSION)}, {"numbers": frozenset({OTHER})}, True),
        # What was played in a drill, or said in an outage before, is of no call in this one.
        ({"outage": UUID(int=2)}, {}, False),
        ({}, {"outage": UUID(int=2)}, False),
        ({"direction": Direction.RECEIVED}, {}, False),
        ({}, {"direction": Direction.GIVEN}, False),
    ],
)
def test_who_was_reached_and_when_decide_whether_two_can_be_one(given: dict, received: dict, found: bool):
    assert fits(replace(GIVEN, **given), replace(RECEIVED, **received)) is found


def test_elapsed_time_counts_when_the_clocks_go_back():
    before = datetime(2026, 10, 25, 1, 50, tzinfo=STOCKHOLM)
    after = datetime(2026, 10, 25, 3, 10, tzinfo=STOCKHOLM)
    assert not fits(replace(GIVEN, at=before), replace(RECEIVED, at=after))


@pytest.mark.parametrize(
    ("place", "found"),
    [("unit:9", True), ("principal:7", True), ("other:x", False), ("", False), ("not-admitted", False)],
)
def test_only_those_who_have_a_log_here_can_confirm(place: str, found: bool):
    assert is_bound(place) is found


@pytest.mark.parametrize(
    ("ours", "theirs", "found"),
    [
        ((NUMBER,), (NUMBER,), False),
        ((NUMBER,), (OTHER,), True),
        ((NUMBER,), (), False),
        ((), (OTHER,), False),
        (("",), (OTHER,), False),
        # The same number, written otherwise.
        (("AB12-3456 7890",), ("ab1234567890",), False),
        (("AB1234567890",), ("AB1234567891",), True),
        # One may have the reserve number, the other the personnummer of the same patient.
        (("AB1234567890",), (NUMBER,), False),
        # A call about two joined chains that were parted.
        ((NUMBER, OTHER), (OTHER,), False),
    ],
)
def test_another_patient_is_one_whose_number_differs_where_both_have_one(
    ours: tuple, theirs: tuple, found: bool
):
    for one, other in ((ours, theirs), (theirs, ours)):
        given, received = replace(GIVEN, numbers=frozenset(one)), replace(RECEIVED, numbers=frozenset(other))
        assert differences(given, received) == ((Differs.PATIENT,) if found else ())


@pytest.mark.parametrize(
    ("ours", "theirs", "found"),
    [
        ((DISCHARGE,), (DISCHARGE,), False),
        ((DISCHARGE,), (ADMISSION,), True),
        ((DISCHARGE, ADMISSION), (DISCHARGE,), True),
        ((DISCHARGE,), (replace(DISCHARGE, taken_back=True),), True),
        ((DISCHARGE,), (replace(DISCHARGE, sender="outpatient"),), True),
        # A notice about the chain itself is no message that the other end can log.
        ((), (DISCHARGE,), False),
        ((DISCHARGE,), (), False),
    ],
)
def test_another_message_is_another_kind_sender_or_that_it_was_taken_back(
    ours: tuple, theirs: tuple, found: bool
):
    for one, other in ((ours, theirs), (theirs, ours)):
        given, received = replace(GIVEN, said=said(*one)), replace(RECEIVED, said=said(*other))
        assert differences(given, received) == ((Differs.MESSAGE,) if found else ())


def test_both_can_differ():
    received = replace(RECEIVED, said=said(ADMISSION), numbers=frozenset({OTHER}))
    assert differences(GIVEN, received) == (Differs.PATIENT, Differs.MESSAGE)


# Of two calls with one code each: which are confirmed, whatever the order in which they were saved.
CLASHES = {
    "one and one": ([GIVEN, RECEIVED], {(1, 2)}),
    "one alone": ([GIVEN], set()),
    "nobody rang": ([RECEIVED, replace(RECEIVED, id=3)], set()),
    "another one was rung": ([GIVEN, replace(RECEIVED, named=frozenset({"unit:5"}))], set()),
    "two calls with one code: what was said decides": (
        [GIVEN, replace(GIVEN, id=3, said=said(ADMISSION)), RECEIVED],
        {(1, 2)},
    ),
    "two calls with one code: the patient decides": (
        [replace(GIVEN, numbers=frozenset({OTHER})), replace(GIVEN, id=3), RECEIVED],
        {(3, 2)},
    ),
    "two calls with one code and nothing to tell them apart": (
        [GIVEN, replace(GIVEN, id=3), RECEIVED],
        set(),
    ),
    "two calls with one code, neither says what was heard": (
        [GIVEN, replace(GIVEN, id=3), replace(RECEIVED, said=said(ADMISSION))],
        set(),
    ),
    "typed twice for one call": ([GIVEN, RECEIVED, replace(RECEIVED, id=3)], set()),
    "typed for two calls, of which one is this": (
        [GIVEN, RECEIVED, replace(RECEIVED, id=3, numbers=frozenset({OTHER}))],
        {(1, 2)},
    ),
    "two calls at two times of the day": (
        [
            GIVEN,
            RECEIVED,
            replace(GIVEN, id=3, at=AT + timedelta(hours=5)),
            replace(RECEIVED, id=4, at=AT + timedelta(hours=5)),
        ],
        {(1, 2), (3, 4)},
    ),
    "two and two, each its own": (
        [
            GIVEN,
            RECEIVED,
            replace(GIVEN, id=3, said=said(ADMISSION)),
            replace(RECEIVED, id=4, said=said(ADMISSION)),
        ],
        {(1, 2), (3, 4)},
    ),
}


@pytest.mark.parametrize("case", CLASHES)
def test_a_clash_is_never_matched_in_silence(case: str):
    calls, found = CLASHES[case]
    for order in permutations(calls):
        assert {(given.id, received.id) for given, received in pairs(order)} == found
