"""The directory as it is searched: its words, each with the entries that have it.

Entries are numbers here, in the order in which equal hits are shown. A better hit has a lower cost: names
before what stands beside them, whole words before beginnings and parts of words.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from operator import attrgetter, itemgetter

from .directory_search import SearchField
from .search_language import SearchLanguage
from .search_terms import BENT, SAME, SHORTEST_BEGINNING, TYPED, Term
from .spelling import sound_of
from .swedish_text import search_key, without_hyphens


class Text(Enum):
    """Where a word of the one box may stand."""

    NAME = "name"
    BESIDE = "beside"
    REMARK = "remark"


Column = Text | SearchField
Costs = dict[int, int]

# A tier, and finer steps inside it: how far the word is from what was typed.
_STEP = 16
WHOLE, BEGINS, PART = 0, 2 * _STEP, 4 * _STEP
EVERYWHERE: Mapping[Column, int] = {Text.NAME: 0, Text.BESIDE: _STEP, Text.REMARK: 3 * _STEP}
# Shorter ones occur inside unrelated words.
_SHORTEST_PART = {TYPED: 2, BENT: 5, SAME: 6}
_LONG_NUMBER = 4
# More than these in a name beside what was sought make no difference.
_MOST_EXTRA = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """What is searched of one entry. `numbers` are digits with blanks between.

    Among equals its place in the list decides: first the lower first part of `order`, a number up to nine; then how
    much else its name says, then the rest of `order`.
    """

    pk: int
    principal: int
    order: tuple[int, str, int]
    texts: Mapping[Column, tuple[str, ...]]
    numbers: str
    in_use: bool = True


class SearchIndex:
    """Made once of all entries, asked many times.

    `places` are the words that name a municipality; `units` names of units, known also where they have no entry.
    `spelt` gives a word as it is written, by its key, of all that may be proposed as a near spelling.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        language: SearchLanguage,
        places: Collection[str] = (),
        units: Iterable[str] = (),
    ) -> None:
        self.language = language
        entries = sorted(entries, key=attrgetter("order"))
        self._pks = [entry.pk for entry in entries]
        self._numbers = [entry.numbers for entry in entries]
        self._ranks = [entry.order[0] for entry in entries]
        self._name_lengths = [
            min((len(name.split()) for name in entry.texts.get(Text.NAME, ())), default=0)
            for entry in entries
        ]
        self._number_of = {pk: number for number, pk in enumerate(self._pks)}
        self.in_use = frozenset(number for number, entry in enumerate(entries) if entry.in_use)
        self._of_principal: dict[int, set[int]] = defaultdict(set)
        self._columns: dict[Column, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._times: Counter[str] = Counter()
        named = {key: spelt for text in (*places, *units) for key, spelt in _words_of(text)}
        spelt = dict(named)
        for number, entry in enumerate(entries):
            self._of_principal[entry.principal].add(number)
            for column, texts in entry.texts.items():
                has = self._columns[column]
                words = {pair[0]: pair[1] for text in texts for pair in _words_of(text)}
                for word in words:
                    has[word].append(number)
                if entry.in_use and column in (Text.NAME, Text.BESIDE):
                    spelt.update(words)
                    self._times.update(words.keys())
        for column in (Text.NAME, Text.BESIDE):
            for word, numbers in list(self._columns[column].items()):
                for municipality in language.municipalities_of(word):
                    self._columns[Text.BESIDE][municipality] += numbers
        self.spelt = {word: text for word, text in language.spelt.items() if " " not in word} | spelt
        # What may be meant by a slip, each as it sounds.
        self.sounds = {word: sound_of(word) for word in self.spelt if len(word) > 2 and word.isalpha()}
        self._places = frozenset(map(search_key, places))
        self._named = frozenset(named)
        self._words = frozenset(word for has in self._columns.values() for word in has)
        # All words concatenated: the fastest substring search.
        self._line = f" {' '.join(sorted(self._words))} "
        self._bent: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            for stem in language.stems(word):
                self._bent[stem].append(word)
        self._matches = lru_cache(maxsize=4096)(self._read_matches)

    def numbers_of(self, pks: Iterable[int]) -> frozenset[int]:
        return frozenset(self._number_of[pk] for pk in pks if pk in self._number_of)

    def pks_of(self, numbers: Iterable[int]) -> tuple[int, ...]:
        return tuple(self._pks[number] for number in sorted(numbers))

    def is_place(self, term: Term) -> bool:
        return any(word in self._places for word in term.own_words())

    def is_named(self, term: Term) -> bool:
        """Whether a municipality or a unit is called that, whether it has an entry or not."""
        return any(word in self._named for word in term.own_words())

    def is_known(self, term: Term) -> bool:
        own = term.own_words()
        in_language = any(how == SAME for _, how in term.ways)
        return in_language or any(
            len(own[0]) > 3 and (word in self._words or word in self._bent) for word in own
        )

    def standing(self, word: str) -> tuple[bool, int]:
        """What puts a near spelling before others as near: places first, then what stands often."""
        return word not in self._places, -self._times[word]

    def costs(self, term: Term, columns: Mapping[Column, int], among: Collection[int]) -> Costs:
        """The entries of `among` that have `term` in `columns`, each with what its best word costs."""
        parts: list[tuple[int, Collection[int]]] = []
        for way, how in term.ways:
            if len(way) == 1:
                parts += self._with_word(way[0], how, columns)
                continue
            every = [_cheapest(self._with_word(word, how, columns)) for word in way]
            parts += [
                (max(costs[n] for costs in every), (n,)) for n in set(every[0]).intersection(*every[1:])
            ]
        if term.digits and Text.NAME in columns and (is_long(term.digits) or not self._in_names(term)):
            parts += self._with_number(term.digits)
        costs = _cheapest(parts)
        return costs if len(among) == len(self._pks) else {n: cost for n, cost in costs.items() if n in among}

    def ranked(self, costs: Costs, words: int, own: int | None = None) -> tuple[int, ...]:
        """The ids of the hits, best first.

        That is: what they cost, those of the principal `own`, their order, how much a name says beside the `words`.
        """
        ours: Collection[int] = self._of_principal.get(own, ()) if own is not None else ()
        ranks, lengths, size = self._ranks, self._name_lengths, len(self._pks)
        extra = [min(max(length - words, 0), _MOST_EXTRA) for length in range(max(lengths, default=0) + 1)]
        # One integer each, with the parts above packed in order and the entry last: the fastest to sort.
        keys = []
        for n, cost in costs.items():
            key = (cost // _STEP * 2 + (n not in ours)) * 10 + ranks[n]
            key = (key * (_MOST_EXTRA + 1) + extra[lengths[n]]) * _STEP + cost % _STEP
            keys.append(key * size + n)
        keys.sort()
        return tuple([self._pks[key % size] for key in keys])

    def _with_word(
        self, form: str, how: int, columns: Mapping[Column, int]
    ) -> list[tuple[int, Collection[int]]]:
        of_field = not any(isinstance(column, Text) for column in columns)
        return [
            (cost + more, numbers)
            for word, cost in self._matches(form, how, of_field)
            for column, more in columns.items()
            if (numbers := self._columns[column].get(word))
        ]

    def _in_names(self, term: Term) -> bool:
        """Whether something is called by these digits: a digit or two are then no part of a telephone number."""
        names, beside = self._columns[Text.NAME], self._columns[Text.BESIDE]
        return any(all(word in names or word in beside for word in way) for way, _ in term.ways)

    def _with_number(self, digits: str) -> list[tuple[int, Collection[int]]]:
        found: tuple[list[int], list[int], list[int]] = [], [], []
        for number, numbers in enumerate(self._numbers):
            if digits in numbers:
                padded = f" {numbers} "
                found[0 if f" {digits} " in padded else 1 if f" {digits}" in padded else 2].append(number)
        return [(WHOLE + more * _STEP, numbers) for more, numbers in enumerate(found)]

    def _read_matches(self, form: str, how: int, of_field: bool) -> tuple[tuple[str, int], ...]:
        """The words that `form` stands in, each with what it costs. A number is no part of a longer one.

        In a field of its own a single letter may stand anywhere.
        """
        found: dict[str, int] = {}
        number = form.isdigit()
        in_parts = len(form) >= (1 if of_field else _SHORTEST_PART[how]) and not number
        if len(form) >= SHORTEST_BEGINNING[how]:
            line, sought = self._line, form if in_parts else f" {form}"
            at = line.find(sought)
            while at >= 0:
                start = line.rfind(" ", 0, at + 1) + 1
                end = line.find(" ", start)
                word = line[start:end]
                if not word.startswith(form):
                    found[word] = PART + how
                elif not number or not word[len(form) : len(form) + 1].isdigit():
                    found[word] = BEGINS + how
                at = line.find(sought, end)
        found |= dict.fromkeys(self._bent.get(form, ()), WHOLE + max(how, BENT))
        if form in self._words:
            found[form] = WHOLE + how
        return tuple(found.items())


def is_long(digits: str) -> bool:
    """Whether digits are a telephone number or much of one, and not what a ward is called by."""
    return len(digits) >= _LONG_NUMBER


def _cheapest(parts: Sequence[tuple[int, Collection[int]]]) -> Costs:
    costs: Costs = {}
    for cost, numbers in sorted(parts, key=itemgetter(0), reverse=True):
        costs.update(dict.fromkeys(numbers, cost))
    return costs


@lru_cache(maxsize=65_536)
def _words_of(text: str) -> tuple[tuple[str, str], ...]:
    """The words of a text, each as it is searched and as it is written."""
    return tuple({pair[0]: pair for raw in text.replace("/", " ").split() for pair in _keys_of(raw)}.values())


@lru_cache(maxsize=65_536)
def _keys_of(raw: str) -> tuple[tuple[str, str], ...]:
    keys = search_key(raw).split()
    joined = search_key(without_hyphens(raw)).split()
    if len(keys) == 1:
        return ((keys[0], raw.strip(".,;:()-")),)
    return tuple((key, key) for key in (*keys, *joined))
