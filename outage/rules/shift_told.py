"""What a hand-over kept of what was open, as lines, and what of it is still open."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    `chain` is "" where it is of none.
    """

    kind: LeftKind
    said: tuple[Mapping[str, Any], ...]

    @property
    def chain(self) -> str:
        return str(self.said[0].get("chain", ""))


class LeftNow(Labelled):
    """What became of something that was open: the first of them is said of a line that has several."""

    LEFT = "left", "Kvar"
    OTHERS = "others", "Hos annan enhet"
    CHANGED = "changed", "Ändrat sedan dess"
    DONE = "done", "Inte kvar"


def became(*, ours: bool, others: bool, done: bool) -> LeftNow:
    """Whether it still is the own unit's to do, or that of `others`; if it is nobody's, whether it was `done`: what was
    only changed or taken back was not.
    """
    if ours:
        return LeftNow.LEFT
    if others:
        return LeftNow.OTHERS
    return LeftNow.DONE if done else LeftNow.CHANGED


def of_all(each: Iterable[LeftNow]) -> LeftNow:
    return min(each, key=list(LeftNow).index)


def told_lines(kept: Kept) -> list[ToldLine]:
    """By kind, in the order in which they were kept; a call with several messages is one line."""
    return [line for kind in LeftKind for line in _lines(kind, kept.get(kind, ()))]


def _lines(kind: LeftKind, all_said: Sequence[Mapping[str, Any]]) -> Iterator[ToldLine]:
    together: dict[object, list[Mapping[str, Any]]] = {}
    for place, said in enumerate(all_said):
        same = (said["chain"], said["whom"]) if kind is LeftKind.CALLS else place
        together.setdefault(same, []).append(said)
    for each in together.values():
        yield ToldLine(kind, tuple(each))
