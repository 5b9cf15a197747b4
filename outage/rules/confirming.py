"""When a call that somebody made and one that somebody took are the same, and whether both say the same."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from contacts.rules.labelled import Labelled

from .clock import as_utc
from .handover import Direction
from .identity import number_key

# How far apart the two may say that the call was; and of what was typed without an answer, how much is taken.
WINDOW = timedelta(hours=2)
ATTEMPTS_WITHIN = timedelta(hours=1)
MOST_BY_PERSON = 20
MOST_BY_UNIT = 40

_CAN_BE_REACHED = ("unit:", "principal:")


class Differs(Labelled):
    """What the two who spoke logged differently. Neither is told what the other one wrote."""

    PATIENT = "patient", "En annan patient"
    MESSAGE = "message", "Ett annat meddelande"


@dataclass(frozen=True, slots=True)
class Said:
    """A message as logged: two are the same when kind, sender and whether it was taken back are."""

    kind: str
    sender: str
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class CodedCall:
    """A call that stands, with its code: `id` is that of the code, the same through all corrections.

    `bound_to` is the place that a call reached, "" where it confirms nothing; `named` how a place is named that was
    rung. `numbers` are those of the patient, none where not known, and where the personal data are protected.
    """

    id: int
    direction: Direction
    outage: UUID
    at: datetime
    unit: int
    bound_to: str = ""
    named: frozenset[str] = frozenset()
    said: frozenset[Said] = frozenset()
    numbers: frozenset[str] = frozenset()


def is_bound(place: str) -> bool:
    """Whether somebody at the place could type the code: an unlisted place, or a participant, has no log here."""
    return place.startswith(_CAN_BE_REACHED)


def fits(given: CodedCall, received: CodedCall) -> bool:
    """Whether both can be of one call: who was reached types it, and both say about the same time of the call, in the
    same outage: what is played in a drill confirms nothing in earnest.

    When each was entered does not matter. Their codes are the same.
    """
    return (
        (given.direction, received.direction) == (Direction.GIVEN, Direction.RECEIVED)
        and given.outage == received.outage
        and given.bound_to in received.named
        and f"unit:{given.unit}" not in received.named
        and abs(as_utc(received.at) - as_utc(given.at)) <= WINDOW
    )


def differences(given: CodedCall, received: CodedCall) -> tuple[Differs, ...]:
    """What they say differently, of that which both say."""
    found = []
    if _other_patient(given.numbers, received.numbers):
        found.append(Differs.PATIENT)
    # A notice about the chain itself is nothing that the receiver has a message for.
    if given.said and received.said and given.said != received.said:
        found.append(Differs.MESSAGE)
    return tuple(found)


def _other_patient(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    keys = {number_key(number) for number in theirs} - {""}
    pairs = [
        (one, other)
        for one in map(number_key, ours)
        for other in keys
        # One with letters is a reserve number: the same patient may have both kinds.
        if one and one.isdigit() == other.isdigit()
    ]
    return bool(pairs) and all(one != other for one, other in pairs)


def pairs(calls: Sequence[CodedCall]) -> Iterator[tuple[CodedCall, CodedCall]]:
    """Those of `calls`, which all have one code and are not confirmed, that are of one call: given and received.

    Two calls get the same code once in millions. Where one could be of several others, what was said decides; where
    that leaves more than one, none is matched: a person sees that it waits.
    """
    given = [call for call in calls if call.direction is Direction.GIVEN]
    received = [call for call in calls if call.direction is Direction.RECEIVED]
    fitting = [(one, other) for one in given for other in received if fits(one, other)]
    for one, other in fitting:
        rivals = [pair for pair in fitting if (pair[0] is one) is not (pair[1] is other)]
        if not rivals or (_agrees(one, other) and not any(_agrees(*rival) for rival in rivals)):
            yield one, other


def _agrees(given: CodedCall, received: CodedCall) -> bool:
    return given.said == received.said and not differences(given, received)
