"""What a search finds: all that was asked for; else the nearest spelling of it; else what has most of it."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .directory_search import Needle, SearchField
from .search_index import BEGINS, EVERYWHERE, PART, Column, Costs, SearchIndex, Text, is_long
from .search_terms import Term, number_term, term_of, terms_of
from .spelling import nearest


@dataclass(frozen=True, slots=True)
class Found:
    """The hits, best first, by their ids, and the `terms` that were sought in the end.

    `meant` is the text in a near spelling, "" where it needs none. `replaced`: nothing has what was typed, so the hits
    are those of `meant`. `partly`: no hit has all of it.
    """

    pks: tuple[int, ...] = ()
    terms: tuple[Term, ...] = ()
    meant: str = ""
    replaced: bool = False
    partly: bool = False


@dataclass(frozen=True, slots=True)
class _Taken:
    """One thing that was asked for, as it was taken: the terms in its place, with their hits; how that is written."""

    terms: tuple[tuple[Term, Costs], ...]
    written: str
    replaced: bool = False


def search(
    index: SearchIndex,
    needles: Sequence[Needle],
    *,
    own: int | None = None,
    of: Collection[int] | None = None,
) -> Found:
    """What has all that the one box asks for, with the entries of the principal `own` first among equals.

    `of` are the ids to search among; where it is None those in use, and where none of them has all, those with most.
    """
    asked = [(term, EVERYWHERE) for term in terms_of(needles, index.language)]
    return _found(index, asked, own, index.in_use if of is None else index.numbers_of(of), partly=of is None)


def search_fields(
    index: SearchIndex, asked: Iterable[tuple[SearchField, Sequence[Needle]]], *, own: int | None = None
) -> Found:
    """What has each text in its field, a number as a word."""
    terms: list[tuple[Term, Mapping[Column, int]]] = [
        (term, {field: 0}) for field, needles in asked for term in terms_of(needles, index.language)
    ]
    return _found(index, terms, own, index.in_use, partly=False)


def called(index: SearchIndex, terms: Sequence[Term]) -> tuple[int, ...]:
    """The ids, in their order, of those whose names have a word for each term, or begin one with it.

    What stands beside a name may have it for all but one. A single letter begins too many names to be one.
    """
    if not any(len(term.typed) > 1 and not term.digits for term in terms):
        return ()
    name: Mapping[Column, int] = {Text.NAME: 0}
    own, has = (
        [{n for n, cost in index.costs(term, columns, index.in_use).items() if cost < PART} for term in terms]
        for columns in (name, {**name, Text.BESIDE: 0})
    )
    return index.pks_of(has[0].intersection(*has[1:]) & set().union(*own))


def _found(
    index: SearchIndex,
    asked: Sequence[tuple[Term, Mapping[Column, int]]],
    own: int | None,
    among: Collection[int],
    *,
    partly: bool,
) -> Found:
    every = [_take(index, term, columns, among) for term, columns in asked]
    taken = [pair for each in every for pair in each.terms]
    if not taken:
        return Found()
    typed = [term.typed for term, _ in asked]
    written = [each.written for each in every]
    meant = ""
    if written != typed:
        words = [word for text in written for word in text.split()]
        meant = " ".join(index.spelt.get(word, word) for word in words)
    told = tuple(term for term, _ in taken), meant, any(each.replaced for each in every)
    costs = _all_of([costs for _, costs in taken])
    if costs or not partly:
        return Found(index.ranked(costs, len(taken), own), *told)
    costs = _most_of(index, taken, len(among))
    return Found(index.ranked(costs, 1, own), *told, partly=bool(costs))


def _take(index: SearchIndex, term: Term, columns: Mapping[Column, int], among: Collection[int]) -> _Taken:
    costs = index.costs(term, columns, among)
    as_it_is = _Taken(((term, costs),), term.typed)
    if costs:
        # Matched by a part of a word only: perhaps a misspelling of another word.
        near = _near(index, term, columns, among, most=1) if min(costs.values()) >= PART else None
        if near is None:
            return as_it_is
        word, (other, have) = near
        # A municipality is what most people look for: "umå" is no part of Storuman first.
        return _Taken(((other, costs | have),) if index.is_place(other) else as_it_is.terms, word)
    if " " in term.typed and not term.digits:
        # Several words that stand for one thing, and nothing has that: each by itself.
        every = [
            _take(index, term_of((word,), index.language), columns, among) for word in term.typed.split()
        ]
        return _Taken(
            tuple(pair for each in every for pair in each.terms),
            " ".join(each.written for each in every),
            any(each.replaced for each in every),
        )
    if index.is_named(term):
        return as_it_is
    if parts := _two_words(index, term, columns, among):
        return _Taken(parts, term.typed)
    near = _near(index, term, columns, among)
    return _Taken((near[1],), near[0], replaced=True) if near else as_it_is


def _two_words(
    index: SearchIndex, term: Term, columns: Mapping[Column, int], among: Collection[int]
) -> tuple[tuple[Term, Costs], ...]:
    """A word that is two, each known: "kommunväxel", "avd5". Nothing where it is not."""
    word = term.typed
    if not word.isalnum():
        return ()
    for cut in range(len(word) - 1, 0, -1):
        left, right = word[:cut], word[cut:]
        # A linking s may join the two.
        for first in (left, left[:-1]) if left.endswith("s") else (left,):
            pair = _part(index, first, right), _part(index, right, first)
            if pair[0] is None or pair[1] is None:
                continue
            found = tuple((part, index.costs(part, columns, among)) for part in pair if part)
            if all(costs for _, costs in found):
                return found
    return ()


def _part(index: SearchIndex, part: str, other: str) -> Term | None:
    """What part of a longer word asks for, if it is a word by itself; letters beside a number are."""
    if part.isdigit():
        return number_term(part) if other.isalpha() else None
    if not part.isalpha():
        return None
    term = term_of((part,), index.language)
    return term if other.isdigit() or (len(part) > 2 and index.is_known(term)) else None


def _near(
    index: SearchIndex,
    term: Term,
    columns: Mapping[Column, int],
    among: Collection[int],
    most: int | None = None,
) -> tuple[str, tuple[Term, Costs]] | None:
    """The nearest spelling that something is called by, and who has it; with `most` slips only a whole word."""
    if not term.is_word:
        return None
    for word in nearest(term.own_words(), index.sounds, prefer=index.standing, most=most):
        other = term_of((word,), index.language)
        costs = index.costs(other, columns, among)
        if min(costs.values(), default=PART) < BEGINS if most else costs or index.is_named(other):
            return word, (other, costs)
    return None


def _all_of(every: Sequence[Costs]) -> Costs:
    """The entries that all have, with what they cost together."""
    if len(every) == 1:
        return every[0]
    return {n: sum(costs[n] for costs in every) for n in set(every[0]).intersection(*every[1:])}


def _most_of(index: SearchIndex, taken: Sequence[tuple[Term, Costs]], size: int) -> Costs:
    """The entries that have most of it: a rare word counts for more, a title and a digit or two for less.

    Never those of another place than the one that is named: the wrong municipality is worse than none.
    """
    must = [costs for term, costs in taken if index.is_place(term) or (not costs and index.is_named(term))]
    weights = [
        math.log(1 + size / len(costs)) * _weight(index, term) if costs else 0.0 for term, costs in taken
    ]
    among = set(must[0]).intersection(*must[1:]) if must else set().union(*(costs for _, costs in taken))
    shares = {
        n: round(sum(w for w, (_, costs) in zip(weights, taken, strict=True) if n in costs), 6) for n in among
    }
    most = max(shares.values(), default=0.0)
    return {n: sum(costs.get(n, 0) for _, costs in taken) for n, share in shares.items() if share == most}


def _weight(index: SearchIndex, term: Term) -> float:
    if term.digits:
        return 4.0 if is_long(term.digits) else 0.25
    return 0.25 if any(word in index.language.titles for word in term.own_words()) else 1.0
