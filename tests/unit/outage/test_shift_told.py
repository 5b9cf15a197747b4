"""What a hand-over kept, as lines, and what is left of it."""

from itertools import product
from typing import Any

from outage.rules.shift_told import LeftKind, LeftNow, became, of_all, told_lines

CHAIN, OTHER = "chain-1", "chain-2"


def call(chain: str, whom: str, message: str, **more: Any) -> dict[str, Any]:
    return {"chain": chain, "whom": whom, "message": message, "tries": 0} | more


def test_a_call_with_several_messages_is_one_line():
    kept = {
        "calls": [
            call(CHAIN, "unit:1", "event:a"),
            call(CHAIN, "principal:2", "event:a"),
            call(CHAIN, "unit:1", "event:b"),
            call(OTHER, "unit:1", "event:c"),
        ]
    }
    lines = told_lines(kept)
    assert [(line.chain, [said["message"] for said in line.said]) for line in lines] == [
        (CHAIN, ["event:a", "event:b"]),
        (CHAIN, ["event:a"]),
        (OTHER, ["event:c"]),
    ]


def test_each_kind_has_its_lines_in_order():
    kept = {
        "papers": [{"serial": "7K3QX9M2C"}],
        "places": [{"chain": CHAIN}, {"chain": OTHER}],
        "awaited": [{"chain": CHAIN, "kind": "admission_reply", "party": "municipality"}],
        "ring_back": [{"call": "call-1"}],
        "calls": [call(CHAIN, "unit:1", "event:a")],
        "tasks": [{"outage": OTHER, "began": "2026-11-24T08:00:00+00:00", "done": [3, 5]}],
    }
    assert [line.kind for line in told_lines(kept)] == [
        LeftKind.CALLS,
        LeftKind.RING_BACK,
        LeftKind.AWAITED,
        LeftKind.PLACES,
        LeftKind.PLACES,
        LeftKind.PAPERS,
    ]
    assert told_lines({}) == []


def test_it_is_green_only_where_it_was_done():
    for ours, others, done in product((False, True), repeat=3):
        found = became(ours=ours, others=others, done=done)
        assert (found is LeftNow.LEFT) == ours
        assert (found is LeftNow.DONE) == (done and not (ours or others))
        assert (found is LeftNow.OTHERS) == (others and not ours)


def test_a_line_is_left_while_any_of_its_messages_is_and_done_when_all_are():
    for length in (1, 2, 3):
        for each in product(LeftNow, repeat=length):
            found = of_all(each)
            assert found in each
            assert (found is LeftNow.LEFT) == (LeftNow.LEFT in each)
            assert (found is LeftNow.DONE) == all(one is LeftNow.DONE for one in each)
