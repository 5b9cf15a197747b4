"""R1 over every minute, against a table of wall-clock minutes."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from outage.routine import current_routine
from outage.rules.outage_status import OutageScope
from outage.rules.routine_applies import Verdict, routine_applies
from tests.long import runs

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MINUTE = timedelta(minutes=1)
LONGEST = 48 * 60
ROUTINE = current_routine()
BOTH = OutageScope.BOTH_PRINCIPALS


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def judge(start: str, until: str, *, expected_end: str | None = None, discharge: bool = False) -> Verdict:
    return routine_applies(
        routine=ROUTINE,
        scope=BOTH,
        start=local(start),
        until=local(until),
        expected_end=local(expected_end) if expected_end else None,
        discharge_logged=discharge,
    )


def clauses(verdict: Verdict) -> list[str]:
    return [reason.clause for reason in verdict.reasons]


def minutes_from(day: date) -> tuple[list[datetime], int]:
    """Every minute from local midnight on, by counting in UTC, and how many of them the day itself has."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=STOCKHOLM).astimezone(UTC)
    following = day + timedelta(days=1)
    next_midnight = datetime(following.year, following.month, following.day, tzinfo=STOCKHOLM).astimezone(UTC)
    of_day = (next_midnight - midnight) // MINUTE
    return [midnight + n * MINUTE for n in range(of_day + LONGEST + 1)], of_day


def minutes_of_window_before(minutes: list[datetime]) -> list[int]:
    """Prefix sums: how many of the first n minutes read 11.00 to 13.00 on the wall."""
    sums = [0]
    for minute in minutes:
        wall = minute.astimezone(STOCKHOLM)
        sums.append(sums[-1] + (11 * 60 <= wall.hour * 60 + wall.minute <= 13 * 60))
    return sums


@pytest.mark.long
@pytest.mark.clause("R1.4")
@pytest.mark.clause("R1.5")
@pytest.mark.clause("R1.7")
@pytest.mark.parametrize(
    ("day", "length_of_day"),
    [
        # The first of the two days is an ordinary one, so every minute of such a one is a start too.
        pytest.param(date(2026, 3, 28), 1440, id="the day before summer time"),
        pytest.param(date(2026, 10, 24), 1440, id="the day before winter time"),
    ],
)
def test_every_minute_of_start_and_every_length_to_48_hours(day: date, length_of_day: int) -> None:
    minutes, of_day = minutes_from(day)
    assert of_day == length_of_day
    in_window = minutes_of_window_before(minutes)
    answers = {(): False, ("R1.5",): True, ("R1.7",): True, ("R1.5", "R1.7"): True}
    # The rule gives the same few verdicts again and again: each is looked into once.
    known: dict[int, tuple[Verdict, tuple[str, ...]]] = {}
    for first in range(0, of_day, of_day // runs(180, full=of_day)):
        start, before = minutes[first], in_window[first]
        for length in range(LONGEST + 1):
            verdict = routine_applies(
                routine=ROUTINE,
                scope=BOTH,
                start=start,
                until=minutes[first + length],
                discharge_logged=False,
            )
            if id(verdict) not in known:
                known[id(verdict)] = (verdict, tuple(clauses(verdict)))
            got = known[id(verdict)][1]
            if in_window[first + length + 1] > before:
                wanted = ("R1.5", "R1.7") if length > 120 else ("R1.5",)
            else:
                wanted = ("R1.7",) if length > 120 else ()
            if got != wanted:
                pytest.fail(f"{start} + {length} min: got {got}, wanted {wanted}")
    assert {got: verdict.apply for verdict, got in known.values()} == answers
    assert all((verdict.otherwise is None) == verdict.apply for verdict, _ in known.values())


@pytest.mark.clause("R1.5")
@pytest.mark.parametrize(
    "day", [date(2026, 3, 29), date(2026, 10, 25), date(2024, 2, 29), date(2026, 12, 31)]
)
def test_the_days_of_the_clock_changes_with_local_times(day: date) -> None:
    minutes, of_day = minutes_from(day)
    in_window = minutes_of_window_before(minutes)
    walls = [minute.astimezone(STOCKHOLM) for minute in minutes]
    for first, length in product(range(0, of_day, 7), (*range(0, 181, 3), 121, 600, 1439, 1440, 1441, 2880)):
        verdict = routine_applies(
            routine=ROUTINE,
            scope=BOTH,
            start=walls[first],
            until=walls[first + length],
            discharge_logged=True,
        )
        near = ["R1.5"] if in_window[first + length + 1] > in_window[first] else []
        assert clauses(verdict) == [*near, "R1.6", *(["R1.7"] if length > 120 else [])]


@pytest.mark.clause("R1.5")
@pytest.mark.parametrize(
    ("start", "until", "near"),
    [
        ("2026-01-20T09:30", "2026-01-20T10:59:59", False),
        ("2026-01-20T09:30", "2026-01-20T11:00:00", True),
        ("2026-01-20T13:00:00", "2026-01-20T13:10", True),
        ("2026-01-20T13:00:01", "2026-01-20T13:10", False),
        ("2026-01-20T12:00", "2026-01-20T12:00", True),
    ],
)
def test_the_window_has_both_its_ends(start: str, until: str, near: bool) -> None:
    assert clauses(judge(start, until)) == (["R1.5"] if near else [])


@pytest.mark.clause("R1.7")
def test_two_hours_is_short_and_a_second_more_is_long() -> None:
    assert clauses(judge("2026-01-20T14:00", "2026-01-20T16:00")) == []
    assert clauses(judge("2026-01-20T14:00", "2026-01-20T16:00:01")) == ["R1.7"]


@pytest.mark.clause("R1.7")
def test_length_is_the_time_that_passed_not_what_the_clock_on_the_wall_says() -> None:
    # 01.30 to 03.45 on the wall: 1 h 15 min on the night to summer time, 3 h 15 min on the night back.
    assert clauses(judge("2026-03-29T01:30", "2026-03-29T03:45")) == []
    assert clauses(judge("2026-10-25T01:30", "2026-10-25T03:20")) == ["R1.7"]


@pytest.mark.clause("R1.4")
def test_a_short_outage_away_from_noon_needs_no_routine_and_says_why() -> None:
    verdict = judge("2026-01-20T14:00", "2026-01-20T15:00")
    assert not verdict.apply
    assert verdict.otherwise is not None
    assert verdict.otherwise.clause == "R1.4"
    assert verdict.otherwise.sentence.startswith("Rutinen behövs inte än")


@pytest.mark.clause("R1.6")
def test_a_discharge_alone_calls_for_the_routine() -> None:
    verdict = judge("2026-01-20T14:00", "2026-01-20T14:01", discharge=True)
    assert verdict.apply
    assert clauses(verdict) == ["R1.6"]
    assert verdict.otherwise is None


@pytest.mark.clause("R1.2")
@pytest.mark.parametrize("discharge", [True, False])
def test_with_only_the_municipalities_cut_off_the_link_is_used_instead(discharge: bool) -> None:
    verdict = routine_applies(
        routine=ROUTINE,
        scope=OutageScope.MUNICIPALITIES_ONLY,
        start=local("2026-01-20T08:00"),
        until=local("2026-01-20T18:00"),
        expected_end=local("2026-01-21T18:00"),
        discharge_logged=discharge,
    )
    assert (verdict.apply, verdict.reasons) == (False, ())
    assert verdict.otherwise is not None
    assert verdict.otherwise.clause == "R1.2"
    assert "internetlänk" in verdict.otherwise.sentence


@pytest.mark.clause("R1.3")
@pytest.mark.clause("R1.7")
def test_an_outage_expected_to_last_all_day_is_long_from_its_first_minute() -> None:
    verdict = judge("2026-01-20T08:00", "2026-01-20T08:00", expected_end="2026-01-20T17:00")
    assert verdict.apply
    assert clauses(verdict) == ["R1.5", "R1.7"]
    assert all(reason.expected and "väntas" in reason.sentence for reason in verdict.reasons)


def test_what_holds_already_is_not_called_expected() -> None:
    verdict = judge("2026-01-20T11:30", "2026-01-20T11:40", expected_end="2026-01-20T17:00", discharge=True)
    assert [(reason.clause, reason.expected) for reason in verdict.reasons] == [
        ("R1.5", False),
        ("R1.6", False),
        ("R1.7", True),
    ]


@pytest.mark.clause("R1.4", "R1.5", "R1.6", "R1.7")
@pytest.mark.parametrize(
    ("until", "discharge", "foremost"),
    [
        ("2026-01-19T22:10", False, "R1.4"),
        ("2026-01-21T00:21", False, "R1.7"),
        ("2026-01-21T00:21", True, "R1.6"),
        ("2026-01-20T12:00", False, "R1.7"),
        ("2026-01-19T22:10", True, "R1.6"),
    ],
)
def test_the_one_reason_to_say_of_a_long_outage_is_no_break_point_that_it_lasted_through(
    until: str, discharge: bool, foremost: str
) -> None:
    assert judge("2026-01-19T22:00", until, discharge=discharge).foremost.clause == foremost


@pytest.mark.clause("R1.5")
def test_the_one_reason_to_say_of_a_short_outage_near_a_break_point_is_that() -> None:
    assert judge("2026-01-20T10:30", "2026-01-20T11:30", discharge=True).foremost.clause == "R1.5"
    expected = judge("2026-01-20T08:00", "2026-01-20T08:00", expected_end="2026-01-20T17:00").foremost
    assert (expected.clause, expected.expected) == ("R1.5", True)
    # What holds comes before what is expected.
    long = judge("2026-01-20T01:00", "2026-01-20T04:00", expected_end="2026-01-20T17:00").foremost
    assert (long.clause, long.expected) == ("R1.7", False)


def test_an_expected_end_that_has_passed_says_nothing() -> None:
    assert judge("2026-01-20T08:00", "2026-01-20T08:30", expected_end="2026-01-20T08:10").reasons == ()


def test_a_moment_without_a_zone_or_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        routine_applies(
            routine=ROUTINE,
            scope=BOTH,
            start=datetime(2026, 1, 20, 8),
            until=local("2026-01-20T09:00"),
            discharge_logged=False,
        )
    with pytest.raises(ValueError, match="before it starts"):
        judge("2026-01-20T09:00", "2026-01-20T08:59")
