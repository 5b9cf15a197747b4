"""What a search text asks for, in the directory's own language: each thing in all the ways that it may stand there."""

from collections.abc import Sequence
from dataclasses import dataclass

from .directory_search import Needle
from .search_language import SearchLanguage, Words

# The distance from what was typed: as it is, inflected, a synonym.
TYPED, BENT, SAME = 0, 1, 2
# A short word is a prefix of unrelated words.
SHORTEST_BEGINNING = {TYPED: 1, BENT: 4, SAME: 4}


@dataclass(frozen=True, slots=True)
class Term:
    """One thing sought: any of `ways`, each of which is all its words, or `digits` in a number."""

    typed: str
    ways: tuple[tuple[Words, int], ...]
    digits: str = ""

    @property
    def is_word(self) -> bool:
        """Whether a single word of letters was typed."""
        return self.typed.isalpha()

    def own_words(self) -> tuple[str, ...]:
        """The word that was typed and its bent forms; none where it was several."""
        return tuple(way[0] for way, how in self.ways if how != SAME and len(way) == 1)

    def is_in(self, key: str) -> bool:
        """Whether `key`, as `search_key` gives it, has a word that would do, or begins a word with it."""
        single = ((way[0], how) for way, how in self.ways if len(way) == 1)
        return any(
            f" {word}{'' if len(word) >= SHORTEST_BEGINNING[how] else ' '}" in f" {key} "
            for word, how in single
        )


def terms_of(needles: Sequence[Needle], language: SearchLanguage) -> tuple[Term, ...]:
    """The things that `needles` ask for, in their order. Words that say nothing count where nothing else is said."""
    has_number = any(len(needle.digits) > 2 for needle in needles)
    idle = language.unsaid | (language.before_numbers if has_number else frozenset())
    left = [needle for needle in needles if needle.digits or needle.words[0] not in idle] or list(needles)
    found: list[Term] = []
    while left:
        size, phrase = next(
            ((n, words) for n in range(language.longest, 1, -1) if (words := _phrase(left[:n], n, language))),
            (1, left[0].words),
        )
        typed = " ".join(word for needle in left[:size] for word in needle.words)
        if left[0].digits:
            found.append(Term(typed, ((phrase, TYPED),), left[0].digits))
        else:
            found.append(term_of(phrase, language, typed))
        del left[:size]
    return tuple(found)


def term_of(words: Words, language: SearchLanguage, typed: str = "") -> Term:
    """Search term for one word, or for several that stand for one thing."""
    ways: dict[Words, int] = {words: TYPED}
    if len(words) == 1:
        ways |= {(stem,): BENT for stem in language.stems(words[0])}
    for way in list(ways):
        for other in language.means_the_same(way):
            ways.setdefault(other, SAME)
    return Term(typed or " ".join(words), tuple(ways.items()))


def number_term(digits: str) -> Term:
    return Term(digits, (((digits,), TYPED),), digits)


def _phrase(needles: Sequence[Needle], size: int, language: SearchLanguage) -> Words | None:
    """Words that together stand for one thing, the last one bent or not; None where they do not."""
    if len(needles) < size or any(needle.digits for needle in needles):
        return None
    *first, last = (needle.words[0] for needle in needles)
    ways = ((*first, ending) for ending in (last, *language.stems(last)))
    return next((way for way in ways if language.means_the_same(way)), None)
