"""Överlämning between shifts: over every short history of hand-overs, calls and rows, against a slower formulation."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from uuid import UUID

import pytest

from contacts.rules.errors import RuleError
from outage.rules.shift import (
    Done,
    DoneRow,
    Handed,
    RungCall,
    ShiftState,
    Taken,
    check_adds,
    check_take_over,
    condensed,
    count_told,
    registering_words,
    states_of,
    to_ring_back,
    told_since,
)

START = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def some_id(number: int) -> UUID:
    return UUID(int=number + 1)


def test_only_the_newest_can_wait():
    for taken in product((False, True), repeat=4):
        handed = [Handed(START - HOUR * n, START if yes else None) for n, yes in enumerate(taken)]
        for place, (state, yes) in enumerate(zip(states_of(handed), taken, strict=True)):
            assert (state is ShiftState.TAKEN_OVER) == yes
            assert (state is ShiftState.WAITING) == (place == 0 and not yes)
            # Whoever took over a later one heard of it.
            assert (state is ShiftState.FOLLOWED) == (not yes and any(taken[:place]))
    assert states_of([]) == []


@pytest.mark.parametrize("text", ["", "Ring Karin"])
@pytest.mark.parametrize("waits", ["", "10.52"])
@pytest.mark.parametrize("same", [True, False])
def test_a_hand_over_that_says_no_more_than_ones_own_that_waits_is_refused(text: str, waits: str, same: bool):
    if text or not waits or not same:
        check_adds(text=text, waits_since=waits, same=same)
        return
    with pytest.raises(RuleError, match=r"Du lämnade över 10\.52, och inget är ändrat"):
        check_adds(text=text, waits_since=waits, same=same)


def test_one_hears_of_the_newest_and_of_those_that_nobody_had_taken_over_before_it():
    for taken in product((False, True), repeat=5):
        handed = [Handed(START - HOUR * n, START if yes else None) for n, yes in enumerate(taken)]
        for many in range(6):
            heard = 0
            for one in handed[:many]:
                if heard and one.taken_at:
                    break
                heard += 1
            assert count_told(handed[:many]) == heard


def test_one_is_told_from_the_newest_that_was_taken_over_by_then():
    """A hand-over each hour, each taken over at once, later, or never; the one who asks comes at each half hour."""
    waits = (timedelta(minutes=15), timedelta(hours=2, minutes=10), None)
    for how in product(waits, repeat=3):
        handed = [
            Handed(START + HOUR * n, START + HOUR * n + wait if wait is not None else None)
            for n, wait in enumerate(how)
        ]
        for half in range(12):
            now = START + HOUR * half / 2
            heard = None
            for one in handed:
                if one.taken_at is not None and one.taken_at <= now:
                    heard = one.at
            assert told_since(handed, now) == heard
            assert told_since(reversed(handed), now) == heard


@pytest.mark.parametrize("newer", ["", "15.30 av Esa"])
@pytest.mark.parametrize("taken_by", [None, 1, 2, 3])
@pytest.mark.parametrize("by", [1, 2])
def test_who_may_take_over(by: int, taken_by: int | None, newer: str):
    """1 handed over."""
    taken = Taken(taken_by, "Bo Påhittad", "15.04") if taken_by else None
    said = ""
    try:
        check_take_over(by=by, handed_by=1, taken=taken, newer=newer)
    except RuleError as error:
        said = error.reason
    if taken_by not in (None, by):
        assert said == "Bo Påhittad tog över 15.04."
    elif by == 1:
        assert "inte över själv" in said
    elif taken_by is None and newer:
        assert "15.30 av Esa" in said
    else:
        assert said == ""


# With whom, at which place, whether it asks to be rung back and whether it got through.
CALLS = [
    (whom, place, asks, reached)
    for whom, place in (("town", "a"), ("town", "b"), ("town", ""), ("centre", "a"))
    for asks in (False, True)
    for reached in (False, True)
]


def slowly(calls: list[RungCall]) -> list[UUID]:
    """Of each call that asks, look at all that came after it."""
    left = []
    for place, call in enumerate(calls):
        later = calls[place + 1 :]
        same = [
            c
            for c in later
            if (c.whom == call.whom if "" in (c.place, call.place) else c.place == call.place)
        ]
        if call.asks and not any(c.reached for c in same):
            left.append(call.id)
    return left


def test_a_call_back_is_left_until_a_later_call_reaches_the_same_one():
    for length in range(4):
        for told in product(CALLS, repeat=length):
            calls = [RungCall(some_id(n), some_id(0), *each) for n, each in enumerate(told)]
            assert to_ring_back(calls) == slowly(calls)


def test_what_is_said_about_another_patient_answers_nothing():
    asks = RungCall(some_id(1), some_id(0), "town", "a", asks=True, reached=True)
    other = RungCall(some_id(2), some_id(9), "town", "a", asks=False, reached=True)
    assert to_ring_back([asks, other]) == [asks.id]


def test_tries_are_one_line_and_what_is_replaced_here_is_none():
    """Rows of three kinds, each of which may be replaced by the next one, or by one that is not here."""
    kinds = (None, "a", "b")
    for length in range(5):
        for told in product(product(kinds, (False, True, None)), repeat=length):
            rows = [
                DoneRow(
                    f"{n}", tried=kind, replaced_by=f"{n + 1}" if here else None if here is None else "99"
                )
                for n, (kind, here) in enumerate(told)
            ]
            lines = condensed(rows)
            standing = [row for row in rows if row.replaced_by not in {r.id for r in rows}]
            assert {line.id for line in lines} <= {row.id for row in standing}
            # Each row that stands is told of once, alone or among the tries.
            assert sum(line.tries or 1 for line in lines) == len(standing)
            for kind in ("a", "b"):
                tries = [r.id for r in standing if r.tried == kind and r.replaced_by is None]
                assert [line for line in lines if line.id in tries] == (
                    [Done(tries[-1], tries=len(tries))] if tries else []
                )
            for row in standing:
                if row.replaced_by is not None:
                    assert Done(row.id, replaced=True) in lines
            order = [row.id for row in rows]
            assert all(order.index(one.id) < order.index(two.id) for one, two in pairwise(lines))


def test_nothing_is_said_to_be_done_where_nothing_was_to_do_and_what_is_not_acknowledged_is_said():
    said = {
        (None, False): "",
        (None, True): "meddelandena är inte kvitterade",
        ((0, 0), False): "inget",
        ((0, 0), True): "inget, meddelandena är inte kvitterade",
        ((2, 5), False): "2 av 5 klara",
        ((2, 5), True): "2 av 5 klara, meddelandena är inte kvitterade",
    }
    assert {(done, ack): registering_words(done, acknowledge=ack) for done, ack in said} == said
    assert (
        registering_words((2, 5), acknowledge=True, then="var")
        == "2 av 5 var klara, meddelandena var inte kvitterade"
    )
