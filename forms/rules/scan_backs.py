"""Which pages of a scan are the two sides of one paper."""

from collections.abc import Sequence
from dataclasses import dataclass

from .serial import PageCode


@dataclass(frozen=True, slots=True)
class Side:
    """One page of a scan: what is printed on it, and what shines through from the other side of its paper.

    `foreign`: there is a code that is not ours; `torn`: one that could not be read, and may be ours.
    """

    printed: tuple[PageCode, ...] = ()
    through: tuple[PageCode, ...] = ()
    foreign: bool = False
    torn: bool = False
    blank: bool = False

    @property
    def bare(self) -> bool:
        """Whether nothing of the page itself says what it is."""
        return not (self.printed or self.through or self.foreign or self.torn)


def fronts_of(sides: Sequence[Side]) -> dict[int, int]:
    """The front of each back in a scan, both by index from 0; a back with no certain front is left out.

    A code that shines through names its front. A page that says nothing itself is the back of the page it is paired
    with, where the whole scan is of papers in pairs; otherwise an empty one is that of the page before it, or after.
    """
    found: dict[int, int] = {}
    pairs = _in_pairs(sides)
    for place, side in enumerate(sides):
        front = None
        if len(side.through) == 1 and not side.printed:
            front = _named(sides, place)
        elif side.bare and pairs:
            front = place ^ 1
        elif side.bare and side.blank:
            front = next(
                (near for near in (place - 1, place + 1) if 0 <= near < len(sides) and sides[near].printed),
                None,
            )
        if front is not None and sides[front].printed:
            found[place] = front
    return found


def _named(sides: Sequence[Side], place: int) -> int | None:
    """The page on which the code is printed that shines through here, the nearest one."""
    printed = [other for other, side in enumerate(sides) if side.printed == sides[place].through]
    return min(printed, key=lambda other: (other != place ^ 1, abs(other - place), other), default=None)


def _in_pairs(sides: Sequence[Side]) -> bool:
    """Whether each two pages can be the sides of one paper, as a duplex scanner delivers them."""
    if len(sides) % 2:
        return False
    return all(_one_paper(*sides[place : place + 2]) for place in range(0, len(sides), 2))


def _one_paper(one: Side, two: Side) -> bool:
    if not one.printed and not two.printed:
        return True
    if not one.printed or not two.printed:
        back, front = (one, two) if two.printed else (two, one)
        return not back.through or back.through == front.printed
    if len(one.printed) > 1 or len(two.printed) > 1:
        return False
    (first,), (second,) = one.printed, two.printed
    odd, even = sorted((first.page, second.page))
    return first.serial == second.serial and odd % 2 == 1 and even == odd + 1
