"""What a hand-over kept of what was open, as lines, and what of it is still open."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contacts.rules.labelled import Labelled

Kept = Mapping[str, Any]
"""What stands in the row (`outage.queries.shift.left_open`): lists of dicts by `LeftKind`, and `tasks`, by outage."""


class LeftKind(Labelled):
    CALLS = "calls", "Att ringa"
    RING_BACK = "ring_back", "Ring tillbaka"
    AWAITED = "awaited", "Väntar på svar"
    PLACES = "places", "Ta reda på"
    PAPERS = "papers", "Blad ute"


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One line: a call to make with all that is to be told in it, an answer, a place, a sheet. `said` is what was kept,
    `keys` tell it from others, `chain` is "" where it is of none.
    """

    kind: LeftKind
    said: tuple[Mapping[str, Any], ...]
    keys: frozenset[str]

    @property
    def chain(self) -> str:
        return str(self.said[0].get("chain", ""))

    def is_left(self, now: Collection[str]) -> bool:
        """Whether any of it is still among the keys of what is open `now`."""
        return any(key in now for key in self.keys)


# What tells one from another; the rest of what is kept may have become another meanwhile.
_TELLS: Mapping[LeftKind, Sequence[str]] = {
    LeftKind.CALLS: ("chain", "whom", "message"),
    LeftKind.RING_BACK: ("call",),
    LeftKind.AWAITED: ("chain", "kind", "party"),
    LeftKind.PLACES: ("chain",),
    LeftKind.PAPERS: ("serial",),
}


def keys_of(kept: Kept) -> frozenset[str]:
    return frozenset(_key(kind, said) for kind in LeftKind for said in kept.get(kind, ()))


def told_lines(kept: Kept) -> list[ToldLine]:
    """By kind, in the order in which they were kept; a call with several messages is one line."""
    return [line for kind in LeftKind for line in _lines(kind, kept.get(kind, ()))]


def _lines(kind: LeftKind, all_said: Sequence[Mapping[str, Any]]) -> Iterator[ToldLine]:
    together: dict[object, list[Mapping[str, Any]]] = {}
    for place, said in enumerate(all_said):
        same = (said["chain"], said["whom"]) if kind is LeftKind.CALLS else place
        together.setdefault(same, []).append(said)
    for each in together.values():
        yield ToldLine(kind, tuple(each), frozenset(_key(kind, said) for said in each))


def _key(kind: LeftKind, said: Mapping[str, Any]) -> str:
    return "|".join([kind, *(str(said[name]) for name in _TELLS[kind])])
