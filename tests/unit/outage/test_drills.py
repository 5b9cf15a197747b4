"""A drill never stands in the way of an outage in earnest: every row of outages, every state of those that go on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from outage.rules import drills
from outage.rules.drills import in_earnest_first, interrupted_at, own_end_of, why_no_drill

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Stop:
    number: int
    drill: bool


def rows(longest: int) -> list[list[Stop]]:
    return [
        [Stop(number, drill) for number, drill in enumerate(kinds)]
        for length in range(longest + 1)
        for kinds in product((False, True), repeat=length)
    ]


@pytest.mark.parametrize("found", rows(5))
def test_what_is_in_earnest_stands_alone_and_nothing_else_is_lost(found: list[Stop]):
    shown = in_earnest_first(found)
    assert len({stop.drill for stop in shown}) <= 1, "never mixed"
    assert shown == [stop for stop in found if stop in shown], "in the same order"
    earnest = [stop for stop in found if not stop.drill]
    assert shown == (earnest or found)


@pytest.mark.parametrize("going_on", rows(2))
@pytest.mark.parametrize("in_reach", rows(2))
def test_a_drill_starts_only_where_nothing_goes_on_and_nothing_in_earnest_is_followed_up(
    going_on: list[Stop], in_reach: list[Stop]
):
    free = not going_on and all(stop.drill for stop in in_reach)
    why = why_no_drill(going_on, in_reach)
    assert (why == "") is free
    if any(not stop.drill for stop in going_on):
        assert why.startswith("Ett driftstopp pågår")
    elif going_on:
        assert why.startswith("En övning pågår")
    elif why:
        assert why.startswith("Ett driftstopp följs upp")


@pytest.mark.parametrize("ahead", [-90, -1, 0, 1, 59, 60, 61])
def test_it_is_interrupted_by_the_minute_and_never_before_it_began(ahead: int):
    now = NOON + timedelta(seconds=30)
    began = now + timedelta(seconds=ahead)
    over = interrupted_at(began, now)
    assert over >= began
    assert over in (began, NOON)


@pytest.mark.parametrize("said", [None, NOON])
@pytest.mark.parametrize("closed_at", [None, NOON + timedelta(hours=1)])
@pytest.mark.parametrize("drill", [False, True])
def test_a_closed_drill_is_over_for_everybody_and_an_outage_for_those_who_say_so(
    said: datetime | None, closed_at: datetime | None, *, drill: bool
):
    end = own_end_of(said, drill=drill, closed_at=closed_at)
    if said:
        assert end == said
    else:
        assert end == (closed_at if drill else None)


@pytest.mark.parametrize("drill", [False, True])
def test_its_words_its_files_and_its_tables_say_it(*, drill: bool):
    table = [["Nummer", "Patient"], ["1", "A"], ["2", "B"]]
    said = (
        drills.the_outage(drill=drill),
        drills.an_outage(drill=drill),
        drills.file_name("logg.csv", drill=drill),
        [list(row) for row in drills.marked_rows(table, drill=drill)],
    )
    if drill:
        assert said == ("övningen", "övning", "ovning-logg.csv", [["ÖVNING", *row] for row in table])
    else:
        assert said == ("driftstoppet", "driftstopp", "logg.csv", table)
