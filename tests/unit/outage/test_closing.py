"""What holds up the closing of an outage, counted."""

from itertools import product

import pytest

from outage.rules.closing import (
    Entered,
    Held,
    Holds,
    OpenThing,
    by_unit,
    entered_since,
    holding,
    in_words,
    kind_of_call,
    seen_of,
)

CALL, SHEET = (OpenThing(1, f"{what}:1") for what in (Holds.CALL, Holds.SHEET))


@pytest.mark.parametrize(("what", "answered", "left"), list(product(Holds, (False, True), (False, True))))
def test_a_thing_holds_it_up_unless_somebody_answers_for_it(what: Holds, answered: bool, left: bool):
    thing = OpenThing(1, f"{what}:a", answered_for=answered)
    keys = {f"{what}:a"} if left else {f"{what}:b"}
    assert bool(holding([thing], keys)) is not (answered or left)
    held = by_unit([thing], keys)[1][what]
    assert (held.count, held.left) == ((0, 1) if answered or left else (1, 0))


def test_each_unit_has_its_kinds_in_one_order():
    others = OpenThing(2, "answer:1")
    found = by_unit([SHEET, others, CALL, OpenThing(1, "call:2")], {"call:2"})
    assert {unit: list(kinds) for unit, kinds in found.items()} == {
        1: [Holds.CALL, Holds.SHEET],
        2: [Holds.ANSWER],
    }
    assert found[1][Holds.CALL] == Held(1, 1)
    assert by_unit([], {"call:1"}) == {}


@pytest.mark.parametrize(("urgent", "retracts"), list(product((False, True), (False, True))))
def test_a_call_about_a_discharge_is_of_a_kind_of_its_own_until_it_is_taken_back(
    urgent: bool, retracts: bool
):
    kind = kind_of_call(urgent=urgent, retracts=retracts)
    assert (kind is Holds.DISCHARGE) is (urgent and not retracts)
    assert kind in (Holds.DISCHARGE, Holds.CALL)
    # By which it is left open, and told of when it is done.
    told = OpenThing(1, f"{kind}:2")
    assert told.what is kind
    assert by_unit([CALL, told], {told.key})[1][kind].left == 1


def test_what_was_seen_is_another_when_a_thing_is():
    more = OpenThing(1, "call:2")
    assert seen_of([CALL, more]) == seen_of([more, CALL])
    assert len({seen_of(things) for things in ([], [CALL], [more], [CALL, more])}) == 4


def test_what_is_left_is_told_by_kind():
    assert in_words([SHEET, CALL, CALL]) == "samtal att ringa: 2, blad utan öde eller inte införda: 1"


@pytest.mark.parametrize(
    ("then", "now", "found"),
    [
        ({"events": 2, "calls": 3}, {Entered.EVENTS: 2, Entered.CALLS: 3}, {}),
        ({"events": 2, "calls": 3}, {Entered.EVENTS: 2, Entered.CALLS: 5}, {Entered.CALLS: 2}),
        (
            {"events": 2, "calls": 3},
            {Entered.EVENTS: 3, Entered.CALLS: 4},
            {Entered.EVENTS: 1, Entered.CALLS: 1},
        ),
        # A kind that was not counted yet when it was closed.
        ({}, {Entered.EVENTS: 0, Entered.CALLS: 1}, {Entered.CALLS: 1}),
    ],
)
def test_any_row_more_opens_it_again(
    then: dict[str, int], now: dict[Entered, int], found: dict[Entered, int]
):
    assert entered_since(then, now) == found
