"""The columns of a line of a pasted list, and the names in them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from contacts.rules.swedish_text import search_key

from .pasted_others import AROUND, GAP, WORD, bare, is_also_name, looks_like_name, own_names
from .pasted_words import ALSO_NAMES, NEWBORNS, NO_NAMES, NOT_GIVEN, PARTICLES, TITLES

_COLUMN = re.compile(r"[\t;|]| {2,}")
# Of how many words a name is at least, and from how many on it may be two persons'.
_LEAST, _MANY = 2, 4
# Single letters that tell the sex.
_SEXES = frozenset("KkMmFf")
# Which of two or three.
_WHICH_CHILD = frozenset("ABC123")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a line, without its numbers; `by_commas`: only commas separated them."""

    cells: tuple[str, ...]
    by_commas: bool


def columns_of(bare: str) -> Columns:
    """Text in quotes is one column whatever it contains."""
    pieces = re.split(r'"([^"]*)"', bare)
    # A comma in quotes divides no columns, and one that has other signs between its columns is within one.
    by_commas = not _COLUMN.search("".join(pieces[::2]))
    divides = re.compile(",") if by_commas else _COLUMN
    found = [""]
    for index, piece in enumerate(pieces):
        if index % 2:
            found[-1] += piece
            continue
        first, *more = divides.split(piece)
        found[-1] += first
        found += more
    return Columns(tuple(column.strip() for column in found), by_commas)


@dataclass(frozen=True, slots=True)
class Names:
    """The names on a line. Those in `found` may be the patient's; `plain`: the only one certainly is.

    `others` are said to be somebody else's. `persons` counts the whole names. `halves`: the name is made of columns
    of one word each; `beside` are such columns beside the whole name.
    """

    found: tuple[str, ...] = ()
    plain: bool = False
    others: tuple[str, ...] = ()
    persons: int = 0
    halves: bool = False
    beside: tuple[str, ...] = ()


def _parts(cells: Sequence[str], by_commas: bool) -> list[list[str]]:
    """What stands between numbers and columns, each split at its commas."""
    groups: list[list[str]] = [[]]
    for column in cells:
        first, *more = column.split(GAP)
        # A comma may as well be that of a name.
        groups += [] if by_commas else [[]]
        groups[-1].append(first)
        groups += [[cell] for cell in more]
    return [[part.strip() for cell in group for part in cell.split(",")] for group in groups]


def surnames_first(columns: Columns, places: frozenset[str]) -> int:
    """How many surnames stand before the comma of "Surname, First"; 0 where there is no such name."""
    own = own_names(columns.cells, columns.by_commas)
    for parts in _parts(own.cells, columns.by_commas):
        for one, other in pairwise(parts):
            if found := _surname_comma_first(one, other, places, False):
                return _surnames(one.split()[found.begin :])
    return 0


def _surnames(words: Sequence[str]) -> int:
    return sum(word.casefold() not in PARTICLES for word in words)


@dataclass(slots=True)
class _Run:
    """Words that can be a name; `whole` also has adjacent ones that are known as something else."""

    words: list[str]
    whole: list[str]
    begin: int = 0
    end: int = 0
    unsure: bool = False

    @property
    def spellings(self) -> list[str]:
        return list(dict.fromkeys((" ".join(self.whole), " ".join(self.words))))


def _surname_comma_first(before: str, after: str, places: frozenset[str], small: bool) -> _Run | None:
    """The surname that ends `before` a comma and the first names that begin `after` it, if that is what they are."""
    *_, surname = [None, *_runs(before, small)]
    first = next(_runs(after, small), None) if surname else None
    if surname is None or first is None:
        return None
    if surname.end != len(before.split()) or first.begin != _titles(after):
        return None
    if search_key(after) in places or search_key(before) in places:
        return None
    found = _Run([*first.words, *surname.words], [*first.whole, *surname.whole], surname.begin, first.end)
    found.unsure = surname.unsure or first.unsure or found.whole != found.words
    return found


def _titles(part: str) -> int:
    words = part.split()
    return next((at for at, word in enumerate(words) if bare(word) not in TITLES), len(words))


@dataclass(slots=True)
class _Reading:
    """What was found on a line: whole names in every possible reading, and single words by their columns."""

    persons: list[list[str]] = field(default_factory=list)
    singles: list[list[str]] = field(default_factory=lambda: [[]])
    beside: list[str] = field(default_factory=list)
    spellings: list[str] = field(default_factory=list)
    unsure: bool = False


def names_in(columns: Columns, places: frozenset[str], surname_first: bool) -> Names:
    """Every name that may be the patient's; `surname_first`: the whole list has them as "Surname, First"."""
    names = _names_by_words(columns, places, surname_first)
    children = [*_newborns(columns)]
    said = {word for child in children for word in child.split()}
    if names.plain and not said.issuperset(names.found[0].split()):
        return names
    found = tuple(dict.fromkeys((*children, *names.found)))
    others = tuple(other for other in names.others if not said.issuperset(other.split()))
    return replace(names, found=found, plain=False, others=others)


def _newborns(columns: Columns) -> Iterator[str]:
    """The names of children without a first name: "Flicka Larsson", "Tvilling A Berg", "Ek, Barn". They may as well say
    whose child somebody is, so none of them is certain.
    """
    cells = [cell.replace(GAP, " ").strip(f" {AROUND}") for cell in columns.cells]
    for cell in [*cells, *map(", ".join, pairwise(cells))] if columns.by_commas else cells:
        surname, comma, rest = cell.partition(",")
        said, *named = (f"{rest} {surname}" if comma else cell).split() or [""]
        if named and named[0] in _WHICH_CHILD:
            said, *named = f"{said} {named[0]}", *named[1:]
        is_child = said[:1].isupper() and bare(said.split()[0] if said else "") in NEWBORNS
        if is_child and 0 < len(named) <= _LEAST and all(map(looks_like_name, named)):
            yield " ".join((said, *named))


def _names_by_words(columns: Columns, places: frozenset[str], surname_first: bool) -> Names:
    own = own_names(columns.cells, columns.by_commas)
    groups = _parts(own.cells, columns.by_commas)
    for small in (False, True):
        read = _read(groups, places, surname_first, small)
        if read.persons:
            (name, *more), *others = read.persons
            plain = not (more or others or read.unsure or own.unsure or _is_gap_beside(columns, name))
            found = [spelling for person in read.persons for spelling in person]
            return _names(
                found, plain, own.others, persons=len(read.persons), beside=tuple(dict.fromkeys(read.beside))
            )
        halves = [words for words in read.singles if words]
        if halves:
            # A place may be a person's surname.
            wide = _read(groups, frozenset(), True, small)
            found = [" ".join(words) for words in halves]
            whole = " ".join(found)
            plain = len(halves) == 1 and len(halves[0]) == _LEAST
            plain &= not (read.unsure or own.unsure or _is_gap_beside(columns, found[0]))
            if not plain:
                found += [spelling for person in wide.persons for spelling in person]
                found += [*(" ".join(words) for words in wide.singles if words), *read.spellings, whole]
            return _names(found, plain, own.others, halves=len(halves[0]) > 1)
    return Names(others=tuple(own.others))


def _names(found: Sequence[str], plain: bool, others: Sequence[str], **rest: Any) -> Names:
    return Names(tuple(dict.fromkeys(found)), plain, tuple(others), **rest)


def _read(
    groups: Sequence[Sequence[str]], places: frozenset[str], surname_first: bool, small: bool
) -> _Reading:
    read = _Reading()
    before: tuple[str, bool] = ("", False)
    for parts in groups:
        for part in _with_commas_solved(parts, places, surname_first, small, read):
            runs = [] if search_key(part) in places else list(_runs(part, small))
            whole = [run for run in runs if len(run.words) > 1]
            read.persons += [run.spellings for run in whole]
            read.unsure |= any(run.unsure for run in runs) or _is_interrupted(part, runs)
            if small:
                # Small letters are a name only where nothing else is said.
                read.unsure |= any(
                    len(run.words) != len(part.split()) or len(run.words) > _LEAST for run in whole
                )
            is_single = len(part.split()) == 1 and bool(runs)
            if is_single and before[1]:
                read.beside.append(part)
            elif whole and before[0]:
                read.beside.append(before[0])
            before = (part if is_single else "", bool(whole)) if part else before
            # Columns of one word side by side are a surname and a first name.
            if is_single:
                read.singles[-1] += runs[0].words
            elif part:
                read.singles += [*(run.words for run in runs if len(run.words) == 1), []]
                cut = [run for run in runs if run.whole != run.words]
                read.spellings += [" ".join(run.whole) for run in cut]
                read.unsure |= bool(cut)
    return read


def _is_interrupted(part: str, runs: Sequence[_Run]) -> bool:
    """Whether a single word separates two names: it may be part of a name."""
    words = part.split()
    return any(
        other.begin - one.end == 1 and words[one.end].isalpha() and bare(words[one.end]) not in NO_NAMES
        for one, other in pairwise(runs)
    )


def _is_gap_beside(columns: Columns, name: str) -> bool:
    """Whether the name's column seems to be another: that is empty, or says that no name is given."""
    line = ("," if columns.by_commas else "\t").join(columns.cells)
    places = [(at, at + len(word)) for word in name.split() if (at := line.find(word)) >= 0]
    if GAP not in line or not places:
        return False
    begin, end = min(at for at, _ in places), max(at for _, at in places)
    before, after = line.rfind(GAP, 0, begin), line.find(GAP, end)
    sides = [line[before + 1 : begin]] if before >= 0 else []
    sides += [line[end:after]] if after >= 0 else []
    sign = "," if columns.by_commas else "\t"
    return bool(sides) and all(
        re.search(f"{sign} *{sign}", side) or not NOT_GIVEN.isdisjoint(_words(side)) for side in sides
    )


def _words(text: str) -> set[str]:
    return {bare(word) for word in re.split(r"[\s,;|/]+", text)}


def _with_commas_solved(
    parts: Sequence[str], places: frozenset[str], surname_first: bool, small: bool, read: _Reading
) -> list[str]:
    """The parts with each "Surname, First" moved from them into `read`."""
    rest = list(parts)
    for at in range(len(rest) - 1):
        found = _surname_comma_first(rest[at], rest[at + 1], places, small)
        if not found:
            continue
        before, after = rest[at].split(), rest[at + 1].split()
        surname = before[found.begin :]
        spellings = found.spellings
        # Of several surnames only where the list has all its names so: else it may be a name and what is said of it.
        if _surnames(surname) > 1 and not surname_first:
            spellings.append(" ".join(surname))
        read.persons.append(spellings)
        read.unsure |= found.unsure
        rest[at] = " ".join(before[: found.begin])
        rest[at + 1] = " ".join(after[found.end :])
    return rest


def _runs(part: str, small: bool) -> Iterator[_Run]:
    """The runs of words that can be a name: with capitals, or, where `small`, without."""
    tokens = part.split()
    words = [token.strip(AROUND) for token in tokens]
    begin = 0
    for at in range(len(words) + 1):
        if at < len(words) and _is_of_name(words, at, small):
            continue
        run = _trimmed(words[begin:at], begin) if begin < at else None
        if run:
            beside = [*tokens[begin - 1 : begin], *tokens[at : at + 1]]
            run.unsure |= not small and any(_is_odd_name(token) for token in beside)
            yield run
        begin = at + 1


def _is_of_name(words: Sequence[str], at: int, small: bool) -> bool:
    word = words[at]
    if not WORD.fullmatch(word):
        return False
    if bare(word) in NO_NAMES:
        following = words[at + 1] if at + 1 < len(words) else ""
        # With a figure it is a room, an age, a day.
        return not re.match("[0-9]", following) and is_also_name(word, *words[max(at - 1, 0) : at], following)
    return small or bare(word) in PARTICLES or not word[0].islower()


def _is_odd_name(token: str) -> bool:
    """Whether a word has a capital and characters that names do not have."""
    return (
        token[:1].isupper()
        and not WORD.fullmatch(token.strip(AROUND))
        and not token.endswith(":")
        and not re.search("[0-9]", token)
        and _words(token).isdisjoint(NO_NAMES)
    )


def _trimmed(whole: list[str], begin: int) -> _Run | None:
    """A run without titles, and without trailing single letters and particles, if a name is left."""
    end = begin + len(whole)
    while whole and bare(whole[0]) in TITLES:
        whole, begin = whole[1:], begin + 1
    words = whole
    while words and (_is_letter(words[0]) or bare(words[0]) in ALSO_NAMES):
        words = words[1:]
    while words and (_is_letter(words[-1]) or words[-1] in PARTICLES or bare(words[-1]) in ALSO_NAMES):
        words = words[:-1]
    names = sum(word.casefold() not in PARTICLES for word in words)
    if not names:
        return None
    cut = [word for word in (whole[0], whole[-1]) if word not in (words[0], words[-1])]
    if len(words) >= _LEAST and all(word in _SEXES or word in PARTICLES for word in cut):
        whole = words
    return _Run(words, whole, begin, end, unsure=whole != words or names >= _MANY)


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.lower() != word.upper()
