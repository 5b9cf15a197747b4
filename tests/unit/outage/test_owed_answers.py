"""Which answers a party owes, over every order of the messages that matter, against a slower second formulation."""

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from contacts.rules.parties import Party
from outage.routine import current_routine
from outage.rules.informing import owed_answers

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MUNICIPALITY, OUTPATIENT, INPATIENT = Party.MUNICIPALITY, Party.OUTPATIENT, Party.INPATIENT

# What bears on an answer, and one message that does not.
STEPS = {
    "A": ("admission", INPATIENT),
    "D": ("discharge", INPATIENT),
    "m": ("admission_reply", MUNICIPALITY),
    "o": ("admission_reply", OUTPATIENT),
    "x": ("municipality_ready", MUNICIPALITY),
}

Logged = list[tuple[str, Party, tuple[datetime, int]]]


def when(minute: int, order: int) -> tuple[datetime, int]:
    return START + timedelta(minutes=minute), order


def logged(steps: str, minutes: list[int]) -> Logged:
    return [
        (*STEPS[step], when(minute, order))
        for order, (step, minute) in enumerate(zip(steps, minutes, strict=True))
    ]


def slowly(party: Party, steps: str, minutes: list[int]) -> list[tuple[str, tuple[datetime, int]]]:
    """Walk the rows as they were logged: an admission opens a question, an answer or a discharge closes all open ones.

    Within a minute what was logged later is later.
    """
    own = {MUNICIPALITY: "m", OUTPATIENT: "o"}.get(party)
    if own is None:
        return []
    waiting: list[int] = []
    for order, step in enumerate(steps):
        if step == "A":
            waiting.append(order)
        if step in (own, "D"):
            waiting = []
    return [("admission_reply", when(minutes[waiting[0]], waiting[0]))] if waiting else []


@pytest.mark.clause("R3.6", "R3.8")
@pytest.mark.parametrize("party", Party)
@pytest.mark.parametrize("length", range(5))
def test_an_answer_is_owed_for_what_neither_answer_nor_discharge_has_followed(party: Party, length: int):
    """Every order of up to four messages, each later than, or in the same minute as, the one before it."""
    for steps in product(STEPS, repeat=length):
        for gaps in product((0, 1), repeat=max(length - 1, 0)):
            minutes = [sum(gaps[:index]) for index in range(length)]
            events = logged("".join(steps), minutes)
            expected = slowly(party, "".join(steps), minutes)
            assert owed_answers(current_routine(), party, events) == expected, (steps, minutes)
            assert owed_answers(current_routine(), party, events[::-1]) == expected, (steps, minutes)


def test_times_are_compared_across_their_offsets():
    plus_one = START.astimezone(ZoneInfo("Europe/Stockholm"))
    events = [("admission", INPATIENT, (START, 1)), ("admission_reply", MUNICIPALITY, (plus_one, 2))]
    assert owed_answers(current_routine(), MUNICIPALITY, events) == []
    assert owed_answers(current_routine(), OUTPATIENT, events) == [("admission_reply", (START, 1))]


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        owed_answers(current_routine(), MUNICIPALITY, [("admission", INPATIENT, (datetime(2026, 11, 24), 1))])
