from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from outage.routine import current_routine
from outage.rules.clock import (
    as_utc,
    before_or_after_break_point,
    next_break_point,
    touches_break_point,
)

LIMITS = current_routine().limits
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.mark.clause("R1.5")
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-01-20T11:52", "2026-01-20T12:00"),
        ("2026-01-20T12:00", "2026-01-20T12:00"),
        ("2026-01-20T12:00:01", "2026-01-21T12:00"),
        ("2026-01-20T23:59", "2026-01-21T12:00"),
        ("2026-01-20T00:00", "2026-01-20T12:00"),
        ("2026-03-28T12:01", "2026-03-29T12:00"),
        ("2026-10-24T12:01", "2026-10-25T12:00"),
        ("2026-12-31T13:00", "2027-01-01T12:00"),
    ],
)
def test_the_next_break_point(now: str, expected: str) -> None:
    found = next_break_point(local(now), LIMITS)
    assert found.isoformat() == local(expected).isoformat()


def test_the_next_break_point_over_a_clock_change_is_23_or_25_hours_off() -> None:
    spring, autumn = local("2026-03-28T12:00:01"), local("2026-10-24T12:00:01")
    assert as_utc(next_break_point(spring, LIMITS)) - as_utc(spring) == timedelta(
        hours=22, minutes=59, seconds=59
    )
    assert as_utc(next_break_point(autumn, LIMITS)) - as_utc(autumn) == timedelta(
        hours=24, minutes=59, seconds=59
    )


@pytest.mark.parametrize(
    ("zone", "at", "now", "expected"),
    [
        ("America/New_York", time(20), "2026-01-20T00:30+00:00", "2026-01-19T20:00:00-05:00"),
        ("Pacific/Kiritimati", time(12), "2026-01-20T21:00+00:00", "2026-01-21T12:00:00+14:00"),
        ("Pacific/Kiritimati", time(12), "2026-01-20T23:00+00:00", "2026-01-22T12:00:00+14:00"),
    ],
)
def test_a_routine_may_be_of_another_zone_and_hour(zone: str, at: time, now: str, expected: str) -> None:
    limits = replace(LIMITS, time_zone=zone, break_point=at)
    assert next_break_point(datetime.fromisoformat(now), limits).isoformat() == expected


def test_elapsed_counts_the_hour_that_comes_twice() -> None:
    first = local("2026-10-25T02:30")
    assert as_utc(first.replace(fold=1)) - as_utc(first) == timedelta(hours=1)


@pytest.mark.clause("R1.5")
def test_a_stretch_touches_a_break_point_where_it_meets_the_window_of_one() -> None:
    """Over the day that has an hour twice, against every break point written out."""
    noons = [local(f"2026-10-{day}T12:00").astimezone(UTC) for day in (24, 25, 26, 27)]
    day = local("2026-10-25T00:00").astimezone(UTC)
    window = LIMITS.break_point_window
    for start in range(0, 25 * 60, 20):
        for length in range(0, 26 * 60, 50):
            first = day + timedelta(minutes=start)
            last = first + timedelta(minutes=length)
            slowly = any(first <= noon + window and noon - window <= last for noon in noons)
            assert touches_break_point(first, last, LIMITS) is slowly


@pytest.mark.parametrize(
    ("at", "side"),
    [
        ("2026-01-20T11:59:59", "before"),
        ("2026-01-20T12:00", "after"),
        ("2026-01-20T00:00", "before"),
        ("2026-01-20T23:59", "after"),
        ("2026-07-01T11:59", "before"),
    ],
)
def test_before_or_after_the_break_point_goes_by_the_wall_clock(at: str, side: str) -> None:
    assert before_or_after_break_point(local(at), LIMITS) == side
    assert before_or_after_break_point(local(at).astimezone(UTC), LIMITS) == side


def test_a_moment_without_a_zone_is_refused_everywhere() -> None:
    naive, aware = datetime(2026, 1, 20, 12), local("2026-01-20T12:00")
    for ask in (
        lambda: as_utc(naive),
        lambda: next_break_point(naive, LIMITS),
        lambda: touches_break_point(naive, aware, LIMITS),
        lambda: before_or_after_break_point(naive, LIMITS),
    ):
        with pytest.raises(ValueError, match="aware"):
            ask()
