"""The columns of a line of a pasted list, and the names in them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from contacts.rules.swedish_text import search_key

from .pasted_words import NO_NAMES, PARTICLES, TITLES

_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f])"
_WORD = re.compile(rf"{_LETTER}+(?:[-'’´.]{_LETTER}+)*\.?")
_COLUMN = re.compile(r"[\t;|]| {2,}")
AROUND = "\"'“”*•"
# Where a number stood.
GAP = "\0"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a line, without its numbers; `by_commas` tells that nothing but commas divided them."""

    cells: tuple[str, ...]
    by_commas: bool


def columns_of(bare: str) -> Columns:
    """Divide a line; what stands in quotes is one column whatever is in it."""
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


def _parts(columns: Columns) -> list[list[str]]:
    """What stands between numbers and columns, each divided at its commas."""
    groups: list[list[str]] = [[]]
    for column in columns.cells:
        first, *more = column.split(GAP)
        # A comma may as well be that of a name.
        groups += [] if columns.by_commas else [[]]
        groups[-1].append(first)
        groups += [[cell] for cell in more]
    return [[part.strip() for cell in group for part in cell.split(",")] for group in groups]


def says_surname_first(columns: Columns, places: frozenset[str]) -> bool:
    """Whether a name stands there as "Surname, First"."""
    return any(
        _surname_comma_first(one, other, places, False, False)
        for parts in _parts(columns)
        for one, other in pairwise(parts)
    )


def _surname_comma_first(
    before: str, after: str, places: frozenset[str], surname_first: bool, small: bool
) -> tuple[list[str], list[str]] | None:
    """The surname that ends `before` a comma and the first names that begin `after` it, if that is what they are.

    Of several surnames only where the list has its names so elsewhere (`surname_first`).
    """
    if search_key(after) in places or search_key(before) in places:
        return None
    *_, surname = [[], *_runs(before, small)]
    first = next(_runs(after, small), [])
    alone = sum(word.casefold() not in PARTICLES for word in surname) == 1
    if not surname or not first or not (alone or surname_first):
        return None
    touches = before.split()[-1:] == surname[-1:] and _without_titles(after)[:1] == first[:1]
    return (surname, first) if touches else None


def _without_titles(part: str) -> list[str]:
    words = part.split()
    while words and _bare(words[0]).casefold() in TITLES:
        words = words[1:]
    return words


def names_in(columns: Columns, places: frozenset[str], surname_first: bool) -> tuple[str, ...]:
    """Every name that may be the patient's: those of several words before a single one."""
    for small in (False, True):
        full: list[str] = []
        single: list[list[str]] = [[]]
        for parts in _parts(columns):
            for part in _with_commas_solved(parts, places, surname_first, small, full):
                runs = [] if search_key(part) in places else list(_runs(part, small))
                full += [" ".join(run) for run in runs if len(run) > 1]
                # Columns of one word side by side are a surname and a first name.
                if len(part.split()) == 1 and runs:
                    single[-1] += runs[0]
                elif part:
                    single += [*([run[0]] for run in runs if len(run) == 1), []]
        names = full or [" ".join(words) for words in single if words]
        if names:
            return tuple(dict.fromkeys(names))
    return ()


def _with_commas_solved(
    parts: Sequence[str], places: frozenset[str], surname_first: bool, small: bool, full: list[str]
) -> list[str]:
    """The parts with each "Surname, First" taken out of them and put into `full`."""
    rest = list(parts)
    for at in range(len(rest) - 1):
        found = _surname_comma_first(rest[at], rest[at + 1], places, surname_first, small)
        if found:
            surname, first = found
            full.append(" ".join([*first, *surname]))
            rest[at] = " ".join(rest[at].split()[: -len(surname)])
            rest[at + 1] = " ".join(_without_titles(rest[at + 1])[len(first) :])
    return rest


def _runs(part: str, small: bool) -> Iterator[list[str]]:
    """The runs of words that can be a name: with capitals, or, where `small`, without."""
    run: list[str] = []
    for token in [*part.split(), ""]:
        word = token.strip(AROUND)
        is_name = bool(_WORD.fullmatch(word)) and _bare(word).casefold() not in NO_NAMES
        is_particle = _bare(word).casefold() in PARTICLES
        if is_name and (small or is_particle or not word[0].islower()):
            run.append(word)
            continue
        yield from _trimmed(run)
        run = []


def _trimmed(run: list[str]) -> Iterator[list[str]]:
    """A run without titles, and without single letters and particles that nothing follows, if a name is left."""
    while run and (_bare(run[0]).casefold() in TITLES or len(run[0]) == 1):
        run = run[1:]
    while run and (len(run[-1]) == 1 or run[-1] in PARTICLES):
        run = run[:-1]
    if any(word.casefold() not in PARTICLES for word in run):
        yield run


def _bare(word: str) -> str:
    return word.strip(f"{AROUND}.")
