"""The nearest spellings of a word that matches nothing."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

_CANDIDATES = 12
# A short word has as many neighbours as there are words: only one letter of it may be wrong, and not the first.
_SHORT = 5
# Phonetic equivalents: Carlsson and Karlsson, Dorothea and Dorotea, Lyckselle and Lycksele.
_SOUNDS = {"ck": "k", "ch": "k", "ph": "f", "th": "t", "qu": "kv", "q": "k", "x": "ks", "w": "v"}
_LETTERS = str.maketrans({"c": "k", "z": "s"})
_TWICE = re.compile(r"(.)\1+")


def sound_of(word: str) -> str:
    """A word with one spelling for each sound, no letter twice in a row."""
    for spelling, sound in _SOUNDS.items():
        word = word.replace(spelling, sound)
    return _TWICE.sub(r"\1", word.translate(_LETTERS))


def nearest(
    ways: Iterable[str], sounds: Mapping[str, str], *, prefer: Callable[[str], Any], most: int | None = None
) -> Iterator[str]:
    """Of the words in `sounds` those within reach of one of `ways`, nearest first; then those that begin so.

    One slip is a letter too many, too few, wrong, or two that have changed places. `most` is how many are allowed at
    the most; beginnings, for who has not typed it all, are then left out.
    """
    ways = tuple(ways)
    slips: dict[str, int] = {}
    for way in ways:
        sound = sound_of(way)
        near = extract(
            sound, sounds, scorer=OSA.distance, score_cutoff=_allowed(way, most), limit=_CANDIDATES
        )
        for other, count, word in near:
            begins_rightly = other[0] == sound[0]
            # What is meant has no more room for slips than what is typed: "stroke" is no "soc".
            if count > _allowed(min(way, word, key=len), most):
                continue
            if len(way) < _SHORT and not (begins_rightly and OSA.distance(way, word) < 2):
                continue
            if count < _allowed(way) or begins_rightly:
                slips[word] = min(slips.get(word, count), count)
    typed = ways[0]
    yield from sorted(slips, key=lambda word: (slips[word], OSA.distance(typed, word), prefer(word), word))
    if most is None and len(typed) > 3:
        yield from _beginnings(sound_of(typed), sounds, prefer)


def _beginnings(sound: str, sounds: Mapping[str, str], prefer: Callable[[str], Any]) -> Iterator[str]:
    lengths = (len(sound) - 1, len(sound), len(sound) + 1)
    starts = {other[:length] for other in sounds.values() for length in lengths if other[0] == sound[0]}
    near = extract(
        sound, starts, scorer=OSA.distance, score_cutoff=1 if len(sound) < 8 else 2, limit=_CANDIDATES
    )
    for start, *_ in near:
        yield from sorted((word for word, other in sounds.items() if other.startswith(start)), key=prefer)[:2]


def _allowed(word: str, most: int | None = None) -> int:
    """How many slips a word has room for; the last of them only where it begins rightly."""
    allowed = 1 if len(word) < _SHORT else 2 if len(word) < 12 else 3
    return allowed if most is None else min(allowed, most)
