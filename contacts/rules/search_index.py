"""The directory as it is searched: its words, each with the entries that have it, and what a text finds among them.

Entries are numbers here, in the order in which equal hits are shown. A hit's cost is lower the better it is: names before
what stands beside them, whole words before beginnings and parts, names before short numbers. Costs of several words add up.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from .directory_search import Needle, SearchField
from .search_language import SearchLanguage, Words
from .spelling import nearest
from .swedish_text import search_key, without_hyphens


class Text(StrEnum):
    """Where a word of the one box may stand."""

    NAME = "name"
    BESIDE = "beside"
    REMARK = "remark"


Column = Text | SearchField
Costs = dict[int, int]

# A tier, and finer steps inside it: as typed, bent, another word for the same.
_STEP = 16
_WHOLE, _BEGINS, _PART, _SHORT_NUMBER = 0, 2 * _STEP, 4 * _STEP, 8 * _STEP
_TYPED, _BENT, _SAME = 0, 1, 2
_COLUMNS: dict[Text, int] = {Text.NAME: 0, Text.BESIDE: _STEP, Text.REMARK: 3 * _STEP}
# Shorter ones stand inside words that have nothing to do with them.
_SHORTEST_PART = {_TYPED: 3, _BENT: 5, _SAME: 6}
_SHORTEST_BEGINNING = {_TYPED: 1, _BENT: 4, _SAME: 4}
_LONG_NUMBER = 4
_MOST_EXTRA_WORDS = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """What is searched of one entry. `order` decides among equals; `numbers` are digits with blanks between."""

    pk: int
    principal: int
    order: tuple[int, str, int]
    texts: Mapping[Column, tuple[str, ...]]
    numbers: str
    in_use: bool = True


@dataclass(frozen=True, slots=True)
class Term:
    """One thing sought: any of `ways`, each of which is all its words, or `digits` in a number.

    `typed` is how it was written. A way says how far it is from that.
    """

    typed: str
    ways: tuple[tuple[Words, int], ...]
    digits: str = ""

    @property
    def words(self) -> frozenset[str]:
        """Every single word that would do."""
        return frozenset(way[0] for way, _ in self.ways if len(way) == 1)


@dataclass(frozen=True, slots=True)
class Found:
    """The hits, best first, by their ids. `meant` is the text as it was taken, or might be meant, in a near spelling.

    `replaced`: nothing has what was typed, so the hits are those of `meant`. `partly`: no hit has all of it.
    """

    pks: tuple[int, ...] = ()
    terms: tuple[Term, ...] = ()
    meant: str = ""
    replaced: bool = False
    partly: bool = False


@lru_cache(maxsize=65_536)
def _words_of(text: str) -> tuple[tuple[str, str], ...]:
    """The words of a text, each as it is searched and as it is spelt."""
    spelt = [*text.replace("/", " ").split(), *without_hyphens(text).split()]
    pairs = ((key, raw.strip(".,;:()\"'") if " " not in search_key(raw) else key) for raw in spelt for key in search_key(raw).split())
    return tuple(dict(pairs).items())


class SearchIndex:
    """Made once of all entries, asked many times. `places` are the words that name a municipality."""

    def __init__(self, entries: Iterable[Entry], language: SearchLanguage, places: Iterable[str]) -> None:
        self._language = language
        self._places = frozenset(search_key(place) for place in places)
        self._entries = sorted(entries, key=lambda entry: entry.order)
        self._columns: dict[Column, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._spelt: dict[str, str] = {}
        self._name_lengths: list[int] = []
        known: Counter[str] = Counter()
        for number, entry in enumerate(self._entries):
            for column, texts in entry.texts.items():
                words = dict(pair for text in texts for pair in _words_of(text))
                for word in words:
                    self._columns[column][word].append(number)
                if column != Text.REMARK and entry.in_use:
                    known.update(words.keys())
                    for word, spelt in words.items():
                        self._spelt.setdefault(word, spelt)
            self._name_lengths.append(sum(len(search_key(text).split()) for text in entry.texts.get(Text.NAME, ())))
        self._numbers = [entry.numbers for entry in self._entries]
        self._in_use = frozenset(n for n, entry in enumerate(self._entries) if entry.in_use)
        self._of_principal: dict[int, set[int]] = defaultdict(set)
        for number, entry in enumerate(self._entries):
            self._of_principal[entry.principal].add(number)
        self._number_of = {entry.pk: number for number, entry in enumerate(self._entries)}
        words = sorted({word for column in self._columns.values() for word in column})
        self._vocabulary = frozenset(words)
        self._line = f" {' '.join(words)} "
        self._bent: dict[str, list[str]] = defaultdict(list)
        for word in words:
            for stem in language.stems(word):
                self._bent[stem].append(word)
        for place in places:
            self._spelt.setdefault(search_key(place), place)
        for way, spelt in language.spelt.items():
            if " " not in way:
                self._spelt.setdefault(way, spelt)
        self._known = known
        self._near_words = [w for w in self._spelt if len(w) >= 3 and w.isalpha()]
        self._matches = lru_cache(maxsize=4096)(self._read_matches)

    # What a text asks for.

    def terms(self, needles: Sequence[Needle]) -> tuple[Term, ...]:
        """The things that `needles` ask for, in their order."""
        long_number = any(len(needle.digits) > 2 for needle in needles)
        language = self._language
        idle = language.unsaid | (language.before_numbers if long_number else frozenset())
        said = [needle for needle in needles if needle.digits or needle.words[0] not in idle] or list(needles)
        found: list[Term] = []
        while said:
            if said[0].digits:
                needle = said.pop(0)
                found.append(Term(" ".join(needle.words), ((needle.words, _TYPED),), needle.digits))
                continue
            size = next((n for n in range(min(language.longest, len(said)), 1, -1) if self._phrase(said[:n])), 1)
            words = self._phrase(said[:size]) or said[0].words
            found.append(self._term(words, " ".join(word for needle in said[:size] for word in needle.words)))
            del said[:size]
        return tuple(found)

    def _phrase(self, needles: Sequence[Needle]) -> Words | None:
        """Several words that stand for one thing, the last one bent or not; None where they do not."""
        if len(needles) < 2 or any(needle.digits for needle in needles):
            return None
        *first, last = (needle.words[0] for needle in needles)
        ways = ((*first, ending) for ending in (last, *self._language.stems(last)))
        return next((way for way in ways if self._language.means_the_same(way)), None)

    def _term(self, words: Words, typed: str = "") -> Term:
        ways: dict[Words, int] = {words: _TYPED}
        if len(words) == 1:
            for stem in self._language.stems(words[0]):
                ways.setdefault((stem,), _BENT)
        for way in list(ways):
            for other in self._language.means_the_same(way):
                ways.setdefault(other, _SAME)
        return Term(typed or " ".join(words), tuple(ways.items()))

    # What has it.

    def _read_matches(self, form: str, how: int) -> tuple[tuple[str, int], ...]:
        """The words of the directory that `form` stands in, each with its cost."""
        found: dict[str, int] = {}
        line = self._line
        number = form.isdigit()
        if len(form) >= _SHORTEST_BEGINNING[how]:
            part = len(form) >= _SHORTEST_PART[how] and not number
            sought = form if part else f" {form}"
            at = line.find(sought)
            while at >= 0:
                start = at + 1 if not part else line.rfind(" ", 0, at + 1) + 1
                end = line.find(" ", start)
                word = line[start:end]
                if not word.startswith(form):
                    found[word] = _PART + how
                elif not number or not word[len(form) : len(form) + 1].isdigit():
                    found[word] = _BEGINS + how
                at = line.find(sought, end if part else start)
        for word in self._bent.get(form, ()):
            found[word] = _WHOLE + max(how, _BENT)
        if form in self._vocabulary:
            found[form] = _WHOLE + how
        return tuple(found.items())

    def _costs(self, term: Term, columns: Mapping[Column, int], scope: Collection[int]) -> Costs:
        """The entries of `scope` that have `term`, each with its lowest cost."""
        parts: list[tuple[int, Iterable[int]]] = []
        for way, how in term.ways:
            if len(way) == 1:
                parts += self._entries_with(way[0], how, columns)
            else:
                every = [_cheapest(self._entries_with(word, how, columns)) for word in way]
                both = set(every[0]).intersection(*every[1:])
                parts += [(max(costs[number] for costs in every), (number,)) for number in both]
        if term.digits and Text.NAME in columns:
            parts += self._with_number(term.digits)
        costs = _cheapest(parts)
        return costs if len(scope) == len(self._entries) else {n: cost for n, cost in costs.items() if n in scope}

    def _entries_with(self, form: str, how: int, columns: Mapping[Column, int]) -> list[tuple[int, Iterable[int]]]:
        found = []
        for word, cost in self._matches(form, how):
            for column, more in columns.items():
                if numbers := self._columns[column].get(word):
                    found.append((cost + more, numbers))
        return found

    def _with_number(self, digits: str) -> list[tuple[int, Iterable[int]]]:
        least = _WHOLE if len(digits) >= _LONG_NUMBER else _SHORT_NUMBER
        whole, begins, part = f" {digits} ", f" {digits}", digits
        have = [(f" {text} ", number) for number, text in enumerate(self._numbers) if part in text]
        return [
            (least + (0 if whole in text else _STEP if begins in text else 2 * _STEP), (number,)) for text, number in have
        ]

    # What a text finds.

    def search(self, needles: Sequence[Needle], *, own: int | None = None, of: Collection[int] | None = None) -> Found:
        """What has all that the one box asks for; where nothing has, the nearest spelling, then what has most of it.

        Entries of the principal `own` come first among equals. `of` are the ids to search among; those in use if None.
        """
        scope = self._scope(of)
        columns: Mapping[Column, int] = dict(_COLUMNS)
        asked = [(term, columns) for term in self.terms(needles)]
        return self._search(asked, own, scope, partly=of is None)

    def search_fields(self, asked: Iterable[tuple[SearchField, Sequence[Needle]]], *, own: int | None = None) -> Found:
        """What has each text in its field, numbers as words; the nearest spelling where nothing has one."""
        terms = [(term, {field: 0}) for field, needles in asked for term in self.terms(needles)]
        return self._search(terms, own, self._in_use, partly=False)

    def _scope(self, of: Collection[int] | None) -> Collection[int]:
        return self._in_use if of is None else {self._number_of[pk] for pk in of if pk in self._number_of}

    def _search(
        self, asked: Sequence[tuple[Term, Mapping[Column, int]]], own: int | None, scope: Collection[int], *, partly: bool
    ) -> Found:
        if not asked:
            return Found()
        taken: list[tuple[Term, Costs]] = []
        spelt: list[str] = []
        replaced = False
        for term, columns in asked:
            costs = self._costs(term, columns, scope)
            if costs:
                near = self._near(term, columns, scope, most=1) if min(costs.values()) >= _PART else None
                taken.append((term, costs))
                spelt.append(near[0] if near else term.typed)
                continue
            if parts := self._split(term, columns, scope):
                taken += parts
                spelt.append(term.typed)
                continue
            near = self._near(term, columns, scope)
            replaced = replaced or near is not None
            taken.append((near[1], near[2]) if near else (term, {}))
            spelt.append(near[0] if near else term.typed)
        meant = " ".join(spelt) if spelt != [term.typed for term, _ in asked] else ""
        terms = tuple(term for term, _ in taken)
        total = _added([costs for _, costs in taken])
        if not total and partly and len(taken) > 1:
            total = self._most_of(taken, len(scope))
            return Found(self._ranked(total, own, 1), terms, meant if total else "", replaced, partly=bool(total))
        return Found(self._ranked(total, own, len(taken)), terms, meant if total else "", replaced and bool(total))

    def _most_of(self, taken: Sequence[tuple[Term, Costs]], size: int) -> Costs:
        """The entries that have most of it, a rare word counted for more; none of another place than the one named."""
        must = [costs for term, costs in taken if self._is_place(term)]
        weights = [math.log(1 + size / len(costs)) if costs else 0.0 for _, costs in taken]
        among = set(must[0]).intersection(*must[1:]) if must else set().union(*(costs for _, costs in taken))
        shares = {n: sum(w for w, (_, costs) in zip(weights, taken, strict=True) if n in costs) for n in among}
        most = max(shares.values(), default=0.0)
        return {
            n: sum(costs.get(n, 0) for _, costs in taken) for n, share in shares.items() if share > most - 1e-9
        }

    def _is_place(self, term: Term) -> bool:
        return any(len(way) == 1 and how != _SAME and way[0] in self._places for way, how in term.ways)

    def _ranked(self, costs: Costs, own: int | None, words: int) -> tuple[int, ...]:
        """The ids of the hits, best first: cost, one's own principal, how much else the name says, the order."""
        best = min(costs.values(), default=0)
        if best < _SHORT_NUMBER:
            # A digit or two of somebody's number is no hit where a name has them.
            costs = {n: cost for n, cost in costs.items() if cost < _SHORT_NUMBER} or costs
        ours = self._of_principal.get(own, frozenset()) if own is not None else frozenset()
        size, lengths = len(self._entries), self._name_lengths
        room = _STEP * (_MOST_EXTRA_WORDS + 1)
        keys = []
        for number, cost in costs.items():
            extra = min(max(lengths[number] - words, 0), _MOST_EXTRA_WORDS)
            tier, fine = divmod(cost, _STEP)
            rank = (2 * tier + (number not in ours)) * room + extra * _STEP + fine
            keys.append(rank * size + number)
        keys.sort()
        return tuple([self._entries[key % size].pk for key in keys])

    # What nothing has as it was typed.

    def _split(
        self, term: Term, columns: Mapping[Column, int], scope: Collection[int]
    ) -> list[tuple[Term, Costs]] | None:
        """A word that is two, each known: "kommunväxel", "avd5". None where it is not."""
        if " " in term.typed or term.digits:
            return None
        word = term.typed
        for cut in range(len(word) - 1, 0, -1):
            for left in (word[:cut], word[: cut - 1] if word[cut - 1] == "s" else ""):
                right = word[cut:]
                if not (self._is_word(left, right) and self._is_word(right, left)):
                    continue
                terms = [
                    Term(right, (((right,), _TYPED),), right) if right.isdigit() else self._term((right,)),
                    self._term((left,)),
                ]
                found = [(each, self._costs(each, columns, scope)) for each in reversed(terms)]
                if all(costs for _, costs in found):
                    return found
        return None

    def _is_word(self, part: str, other: str) -> bool:
        """Whether part of a longer word is one by itself; a number is one beside letters."""
        if part.isdigit() or other.isdigit():
            return part.isdigit() != other.isdigit() and (part.isdigit() or part.isalpha())
        if len(part) < 3:
            return False
        ways = ((part,), *((stem,) for stem in self._language.stems(part)))
        if any(self._language.means_the_same(way) for way in ways):
            return True
        return len(part) >= 4 and any(way[0] in self._vocabulary or way[0] in self._bent for way in ways)

    def _near(
        self, term: Term, columns: Mapping[Column, int], scope: Collection[int], most: int | None = None
    ) -> tuple[str, Term, Costs] | None:
        """The nearest spelling that somebody in `scope` has, as it is spelt, what it asks for, and who has it."""
        if " " in term.typed or not term.typed.isalpha():
            return None
        ways = [way[0] for way, how in term.ways if how != _SAME]
        for word in nearest(ways, self._near_words, prefer=self._preferred, most=most):
            other = self._term((word,))
            if costs := self._costs(other, columns, scope):
                if most is None or min(costs.values()) < _BEGINS:
                    return self._spelling(word), other, costs
        return None

    def _preferred(self, word: str) -> tuple[bool, int]:
        return word not in self._places, -self._known[word]

    def _spelling(self, word: str) -> str:
        if word in self._spelt:
            return self._spelt[word]
        return next((spelt for known, spelt in self._spelt.items() if known.startswith(word)), word)


def _cheapest(parts: Iterable[tuple[int, Iterable[int]]]) -> Costs:
    costs: Costs = {}
    for cost, numbers in sorted(parts, key=_cost_of, reverse=True):
        costs.update(dict.fromkeys(numbers, cost))
    return costs


_cost_of: Callable[[tuple[int, Iterable[int]]], int] = lambda part: part[0]  # noqa: E731


def _added(every: Sequence[Costs]) -> Costs:
    """The entries that all have, with what they cost together."""
    if len(every) == 1:
        return every[0]
    both = set(min(every, key=len)).intersection(*every)
    return {number: sum(costs[number] for costs in every) for number in both}
