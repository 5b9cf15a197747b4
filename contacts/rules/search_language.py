"""The directory's own language: synonyms, inflected forms, stop words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .swedish_text import search_key, without_hyphens

# What is left when an ending is taken off is still a word.
SHORTEST_STEM = 4
Words = tuple[str, ...]


@dataclass(frozen=True)
class SearchLanguage:
    """All words as `search_key` gives them; `spelt` has them as they are written. An entry of `same` may be several.

    `lies_in` names, by a word that a place is called, the municipalities that it lies in.
    """

    same: tuple[tuple[Words, ...], ...] = ()
    endings: tuple[str, ...] = ()
    unsaid: frozenset[str] = frozenset()
    before_numbers: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    spelt: Mapping[str, str] = field(default_factory=dict)
    lies_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def stems(self, word: str) -> tuple[str, ...]:
        """The word without each ending that it may have, the longest taken off last; without the word itself."""
        room = len(word) - SHORTEST_STEM
        if room <= 0 or not word.isalpha():
            return ()
        found = {word[: -len(e)] for e in self.endings if len(e) <= room and word.endswith(e)}
        return tuple(sorted(found, key=len, reverse=True))

    def municipalities_of(self, word: str) -> tuple[str, ...]:
        """Where what is called `word`, bent or not, lies; nothing for most words."""
        ways = (word, word.removesuffix("s"), *self.stems(word))
        return next((self.lies_in[way] for way in ways if way in self.lies_in), ())

    def means_the_same(self, words: Words) -> tuple[Words, ...]:
        """What else `words` may be called, the words themselves left out."""
        found: dict[Words, None] = {}
        for group in self._groups.get(words, ()):
            found |= dict.fromkeys(self.same[group])
        found.pop(words, None)
        return tuple(found)

    @cached_property
    def longest(self) -> int:
        """How many words the longest entry of `same` has."""
        return max((len(words) for words in self._groups), default=1)

    @cached_property
    def _groups(self) -> dict[Words, list[int]]:
        found = defaultdict(list)
        for number, group in enumerate(self.same):
            for words in group:
                found[words].append(number)
        return dict(found)


def language_of(
    *,
    same: Iterable[Iterable[str]],
    endings: Iterable[str],
    unsaid: Iterable[str],
    before_numbers: Iterable[str],
    titles: Iterable[str] = (),
    lies_in: Iterable[tuple[str, Iterable[str]]] = (),
) -> SearchLanguage:
    """The language that texts as they are written make."""
    same = [tuple(group) for group in same]
    places: dict[str, tuple[str, ...]] = {}
    for municipality, has in lies_in:
        for place in map(search_key, has):
            places[place] = (*places.get(place, ()), search_key(municipality))
    return SearchLanguage(
        same=tuple(tuple(dict.fromkeys(words for text in group for words in _ways(text))) for group in same),
        endings=tuple(map(search_key, endings)),
        unsaid=frozenset(map(search_key, unsaid)),
        before_numbers=frozenset(map(search_key, before_numbers)),
        titles=frozenset(map(search_key, titles)),
        spelt={search_key(text): text for group in same for text in group},
        lies_in=places,
    )


def _ways(text: str) -> Iterable[Words]:
    """The words of one entry of `same`, "och" left out; with a hyphen inside a word, that as one word too."""
    yield tuple(word for word in search_key(text).split() if word != "och") or (search_key(text),)
    if joined := without_hyphens(text):
        yield tuple(search_key(joined).split())
