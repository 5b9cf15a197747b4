"""The report of an outage: what was logged, counted. Plain rows in, plain figures out; nobody is named."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TypeVar

from .clock import as_utc
from .handover import Direction, ReadBack
from .informing import FAILED, CallOutcome, DischargeState
from .routine import Decision

# Logged so long after it happened, it was written afterwards and not as it was done.
LATE = timedelta(hours=1)
_AN_HOUR = timedelta(hours=1)
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Sent:
    """An event that stands, once however often it was corrected or logged in joined chains.

    `ours`: the own principal tells of it; then `told` has when each party that must be told was first reached with what
    it says now, None for one that has not been. `discharge` is how far a discharge of ours is told, None for all else.
    `logged_at` is when it was first logged. `after`: it happened after the own end.
    """

    kind: str
    sender: str
    at: datetime
    logged_at: datetime
    ours: bool = False
    told: tuple[datetime | None, ...] = ()
    discharge: DischargeState | None = None
    after: bool = False
    on_paper: bool = False

    @property
    def until_told(self) -> timedelta | None:
        """How long it took until all knew; None where they do not, or nobody was to be told."""
        reached = [at for at in self.told if at is not None]
        if not self.told or len(reached) < len(self.told):
            return None
        return max(as_utc(max(reached, key=as_utc)) - as_utc(self.at), timedelta())


@dataclass(frozen=True, slots=True)
class Rung:
    """A call that stands. `party` is the other end's, "" for a participant or a place of no party.

    `confirmed`: both who spoke have logged it, by its code; `coded`: it could have been. `differs`: not alike.
    """

    at: datetime
    logged_at: datetime
    direction: str
    outcome: str
    party: str = ""
    read_back: str = ""
    coded: bool = False
    confirmed: bool = False
    differs: bool = False
    on_paper: bool = False

    @property
    def column(self) -> str:
        """What it counts as, in every table: given or received, relayed ones too, or a try that told nobody."""
        if self.outcome in FAILED:
            return "tries"
        return "given" if self.direction == Direction.GIVEN else "received"


@dataclass(frozen=True, slots=True)
class Entered:
    """A task of efterregistrering; `done_at` is when a mark that still holds was set. `outcomes` are those found."""

    decision: Decision
    outcomes: tuple[str, ...]
    done_at: datetime | None = None
    entered: bool = False


@dataclass(slots=True)
class Logged:
    """All that was logged within the reach of whoever reads, over all chains.

    `corrected` and `withdrawn` count rows, of events and of calls. `to_undo` is what was entered and is to be undone.
    """

    sent: list[Sent] = field(default_factory=list)
    rung: list[Rung] = field(default_factory=list)
    tasks: list[Entered] = field(default_factory=list)
    corrected: Counter[str] = field(default_factory=Counter)
    withdrawn: Counter[str] = field(default_factory=Counter)
    chains: int = 0
    joined: int = 0
    wrong_patient: int = 0
    to_undo: int = 0
    units: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Times:
    """How long it took until all parties knew, of `of` events that somebody was to be told of; `told` of them are."""

    of: int
    told: int
    median: timedelta | None
    p90: timedelta | None


def p90(lengths: Sequence[timedelta]) -> timedelta | None:
    """The shortest that at least nine in ten do not exceed; None of none."""
    return sorted(lengths)[ceil(len(lengths) * 0.9) - 1] if lengths else None


def middle(lengths: Sequence[timedelta]) -> timedelta | None:
    """The median: between the two in the middle, where there are two. None of none."""
    found, half = sorted(lengths), len(lengths) // 2
    return (found[half] + found[~half]) / 2 if found else None


def times(events: Iterable[Sent]) -> Times:
    asked = [event for event in events if event.ours and event.told]
    lengths = [length for event in asked if (length := event.until_told) is not None]
    return Times(len(asked), len(lengths), middle(lengths), p90(lengths))


def grouped(rows: Iterable[Sent], key: Callable[[Sent], Key]) -> dict[Key, list[Sent]]:
    found: dict[Key, list[Sent]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)


def by_kind(logged: Logged) -> dict[str, Counter[str]]:
    """How many of each kind of event each party was the sender of."""
    return {kind: Counter(e.sender for e in own) for kind, own in grouped(logged.sent, _kind).items()}


def times_by_kind(logged: Logged) -> dict[str, Times]:
    """Of the kinds that the own principal was to tell somebody of."""
    return {kind: found for kind, own in grouped(logged.sent, _kind).items() if (found := times(own)).of}


def _kind(event: Sent) -> str:
    return event.kind


def by_party(logged: Logged) -> dict[str, Counter[str]]:
    """How many calls there were with each party: given, received and tries, and those that were relayed."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for call in logged.rung:
        found[call.party][call.column] += 1
        found[call.party]["relayed"] += call.outcome == CallOutcome.RELAYED
    return dict(found)


def by_hour(logged: Logged, began: datetime, ended: datetime) -> list[tuple[datetime, Counter[str]]]:
    """Every hour of the outage and of the calls made after it, in UTC, those without calls in between too.

    What was rung before the outage began counts in its first hour.
    """
    first, last = _hour(began), _hour(ended)
    found: Counter[tuple[datetime, str]] = Counter()
    for call in logged.rung:
        at = max(_hour(call.at), first)
        last = max(last, at)
        found[at, call.column] += 1
    hours = []
    while first <= last:
        hours.append((first, Counter({c: found[first, c] for c in ("given", "received", "tries")})))
        first += _AN_HOUR
    return hours


def _hour(at: datetime) -> datetime:
    return as_utc(at).astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def read_backs(logged: Logged) -> Counter[str]:
    """Of the calls given, relayed ones too: how many were repeated, "" for those not said of."""
    return Counter(call.read_back for call in logged.rung if call.column == "given")


@dataclass(frozen=True, slots=True)
class Registered:
    """Of the tasks of one decision: how many there are and are done, and when the last and nine in ten of them were."""

    total: int
    done: int
    last_at: datetime | None
    median: timedelta | None
    p90: timedelta | None


def registered(logged: Logged, decision: Decision, ended: datetime) -> Registered:
    """How long it took is counted from the own end; what was done before it took no time."""
    own = [task for task in logged.tasks if task.decision is decision]
    at = [as_utc(task.done_at) for task in own if task.done_at]
    lengths = [max(moment - as_utc(ended), timedelta()) for moment in at]
    return Registered(
        total=len(own),
        done=len(at),
        last_at=max(at, default=None),
        median=middle(lengths),
        p90=p90(lengths),
    )


def registered_by_hour(logged: Logged, ended: datetime, most: int = 48) -> list[int]:
    """How many tasks to enter or decide were done within 1, 2, 3 … hours of the own end, until none is added.

    What was done later than `most` hours after it is not in the row.
    """
    wanted = (Decision.REGISTER, Decision.DECIDE)
    at = [t.done_at for t in logged.tasks if t.done_at and t.decision in wanted]
    hours = [max(ceil((as_utc(moment) - as_utc(ended)) / _AN_HOUR), 1) for moment in at]
    last = min(max(hours, default=0), most)
    return [sum(hour <= upto for hour in hours) for upto in range(1, last + 1)]


@dataclass(frozen=True, slots=True)
class ByHand:
    """How one case was decided by hand: how often it came up, is decided, and was then entered."""

    total: int = 0
    decided: int = 0
    entered: int = 0


def by_hand(logged: Logged) -> dict[str, ByHand]:
    """By the routine's outcome, as they are found; a task of two cases counts for both."""
    found: dict[str, ByHand] = {}
    for task in logged.tasks:
        if task.decision is not Decision.DECIDE:
            continue
        for key in task.outcomes:
            had = found.get(key, ByHand())
            decided = task.done_at is not None
            found[key] = ByHand(
                had.total + 1, had.decided + decided, had.entered + (decided and task.entered)
            )
    return found


@dataclass(frozen=True, slots=True)
class Deviations:
    """What did not go as the routine has it."""

    discharges: int
    untold: int
    left_open: int
    not_all_told: int
    not_repeated: int
    unlike: int
    late: int
    late_on_paper: int
    wrong_patient: int


def deviations(logged: Logged) -> Deviations:
    sent = [event for event in logged.sent if event.ours]
    discharges = [event.discharge for event in sent if event.discharge is not None]
    others = [event for event in sent if event.discharge is None]
    said = read_backs(logged)
    rows: list[Sent | Rung] = [*logged.sent, *logged.rung]
    late = [row for row in rows if as_utc(row.logged_at) - as_utc(row.at) > LATE]
    return Deviations(
        discharges=len(discharges),
        untold=sum(state is not DischargeState.COMPLETE for state in discharges),
        left_open=sum(state is DischargeState.LEFT_OPEN for state in discharges),
        not_all_told=sum(None in event.told for event in others),
        not_repeated=said[ReadBack.NOT_POSSIBLE] + said[""],
        unlike=sum(call.differs for call in logged.rung),
        late=len(late),
        late_on_paper=sum(row.on_paper for row in late),
        wrong_patient=logged.wrong_patient,
    )


def confirmed(logged: Logged) -> tuple[int, int]:
    """Of the calls given that had a code to read aloud: those that both have logged, and all."""
    given = [call for call in logged.rung if call.coded and call.column == "given"]
    return sum(call.confirmed for call in given), len(given)


def main_figures(logged: Logged, began: datetime, ended: datetime) -> Mapping[str, int | None]:
    """What one outage is set beside another by, in whole minutes and counts."""
    all_told, said = times(logged.sent), deviations(logged)
    done = registered(logged, Decision.REGISTER, ended)
    return {
        "minutes": minutes(as_utc(ended) - as_utc(began)),
        "chains": logged.chains,
        "events": len(logged.sent),
        "calls": len(logged.rung),
        "tries": sum(call.outcome in FAILED for call in logged.rung),
        "median": minutes(all_told.median),
        "p90": minutes(all_told.p90),
        "discharges": said.discharges,
        "untold": said.untold,
        "registered": minutes(done.p90) if done.total and done.done == done.total else None,
    }


def minutes(length: timedelta | None) -> int | None:
    """Whole ones that have passed."""
    return None if length is None else int(length / timedelta(minutes=1))
