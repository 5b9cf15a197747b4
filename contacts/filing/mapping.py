"""A stranger's tables made into rows of the directory file, as somebody chose or as it is guessed."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from contacts.rules.errors import RuleError
from contacts.rules.phone import PHONE_KIND_LABELS, Phone, PhoneKind, check_phone, tidy_number
from contacts.rules.swedish_text import search_key, tidy_typed

from .book import Book, Sheet
from .columns import (
    COLUMNS,
    MORE_NUMBERS,
    BadRow,
    Heading,
    first_kind,
    letter,
    read_heading,
    split_more_numbers,
)
from .guessing import (
    ON_CALL,
    PERSON,
    SKIP,
    SWITCHBOARD_NUMBER,
    TO_REMARK,
    column_of,
    heading_row,
    hours_of,
    is_hours,
    kind_of,
    principal_of,
)
from .letters import repair_for, repaired
from .numbers import find_numbers
from .rows import SHEET_ROWS, SWITCHBOARD, Cells, damaged_number

REMARK = "Anmärkning"
TARGETS = (*COLUMNS[:5], PERSON, *COLUMNS[5:10], SWITCHBOARD_NUMBER, ON_CALL, *COLUMNS[10:])
"""Everything a column may be, in the order it is offered."""
MANY = frozenset({REMARK, MORE_NUMBERS, ON_CALL, SWITCHBOARD_NUMBER})
"""What several columns may be at once."""
VALUED = ("Huvudman", "Typ", "Gäller")
"""The columns whose values are a few set words."""
_NUMBERS: dict[str, PhoneKind] = {
    "Telefon": PhoneKind.DIRECT,
    "Anknytning": PhoneKind.EXTENSION,
    "Mobiltelefon": PhoneKind.MOBILE,
    SWITCHBOARD_NUMBER: PhoneKind.SWITCHBOARD,
    ON_CALL: PhoneKind.ON_CALL,
    MORE_NUMBERS: PhoneKind.DIRECT,
}
_TOTALS = re.compile(r"(?:summa|totalt?|antal|sum)\b", re.IGNORECASE)
_MOSTLY = 0.6
_FORMULA = "Cellen har en formel. Klistra in värdet i stället och spara igen."


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """What is made of one sheet. `heading` is the row of its headings, 0 for none; `columns` says what each column is,
    "" for one that is left out; `principal` and `kind` hold for all rows where no column says it.
    """

    take: bool
    heading: int
    columns: tuple[str, ...]
    skipped: tuple[int, ...] = ()
    principal: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What is made of a file: one choice for each sheet that has something in it, and what its words mean.

    `values` gives by column, and by the key that a word is looked up by, the word that is meant. `letters` is how wrong
    letters are put right, `numbers` whether numbers are taken out of the text about them.
    """

    sheets: tuple[SheetChoice, ...]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    letters: str = ""
    numbers: bool = True

    def stored(self) -> dict[str, Any]:
        """The choices as they are kept."""
        return asdict(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Choices":
        """The choices that were kept."""
        sheets = tuple(
            SheetChoice(**sheet | {name: tuple(sheet[name]) for name in ("columns", "skipped")})
            for sheet in stored["sheets"]
        )
        return cls(sheets, stored["values"], stored["letters"], stored["numbers"])


@dataclass(frozen=True, slots=True)
class Known:
    """What a guess leans on: labels and values of Typ, names and short names of principals, the own one, and what was
    chosen before: by heading, and by column and value.
    """

    kinds: Mapping[str, str]
    principals: Mapping[str, str]
    own: str
    columns_before: Mapping[str, str] = field(default_factory=dict)
    values_before: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Numbers found in the text of a cell; `rest` becomes a remark."""

    row: int
    column: str
    text: str
    phones: tuple[Phone, ...]
    rest: str
    zero: bool


@dataclass(slots=True)
class Mapped:
    """Rows by their columns with what is wrong already, and what was done to come there."""

    rows: list[Cells | BadRow] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    left_out: int = 0
    values: dict[str, Counter[str]] = field(default_factory=lambda: {column: Counter() for column in VALUED})
    """The words of the set columns that are none of the valid ones, as they were first written."""


@dataclass(frozen=True, slots=True)
class Flagged:
    """A row that is pointed out, with why; `guessed` tells that it most likely is to be left out."""

    row: int
    why: str
    text: str
    guessed: bool


def with_letters(book: Book, how: str) -> Book:
    """The book with its letters put right."""
    if not how:
        return book
    sheets = tuple(
        replace(sheet, rows=[[repaired(cell, how) for cell in row] for row in sheet.rows])
        for sheet in book.sheets
    )
    return replace(book, sheets=sheets)


def letters_of(book: Book) -> str:
    """How the book's wrong letters are best put right, "" where they are right."""
    return repair_for(cell for sheet in book.filled for row in sheet.rows for cell in row)


def guess(book: Book, known: Known) -> Choices:
    """The choices that are most likely right."""
    letters = letters_of(book)
    right = with_letters(book, letters)
    sheets = tuple(guess_sheet(sheet, known) for sheet in right.filled)
    return with_values(right, Choices(sheets, letters=letters), known)


def with_values(book: Book, choices: Choices, known: Known) -> Choices:
    """The choices with a guess for each word that has none; `book` has its letters right."""
    found = mapped(book, choices, known).values
    values = {
        column: {search_key(word): _meant(column, word, known) for word in words}
        for column, words in found.items()
    }
    given = {column: values[column] | dict(choices.values.get(column, {})) for column in VALUED}
    return replace(choices, values=given)


def guess_sheet(sheet: Sheet, known: Known, heading: int | None = None) -> SheetChoice:
    """The choice for one sheet that is most likely right; with `heading`, where that row has the headings."""
    heading = heading_row(sheet.rows) if heading is None else heading
    columns = _guess_columns(sheet, heading, known)
    named = {"Efternamn", PERSON} & set(columns)
    choice = SheetChoice(
        take=not (sheet.hidden or sheet.refused) and bool({"Enhet", "Efternamn", PERSON} & set(columns)),
        heading=heading,
        columns=columns,
        principal="" if "Huvudman" in columns else known.own,
        kind="" if "Typ" in columns else kind_of(sheet.name, known.kinds) or ("Person" if named else "Annan"),
    )
    skipped = tuple(flag.row for flag in flagged_rows(sheet, choice) if flag.guessed)
    return replace(choice, skipped=skipped)


def headings_of(sheet: Sheet, heading: int) -> list[str]:
    """The headings, "" for a column without one; as many as the sheet is wide."""
    width = max(map(len, sheet.rows), default=0)
    row = sheet.rows[heading - 1] if 0 < heading <= len(sheet.rows) else []
    return [" ".join(tidy_typed(cell).split()) for cell in row] + [""] * (width - len(row))


def _guess_columns(sheet: Sheet, heading: int, known: Known) -> tuple[str, ...]:
    names = headings_of(sheet, heading)
    keys = [search_key(name) for name in names]
    chosen: list[str | None] = [
        known.columns_before.get(key, column_of(name)) if key else None
        for key, name in zip(keys, names, strict=True)
    ]
    own = {place for place, name in enumerate(names) if name in COLUMNS}
    # The file's own headings first: another that means the same has to stand back.
    for place in sorted(range(len(names)), key=lambda place: place not in own):
        column = chosen[place]
        if column is None and _mostly_numbers(sheet, heading, place):
            column = "Telefon"
        others = {other for at, other in enumerate(chosen) if at != place and (at in own or at < place)}
        if column in others and column not in MANY:
            column = {"Telefon": MORE_NUMBERS, "Mobiltelefon": MORE_NUMBERS}.get(column or "", "")
            if keys[place] == "namn" and PERSON not in chosen:
                column = PERSON
        chosen[place] = column or ""
    if "Enhet" not in chosen and PERSON not in chosen and "Avdelning" in chosen and "Efternamn" not in chosen:
        chosen[chosen.index("Avdelning")] = "Enhet"
    return tuple(column or "" for column in chosen)


def _mostly_numbers(sheet: Sheet, heading: int, place: int) -> bool:
    cells = [row[place] for row in sheet.rows[heading:] if place < len(row) and row[place].strip()]
    found = [find_numbers(cell, PhoneKind.DIRECT) for cell in cells[:200]]
    return bool(cells) and sum(bool(each and each.phones) for each in found) >= _MOSTLY * len(found)


def flagged_rows(sheet: Sheet, choice: SheetChoice) -> list[Flagged]:
    """The rows under the headings that are pointed out, in order."""
    struck = {row for row, place in sheet.struck if place < len(choice.columns) and choice.columns[place]}
    hidden = set(sheet.hidden_rows)
    headings = [search_key(cell) for cell in headings_of(sheet, choice.heading)]
    read = sum(map(bool, choice.columns))
    found = []
    for number, row in _data_rows(sheet, choice.heading):
        filled = [cell for cell in row if cell.strip()]
        text = " · ".join(" ".join(cell.split()) for cell in filled[:4])
        if _TOTALS.match(filled[0].strip()):
            found.append(Flagged(number, "summarad", text, guessed=True))
        elif len(filled) > 1 and [search_key(cell) for cell in row] == headings[: len(row)]:
            found.append(Flagged(number, "rubrikerna en gång till", text, guessed=True))
        elif len(filled) == 1 and read > 2:
            found.append(Flagged(number, "bara en text på raden", text, guessed=True))
        elif number in struck:
            found.append(Flagged(number, "överstruken text", text, guessed=True))
        elif number in hidden:
            found.append(Flagged(number, "dold rad", text, guessed=False))
    return found


def _data_rows(sheet: Sheet, heading: int) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.rows, start=1):
        if number > heading and any(cell.strip() for cell in row):
            yield number, row


def _meant(column: str, word: str, known: Known) -> str:
    before = known.values_before.get(column, {}).get(search_key(word))
    if before is not None:
        return before
    if column == "Typ":
        return kind_of(word, known.kinds)
    return principal_of(word, known.principals, known.own) if column == "Huvudman" else hours_of(word)


def is_valid(column: str, word: str, known: Known) -> bool:
    """Whether a word of a set column can be read as it stands."""
    if column == "Gäller":
        return is_hours(word)
    valid = known.kinds if column == "Typ" else known.principals
    return search_key(word) in set(map(search_key, valid))


def is_plain(book: Book, choices: Choices, known: Known) -> bool:
    """Whether a file is as the directory's own are, so that there is nothing to choose and nothing to point out."""
    if len(book.filled) != 1 or book.blind or choices.letters:
        return False
    (sheet,), (choice,) = book.filled, choices.sheets
    if (
        sheet.hidden
        or sheet.hidden_rows
        or sheet.hidden_columns
        or sheet.struck
        or sheet.formulas
        or sheet.merged
    ):
        return False
    first = next((number for number, _ in _data_rows(sheet, 0)), 0)
    heading = read_heading(sheet.rows[choice.heading - 1]) if choice.heading == first else None
    if not isinstance(heading, Heading) or heading.places != choice.columns or choice.skipped:
        return False
    found = mapped(book, choices, known)
    return not found.proposals and not any(found.values.values())


def mapped(book: Book, choices: Choices, known: Known) -> Mapped:
    """The rows of a file as the choices say; `book` has its letters right."""
    result = Mapped()
    valid: dict[tuple[str, str], bool] = {}
    for place, (sheet, choice) in enumerate(zip(book.filled, choices.sheets, strict=True)):
        if not choice.take:
            continue
        formulas = set(sheet.formulas)
        skipped = set(choice.skipped)
        for number, row in _data_rows(sheet, choice.heading):
            if number in skipped:
                continue
            reading = _Row(place * SHEET_ROWS + number, choice, choices, known, result, valid)
            reading.take(row, {at for of, at in formulas if of == number} if formulas else ())
    return result


class _Row:
    """One row on its way into the file's own columns."""

    def __init__(
        self,
        number: int,
        choice: SheetChoice,
        choices: Choices,
        known: Known,
        result: Mapped,
        valid: dict[tuple[str, str], bool],
    ) -> None:
        self._row, self._choice, self._choices, self._known = number, choice, choices, known
        self._result, self._valid = result, valid
        self._cells: dict[str, str] = {}
        self._remarks: list[str] = []
        self._more: list[str] = []

    def take(self, row: Sequence[str], formulas: Iterable[int]) -> None:
        """Put the row into the result, unless one of its words leaves it out."""
        by_column: dict[str, list[str]] = {column: [] for column in self._choice.columns if column}
        for place, column in enumerate(self._choice.columns):
            if column and place < len(row) and row[place].strip():
                by_column[column].append(row[place])
        for column in ("Huvudman", "Typ"):
            by_column.setdefault(
                column, [self._choice.principal if column == "Huvudman" else self._choice.kind]
            )
        for place in formulas:
            if place < len(self._choice.columns) and (column := self._choice.columns[place]):
                self._result.rows.append(BadRow(self._row, column, _FORMULA))
        if not self._set_words(by_column):
            self._result.left_out += 1
            return
        self._plain(by_column)
        self._numbers(by_column)
        for column, parts, between in ((REMARK, self._remarks, "; "), (MORE_NUMBERS, self._more, "; ")):
            if parts or column in by_column:
                self._cells[column] = between.join(parts)
        self._result.rows.append((self._row, self._cells))

    def _set_words(self, by_column: Mapping[str, list[str]]) -> bool:
        """Take in the set columns; False where one of their words leaves the row out."""
        for column in VALUED:
            if column not in by_column:
                continue
            word = " ".join(" ".join(by_column[column]).split())
            key = search_key(word)
            if (column, key) not in self._valid:
                self._valid[column, key] = is_valid(column, word, self._known)
            if self._valid[column, key]:
                self._cells[column] = word
                continue
            self._count(column, word)
            meant = self._choices.values.get(column, {}).get(key, "")
            if meant == SKIP:
                return False
            if meant == TO_REMARK:
                self._remarks.append(word)
            self._cells[column] = "" if meant == TO_REMARK else meant or word
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
                first, _, last = " ".join(" ".join(cells).split()).rpartition(" ")
                self._cells |= {"Förnamn": first, "Efternamn": last}
            elif column not in _NUMBERS and column not in VALUED:
                self._cells[column] = cells[0] if cells else ""

    def _numbers(self, by_column: Mapping[str, list[str]]) -> None:
        is_switchboard = self._known.kinds.get(self._label(), "") == SWITCHBOARD
        for column, kind in _NUMBERS.items():
            own = first_kind(is_switchboard) if column == "Telefon" else kind
            if column in by_column and column in COLUMNS and column != MORE_NUMBERS:
                self._cells[column] = ""
            for cell in by_column.get(column, ()):
                self._number(column, own, cell)

    def _label(self) -> str:
        key = search_key(self._cells.get("Typ", ""))
        return next((label for label in self._known.kinds if search_key(label) == key), "")

    def _number(self, column: str, kind: PhoneKind, cell: str) -> None:
        stays = column in COLUMNS and column != MORE_NUMBERS
        if _is_read(column, kind, cell):
            if stays:
                self._cells[column] = cell
            else:
                self._more.append(cell if column == MORE_NUMBERS else _labelled(Phone(kind, cell)))
            return
        found = find_numbers(cell, kind) if self._choices.numbers else None
        if found is None:
            if stays:
                self._cells[column] = cell
            else:
                self._more.append(cell)
            return
        self._result.proposals.append(Proposal(self._row, column, cell, found.phones, found.rest, found.zero))
        if found.rest:
            self._remarks.append(found.rest)
        for phone in found.phones:
            if stays and phone.kind is kind and not self._cells[column]:
                self._cells[column] = phone.number
            else:
                self._more.append(_labelled(phone))


def _labelled(phone: Phone) -> str:
    return f"{PHONE_KIND_LABELS[phone.kind].lower()} {phone.number}"


def _is_read(column: str, kind: PhoneKind, cell: str) -> bool:
    """Whether a cell of numbers can be read as the file's own are."""
    if column == MORE_NUMBERS:
        pieces = split_more_numbers(tidy_typed(cell))
        return all(of is not None and _is_number(of, number) for of, number in pieces)
    return _is_number(kind, cell)


def _is_number(kind: PhoneKind, text: str) -> bool:
    number = tidy_typed(text).strip()
    try:
        check_phone(Phone(kind, tidy_number(number)))
    except RuleError:
        return False
    return not damaged_number(number)


def memory_of(book: Book, choices: Choices) -> dict[str, Any]:
    """What is remembered of the choices for the next file: by heading, and by column and word."""
    columns = {
        search_key(name): column
        for sheet, choice in zip(book.filled, choices.sheets, strict=True)
        if choice.take
        for name, column in zip(headings_of(sheet, choice.heading), choice.columns, strict=False)
        if search_key(name)
    }
    return {"columns": columns, "values": {column: dict(words) for column, words in choices.values.items()}}


def place_words(place: int, heading: str) -> str:
    """What a column is called: "B (Telefon)"."""
    return f"{letter(place)} ({heading})" if heading else letter(place)
