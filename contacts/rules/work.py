"""Long work, done beside the pages: how far it has come, and how often it is tried."""

from datetime import timedelta

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


def may_try_again(lost: int) -> bool:
    """After so many workers were lost."""
    return lost < MOST_TRIES
