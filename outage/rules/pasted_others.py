"""The names on a line of a pasted list that are said to be somebody else's: a doctor's, a relative's."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .pasted_words import ALSO_NAMES, NO_NAMES, OTHERS, PARTICLES, PROTECTED

AROUND = "\"'“”*•"
# Where a number stood.
GAP = "\0"
# Where another's name stood: no name, and no part of one.
_TAKEN = "·"
_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f])"
WORD = re.compile(rf"{_LETTER}+(?:[-'’´.]{_LETTER}+)*\.?")
_TOKEN = re.compile(rf"{GAP}|,|[^\s,{GAP}]+")
_GLUED = re.compile(r"(?<=[^\W\d_])(:)(?=[^\W\d_])|(?<=\b(?i:dr))(\.)(?=[^\W\d_])")


@dataclass(slots=True)
class Own:
    """The columns without the others' names; `unsure`: it is not certain whose the names beside a word are."""

    cells: tuple[str, ...]
    others: list[str] = field(default_factory=list)
    unsure: bool = False


def bare(word: str) -> str:
    """A word of a line as the word lists have it; one that has a mark of protection in it is that mark."""
    written = word.strip(f"{AROUND}.:()[]")
    plain = written.casefold()
    marks = PROTECTED.intersection((written, plain, *re.split(r"[-./:]", plain)))
    return min(marks) if marks else plain


def looks_like_name(word: str) -> bool:
    """Whether a word is written as names are, and is not known as anything else."""
    return bool(WORD.fullmatch(word)) and not word[0].islower() and bare(word) not in NO_NAMES


def is_also_name(word: str, *beside: str) -> bool:
    """Whether a known word may be part of the name that stands `beside` it: it is written the same way."""
    return (
        bare(word) in ALSO_NAMES
        and bool(WORD.fullmatch(word))
        and any(looks_like_name(each) and each.isupper() == word.isupper() for each in beside)
        and not word[0].islower()
    )


def own_names(cells: Sequence[str], by_commas: bool) -> Own:
    """Remove each name that follows a word for somebody else, in its column or first in the next one."""
    own = Own(())
    kept: list[str] = []
    said = was_named = False
    for cell in cells:
        cell = _GLUED.sub(r"\1\2 ", cell)  # noqa: PLW2901
        writtens = _TOKEN.findall(cell)
        reader = _Reader(own, said)
        for at, written in enumerate(writtens):
            reader.read(written, writtens[at + 1] if at + 1 < len(writtens) else "")
        reader.end(goes_on=by_commas)
        named = any(looks_like_name(written.strip(AROUND)) for written in reader.kept)
        alone = reader.said and not said and not reader.after_name
        # Between two names a word by itself may be about either.
        own.unsure |= reader.said and (reader.after_name or (alone and was_named and ":" not in cell))
        said, was_named = alone or reader.waits, named
        kept.append(" ".join(reader.kept) if own.others or reader.said else cell)
    own.cells = tuple(kept)
    return own


class _Reader:
    """One column, word by word; `said`: the next name is somebody else's."""

    def __init__(self, own: Own, said: bool) -> None:
        self.own, self.said = own, said
        self.kept: list[str] = []
        self.taking: list[str] = []
        self.after_name = self.waits = self._comma = False
        self._before = ""

    def read(self, written: str, following: str) -> None:
        word = written.strip(f"{AROUND}:()[]")
        if bare(written) in OTHERS and not (
            ":" not in written and is_also_name(word, following.strip(AROUND), self._before)
        ):
            self._flush()
            self.said = True
            self.after_name = looks_like_name(self._before)
            self.kept += [written, _TAKEN]
        elif self.said and (looks_like_name(word) or (self.taking and bare(word) in PARTICLES)):
            self.taking.append(word)
            self.kept.append(_TAKEN)
        elif self.said and written == "," and len(self.taking) == 1 and not self._comma:
            self._comma = True
        else:
            self._flush()
            if self.said and written == GAP:
                self.said, self.own.unsure = False, True
            self.kept.append(written)
        self._before = word

    def end(self, goes_on: bool) -> None:
        # A comma that divides the columns may be that of the name.
        self.waits = goes_on and len(self.taking) == 1 and not self._comma
        self._flush()

    def _flush(self) -> None:
        if self.taking:
            self.own.others.append(" ".join(self.taking))
            self.said = self.after_name = False
        self.taking = []
        self._comma = False
