"""What a hand-over kept, as lines, and what is left of it."""

from itertools import product
from typing import Any

import pytest

from outage.rules.shift_told import LeftKind, keys_of, told_lines

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
    assert len(keys_of(kept)) == 6
    assert told_lines({}) == []
    assert keys_of({}) == frozenset()


@pytest.mark.parametrize("kind", LeftKind)
def test_it_is_left_while_the_same_is_open_whatever_else_is_said_of_it(kind: LeftKind):
    names = ("chain", "whom", "message", "call", "kind", "party", "serial")
    then = dict.fromkeys(names, "one") | {"tries": 1, "state": "tried"}
    now = then | {"tries": 4, "state": "relayed", "since": "later"}
    [line] = told_lines({kind: [then]})
    assert line.is_left(keys_of({kind: [now]}))
    assert not line.is_left(keys_of({}))
    other = next(k for k in LeftKind if k is not kind)
    assert not line.is_left(keys_of({other: [now]}))


def test_a_call_is_left_while_any_of_its_messages_is():
    messages = ("event:a", "event:b", "notice:deceased:3")
    [line] = told_lines({"calls": [call(CHAIN, "unit:1", message) for message in messages]})
    for told in product((False, True), repeat=3):
        left = [call(CHAIN, "unit:1", m) for m, yes in zip(messages, told, strict=True) if not yes]
        assert line.is_left(keys_of({"calls": left})) == (not all(told))
