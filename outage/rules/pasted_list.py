"""A ward's patients as a journal system lists them: from each line the number and the name, whatever else stands there.

Nothing is guessed. A name is a patient's where that is plain: by the heading, alone with the number on its line, or on
the line beside it in a list that has each name on the same side of its number. Otherwise all that may be it are given,
and a person chooses. What was not read is kept, word by word.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from contacts.rules.swedish_text import search_key, tidy_typed

from .identity import Identity
from .pasted_names import Columns, Names, columns_of, names_in, surnames_first
from .pasted_numbers import as_written, numbers_on
from .pasted_others import AROUND, GAP, bare
from .pasted_protected import Shields, says_protected, shields_of
from .pasted_words import FIRST, LAST, NAME_COLUMNS, NO_NAMES, NOT_GIVEN, WHOLE

SEVERAL_NUMBERS = "Raden har flera nummer. Välj patientens."
PERHAPS_PHONE = "Numret kan vara ett telefonnummer. Välj det om det är patientens."

# How many patients are taken at a time: more than a ward has beds.
MOST_PATIENTS = 100
_BRACKETS = {"()", "[]"}
# How many lines from its number a name may stand that is offered for it.
_NEAR = 3
_NO_NAME = Names()


@dataclass(frozen=True, slots=True)
class PastedPatient:
    """One patient of the list: the lines as they were pasted, the first of them at `line`.

    `numbers` has several where it is not certain which is the patient's: each may be one's, and the line is repeated
    for each, `again` from the second on; `perhaps_phone`: the only one may be a telephone number. `names` are those
    that may be the patient's, only `name` where that is certain; `others` are said to be somebody else's, `left` is
    the rest of the words. `protected`: the list says, or may say, that the personal data are protected.
    """

    line: int
    text: str
    numbers: tuple[Identity, ...]
    names: tuple[str, ...]
    name: str
    others: tuple[str, ...]
    left: str
    protected: bool
    again: bool = False
    perhaps_phone: bool = False

    @property
    def to_choose(self) -> bool:
        return len(self.numbers) > 1 or self.perhaps_phone

    @property
    def identity(self) -> str:
        """The number as people write it, where it is certain which it is."""
        return "" if self.to_choose else as_written(self.numbers[0])


@dataclass(frozen=True, slots=True)
class PastedList:
    """The patients in the order of the list, and the lines without a number, each with its position."""

    patients: tuple[PastedPatient, ...]
    not_read: tuple[tuple[int, str], ...]


def read_pasted(text: str, today: date, places: Collection[str] = ()) -> PastedList:
    """`today` is the day of reading. A column that holds one of `places` holds no name. Never raises."""
    known = frozenset(search_key(place) for place in places)
    lines = [_read_line(at, line, today) for at, line in _whole_lines(tidy_typed(text))]
    _read_names(lines, known)
    filled = [line for line in lines if line.text.strip()]
    _count_blocks(lines)
    _doubt_columns([line for line in filled if line.numbers and not line.by_heading])
    _protect(filled)
    _join_names_beside(filled)
    return PastedList(
        tuple(
            patient
            for line in filled
            if line.numbers
            for patient in (_patient(line), *[_again(line)] * (len(line.numbers) - 1))
        ),
        tuple((line.at, line.text) for line in filled if not line.numbers and not line.taken),
    )


@dataclass
class _Line:
    """`columns` hold the line without its numbers; `block` counts the blank lines before it."""

    at: int
    text: str
    numbers: tuple[Identity, ...]
    columns: Columns
    perhaps_phone: bool = False
    block: int = 0
    names: Names = _NO_NAME
    protected: bool = False
    taken: bool = False
    is_heading: bool = False
    by_heading: bool = False

    @property
    def words(self) -> list[str]:
        """The words without punctuation, as the word lists have them."""
        return [
            word
            for cell in self.columns.cells
            for each in re.split(rf"[\s,{GAP}]+", cell)
            if (word := bare(each))
        ]

    @property
    def is_name(self) -> bool:
        """Whether the line is one name and nothing else."""
        alone = not self.numbers and not self.is_heading and not self.names.others
        return alone and len(self.names.found) == 1 and not _left(self.columns, self.names.found[0])

    @property
    def is_whole_name(self) -> bool:
        """Whether that name has more than one word."""
        return self.is_name and " " in self.names.found[0]

    @property
    def says_no_name(self) -> bool:
        """Whether the line says in the place of the name that none is given: "Okänd man", "Skyddad identitet"."""
        words = self.words
        return not self.names.found and not NOT_GIVEN.isdisjoint(words) and NO_NAMES.issuperset(words)


def _whole_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their positions, blank ones as "". A line that ends in a comma or an open quote continues in the
    next.
    """
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
    numbers = numbers_on(text, today)
    rest = list(text)
    for begin, end in numbers.spans:
        bracketed = f"{text[begin - 1 : begin]}{text[end : end + 1]}" in _BRACKETS
        rest[begin - bracketed : end + bracketed] = GAP * (end - begin + 2 * bracketed)
    bare = re.sub(f"{GAP}+", GAP, "".join(rest))
    return _Line(at, text, numbers.found, columns_of(bare), perhaps_phone=numbers.perhaps_phone)


def _read_names(lines: Sequence[_Line], places: frozenset[str]) -> None:
    columns: dict[int, str] = {}
    shields = Shields()
    width = 0
    first_read = {line.at: names_in(line.columns, places, False) for line in lines if line.numbers}
    surnames = {
        surnames_first(line.columns, places) for line in lines if line.numbers and first_read[line.at].found
    }
    surname_first = 1 in surnames and 0 not in surnames
    for line in lines:
        headings, cells = _headings(line), line.columns.cells
        found_shields = None if line.numbers else shields_of(cells)
        if headings or found_shields:
            shields = found_shields or Shields()
            line.is_heading = bool(headings) or shields.has_number
        if headings:
            columns, width = headings, len(cells)
            continue
        line.protected = bool(line.numbers) and shields.protect(cells)
        in_columns = bool(columns and line.numbers and len(cells) > 1)
        line.by_heading = in_columns and len(cells) <= width
        if line.by_heading:
            line.names = _in_columns(cells, columns, places, surname_first)
        else:
            known = None if surname_first else first_read.get(line.at)
            found = known or names_in(line.columns, places, surname_first)
            # A line that does not fit the heading may have its name in any column.
            line.names = replace(found, plain=found.plain and not in_columns)


def _headings(line: _Line) -> dict[int, str]:
    """Which columns hold names, where the line is the list's heading."""
    if line.numbers or len(line.columns.cells) < 2:
        return {}
    named = {i: NAME_COLUMNS.get(search_key(column)) for i, column in enumerate(line.columns.cells)}
    return {i: what for i, what in named.items() if what}


def _in_columns(
    cells: Sequence[str], columns: dict[int, str], places: frozenset[str], surname_first: bool
) -> Names:
    """The name by the headings: the whole one, else first names and surnames; certain where each stands once."""
    found: dict[str, list[str]] = {WHOLE: [], FIRST: [], LAST: []}
    kinds: list[str] = []
    plain = True
    for i, what in columns.items():
        cell = cells[i] if i < len(cells) else ""
        text = " ".join(cell.replace(GAP, " ").strip(f" ,{AROUND}").split())
        # The patient's column may hold the number.
        kinds += [] if GAP in cell and not text else [what]
        words = [bare(word) for word in re.split(r"[\s,/]+", text)]
        if "," in text or not NOT_GIVEN.isdisjoint(words):
            read = names_in(Columns((text,), by_commas=False), places, surname_first)
            found[what] += read.found
            plain &= read.plain and NOT_GIVEN.isdisjoint(words)
        elif text:
            found[what].append(text)
    names = found[WHOLE] or [
        " ".join([*firsts, *lasts])
        for firsts, lasts in (
            [([first], [last]) for first in found[FIRST] for last in found[LAST]]
            or [(found[FIRST], []), ([], found[LAST])]
        )
    ]
    names = list(dict.fromkeys(name for name in names if name))
    return Names(tuple(names), plain and len(set(kinds)) == len(kinds) and len(names) == 1)


def _count_blocks(lines: Sequence[_Line]) -> None:
    """Number the blocks that blank lines separate; where a blank line follows each line they separate nothing."""
    block = 0
    for line in lines:
        block += not line.text.strip()
        line.block = block
    filled = [line for line in lines if line.text.strip()]
    if len({line.block for line in filled}) == len(filled):
        for line in filled:
            line.block = 0


def _doubt_columns(lines: Sequence[_Line]) -> None:
    """Leave no name certain where, in a list without a heading, another column may be that of the names."""
    by_width: dict[int, list[_Line]] = {}
    for line in lines:
        by_width.setdefault(len(line.columns.cells), []).append(line)
    for width, alike in by_width.items():
        several = sum(line.names.persons > 1 for line in alike)
        is_doubtful = several > 0 if width > 1 else several * 2 >= len(alike)
        # First names and a surname in columns of their own, or a name and what stands beside it.
        halved = len(alike) == 1 or any(line.names.halves for line in alike)
        for line in alike:
            if is_doubtful or (halved and line.names.beside):
                whole = line.names.found[:1]
                _doubt(
                    line,
                    *(
                        f"{a} {b}"
                        for name in whole
                        for w in line.names.beside
                        for a, b in ((name, w), (w, name))
                    ),
                )
    bearers: dict[str, set[str]] = {}
    for line in lines:
        for name in line.names.found:
            bearers.setdefault(name, set()).update(number.stored[-10:] for number in line.numbers)
    for line in lines:
        # Who stands beside several numbers is hardly a patient.
        if line.names.plain and len(line.numbers) == 1 and len(bearers[line.names.found[0]]) > 1:
            _doubt(line)


def _doubt(line: _Line, *more: str) -> None:
    found = tuple(dict.fromkeys((*line.names.found, *more)))
    line.names = replace(line.names, plain=False, found=found)


def _protect(filled: Sequence[_Line]) -> None:
    """Mark as protected every patient for whom the list may say so: on the line, or on one beside it in the block."""
    for at, line in enumerate(filled):
        if line.is_heading or not says_protected(line.text):
            continue
        if line.numbers:
            line.protected = True
            continue
        beside = [
            next((other for other in side if other.numbers), None) for side in (filled[at::-1], filled[at:])
        ]
        numbered = [other for other in beside if other]
        for other in [other for other in numbered if other.block == line.block] or numbered:
            other.protected = True


def _join_names_beside(filled: list[_Line]) -> None:
    """Match numbers without a name to the names on adjacent lines, if the whole list is laid out so."""
    numbered = [at for at, line in enumerate(filled) if line.numbers]
    wanting = [at for at in numbered if not filled[at].says_no_name and not _has_name(filled[at])]
    names = [at for at, line in enumerate(filled) if line.is_whole_name]
    given = [at for at in numbered if _has_name(filled[at])]
    halves = [at for at in wanting if len(filled[at].names.found) == 1]
    if not given and (not halves or len(halves) == len(wanting)):
        ways = [way for way in (-1, 1) if _agrees(filled, wanting, names, way, bool(halves))]
        if len(ways) == 1:
            for at in wanting:
                if not filled[at + ways[0]].says_no_name:
                    _join(filled[at], filled[at + ways[0]], above=ways[0] < 0)
            return
    # Where about as many names stand on lines of their own as on those of the numbers, either may be the patients'.
    either = [at for at in given if not filled[at].by_heading] if 2 * len(names) >= len(given) else []
    for at in {*wanting, *either}:
        beside = [filled[i] for i in _near(filled, at) if filled[i].is_name or at in wanting]
        if beside:
            _doubt(filled[at], *(name for line in beside for name in line.names.found))


def _has_name(line: _Line) -> bool:
    return line.names.plain or bool(line.names.persons)


def _agrees(
    filled: Sequence[_Line], wanting: Sequence[int], names: Sequence[int], way: int, halves: bool
) -> bool:
    """Whether each of the numbers has a name beside it on the same side, and no name is left over."""
    used = set()
    for at in wanting:
        other = filled[at + way] if 0 <= at + way < len(filled) else None
        if other is None or other.block != filled[at].block:
            return False
        if halves and not (other.is_name and not other.is_whole_name):
            return False
        if not halves and not (other.is_whole_name or other.says_no_name):
            return False
        used.add(other.names.found[:1] or (other.at,))
    # The same name for two is hardly a patient's.
    return len(used) == len(wanting) and (halves or {*names} <= {at + way for at in wanting})


def _near(filled: Sequence[_Line], at: int) -> list[int]:
    """The lines near a number, in its block, that have a name, with no other number between."""
    found = []
    for way in (-1, 1):
        for i in range(at + way, at + way * (_NEAR + 1), way):
            if not 0 <= i < len(filled) or filled[i].numbers or filled[i].block != filled[at].block:
                break
            if filled[i].names.found:
                found.append(i)
    return sorted(found)


def _join(own: _Line, other: _Line, above: bool) -> None:
    both = (other, own) if above else (own, other)
    name = " ".join(name for line in both for name in line.names.found)
    own.names = Names((name,), plain=True, others=own.names.others)
    own.text = "\n".join(line.text for line in both)
    own.at = both[0].at
    other.taken = True


def _patient(line: _Line) -> PastedPatient:
    found = line.names.found
    name = found[0] if line.names.plain else ""
    left = _left(line.columns, name)
    return PastedPatient(
        *(line.at, line.text, line.numbers, found, name, line.names.others, left, line.protected),
        perhaps_phone=line.perhaps_phone,
    )


def _again(line: _Line) -> PastedPatient:
    """The line once more, for another patient on it: the name there may be the first one's."""
    return replace(_patient(line), name="", again=True)


def _left(columns: Columns, name: str) -> str:
    """The words of a line that are neither the number nor the name."""
    words = re.split(rf"[\s;|,{GAP}]+", " ".join(columns.cells))
    for word in name.split():
        stands = next((each for each in words if each.strip(AROUND) == word), None)
        if stands is not None:
            words.remove(stands)
    return " ".join(word for word in words if word.strip(AROUND))


def repeated(numbers: Iterable[str]) -> dict[int, int]:
    """Which of `numbers` (none: "") occurred earlier, each with the first one's index."""
    first: dict[str, int] = {}
    found: dict[int, int] = {}
    for at, number in enumerate(numbers):
        if number and first.setdefault(number, at) != at:
            found[at] = first[number]
    return found
