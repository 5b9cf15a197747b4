"""Long work, done beside the pages: how far it has come, and how often it is tried."""

from collections.abc import Collection
from datetime import timedelta

from .errors import RuleError
from .labelled import Labelled


class WorkState(Labelled):
    WAITING = "waiting", "Väntar på sin tur"
    RUNNING = "running", "Pågår"
    DONE = "done", "Klar"
    FAILED = "failed", "Gick inte"
    CANCELLED = "cancelled", "Avbruten"


UNFINISHED = (WorkState.WAITING, WorkState.RUNNING)

# How often a worker says that it is alive, and after how long a silence its work is given to another one.
BEAT_EVERY = timedelta(seconds=2)
SILENT_MOST = timedelta(seconds=60)
LONGEST = timedelta(minutes=15)
MOST_TRIES = 3
KEPT = timedelta(days=1)
# After so long in the line the page says whom to ring.
LONG_WAIT = timedelta(minutes=3)

LOST = "Servern avbröts mitt i arbetet, flera gånger. Försök igen om en stund. Händer det igen: ring din support."
TOO_LONG = "Det tog för lång tid och är avbrutet. Ring din support."
BROKE = "Något gick fel på servern. Försök igen om en stund. Händer det igen: ring din support."
GONE = "Filen är inte kvar. Begär den på nytt."
HIDDEN_SINCE = "En patient i filen har fått skyddade personuppgifter sedan den gjordes. Begär den på nytt."


# The largest batch is twenty parts, and what is sent to be read lies in the database until it is its turn.
MOST_IN_LINE = 40


class LineFull(RuleError):
    def __init__(self) -> None:
        super().__init__(
            f"Du har redan {MOST_IN_LINE} utskrifter och filer i kö. Vänta tills några är klara, eller avbryt dem som "
            "inte behövs under Mina utskrifter."
        )


def turn_in_line(own: Collection[int], line: Collection[int]) -> int:
    """The turn of one more piece of work; the lowest is done first, of equal ones the one asked for first.

    `own` are the turns of what the person has that has not ended, `line` those of everybody's. All take turns: one's
    next comes after one's last, and who has nothing in line is at its front, behind those who came there before.
    Raises LineFull.
    """
    if len(own) >= MOST_IN_LINE:
        raise LineFull
    return max([turn + 1 for turn in own] or [min(line, default=0)])


def may_try_again(lost: int) -> bool:
    """After so many workers were lost."""
    return lost < MOST_TRIES
