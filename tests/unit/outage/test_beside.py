"""When the log of another outage is read before a task is done, and when it leaves the task to be decided by hand."""

from itertools import product

import pytest

from outage.rules.back_registration import Task
from outage.rules.beside import Beside, is_by_hand, is_entered, is_read_first
from outage.rules.routine import Decision, Effect, What
from outage.rules.ticks import Mark, Picture, Tick, TickState, picture_of

STAY = (What.ADMISSION, What.DISCHARGE, What.STAY, What.ADMISSION_OR_DISCHARGE)
MOVED = (None, Effect.ADMISSION, Effect.DISCHARGE)
LATER = [Beside(later=True, moved=moved) for moved in MOVED]
EARLIER = [Beside(later=False, moved=m, entered=entered) for m, entered in product(MOVED, (False, True))]
UNSEEN = [Beside(later=later, seen=False) for later in (False, True)]


def task(decision: Decision, what: What) -> Task:
    return Task(decision, what, None, None, (), 0, "", "")


def taken(rule, decision: Decision, what: What) -> set[Beside]:
    return {one for one in (*LATER, *EARLIER, *UNSEEN) if rule(task(decision, what), one)}


def test_what_is_to_be_entered_of_an_admission():
    register = Decision.REGISTER, What.ADMISSION
    left_open = {one for one in EARLIER if one.moved and not one.entered}
    assert taken(is_read_first, *register) == {*LATER, *UNSEEN, *left_open}
    # Nothing moved; or who left is entered there first, then here.
    in_order = Beside(later=False, moved=Effect.DISCHARGE)
    assert taken(is_by_hand, *register) == {*LATER, *UNSEEN, *left_open} - {LATER[0], in_order}


def test_what_is_to_be_entered_of_a_discharge():
    register = Decision.REGISTER, What.DISCHARGE
    earlier = {UNSEEN[0], *(one for one in EARLIER if one.moved and not one.entered)}
    assert taken(is_read_first, *register) == taken(is_by_hand, *register) == earlier


@pytest.mark.parametrize("what", STAY)
def test_what_is_decided_by_hand_has_the_other_log_beside_it_entered_or_not(what: What):
    moved = {UNSEEN[0], *(one for one in EARLIER if one.moved)}
    later = set() if what is What.DISCHARGE else {*LATER, UNSEEN[1]}
    assert taken(is_read_first, Decision.DECIDE, what) == moved | later
    # It is so without the other log.
    assert not taken(is_by_hand, Decision.DECIDE, what)


@pytest.mark.parametrize(
    ("decision", "what"),
    [
        *product((Decision.DO_NOT_REGISTER,), STAY),
        *product(Decision, [what for what in What if what not in STAY]),
    ],
)
def test_nothing_else_is_meant(decision: Decision, what: What):
    assert not taken(is_read_first, decision, what)
    assert not taken(is_by_hand, decision, what)


def tick(decision: Decision, what: What, state: TickState, *, entered: bool | None = None) -> Tick:
    of = task(decision, what)
    mark = None if entered is None else Mark(of.key, done=True, entered=entered, picture=None)
    return Tick(of, picture_of(of, ()), state, mark)


@pytest.mark.parametrize(
    ("found", "entered"),
    [
        (tick(Decision.REGISTER, What.ADMISSION, TickState.DONE, entered=True), True),
        (tick(Decision.DECIDE, What.STAY, TickState.DONE, entered=True), True),
        (tick(Decision.DECIDE, What.STAY, TickState.DONE, entered=False), False),
        (tick(Decision.REGISTER, What.ADMISSION, TickState.CHANGED, entered=True), False),
        (tick(Decision.REGISTER, What.DISCHARGE, TickState.NOT_DONE), False),
        (tick(Decision.DO_NOT_REGISTER, What.STAY, TickState.NOT_DONE), True),
        (tick(Decision.DO_NOT_REGISTER, What.STAY, TickState.CHANGED, entered=True), False),
        (tick(Decision.REGISTER, What.SIP_INVITATION, TickState.NOT_DONE), True),
    ],
)
def test_all_of_the_stay_is_entered(found: Tick, entered: bool):
    assert is_entered([found], ()) is entered
    done = tick(Decision.REGISTER, What.ADMISSION, TickState.DONE, entered=True)
    assert is_entered([done, found], ()) is entered


def test_what_is_to_be_undone_leaves_the_stay_open():
    picture = Picture(Decision.REGISTER, What.ADMISSION, (), "", "", (), ())
    assert not is_entered((), [Mark("stay:a", done=True, entered=True, picture=picture)])
    assert is_entered((), [Mark("sip:a", done=True, entered=True, picture=picture)])
