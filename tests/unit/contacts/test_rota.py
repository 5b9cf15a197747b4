"""Who has the jour, against a second formulation that walks through the time minute by minute."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from contacts.rules.availability import moment_of
from contacts.rules.errors import RuleError
from contacts.rules.rota import (
    Shift,
    Turn,
    check_turn,
    is_over,
    on_duty,
    overlapping,
    shifts,
    span_words,
    turn_words,
    until_words,
    wall_of,
)
from tests.long import runs

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FRIDAY = datetime(2026, 11, 27)
TODAY = date(2026, 11, 26)


def turn(who: str, starts: str, ends: str, **more) -> Turn:
    number = "070-123 45 67" if who else ""
    return Turn(who, number, datetime.fromisoformat(starts), datetime.fromisoformat(ends), **more)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def holds(one: Turn, wall: datetime) -> bool:
    """Whether a turn, were it alone, holds when the clock has come to `wall`."""
    if not one.weekly:
        return one.starts <= wall < one.ends
    day = one.starts
    while day <= wall:
        if day <= wall < day + (one.ends - one.starts) and (one.until is None or day.date() <= one.until):
            return True
        day += timedelta(days=7)
    return False


def walked(turns: list[Turn], begin: datetime, end: datetime, step: timedelta = MINUTE) -> list[Turn | None]:
    """Who wins at each minute. When the clock is set back it has been as late before: that hour is what it was last."""
    moment, latest, found = begin.astimezone(UTC), datetime.min, []
    # The clock may have been set back shortly before.
    warm = moment - timedelta(hours=3)
    while warm < moment:
        latest = max(latest, wall_of(warm, STOCKHOLM))
        warm += MINUTE
    while moment < end:
        latest = max(latest, wall_of(moment, STOCKHOLM))
        here = [one for one in turns if holds(one, latest)]
        once = [one for one in here if not one.weekly] or here
        found.append(max(once, key=lambda one: one.order, default=None))
        moment += step
    return found


def by_rule(turns: list[Turn], begin: datetime, end: datetime, step: timedelta = MINUTE) -> list[Turn | None]:
    found, moment, told = list(shifts(turns, begin, end, STOCKHOLM)), begin.astimezone(UTC), []
    while moment < end:
        told.append(next((one.turn for one in found if one.starts <= moment < one.ends), None))
        moment += step
    return told


SPRING, AUTUMN = datetime(2027, 3, 28), datetime(2026, 10, 25)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("night", [SPRING, AUTUMN, datetime(2026, 12, 31)], ids=str)
@pytest.mark.parametrize("weekly", [False, True])
def test_each_half_hour_of_a_night_starts_and_ends_a_turn(night: datetime, weekly: bool):
    begin, end = (
        moment.replace(tzinfo=STOCKHOLM) for moment in (night - 2 * DAY, night + timedelta(hours=8))
    )
    marks = [night + timedelta(minutes=30 * n) for n in range(-2, 9)]
    # Of 55 turns a sample that starts and ends at every mark.
    for number, (first, last) in enumerate(combinations(marks, 2)):
        if number % runs(3, full=1) == 0:
            before = turn("Före", str(night - DAY), str(first), order=1)
            one = Turn("Anna", "1", first, last, weekly=weekly, order=2)
            after = turn("Efter", str(last), str(night + DAY), order=3)
            turns = [before, one, after]
            assert by_rule(turns, begin, end) == walked(turns, begin, end), (first, last)


@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=str)
def test_turns_that_meet_in_a_night_of_change_leave_no_gap_and_no_overlap(change: datetime):
    meet = change + timedelta(hours=2, minutes=30)
    turns = [
        Turn("Anna", "1", meet - timedelta(hours=20), meet, order=1),
        Turn("Bo", "2", meet, meet + timedelta(hours=20), order=2),
    ]
    found = shifts(turns, *(m.replace(tzinfo=UTC) for m in (meet - DAY, meet + DAY)), STOCKHOLM)
    assert [one.turn.who for one in found] == ["Anna", "Bo"]
    assert found[0].ends == found[1].starts == moment_of(meet, STOCKHOLM)


def test_an_hour_that_comes_twice_is_the_one_turns_that_ends_after_it():
    night = turn("Anna", "2026-10-24T22:00", "2026-10-25T03:00")
    (found,) = shifts([night], at("2026-10-24T00:00"), at("2026-10-26T00:00"), STOCKHOLM)
    assert found.ends - found.starts == timedelta(hours=6)


def test_a_turn_within_the_hour_that_is_left_out_is_none():
    left_out = turn("Anna", "2027-03-28T02:10", "2027-03-28T02:50")
    assert shifts([left_out], at("2027-03-27T00:00"), at("2027-03-29T00:00"), STOCKHOLM) == ()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(runs(12, full=400)))
def test_random_rotas_are_as_they_are_walked_through(seed: int):
    random = Random(seed)
    centre = random.choice([SPRING, AUTUMN, datetime(2026, 12, 31), datetime(2028, 2, 29), FRIDAY])
    turns = []
    for order in range(random.randint(1, 7)):
        starts = centre + timedelta(hours=random.randint(-24 * 12, 48), minutes=random.choice([0, 0, 30, 1]))
        weekly = random.random() < 0.5
        length = timedelta(minutes=random.choice([30, 60, 480, 1440, 3 * 1440 + 90, 7 * 1440]))
        until = (
            (starts + timedelta(days=random.randint(0, 20))).date()
            if weekly and random.random() < 0.5
            else None
        )
        who = "" if not weekly and random.random() < 0.2 else f"Person {order}"
        turns.append(Turn(who, "1" if who else "", starts, starts + length, weekly, until, order))
    begin, end = ((centre + n * DAY).replace(tzinfo=STOCKHOLM) for n in (-1, 2))
    found = shifts(turns, begin, end, STOCKHOLM)
    assert all(one.ends <= other.starts for one, other in pairwise(found))
    assert by_rule(turns, begin, end) == walked(turns, begin, end)
    for moment in (begin + n * timedelta(hours=5) for n in range(14)):
        (winner,) = walked(turns, moment, moment + MINUTE)
        now = on_duty(turns, moment, STOCKHOLM)
        assert (now.turn if now else None) == (winner if winner and winner.who else None)
        if now:
            # It holds to its end, and not a minute longer.
            length = (now.ends - moment.astimezone(UTC)) // MINUTE
            told = walked(turns, moment, now.ends + MINUTE)
            assert set(told[:length]) == {winner}
            follows = told[length]
            assert follows != winner or (winner.weekly and winner.ends - winner.starts == timedelta(days=7))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(runs(40, full=1_000)))
def test_what_overlaps_is_what_holds_at_the_same_minute(seed: int):
    random = Random(seed)

    def made(weekly: bool) -> Turn:
        starts = FRIDAY + timedelta(hours=random.randint(0, 24 * 16))
        length = timedelta(hours=random.choice([1, 12, 24, 100, 168]))
        until = (starts + timedelta(days=random.randint(0, 30))).date() if random.random() < 0.6 else None
        return Turn("Anna", "1", starts, starts + length, weekly, until if weekly else None)

    one, other = (made(random.random() < 0.7) for _ in range(2))
    hours = [FRIDAY + timedelta(hours=n) for n in range(24 * 70)]
    both = any(holds(one, hour) and holds(other, hour) for hour in hours)
    assert bool(overlapping(one, [other])) == (both and one.weekly is other.weekly)
    for mine in (one, other):
        last = max((hour for hour in hours if holds(mine, hour)), default=hours[0])
        ends = mine.until is not None or not mine.weekly
        assert is_over(mine, last) is False
        assert is_over(mine, last + timedelta(hours=1)) is ends


def test_an_exception_wins_and_what_it_leaves_stays():
    week = turn("Anna", "2026-11-20T16:00", "2026-11-23T08:00", weekly=True, order=9)
    saturday = turn("Bo", "2026-11-28T08:00", "2026-11-29T08:00", order=1)
    nobody = turn("", "2026-11-29T20:00", "2026-11-29T22:00", order=2)
    found = shifts([week, saturday, nobody], at("2026-11-27T00:00"), at("2026-12-01T00:00"), STOCKHOLM)
    told = [
        (one.turn.name, *(f"{wall_of(m, STOCKHOLM):%d %H.%M}" for m in (one.starts, one.ends)))
        for one in found
    ]
    assert told == [
        ("Anna", "27 16.00", "28 08.00"),
        ("Bo", "28 08.00", "29 08.00"),
        ("Anna", "29 08.00", "29 20.00"),
        ("Ingen jour", "29 20.00", "29 22.00"),
        ("Anna", "29 22.00", "30 08.00"),
    ]
    assert on_duty([week, saturday, nobody], at("2026-11-29T21:00"), STOCKHOLM) is None


def test_the_last_written_wins_among_equals():
    first, second = (turn(who, "2026-11-27T16:00", "2026-11-28T08:00", order=n) for n, who in enumerate("AB"))
    assert on_duty([second, first], at("2026-11-27T20:00"), STOCKHOLM).turn.who == "B"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"who": ""}, "who"),
        ({"number": ""}, "number"),
        ({"who": "", "number": "", "weekly": True}, "weekly"),
        ({"ends": datetime(2026, 11, 27, 16)}, "ends_at"),
        ({"ends": datetime(2026, 11, 26, 17)}, "ends_on"),
        ({"ends": datetime(2026, 12, 4, 16, 1), "weekly": True}, "ends_on"),
        ({"ends": datetime(2026, 12, 28, 16, 1)}, "ends_on"),
        ({"ends": datetime(2062, 11, 28)}, "ends_on"),
        ({"starts": datetime(1926, 11, 27)}, "starts_on"),
        ({"until": date(2026, 12, 1)}, "until"),
        ({"until": date(2026, 11, 26), "weekly": True}, "until"),
        ({"until": date(2062, 11, 26), "weekly": True}, "until"),
        ({"starts": datetime(2027, 3, 28, 2, 30), "ends": datetime(2027, 3, 28, 8)}, "starts_at"),
        ({"starts": datetime(2027, 3, 27, 8), "ends": datetime(2027, 3, 28, 2)}, "ends_at"),
    ],
)
def test_what_can_not_stand_is_refused_beside_its_field(changed, field):
    facts = {
        "who": "Anna",
        "number": "1",
        "starts": datetime(2026, 11, 27, 16),
        "ends": datetime(2026, 11, 30, 8),
    }
    check_turn(Turn(**facts), TODAY, STOCKHOLM)
    # A time that comes twice is there, and so is the one that the clock leaps to.
    for wall in (datetime(2026, 10, 25, 2, 30), datetime(2027, 3, 28, 3)):
        check_turn(Turn(**(facts | {"starts": wall, "ends": wall + timedelta(hours=8)})), TODAY, STOCKHOLM)
    with pytest.raises(RuleError) as wrong:
        check_turn(Turn(**(facts | changed)), TODAY, STOCKHOLM)
    assert wrong.value.field == field


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "fre 27 nov 16.00 – mån 30 nov 08.00"),
        ({"ends": datetime(2026, 11, 27, 20)}, "fre 27 nov 16.00–20.00"),
        ({"weekly": True}, "varje vecka fre 16.00 – mån 08.00, från fre 27 nov"),
        (
            {"weekly": True, "ends": datetime(2026, 11, 27, 20), "until": date(2027, 6, 18)},
            "varje vecka fre 16.00–20.00, från fre 27 nov till och med fre 18 juni 2027",
        ),
    ],
)
def test_a_turn_in_words(changed, words):
    facts = {
        "who": "Anna",
        "number": "1",
        "starts": datetime(2026, 11, 27, 16),
        "ends": datetime(2026, 11, 30, 8),
    }
    assert turn_words(Turn(**(facts | changed)), TODAY) == words


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ("2026-11-26T16:30", "till kl 16.30"),
        ("2026-11-27T08:00", "till kl 08.00 fredag"),
        ("2026-12-02T08:00", "till kl 08.00 onsdag"),
        ("2026-12-03T08:00", "till kl 08.00 tor 3 dec"),
    ],
)
def test_how_long_it_holds_in_words(ends, words):
    assert until_words(at(ends), at("2026-11-26T10:52"), STOCKHOLM) == words


def test_shifts_are_given_whole_where_they_reach_outside_what_was_asked():
    month = turn("Anna", "2026-11-10T08:00", "2026-12-10T08:00", order=1)
    other = turn("Bo", "2026-12-01T08:00", "2026-12-02T08:00", order=2)
    (found,) = shifts([month, other], at("2026-11-26T10:00"), at("2026-11-26T11:00"), STOCKHOLM)
    assert found == Shift(month, at("2026-11-10T08:00"), at("2026-12-01T08:00"))


def test_words_of_a_span_name_the_year_where_it_is_far_away():
    starts = datetime(2027, 8, 6, 16)
    assert span_words(starts, starts + timedelta(hours=4), TODAY) == "fre 6 aug 2027 16.00–20.00"
