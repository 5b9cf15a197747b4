"""Which answers are awaited, over every order of the messages that matter, against a slower second formulation."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from contacts.rules.parties import Party
from outage.routine import current_routine
from outage.rules.awaited import AwaitedAnswer, Said, awaited_answers
from outage.rules.back_registration import ChainStatus
from tests.long import runs

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MUNICIPALITY, OUTPATIENT, INPATIENT = Party.MUNICIPALITY, Party.OUTPATIENT, Party.INPATIENT
STEPS = {
    "A": ("admission", INPATIENT),
    "R": ("ready_for_discharge", INPATIENT),
    "D": ("discharge", INPATIENT),
    "m": ("admission_reply", MUNICIPALITY),
    "o": ("admission_reply", OUTPATIENT),
    "k": ("municipality_ready", MUNICIPALITY),
    "x": ("discharge_report", INPATIENT),
}
# Which step asks for which, of whom, and who waits for it (R3.6–R3.8).
WAITS = [
    ("A", "m", {INPATIENT, OUTPATIENT}),
    ("A", "o", {INPATIENT, MUNICIPALITY}),
    ("R", "k", {INPATIENT, OUTPATIENT}),
]
ACTING = [{INPATIENT}, {MUNICIPALITY}, {OUTPATIENT}, {INPATIENT, OUTPATIENT}, set()]
# Whom the ward reached, five minutes after the message.
TOLD = [(), (MUNICIPALITY,), (OUTPATIENT,), (MUNICIPALITY, OUTPATIENT)]
LATER = timedelta(minutes=5)


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def said(steps: str, minutes: list[int], told: tuple[Party, ...]) -> list[Said]:
    return [
        Said(*STEPS[step], minute(at), order, {party: minute(at) + LATER for party in told})
        for order, (step, at) in enumerate(zip(steps, minutes, strict=True))
    ]


def slowly(acting: set[Party], steps: str, minutes: list[int], told: tuple[Party, ...]) -> set[AwaitedAnswer]:
    """Walk the rows as they were logged: what asks opens a wait, an answer closes it, a discharge all."""
    found = set()
    for asks, answers, who in WAITS:
        kind, sender = STEPS[answers]
        # What the routine gives a moment for is owed, by whoever sends it, and not waited for.
        if (sender in acting and answers != "k") or not (sender in acting or who & acting):
            continue
        own = INPATIENT in acting
        waiting: list[datetime] = []
        for step, number in zip(steps, minutes, strict=True):
            if step == asks and not own:
                waiting.append(minute(number))
            if step == asks and own and sender in told:
                waiting.append(minute(number) + LATER)
            if step in (answers, "D"):
                waiting = []
        if waiting:
            found.add(AwaitedAnswer(kind, sender, waiting[0]))
    return found


@pytest.mark.clause("R2.2", "R3.6", "R3.7", "R3.8")
@pytest.mark.parametrize("acting", ACTING, ids=lambda acting: "+".join(sorted(acting)) or "nobody")
@pytest.mark.long
@pytest.mark.parametrize("length", range(runs(3, full=5)))
def test_an_answer_is_awaited_until_it_comes_or_the_patient_is_discharged(acting: set[Party], length: int):
    """Every order of up to four messages, each later than, or in the same minute as, the one before it."""
    for steps in product(STEPS, repeat=length):
        for gaps in product((0, 1), repeat=max(length - 1, 0)):
            minutes = [sum(gaps[:index]) for index in range(length)]
            for told in TOLD if length < 4 else TOLD[-1:]:
                messages = said("".join(steps), minutes, told)
                found = [
                    awaited_answers(
                        routine=current_routine(), acting=acting, status=ChainStatus.OK, said=order
                    )
                    for order in (messages, messages[::-1])
                ]
                expected = slowly(acting, "".join(steps), minutes, told)
                assert set(found[0]) == set(found[1]) == expected, (steps, minutes, told)
                assert len(found[0]) == len(expected)
                assert found[0] == sorted(found[0], key=lambda wait: wait.since)


@pytest.mark.parametrize("status", sorted(set(ChainStatus) - {ChainStatus.OK}))
@pytest.mark.parametrize("acting", ACTING)
def test_nothing_is_awaited_about_one_who_has_died_or_is_the_wrong_patient(acting, status: ChainStatus):
    messages = said("AR", [0, 1], TOLD[-1])
    assert awaited_answers(routine=current_routine(), acting=acting, status=status, said=messages) == []


def test_a_moment_without_a_zone_is_refused():
    messages = [Said("discharge", INPATIENT, datetime(2026, 11, 24), 1)]
    with pytest.raises(ValueError, match="aware"):
        awaited_answers(routine=current_routine(), acting={INPATIENT}, status=ChainStatus.OK, said=messages)
