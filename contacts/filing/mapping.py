"""Tables in an unknown format turned into rows of the directory file, as was chosen."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from contacts.rules.entry_facts import EntryKind
from contacts.rules.errors import RuleError
from contacts.rules.file_rows import BadRow, quoted
from contacts.rules.personal_number import has_personal_number
from contacts.rules.phone import Phone, PhoneKind, check_phone, tidy_number
from contacts.rules.swedish_text import search_key, tidy_typed

from .book import Book, Sheet
from .choices import REMARK, VALUED, Choices, Known, SheetChoice, data_rows, headings_of
from .columns import COLUMNS, MORE_NUMBERS, first_kind, read_kind, split_more_numbers
from .guessing import (
    CONTACT,
    ON_CALL,
    OWN_HOURS,
    PERSON,
    SKIP,
    SWITCHBOARD_NUMBER,
    TO_REMARK,
    column_of,
    is_hours,
    is_person,
    times_of,
)
from .letters import certain_repair, fitness, repaired
from .numbers import find_numbers
from .rows import SHEET_ROWS, Cells, damaged_number

_NUMBERS: dict[str, PhoneKind] = {
    "Telefon": PhoneKind.DIRECT,
    "Anknytning": PhoneKind.EXTENSION,
    "Mobiltelefon": PhoneKind.MOBILE,
    SWITCHBOARD_NUMBER: PhoneKind.SWITCHBOARD,
    ON_CALL: PhoneKind.ON_CALL,
    MORE_NUMBERS: PhoneKind.DIRECT,
}
_FORMULA = "Cellen har en formel. Klistra in värdet i stället och spara igen."


@dataclass(frozen=True, slots=True)
class Proposal:
    """Numbers found in the text of a cell; `rest` becomes a remark, and has those that are `not_rung`."""

    row: int
    column: str
    text: str
    phones: tuple[Phone, ...]
    rest: str
    zero: bool
    not_rung: tuple[str, ...]


@dataclass(slots=True)
class Mapped:
    """Rows by their columns with what is wrong already, and what was done to get there."""

    rows: list[Cells | BadRow] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    left_out: int = 0
    values: dict[str, Counter[str]] = field(default_factory=lambda: {column: Counter() for column in VALUED})
    """The words of the set columns that are none of the valid ones, as they were first written."""


def is_valid(column: str, word: str, known: Known) -> bool:
    if column == "Gäller":
        return is_hours(word)
    if column == "Typ":
        return read_kind(word) is not None
    return search_key(word) in set(map(search_key, known.principals))


def mapped(book: Book, choices: Choices, known: Known) -> Mapped:
    """The rows of a file as the choices say; `book` has its letters right."""
    result = Mapped()
    cells = [] if choices.letters else [cell for s in book.filled for row in s.rows for cell in row]
    wrong = certain_repair(cells)
    valid: dict[tuple[str, str], bool] = {}
    for place, (sheet, choice) in enumerate(zip(book.filled, choices.sheets, strict=True)):
        if not choice.take:
            continue
        formulas = set(sheet.formulas)
        skipped = set(choice.skipped)
        rows = [(number, row) for number, row in data_rows(sheet, choice.heading) if number not in skipped]
        units = Counter(_unit(row, choice) for _, row in rows)
        width = max((place for place, column in enumerate(choice.columns, start=1) if column), default=0)
        labels = _labels(sheet, choice)
        for number, row in rows:
            at = place * SHEET_ROWS + number
            # A text file is a sheet without a name. What is cut off there would be read as left empty.
            if not sheet.name and len(row) < width:
                result.rows.append(BadRow(at, "", f"Raden har {len(row)} fält, den ska ha {width}."))
                continue
            if wrong and (garbled := _garbled(row, choice, wrong)):
                result.rows.append(BadRow(at, *garbled))
                continue
            several = units[_unit(row, choice)] > 1
            reading = _Row(at, choice, choices, known, result, valid, several, labels)
            reading.take(row, {cell for of, cell in formulas if of == number} if formulas else ())
    return result


def _garbled(row: Sequence[str], choice: SheetChoice, how: str) -> tuple[str, str] | None:
    """The column of a cell with wrong letters that were not repaired, and the message about it."""
    for column, cell in zip(choice.columns, row, strict=False):
        if column and fitness(repaired(cell, how)) > fitness(cell):
            wrong = f"Tecknen i {quoted(cell)} har blivit fel."
            return column, f"{wrong} Låt dem rättas, eller skriv texten på nytt."
    return None


def _labels(sheet: Sheet, choice: SheetChoice) -> dict[int, str]:
    """The headings that distinguish numbers of one kind, by their columns: they are put in the remark."""
    places = [place for place, column in enumerate(choice.columns) if column in ("Telefon", MORE_NUMBERS)]
    if len(places) < 2:
        return {}
    headings = headings_of(sheet, choice.heading)
    return {at: headings[at] for at in places if headings[at] and column_of(headings[at]) is None}


def _unit(row: Sequence[str], choice: SheetChoice) -> tuple[str, ...]:
    """What the contact of a row is called without its contact person."""
    pairs = zip(choice.columns, row, strict=False)
    return tuple(search_key(cell) for column, cell in pairs if column in ("Enhet", "Avdelning"))


@dataclass(slots=True)
class _Row:
    _row: int
    _choice: SheetChoice
    _choices: Choices
    _known: Known
    _result: Mapped
    _valid: dict[tuple[str, str], bool]
    _several: bool
    _labels: Mapping[int, str]
    _cells: dict[str, str] = field(default_factory=dict)
    _remarks: list[str] = field(default_factory=list)
    _more: list[str] = field(default_factory=list)
    _supplied: set[str] = field(default_factory=set)

    def take(self, row: Sequence[str], formulas: Iterable[int]) -> None:
        by_column: dict[str, list[str]] = {column: [] for column in self._choice.columns if column}
        for place, column in enumerate(self._choice.columns):
            if column and place < len(row) and row[place].strip():
                by_column[column].append(row[place])
        if "Typ" not in by_column:
            self._supplied.add("Typ")
        by_column.setdefault("Huvudman", [self._choice.principal])
        by_column.setdefault("Typ", [self._kind_of(by_column)])
        for place in formulas:
            if place < len(self._choice.columns) and (column := self._choice.columns[place]):
                self._result.rows.append(BadRow(self._row, column, _FORMULA))
        if not self._set_words(by_column):
            self._result.left_out += 1
            return
        for place, label in self._labels.items():
            if place < len(row) and row[place].strip():
                self._remarks.append(f"{label}: {' '.join(row[place].split())}")
        self._plain(by_column)
        self._numbers(by_column)
        for column, parts in ((REMARK, self._remarks), (MORE_NUMBERS, self._more)):
            if parts or column in by_column:
                self._cells[column] = "; ".join(parts)
        if MORE_NUMBERS not in by_column:
            self._supplied.add(MORE_NUMBERS)
        self._result.rows.append(Cells(self._row, self._cells, frozenset(self._supplied)))

    def _kind_of(self, by_column: Mapping[str, list[str]]) -> str:
        """What was chosen for all rows; in a list of people a row that names none is of a unit."""
        is_unit = any(by_column.get("Enhet", ())) and not any(
            any(by_column.get(column, ())) for column in (PERSON, CONTACT, "Förnamn", "Efternamn")
        )
        is_persons = read_kind(self._choice.kind) is EntryKind.PERSON
        return EntryKind.OTHER.label if is_unit and is_persons else self._choice.kind

    def _set_words(self, by_column: Mapping[str, list[str]]) -> bool:
        """Reads the set columns; False where one of their words leaves the row out."""
        for column in VALUED:
            if column not in by_column:
                continue
            word = " ".join(" ".join(by_column[column]).split())
            key = search_key(word)
            if not word and column not in self._choice.columns:
                # Nothing is chosen for all rows yet: that is asked for by itself.
                self._cells[column] = ""
                continue
            if (column, key) not in self._valid:
                self._valid[column, key] = is_valid(column, word, self._known)
            # A patient's number is refused with its row, and is no word to ask about and remember.
            if self._valid[column, key] or has_personal_number(word):
                self._cells[column] = word
                continue
            self._count(column, word)
            meant = self._choices.values.get(column, {}).get(key, "")
            if meant == SKIP:
                return False
            if meant == TO_REMARK:
                self._remarks.append(word)
                self._supplied.add(column)
            self._cells[column] = "" if meant == TO_REMARK else meant or word
            if column == "Gäller" and meant == OWN_HOURS and not any(by_column.get("Tider", ())):
                self._cells[column], self._cells["Tider"] = times_of(word) or (meant, word)
        return True

    def _count(self, column: str, word: str) -> None:
        counter = self._result.values[column]
        same = next((other for other in counter if search_key(other) == search_key(word)), word)
        counter[same] += 1

    def _plain(self, by_column: Mapping[str, list[str]]) -> None:
        for column, cells in by_column.items():
            if column == REMARK:
                self._remarks.extend(cells)
            elif column == PERSON:
                self._person(cells)
            elif column == CONTACT:
                self._contact(cells, by_column)
            elif column not in _NUMBERS and column not in VALUED and column not in self._cells:
                self._cells[column] = cells[0] if cells else ""

    def _person(self, cells: Iterable[str]) -> None:
        first, _, last = " ".join(" ".join(cells).split()).rpartition(" ")
        self._cells |= {"Förnamn": first, "Efternamn": last}

    def _contact(self, cells: list[str], by_column: Mapping[str, list[str]]) -> None:
        """A unit's contact person is named in its remark. Where a unit has several rows, they say whose each is."""
        who = ", ".join(" ".join(cell.split()) for cell in cells)
        if not who:
            return
        named = any(by_column.get(PERSON, ())) or any(by_column.get("Efternamn", ()))
        is_person_row = read_kind(self._cells.get("Typ", "")) is EntryKind.PERSON
        alone = not any(by_column.get("Enhet", ())) or (self._several and is_person(who))
        if not named and (is_person_row or alone):
            self._person(cells)
        elif self._several and not any(by_column.get("Avdelning", ())):
            self._cells["Avdelning"] = who
        else:
            self._remarks.append(f"{CONTACT}: {who}")

    def _numbers(self, by_column: Mapping[str, list[str]]) -> None:
        is_switchboard = read_kind(self._cells.get("Typ", "")) is EntryKind.SWITCHBOARD
        alone = sum(len(by_column.get(column, ())) for column in _NUMBERS if column != "Anknytning") < 2
        for column, kind in _NUMBERS.items():
            own = first_kind(is_switchboard) if column == "Telefon" else kind
            if column in by_column and column in COLUMNS and column != MORE_NUMBERS:
                self._cells[column] = ""
            for cell in by_column.get(column, ()):
                self._number(column, own, cell, alone=alone)

    def _number(self, column: str, kind: PhoneKind, cell: str, *, alone: bool) -> None:
        stays = column in COLUMNS and column != MORE_NUMBERS
        is_read = _is_read(column, kind, cell)
        asked = self._choices.numbers and not is_read
        try:
            found = find_numbers(cell, kind, alone=alone) if asked else None
        except RuleError as unclear:
            self._result.rows.append(BadRow(self._row, column, unclear.reason))
            return
        if found is None:
            if stays:
                self._cells[column] = cell
            else:
                self._more.append(Phone(kind, cell).words if is_read and column != MORE_NUMBERS else cell)
            return
        self._result.proposals.append(
            Proposal(self._row, column, cell, found.phones, found.rest, found.zero, found.not_rung)
        )
        # The heading of a column may have put all of it there.
        if found.rest and not any(found.rest in remark for remark in self._remarks):
            self._remarks.append(found.rest)
        for phone in found.phones:
            if stays and phone.kind is kind and not self._cells[column]:
                self._cells[column] = phone.number
            else:
                self._more.append(phone.words)


def _is_read(column: str, kind: PhoneKind, cell: str) -> bool:
    """Whether a cell of numbers can be read as the file's own are."""
    if column == MORE_NUMBERS:
        pieces = split_more_numbers(tidy_typed(cell))
        return all(of is not None and _is_number(of, number) for of, number in pieces)
    return _is_number(kind, cell)


@lru_cache(maxsize=32_768)
def _is_number(kind: PhoneKind, text: str) -> bool:
    number = tidy_typed(text).strip()
    try:
        check_phone(Phone(kind, tidy_number(number)))
    except RuleError:
        return False
    return not damaged_number(number)
