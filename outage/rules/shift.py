"""Överlämning between shifts: what one tells the next, who may take it over, and what is left of it since."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from contacts.rules.errors import RuleError
from contacts.rules.labelled import Labelled
from outage.rules.clock import as_utc
from outage.rules.handover import CLOCK_SKEW

TEXT_LETTERS = 2000


class ShiftState(Labelled):
    WAITING = "waiting", "Väntar på att någon tar över"
    TAKEN_OVER = "taken_over", "Övertagen"
    FOLLOWED = "followed", "Följde med en senare, som är övertagen"
    NOT_CONFIRMED = "not_confirmed", "Inte bekräftad"


@dataclass(frozen=True, slots=True)
class Handed:
    """A unit's hand-over: when it was made (aware), and when it was taken over, if it was."""

    at: datetime
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A hand-over, where what one shift logged ends and what the next one logs begins. `rows` are the ids of what had
    been logged then with a time near it: the clocks of two servers are never quite the same. None: not kept, so that
    times decide alone.
    """

    at: datetime
    rows: frozenset[UUID] | None = None

    @property
    def earliest(self) -> datetime:
        """All that was logged at that time or before was logged before it."""
        return self.at if self.rows is None else self.at - CLOCK_SKEW

    @property
    def latest(self) -> datetime:
        """Nothing that was logged after that time was logged before it."""
        return self.at if self.rows is None else self.at + CLOCK_SKEW

    def has(self, row: UUID, at: datetime) -> bool:
        """Whether a row that was logged `at`, by some server's clock, was there when it was made."""
        logged, near = as_utc(at), self.rows or ()
        return logged <= as_utc(self.earliest) or (logged <= as_utc(self.latest) and row in near)


@dataclass(frozen=True, slots=True)
class Taken:
    """By whom a hand-over was taken over: the id, the name, and the time in words."""

    by: int
    name: str
    when: str


def states_of(handed: Sequence[Handed]) -> list[ShiftState]:
    """Of a unit's hand-overs, the newest first: only that one can still be taken over. Whoever takes one over hears of
    those before it too (`count_told`).
    """
    newest_taken = next((place for place, one in enumerate(handed) if one.taken_at), len(handed))
    return [
        ShiftState.TAKEN_OVER
        if one.taken_at
        else ShiftState.FOLLOWED
        if place > newest_taken
        else ShiftState.NOT_CONFIRMED
        if place
        else ShiftState.WAITING
        for place, one in enumerate(handed)
    ]


def count_told(handed: Sequence[Handed]) -> int:
    """How many of a unit's hand-overs, the newest first, whoever comes is to hear of: the newest, and those before it
    that nobody had taken over when it was made.
    """
    return next((place for place, one in enumerate(handed) if place and one.taken_at), len(handed))


def told_since(handed: Iterable[Handed], until: datetime) -> datetime | None:
    """From when on the one who takes over at `until` has not been told what was done: the newest hand-over that
    somebody had taken over by then. None: since the outage began.
    """
    heard = (one.at for one in handed if one.taken_at and as_utc(one.taken_at) <= as_utc(until))
    return max(heard, key=as_utc, default=None)


def check_adds(*, text: str, waits_since: str, same: bool) -> None:
    """Raises RuleError where a hand-over says no more than one's own of `waits_since`, which waits to the same person;
    "" where there is none. `same`: what is open is what was open then.
    """
    if waits_since and same and not text:
        raise RuleError(
            f"Du lämnade över {waits_since}, och inget är ändrat sedan dess. Skriv det du vill lägga till.",
            field="text",
        )


def check_take_over(*, by: int, handed_by: int, taken: Taken | None, newer: str = "") -> None:
    """Raises RuleError where `by` may not take over what `handed_by` handed over. `newer` says who has made a newer
    hand-over, and when. Who has taken it over already may say so again.
    """
    if taken is not None and taken.by != by:
        raise RuleError(f"{taken.name} tog över {taken.when}.")
    if by == handed_by:
        raise RuleError("Den som lämnade över tar inte över själv. Logga in som den som tar över.")
    if taken is None and newer:
        raise RuleError(f"En ny överlämning är gjord {newer}. Ta över den i stället.")


@dataclass(frozen=True, slots=True)
class RungCall:
    """A standing call of a unit, in the order in which calls were made: with whom in which chain, and at which place,
    "" where that was not known. `asks`: somebody is to be rung back. `reached`: it got through.
    """

    id: UUID
    chain: UUID
    whom: str
    place: str
    asks: bool
    reached: bool

    def answers(self, earlier: "RungCall") -> bool:
        """Whether it got through to the one whom `earlier` was with: a place is the same whoever it was rung as."""
        known = self.place and earlier.place
        same = self.place == earlier.place if known else self.whom == earlier.whom
        return self.reached and self.chain == earlier.chain and same


def to_ring_back(calls: Iterable[RungCall]) -> list[UUID]:
    """The calls that asked to be rung back, and after which none got through to the same one. In their order."""
    left: list[RungCall] = []
    for call in calls:
        left = [earlier for earlier in left if not call.answers(earlier)]
        if call.asks:
            left.append(call)
    return [call.id for call in left]


def registering_words(done: Sequence[int] | None, *, acknowledge: bool, then: str = "") -> str:
    """How much of its efterregistrering a unit has done, of how much; `done` is None where that was too much to count.
    `acknowledge`: its messages are not acknowledged (R4.6). `then` is "var" of what was told before. "" says nothing.
    """
    how = f"{{}} av {{}} {then} klara".replace("  ", " ")
    tasks = "" if done is None else how.format(*done) if done[1] else "inget"
    left = f"meddelandena {then or 'är'} inte kvitterade" if acknowledge else ""
    return ", ".join(filter(None, (tasks, left)))


class DoneRow(NamedTuple):
    """A row of the log, in time order. `replaced_by` is the row that corrects it or takes it back. `tried`, of a call
    that did not get through: whom it tried to reach, and in which chain.
    """

    id: str
    replaced_by: str | None = None
    tried: str | None = None


class Done(NamedTuple):
    """A line of what was done: the row, for how many tries it stands, and whether it was replaced since."""

    id: str
    tries: int = 0
    replaced: bool = False


def condensed(rows: Iterable[DoneRow]) -> list[Done]:
    """A line for each row, but one for all tries to reach somebody, at the place of the last, and none for a row that
    another one in the list replaces.
    """
    rows = list(rows)
    newer = {row.replaced_by for row in rows if row.replaced_by}
    here = {row.id for row in rows if row.id in newer} if newer else ()
    tries = Counter(row.tried for row in rows if row.tried and not row.replaced_by)
    told: set[str] = set()
    found = []
    for row in reversed(rows):
        if row.replaced_by:
            if row.replaced_by not in here:
                found.append(Done(row.id, replaced=True))
        elif not row.tried:
            found.append(Done(row.id))
        elif row.tried not in told:
            told.add(row.tried)
            found.append(Done(row.id, tries[row.tried]))
    return found[::-1]
