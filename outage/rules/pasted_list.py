"""A ward's patients as a journal system lists them: from each line the number and the name, whatever else stands there.

Nothing is guessed. Where a line has several numbers or several names all of them are given, and a person chooses. What
was not read is kept, word by word.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from contacts.rules.swedish_text import search_key, tidy_typed

from .identity import Identity
from .pasted_names import AROUND, GAP, Columns, columns_of, names_in, says_surname_first
from .pasted_numbers import as_written, numbers_on
from .pasted_words import FIRST, LAST, NAME_COLUMNS, PROTECTED, WHOLE

# How many patients are taken at a time: more than a ward has beds.
MOST_PATIENTS = 100
_BRACKETS = {"()", "[]"}


@dataclass(frozen=True, slots=True)
class PastedPatient:
    """One patient of the list: the lines as they were pasted, the first of them at `line`.

    `numbers` and `names` have several where it is not plain which is the patient's; `left` is the rest of the words.
    """

    line: int
    text: str
    numbers: tuple[Identity, ...]
    names: tuple[str, ...]
    left: str

    @property
    def identity(self) -> str:
        """The number as people write it, where it is plain which it is."""
        return as_written(self.numbers[0]) if len(self.numbers) == 1 else ""

    @property
    def name(self) -> str:
        """The name, where it is plain which it is."""
        return self.names[0] if len(self.names) == 1 else ""

    @property
    def protected(self) -> bool:
        """Whether the list says that the personal data are protected."""
        return not PROTECTED.isdisjoint(search_key(self.text).split())


@dataclass(frozen=True, slots=True)
class PastedList:
    """The patients in the order of the list, and the lines without a number, each with its place."""

    patients: tuple[PastedPatient, ...]
    not_read: tuple[tuple[int, str], ...]


def read_pasted(text: str, today: date, places: Collection[str] = ()) -> PastedList:
    """Read a pasted list on the day `today`. A column that holds one of `places` holds no name. Never raises."""
    known = frozenset(search_key(place) for place in places)
    lines = [_read_line(at, line, today) for at, line in _whole_lines(tidy_typed(text))]
    columns: dict[int, str] = {}
    width = 0
    surname_first = any(line.numbers and says_surname_first(line.columns, known) for line in lines)
    for line in lines:
        headings = _headings(line)
        if headings:
            columns, width = headings, len(line.columns.cells)
            line.is_heading = True
        elif columns and len(line.columns.cells) == width and line.numbers:
            line.names = _in_columns(line, columns)
        else:
            line.names = names_in(line.columns, known, surname_first)
    _join_names_beside(lines)
    return PastedList(
        tuple(_patient(line) for line in lines if line.numbers),
        tuple((line.at, line.text) for line in lines if not line.numbers and not line.taken),
    )


@dataclass
class _Line:
    """`columns` hold the line without its numbers; `block` counts the blank lines before it."""

    at: int
    block: int
    text: str
    numbers: tuple[Identity, ...]
    columns: Columns
    names: tuple[str, ...] = ()
    taken: bool = False
    is_heading: bool = False

    @property
    def is_name(self) -> bool:
        """Whether the line is one name and nothing else."""
        return not self.numbers and not self.is_heading and len(self.names) == 1 and not _left(self)


def _whole_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their places, blank ones as "". A line that a comma or an open quote ends goes on in the next."""
    waiting: list[str] = []
    start = 0
    for at, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        start = start if waiting else at
        joined = " ".join([*waiting, line.strip(" ")]).strip(" ")
        goes_on = joined.count('"') % 2 == 1 or (joined.endswith(",") and not re.search("[0-9]", joined))
        if goes_on and line.strip() and len(waiting) < 2:
            waiting.append(line.strip(" "))
            continue
        yield start, joined
        waiting = []
    if waiting:
        yield start, " ".join(waiting)


def _read_line(at: int, text: str, today: date) -> "_Line":
    found, spans = numbers_on(text, today)
    rest = list(text)
    for begin, end in spans:
        bracketed = f"{text[begin - 1 : begin]}{text[end : end + 1]}" in _BRACKETS
        rest[begin - bracketed : end + bracketed] = GAP * (end - begin + 2 * bracketed)
    bare = re.sub(f"{GAP}+", GAP, "".join(rest))
    return _Line(at=at, block=0, text=text, numbers=found, columns=columns_of(bare))


def _headings(line: _Line) -> dict[int, str]:
    """Which columns hold names, where the line is the list's heading."""
    if line.numbers or len(line.columns.cells) < 2:
        return {}
    named = {i: NAME_COLUMNS.get(search_key(column)) for i, column in enumerate(line.columns.cells)}
    return {i: what for i, what in named.items() if what}


def _in_columns(line: _Line, columns: dict[int, str]) -> tuple[str, ...]:
    """The name by the headings: the whole one, else first names and surnames."""
    found = {
        what: line.columns.cells[i].replace(GAP, " ").strip(f" ,{AROUND}") for i, what in columns.items()
    }
    whole = found.get(WHOLE, "")
    surname, comma, first = whole.partition(",")
    name = f"{first} {surname}" if comma and first.strip() else whole
    if not name.strip():
        name = f"{found.get(FIRST, '')} {found.get(LAST, '')}"
    name = " ".join(name.split())
    return (name,) if name else ()


def _join_names_beside(lines: list[_Line]) -> None:
    """Give a number that stands alone the name on the line above or below it, where it is plain which."""
    block = 0
    for line in lines:
        block += not line.text.strip()
        line.block = block
    filled = [line for line in lines if line.text.strip()]
    for line in lines:
        line.taken = not line.text.strip()
    beside = {
        index: _beside(filled, index)
        for index, line in enumerate(filled)
        if line.numbers and (not line.names or (len(line.names) == 1 and " " not in line.names[0]))
    }
    ways = {index - options[0] for index, options in beside.items() if len(options) == 1}
    wanted: dict[int, list[int]] = {}
    for index, options in beside.items():
        # Where it could be either, it is the one that it is elsewhere in the list.
        chosen = [index - next(iter(ways))] if len(options) == 2 and len(ways) == 1 else options
        if len(chosen) == 1:
            wanted.setdefault(chosen[0], []).append(index)
    for name_at, numbers_at in wanted.items():
        if len(numbers_at) == 1:
            _join(filled[numbers_at[0]], filled[name_at], name_at < numbers_at[0])


def _beside(filled: Sequence[_Line], index: int) -> list[int]:
    own = filled[index]
    options = [
        at
        for at in (index - 1, index + 1)
        if 0 <= at < len(filled)
        and filled[at].is_name
        # Half a name takes the other half and no whole one.
        and not (own.names and " " in filled[at].names[0])
    ]
    near = [at for at in options if filled[at].block == own.block]
    return near or options


def _join(own: _Line, other: _Line, above: bool) -> None:
    both = (other, own) if above else (own, other)
    name = " ".join(name for line in both for name in line.names)
    own.names = (name,)
    own.text = "\n".join(line.text for line in both)
    own.at = both[0].at
    other.taken = True


def _patient(line: _Line) -> PastedPatient:
    return PastedPatient(line.at, line.text, line.numbers, line.names, _left(line))


def _left(line: _Line) -> str:
    """The words of a line that are neither the number nor the name."""
    words = re.split(rf"[\s;|,{GAP}]+", " ".join(line.columns.cells))
    for name in line.names[:1] if len(line.names) == 1 else ():
        for word in name.split():
            stands = next((each for each in words if each.strip(AROUND) == word), None)
            if stands is not None:
                words.remove(stands)
    return " ".join(word for word in words if word.strip(AROUND))


def repeated(numbers: Iterable[str]) -> dict[int, int]:
    """Which of `numbers` (none: "") stood there before, each with the first one's place."""
    first: dict[str, int] = {}
    found: dict[int, int] = {}
    for at, number in enumerate(numbers):
        if number and first.setdefault(number, at) != at:
            found[at] = first[number]
    return found
