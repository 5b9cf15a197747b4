"""A ward's patients as a journal system lists them: from each line the number and the name, whatever else stands there.

Nothing is guessed. Where a line has several numbers or several names all of them are given, and a person chooses. What
was not read is kept, word by word.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from contacts.rules.swedish_text import search_key, tidy_typed

from .identity import (
    WARN_CHECK_DIGIT,
    WARN_FUTURE,
    WARN_SERIAL,
    Identity,
    IdentityKind,
    classify_identity,
    plain_dashes,
)
from .pasted_words import FIRST, LAST, NAME_COLUMNS, NO_NAMES, PARTICLES, TITLES, WHOLE

# How many patients are taken at a time: more than a ward has beds.
MOST_PATIENTS = 100

_NOT_IN_WORD = r"(?<![^\W_])(?<!\+)(?<![0-9]-)"
_NOT_GOING_ON = r"(?![^\W_])(?!-[0-9A-Za-z])"
_NUMBER = re.compile(
    rf"{_NOT_IN_WORD}([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?=-[0-9]{{4}})|[0-9]{{8}}|[0-9]{{6}})"
    rf"( ?[-+] ?| )?([0-9]{{4}}){_NOT_GOING_ON}"
)
_RESERVE = re.compile(
    rf"{_NOT_IN_WORD}(?=[0-9A-Za-z-]*[0-9])(?=[0-9-]*[A-Za-z])"
    rf"(?:[0-9A-Za-z]{{8}}-?[0-9A-Za-z]{{4}}|[0-9]{{6}}-[0-9A-Za-z]{{4}}){_NOT_GOING_ON}"
)
_FEW_DIGITS = 6
_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f])"
_WORD = re.compile(rf"{_LETTER}+(?:[-'’´.]{_LETTER}+)*\.?")
_COLUMN = re.compile(r"[\t;|]| {2,}")
_AROUND = "\"'“”*•"
# Where a number stood.
_GAP = "\0"


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
    surname_first = any(line.numbers and _says_surname_first(line, known) for line in lines)
    for line in lines:
        headings = _headings(line)
        if headings:
            columns, width = headings, len(line.columns)
            line.is_heading = True
        elif columns and len(line.columns) == width and line.numbers:
            line.names = _in_columns(line, columns)
        else:
            line.names = _names_on(line, known, surname_first)
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
    columns: list[str]
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
    found, spans = _numbers(text, today)
    rest = list(text)
    for begin, end in spans:
        rest[begin:end] = _GAP * (end - begin)
    bare = re.sub(f"{_GAP}+", _GAP, "".join(rest))
    return _Line(at=at, block=0, text=text, numbers=found, columns=_columns(bare))


def _numbers(text: str, today: date) -> tuple[tuple[Identity, ...], list[tuple[int, int]]]:
    """The numbers of a line, those in plain shape or else those that may be one, and where they stand."""
    plain = plain_dashes(text)
    clear: list[tuple[Identity, tuple[int, int]]] = []
    doubtful: list[tuple[Identity, tuple[int, int]]] = []
    for match in _NUMBER.finditer(plain):
        born, sign, serial = match[1].replace("-", ""), (match[2] or "").strip(), match[3]
        identity = classify_identity(f"{born}{sign}{serial}", today)
        wrong = {WARN_CHECK_DIGIT, WARN_SERIAL, WARN_FUTURE} & set(identity.warnings)
        dated = identity.kind in (IdentityKind.PERSONNUMMER, IdentityKind.SAMORDNINGSNUMMER)
        if dated and (sign or not wrong):
            clear.append((identity, match.span()))
        elif _is_another_number(born, match[2] or "", identity, today):
            continue
        else:
            doubtful.append((identity, match.span()))
    taken = [span for _, span in (*clear, *doubtful)]
    for match in _RESERVE.finditer(plain):
        if any(begin < match.end() and match.start() < end for begin, end in taken):
            continue
        digits = sum(char.isdigit() for char in match[0])
        if digits >= _FEW_DIGITS:
            clear.append((classify_identity(match[0], today), match.span()))
        elif match[0].isupper():
            doubtful.append((classify_identity(match[0], today), match.span()))
    found: dict[str, Identity] = {}
    for identity, _ in sorted(clear or doubtful, key=lambda each: each[1]):
        # The same person in ten digits and in twelve: those with the century count.
        key = identity.stored[-10:] if identity.born else identity.stored
        if key not in found or found[key].century_guessed:
            found[key] = identity
    return tuple(found.values()), [span for _, span in clear or doubtful]


def _is_another_number(born: str, between: str, identity: Identity, today: date) -> bool:
    """Whether what is no true number is one of another kind: a telephone's, a moment, that of an organisation."""
    if not identity.born:
        return len(born) == 6 and ("-" not in between or born[2] > "1")
    if len(born) == 8 and "-" not in between:
        # A date and a clock time, run together or apart, of the days that lists are about.
        return (
            abs(today.year - identity.born) <= 1
            and identity.stored[8:10] < "24"
            and identity.stored[10] < "6"
        )
    return "-" not in between and born.startswith("0")


def _columns(bare: str) -> list[str]:
    """The columns of a line; what stands in quotes is one whatever is in it."""
    pieces = re.split(r'"([^"]*)"', bare)
    # A comma in quotes divides no columns, and one that has other signs between its columns is within one.
    divides = _COLUMN if _COLUMN.search("".join(pieces[::2])) else re.compile(",")
    found = [""]
    for index, piece in enumerate(pieces):
        if index % 2:
            found[-1] += piece
            continue
        first, *more = divides.split(piece)
        found[-1] += first
        found += more
    return [column.strip() for column in found]


def _headings(line: _Line) -> dict[int, str]:
    """Which columns hold names, where the line is the list's heading."""
    if line.numbers or len(line.columns) < 2:
        return {}
    named = {i: NAME_COLUMNS.get(search_key(column)) for i, column in enumerate(line.columns)}
    return {i: what for i, what in named.items() if what}


def _in_columns(line: _Line, columns: dict[int, str]) -> tuple[str, ...]:
    """The name by the headings: the whole one, else first names and surnames."""
    found = {what: line.columns[i].replace(_GAP, " ").strip(f" ,{_AROUND}") for i, what in columns.items()}
    whole = found.get(WHOLE, "")
    surname, comma, first = whole.partition(",")
    name = f"{first} {surname}" if comma and first.strip() else whole
    if not name.strip():
        name = f"{found.get(FIRST, '')} {found.get(LAST, '')}"
    name = " ".join(name.split())
    return (name,) if name else ()


def _parts(line: _Line) -> list[list[str]]:
    """What stands between numbers and columns, each divided at its commas."""
    cells = [cell for column in line.columns for cell in column.split(_GAP)]
    if "," in line.text and not _COLUMN.search(line.text):
        groups: list[list[str]] = [[]]
        for column in line.columns:
            first, *more = column.split(_GAP)
            groups[-1].append(first)
            groups += [[cell] for cell in more]
        # In quotes a comma is left in its column.
        return [[part.strip() for cell in group for part in cell.split(",")] for group in groups]
    return [[part.strip() for part in cell.split(",")] for cell in cells]


def _says_surname_first(line: _Line, places: frozenset[str]) -> bool:
    return any(
        _surname_comma_first(one, other, places, False, False)
        for parts in _parts(line)
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


def _names_on(line: _Line, places: frozenset[str], surname_first: bool) -> tuple[str, ...]:
    """Every name that may be the patient's: those of several words before a single one."""
    for small in (False, True):
        full: list[str] = []
        single: list[list[str]] = [[]]
        for parts in _parts(line):
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
        word = token.strip(_AROUND)
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
    return word.strip(f"{_AROUND}.")


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
    words = re.split(rf"[\s;|,{_GAP}]+", " ".join(line.columns))
    for name in line.names[:1] if len(line.names) == 1 else ():
        for word in name.split():
            stands = next((each for each in words if each.strip(_AROUND) == word), None)
            if stands is not None:
                words.remove(stands)
    return " ".join(word for word in words if word.strip(_AROUND))


def as_written(number: Identity) -> str:
    """A number as it is shown: with its century, unless that was only guessed."""
    return number.paper if number.century_guessed else number.display


def repeated(numbers: Iterable[str]) -> dict[int, int]:
    """Which of `numbers` (none: "") stood there before, each with the first one's place."""
    first: dict[str, int] = {}
    found: dict[int, int] = {}
    for at, number in enumerate(numbers):
        if number and first.setdefault(number, at) != at:
            found[at] = first[number]
    return found
