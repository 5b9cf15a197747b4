"""Closing an outage: what must be done first, or be left open by somebody's name and a reason. No patient is named."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from contacts.rules.labelled import Labelled

from .clock import as_utc


class Holds(Labelled):
    """What may hold up the closing."""

    ANSWER = "answer", "Svar som väntas"
    DISCHARGE = "discharge", "Samtal om utskrivning"
    CALL = "call", "Samtal att ringa"
    RING_BACK = "ring_back", "Samtal att ringa tillbaka"
    TASK = "task", "Att registrera, avgöra eller ångra"
    ACKNOWLEDGE = "acknowledge", "Att kvittera"
    SHEET = "sheet", "Blad utan öde eller inte införda"
    PAGE = "page", "Skannade sidor som väntar"
    UNSAVED = "unsaved", "Skrivet men inte sparat"


@dataclass(frozen=True, slots=True)
class OpenThing:
    """One thing that is not done. `key` begins with its kind and names it and what it was like: changed, it is another.
    `answered_for`: somebody has left it open by name and reason in the log already.
    """

    unit_id: int
    key: str
    answered_for: bool = False

    @property
    def what(self) -> Holds:
        return Holds(self.word)

    @property
    def word(self) -> str:
        return self.key.partition(":")[0]


# What comes after the closing opens nothing before it is in the log: it may be of what comes next, or of a drill.
PAPER = (Holds.SHEET, Holds.PAGE)


# What a call does.
CALLS = (Holds.ANSWER, Holds.DISCHARGE, Holds.CALL, Holds.RING_BACK)


def kind_of_call(*, urgent: bool, retracts: bool) -> Holds:
    """Urgent, and nothing taken back: somebody is to hear of a discharge."""
    return Holds.DISCHARGE if urgent and not retracts else Holds.CALL


def key_of_row(what: Holds, chain: UUID, rung: UUID | None, *place: object, message: str) -> str:
    """Of a call, or one to ring back, by the columns of its kept row: `place` names its unit and whom."""
    if what is Holds.RING_BACK:
        return f"{what}:{chain}:{rung}"
    return ":".join(map(str, (what, chain, *place, message)))


def key_of_answer(chain: UUID, unit: int, kind: str, sender: str, since: datetime) -> str:
    """Of an answer that a unit waits for: another one, or the same waited for anew, nobody has taken on."""
    return ":".join(map(str, (Holds.ANSWER, chain, unit, kind, sender, as_utc(since).isoformat())))


def key_of_sheet(serial: str) -> str:
    return f"{Holds.SHEET}:{serial}"


def key_of_page(page: UUID) -> str:
    return f"{Holds.PAGE}:{page}"


def key_of_unsaved(held: UUID) -> str:
    return f"{Holds.UNSAVED}:{held}"


@dataclass(frozen=True, slots=True)
class Held:
    """How many things of a kind hold the closing up, and how many more are left open."""

    count: int = 0
    left: int = 0


def holding(things: Iterable[OpenThing], left: Collection[str]) -> list[OpenThing]:
    """Those that are neither done nor left open; `left` has the keys of what was."""
    return [thing for thing in things if not is_left(thing, left)]


def is_left(thing: OpenThing, left: Collection[str]) -> bool:
    return thing.answered_for or thing.key in left


def by_unit(things: Iterable[OpenThing], left: Collection[str]) -> Mapping[int, Mapping[Holds, Held]]:
    """Each unit that has anything, and of it each kind that there is."""
    # Of thousands: a kind is found by its word, and named once.
    counts = Counter((one.unit_id, one.word, is_left(one, left)) for one in things)
    found: dict[int, dict[Holds, Held]] = {unit: {} for unit, _, _ in counts}
    for unit, kinds in found.items():
        for what in Holds:
            held = Held(counts[unit, what, False], counts[unit, what, True])
            if held != Held():
                kinds[what] = held
    return found


def seen_of(things: Iterable[OpenThing]) -> str:
    """Another one where the things are others; empty for none."""
    keys = sorted(thing.key for thing in things)
    return sha256("\n".join(keys).encode()).hexdigest()[:16] if keys else ""


def in_words(things: Collection[OpenThing]) -> str:
    """How many of each kind, in the order of the page: «samtal att ringa: 3, att kvittera: 1»."""
    return ", ".join(kinds_in_words(things))


def kinds_in_words(things: Collection[OpenThing]) -> list[str]:
    counts = Counter(thing.what for thing in things)
    return [f"{what.label.lower()}: {counts[what]}" for what in Holds if counts[what]]


class Entered(Labelled):
    """What opens it again, besides a sheet. The value is what its rows are counted under (`OutageClosing.counted`)."""

    EVENTS = "events", "En händelse loggades"
    CALLS = "calls", "Ett samtal loggades"
    VERSIONS = "versions", "Uppgifterna i en vårdkedja angavs eller ändrades"
    JOINS = "joins", "Två vårdkedjor sammanfördes, eller det togs tillbaka"
    UNDONE = "undone", "En uppgift markerades som inte klar ändå"
    NOT_ACKNOWLEDGED = "not_acknowledged", "Meddelanden markerades som inte kvitterade ändå"
    SAID = "said", "Ett besked om driftstoppets start, slut eller omfattning kom"
    ENDS = "ends", "Ett avslut av driftstoppet skrevs eller togs tillbaka"


def entered_since(then: Mapping[str, int], now: Mapping[Entered, int]) -> dict[Entered, int]:
    """How many rows more of each kind are counted `now` than when the outage was closed: rows are only ever added."""
    more = {kind: count - then.get(kind, 0) for kind, count in now.items()}
    return {kind: count for kind, count in more.items() if count > 0}
