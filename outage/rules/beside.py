"""What another outage's log of the same patient means for a stay: R4 speaks of one outage alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from .back_registration import Family, Task
from .routine import Decision, Effect, What
from .ticks import Mark, Tick, TickState


@dataclass(frozen=True, slots=True)
class Beside:
    """What the log of another outage, a `later` one or an earlier, says of the patient: how it last had the patient
    move, and of an earlier one whether all of that is in the system. `seen`: by whoever asks.
    """

    later: bool
    seen: bool = True
    moved: Effect | None = None
    entered: bool = False


def is_read_first(task: Task, other: Beside) -> bool:
    """Whether the other log is read before the task is done: it may contradict it.

    A later one may have let the patient go. An earlier one may have what is missing here, or what is not in the system
    yet.
    """
    if task.family is not Family.STAY or task.decision is Decision.DO_NOT_REGISTER:
        return False
    if other.later:
        return task.what is not What.DISCHARGE
    by_hand = task.decision is Decision.DECIDE
    return not other.seen or (other.moved is not None and (by_hand or not other.entered))


def is_by_hand(task: Task, other: Beside) -> bool:
    """Whether what R4 says of the task's own log is decided by hand, with the other log beside it.

    Who left in the earlier outage and came in here is entered there first, then here.
    """
    if task.decision is not Decision.REGISTER or not is_read_first(task, other):
        return False
    in_order = not other.later and other.moved is Effect.DISCHARGE and task.what is What.ADMISSION
    return not other.seen or (other.moved is not None and not in_order)


def is_entered(found: Iterable[Tick], gone: Iterable[Mark]) -> bool:
    """Whether all of the stay that is to be entered is, and nothing is to be undone."""
    own = (
        tick
        for tick in found
        if tick.task.family is Family.STAY
        and (tick.undo or tick.task.decision is not Decision.DO_NOT_REGISTER)
    )
    done = all(tick.state is TickState.DONE and tick.mark and tick.mark.entered for tick in own)
    return done and not any(mark.family is Family.STAY for mark in gone)
