"""What is said where one rings: for every party and hour, against the routine's own words (R5.1–R5.5)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contacts.rules.parties import Party
from outage.routine import current_routine
from outage.rules.ringing import ringing_hours
from outage.rules.routine import RingingHours

ROUTINE = current_routine()
ZONE = ZoneInfo("Europe/Stockholm")
DAYTIME, EVENING, WEEKEND = RingingHours


@pytest.mark.clause("R5.3", "R5.4")
@pytest.mark.parametrize(
    ("when", "hours"),
    [
        ((2026, 11, 24, 10, 52), DAYTIME),
        ((2026, 11, 24, 7, 59), EVENING),
        ((2026, 11, 24, 8, 0), DAYTIME),
        ((2026, 11, 24, 16, 29), DAYTIME),
        ((2026, 11, 24, 16, 30), EVENING),
        ((2026, 11, 27, 23, 59), EVENING),
        ((2026, 11, 28, 0, 0), WEEKEND),
        ((2026, 11, 29, 23, 59), WEEKEND),
        ((2026, 11, 30, 0, 0), EVENING),
        ((2026, 12, 24, 10, 0), WEEKEND),
        ((2026, 12, 25, 10, 0), WEEKEND),
        ((2027, 1, 6, 10, 0), WEEKEND),
        ((2026, 10, 25, 2, 30), WEEKEND),
    ],
)
def test_a_moment_is_daytime_evening_or_weekend(when: tuple[int, ...], hours: RingingHours):
    moment = datetime(*when, tzinfo=ZONE)
    assert ringing_hours(moment, ROUTINE.limits) is hours
    assert ringing_hours(moment.astimezone(UTC), ROUTINE.limits) is hours


def test_every_quarter_of_a_week_is_one_of_the_three():
    monday = datetime(2026, 11, 23, tzinfo=ZONE)
    for quarter in range(7 * 96):
        at = monday + timedelta(minutes=15 * quarter)
        by_hand = (
            WEEKEND
            if at.weekday() >= 5
            else DAYTIME
            if 8 * 60 <= at.hour * 60 + at.minute < 16 * 60 + 30
            else EVENING
        )
        assert ringing_hours(at, ROUTINE.limits) is by_hand, at


@pytest.mark.clause("R5.1", "R5.2", "R5.3", "R5.4", "R5.5")
@pytest.mark.parametrize("hours", RingingHours)
@pytest.mark.parametrize("party", Party)
def test_each_party_has_its_clause_at_each_hour(party: Party, hours: RingingHours):
    municipality = {DAYTIME: "R5.3", EVENING: "R5.5", WEEKEND: "R5.4"}
    expected = {Party.INPATIENT: "R5.1", Party.OUTPATIENT: "R5.2", Party.MUNICIPALITY: municipality[hours]}
    advice = ROUTINE.ringing_advice(party, hours)
    assert advice.clause == expected[party]
    if advice.clause == "R5.4":
        assert advice.text == "Helg: hemsjukvården förmedlar."
