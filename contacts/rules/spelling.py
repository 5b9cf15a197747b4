"""The nearest spellings of a word that nothing has."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

_CANDIDATES = 12


def nearest(
    ways: Iterable[str], words: Sequence[str], *, prefer: Callable[[str], Any], most: int | None = None
) -> Iterator[str]:
    """The words within reach of one of `ways`, nearest first; then beginnings of words, for who has not typed it all.

    One slip is a letter too many, too few, wrong, or two that have changed places. A short word is allowed one, and
    begins rightly. `most` is how many are allowed at the most; beginnings are then left out.
    """
    ways = tuple(ways)
    yield from _sorted(ways, words, prefer, most)
    if most is None:
        typed = ways[0]
        if len(typed) >= 4:
            beginnings = {
                word[: len(typed) + more] for word in words if len(word) > len(typed) for more in (-1, 0, 1)
            }
            yield from _sorted((typed,), sorted(beginnings), prefer, 1 if len(typed) < 8 else 2)


def _sorted(
    ways: Sequence[str], words: Sequence[str], prefer: Callable[[str], Any], most: int | None
) -> list[str]:
    found: dict[str, tuple[int, bool]] = {}
    for way in ways:
        allowed = min(_allowed(way), most or len(way))
        for word, slips, _ in extract(
            way, words, scorer=OSA.distance, score_cutoff=allowed, limit=_CANDIDATES
        ):
            begins_wrong = word[0] != way[0]
            if begins_wrong and len(way) < 5:
                continue
            found[word] = min(found.get(word, (slips, begins_wrong)), (slips, begins_wrong))
    return sorted(found, key=lambda word: (*found[word], prefer(word), word))


def _allowed(word: str) -> int:
    return 1 if len(word) < 5 else 2 if len(word) < 9 else 3
