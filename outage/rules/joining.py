"""Two care chains of the same patient: which of their events may be one and the same, and what was said of that."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from contacts.rules.errors import RuleError

from .told import EventRow

# Two people who log the same thing seldom write the same time.
NEAR = timedelta(hours=24)
Pair = tuple[str, str]


def pairs_to_ask_about(kept: Iterable[EventRow], other: Sequence[EventRow]) -> list[Pair]:
    """The events that stand in two chains and may be one and the same, as pairs of ids: the kept chain's first.

    They are of the same kind and sender and happened near in time; the nearest pairs come first.
    """
    found = [
        (abs(mine.at - theirs.at), mine.at, mine.order, theirs.order, (mine.id, theirs.id))
        for mine in kept
        for theirs in other
        if (mine.kind, mine.sender) == (theirs.kind, theirs.sender) and abs(mine.at - theirs.at) <= NEAR
    ]
    return [pair for *_, pair in sorted(found)]


def same_events(asked: Sequence[Pair], answers: Mapping[Pair, bool]) -> list[Pair]:
    """The pairs that are one and the same by `answers`.

    Raise RuleError where a pair was not answered, or one event is said to be the same as two of the other chain.
    """
    if any(pair not in answers for pair in asked):
        raise RuleError("Svara om det är samma händelse, för varje par.", field="same")
    same = [pair for pair in asked if answers[pair]]
    for side in (0, 1):
        if len({pair[side] for pair in same}) < len(same):
            raise RuleError(
                "En händelse kan bara vara samma som en i den andra vårdkedjan. Svara nej på de andra.",
                field="same",
            )
    return same
