"""Closing an outage: what must be done first, or be left open by somebody's name and a reason. No patient is named."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from contacts.rules.labelled import Labelled


class Holds(Labelled):
    """What may hold up the closing."""

    ANSWER = "answer", "Svar som väntas"
    CALL = "call", "Samtal att ringa"
    TASK = "task", "Att registrera, avgöra eller ångra"
    ACKNOWLEDGE = "acknowledge", "Att kvittera"
    SHEET = "sheet", "Blad utan slut eller inte införda"


@dataclass(frozen=True, slots=True)
class OpenThing:
    """One thing that is not done. `key` names it and what it was like: changed, it is another. `answered_for`: somebody
    has left it open by name and reason in the log already.
    """

    unit_id: int
    what: Holds
    key: str
    answered_for: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """How many things of a kind hold the closing up, and how many more are left open. `seen` names the former."""

    count: int = 0
    left: int = 0
    seen: str = ""


def holding(things: Iterable[OpenThing], left: Collection[str]) -> list[OpenThing]:
    """Those that are neither done nor left open; `left` has the keys of what was."""
    return [thing for thing in things if not thing.answered_for and thing.key not in left]


def by_unit(things: Iterable[OpenThing], left: Collection[str]) -> Mapping[int, Mapping[Holds, Held]]:
    """Each unit that has anything, and of it each kind that there is."""
    sorted_out: dict[int, dict[Holds, tuple[list[OpenThing], list[OpenThing]]]] = {}
    for thing in things:
        holds, is_left = sorted_out.setdefault(thing.unit_id, {}).setdefault(thing.what, ([], []))
        (holds if holding([thing], left) else is_left).append(thing)
    return {
        unit: {
            what: Held(len(holds), len(is_left), seen_of(holds))
            for what in Holds
            if what in kinds
            for holds, is_left in [kinds[what]]
        }
        for unit, kinds in sorted_out.items()
    }


def seen_of(things: Iterable[OpenThing]) -> str:
    """Another one where the things are others; empty for none."""
    keys = sorted(thing.key for thing in things)
    return sha256("\n".join(keys).encode()).hexdigest()[:16] if keys else ""


def in_words(things: Collection[OpenThing]) -> str:
    """How many of each kind, in the order of the page: «samtal att ringa: 3, att kvittera: 1»."""
    counts = {what: sum(thing.what is what for thing in things) for what in Holds}
    return ", ".join(f"{what.label.lower()}: {count}" for what, count in counts.items() if count)


def entered_since(then: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    """The kinds of which more rows are counted `now` than when the outage was closed: rows are only ever added."""
    return [kind for kind, count in now.items() if count > then.get(kind, 0)]
