"""Two care chains of the same patient: which of their events may be one and the same, and what was said of that."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from contacts.rules.errors import RuleError

from .told import EventRow, minute_of

# Two people who log the same thing seldom write the same time.
NEAR = timedelta(hours=24)
Pair = tuple[str, str]
# Which of two that differ holds: that of the chain that is kept, or of the other.
KEPT, OTHER = "kept", "other"
HAPPENED = "happened_at"


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

    Raises RuleError where a pair was not answered, or one event is said to be the same as two of the other chain.
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


def differing_in(mine: EventRow, theirs: EventRow) -> list[str]:
    """The names of what two versions of one event both say, but differently: when it happened, whether it is
    registered in the system, and its particulars.

    A time holds for its date only: where the dates differ it follows the chosen one.
    """
    ours, his = _said(mine), _said(theirs)
    names = [name for name in ours if name in his and ours[name] != his[name]]
    return [name for name in names if name != "sip_time" or "sip_date" not in names]


def said_together(mine: EventRow, theirs: EventRow, choices: Mapping[str, str]) -> dict[str, Any]:
    """What both say together: where they differ what `choices` says (KEPT or OTHER), else whichever says it."""
    ours, his = _said(mine), _said(theirs)
    found = his | ours | {name: his[name] for name in differing_in(mine, theirs) if choices[name] == OTHER}
    if "sip_date" in differing_in(mine, theirs):
        found["sip_time"] = (his if choices["sip_date"] == OTHER else ours).get("sip_time")
    return {name: value for name, value in found.items() if value}


# A patient's number (`number_key`) and name (`folded`), "" for what is not known.
Who = tuple[str, str]


def is_heard_as(heard: Who, own: Who) -> bool:
    """Whether somebody who was told of a patient as `heard` was told of the one with `own`: by the number, where one
    was said.
    """
    return heard[0] == own[0] if heard[0] else heard[1] == own[1]


def stays_with_other(about_other: bool, *, as_kept: bool, as_other: bool) -> bool:
    """Whether what was told while two chains were read as one stays with the other one's patient when they are two
    patients after all: by whom it was heard as. Heard as both, or not of either, by whom it was about, or with the kept
    one, where it was told.
    """
    return as_other and (about_other or not as_kept)


def is_protected_alone(own: bool, *, together: bool, said_since: bool, same_number: bool) -> bool:
    """Whether a patient has protected personal data when two chains are read by themselves again: where `own` says so,
    and of what held `together` all that may be of this one: what was said since they were joined, of nobody knows
    which, and what is said of the same number.
    """
    return own or (together and (said_since or same_number))


def _said(event: EventRow) -> dict[str, Any]:
    happened = minute_of(event.at), event.in_system
    return {HAPPENED: happened} | {name: value for name, value in event.said.items() if value}
