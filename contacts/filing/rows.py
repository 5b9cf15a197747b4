"""The rows of a directory file: each is read into an entry, or everything that is wrong with it is reported.

The cells come from a CSV or XLSX file through the door to tables; here they are text already. Nothing is read
ahead, so that a long file can be read with its progress shown.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from contacts.rules.doubt import InFile, in_file
from contacts.rules.entry_facts import FIRST_COLUMN, TEXTS, EntryFacts, EntryKind
from contacts.rules.errors import RuleError
from contacts.rules.file_rows import BadRow, quoted
from contacts.rules.hours import Hours
from contacts.rules.hours_text import hours_text, is_read_from_remark, read_hours
from contacts.rules.names import name_key
from contacts.rules.personal_number import NO_PATIENT, has_personal_number
from contacts.rules.phone import LONGEST_NUMBER, Phone, PhoneKind, check_phone, normalise, tidy_number
from contacts.rules.swedish_text import DASHES, search_key, tidy_typed

from .book import letter
from .columns import (
    COLUMNS,
    LONGEST,
    MORE_NUMBERS,
    NUMBER_COLUMNS,
    Heading,
    columns_of,
    first_kind,
    normal_order,
    read_heading,
    read_kind,
    split_more_numbers,
)
from .letters import is_garbled

SHEET_ROWS = 1_000_000
"""How far the numbers of one sheet's rows are from those of the next."""


class Cells(NamedTuple):
    """A row's number and its cells by column; a column that is not in it says nothing.

    Those that are `supplied` were not in the file: what was chosen for all rows, numbers found in others' text. They
    make a new entry, and take nothing from one that is there.
    """

    number: int
    by_column: dict[str, str]
    supplied: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """One entry as the file has it; `row` is its row, the heading being 1.

    A column that is not in the file says nothing: `given` has those that were there, and the facts of the others are
    empty. "Kontrollerad" is left out: an import never makes an entry verified.
    """

    row: int
    given: frozenset[str]
    principal: str
    facts: EntryFacts
    from_remark: InFile | None = field(default=None, compare=False)

    @property
    def same(self) -> tuple[str, str, str]:
        """What may occur once in a file, in any spelling: two of one name may be in two departments."""
        return search_key(self.principal), name_key(self.facts.name), name_key(self.facts.department)

    @property
    def numbers_given(self) -> bool:
        return bool(self.facts.phones) or not self.given.isdisjoint(NUMBER_COLUMNS)

    @property
    def hours_given(self) -> bool:
        return "Gäller" in self.given

    @property
    def times_given(self) -> bool:
        """Whether the file has a column for clock times; without one, "Gäller" alone says the hours."""
        return self.hours_given and not self.given.isdisjoint(("Tider", "Anmärkning"))


def cells_of(facts: EntryFacts, principal: str, checked: str = "") -> list[str]:
    """An entry's cells in the order of COLUMNS, such that reading them gives the entry back.

    `checked` is what "Kontrollerad" says, for people only. A person's name is written as its two parts, with the
    department as the unit.
    """
    cells = {FIRST_COLUMN[fact].heading: facts.words(fact) for fact in ("kind", "unit", *TEXTS)}
    cells |= {
        "Huvudman": principal,
        "Enhet": facts.department if facts.is_person else facts.name,
        "Gäller": facts.hours.availability.label if facts.hours.known else "",
        "Tider": hours_text(facts.hours, facts.remark),
        "Kontrollerad": checked,
    }
    cells |= columns_of(facts.phones, facts.kind == EntryKind.SWITCHBOARD)
    return [cells[column] for column in COLUMNS]


def read_rows(table: Iterable[Sequence[str]]) -> Iterator[DirectoryRow | BadRow]:
    """Read the rows of a file, its heading first, one at a time.

    A row gives one DirectoryRow, or a BadRow for each thing that is wrong with it; empty rows are passed over but
    counted. Where the heading is wrong nothing but its BadRows is given.
    """
    rows = iter(table)
    heading = read_heading(next(rows, ()))
    if not isinstance(heading, Heading):
        yield from heading
        return
    yield from read_cells(_under(heading, rows))


def _under(heading: Heading, rows: Iterable[Sequence[str]]) -> Iterator[Cells | BadRow]:
    """Each row's cells by their columns, and what stands where the heading has no place for it."""
    for number, cells in enumerate(rows, start=2):
        if not any(cell and not cell.isspace() for cell in cells):
            continue
        misplaced = list(_misplaced(number, cells, heading))
        yield from misplaced
        if not misplaced:
            yield Cells(number, {c: cell for c, cell in zip(heading.places, cells, strict=False) if c})


def read_cells(rows: Iterable[Cells | BadRow]) -> Iterator[DirectoryRow | BadRow]:
    """Read rows whose cells are known by their columns; a BadRow that comes among them is given on."""
    first_seen: dict[tuple[str, str, str], int] = {}
    for cells in rows:
        if isinstance(cells, BadRow):
            yield cells
            continue
        reading = _Reading(*cells)
        row = reading.read()
        if reading.bad:
            yield from reading.bad
        elif row.same in first_seen:
            place = in_sheet(first_seen[row.same], row.row)
            yield BadRow(row.row, "Enhet", f"{row.facts.name} står redan på {place}.")
        else:
            first_seen[row.same] = row.row
            yield row


def in_sheet(number: int, beside: int) -> str:
    """A row in words, to one who looks at the row `beside`."""
    sheet, row = divmod(number, SHEET_ROWS)
    return f"rad {row}" if sheet == beside // SHEET_ROWS else f"rad {row} i ett annat blad"


def _misplaced(number: int, cells: Sequence[str], heading: Heading) -> Iterator[BadRow]:
    """Where a row has fewer fields than the heading, or a text that stands under no heading."""
    width = max(place for place, column in enumerate(heading.places, start=1) if column)
    if len(cells) < width:
        yield BadRow(number, "", f"Raden har {len(cells)} fält, den ska ha {width}.")
        return
    for place, cell in enumerate(cells):
        if cell.strip() and (place >= len(heading.places) or not heading.places[place]):
            yield BadRow(number, "", f"Kolumn {letter(place)} har text men ingen rubrik: {quoted(cell)}.")


# Line breaks and tabs are what a person may type in a cell; the others are damage, or text meant to mislead.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_LOST = "\ufffd"
_TOO_NARROW = re.compile(r"#{2,}")
_ERROR_VALUE = re.compile(r"#(?:N/A|[A-ZÅÄÖ/0]+[!?])")
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_ZERO_LOST = re.compile(r"[1-9]\d{7,8}", re.ASCII)


def _damage(cell: str) -> str:
    """The sentence on what a program has done to the cell, or ""."""
    if _CONTROL.search(cell):
        return "Cellen innehåller ett styrtecken. Skriv texten på nytt."
    if _LOST in cell:
        return "Ett tecken har gått förlorat (�). Skriv texten på nytt."
    if is_garbled(cell):
        return f"Tecknen i {quoted(cell)} har blivit fel. Skriv texten på nytt."
    if _TOO_NARROW.fullmatch(cell.strip()):
        return "Kolumnen var för smal när filen sparades. Gör den bredare och spara igen."
    if _ERROR_VALUE.fullmatch(cell.strip()):
        return f"Cellen visar felet {cell.strip()}. Skriv det som ska stå där."
    return ""


def damaged_number(number: str) -> str:
    """The sentence on what a spreadsheet has done to a number, or ""."""
    if _SCIENTIFIC.fullmatch(number):
        return f"Numret har blivit {number}. Formatera kolumnen som text och skriv numret igen."
    bare = re.sub(rf"[{DASHES}\s]", "", number)
    if _ZERO_LOST.fullmatch(bare) and normalise(f"0{bare}"):
        return "Nollan först har fallit bort. Formatera kolumnen som text."
    return ""


class _Reading:
    def __init__(self, number: int, cells: Mapping[str, str], supplied: frozenset[str]) -> None:
        self.number = number
        self.given = frozenset(cells) - supplied
        self.bad: list[BadRow] = []
        self.raw = cells
        self.cells = {column: self._tidy(column) for column in LONGEST}

    def _wrong(self, column: str, sentence: str) -> None:
        self.bad.append(BadRow(self.number, column, sentence))

    def _tidy(self, column: str) -> str:
        """The cell on one line and without invisible characters, "" where the column is absent or the cell bad."""
        raw = self.raw.get(column, "")
        if damage := _damage(raw):
            self._wrong(column, damage)
            return ""
        cell = " ".join(tidy_typed(raw).split())
        if has_personal_number(cell):
            self._wrong(column, NO_PATIENT)
            return ""
        if len(cell) > LONGEST[column]:
            self._wrong(column, f"Texten har {len(cell)} tecken, högst {LONGEST[column]} får plats.")
            return ""
        return cell

    def _spoiled(self, column: str) -> bool:
        return any(bad.column == column for bad in self.bad)

    def read(self) -> DirectoryRow:
        """The entry, to be used only where `bad` is empty afterwards."""
        cells = self.cells
        person = f"{cells['Förnamn']} {cells['Efternamn']}".strip()
        name = person or cells["Enhet"]
        if not cells["Huvudman"] and not self._spoiled("Huvudman"):
            self._wrong("Huvudman", "Skriv vilken huvudman kontakten hör till.")
        if not name and not self._spoiled("Enhet"):
            self._wrong("Enhet", "Skriv enhetens eller personens namn.")
        if has_personal_number(person):
            self._wrong("Efternamn", NO_PATIENT)
        if len(person) > LONGEST["Enhet"]:
            self._wrong(
                "Efternamn", f"Förnamn och efternamn får ha högst {LONGEST['Enhet']} tecken tillsammans."
            )
        told = {fact: cells[FIRST_COLUMN[fact].heading] for fact in ("unit", *TEXTS)}
        kind = self._kind()
        phones = self._phones(is_switchboard=kind is EntryKind.SWITCHBOARD)
        hours = self._hours()
        told["department"] = self._department(named=bool(person))
        was_read = is_read_from_remark(cells["Gäller"], cells["Tider"])
        return DirectoryRow(
            row=self.number,
            given=self.given,
            principal=cells["Huvudman"],
            facts=EntryFacts(kind=kind, name=name, phones=phones, hours=hours, **told),
            from_remark=in_file(hours, told["remark"], was_read=was_read),
        )

    def _department(self, *, named: bool) -> str:
        """A person is in the unit too: it stands before a department of another name."""
        unit, department = self.cells["Enhet"], self.cells["Avdelning"]
        if not named or not unit or f"{search_key(department)} ".startswith(f"{search_key(unit)} "):
            return department or (unit if named else "")
        whole = f"{unit}, {department}" if department else unit
        if len(whole) > LONGEST["Avdelning"]:
            self._wrong(
                "Avdelning", f"Enhet och avdelning får ha högst {LONGEST['Avdelning']} tecken tillsammans."
            )
        return whole

    def _kind(self) -> EntryKind:
        label = self.cells["Typ"]
        kind = read_kind(label)
        if kind is None and not self._spoiled("Typ"):
            self._wrong(
                "Typ", f"Typen {quoted(label)} finns inte." if label else "Skriv vad det är för kontakt."
            )
        return kind or EntryKind.OTHER

    def _phones(self, *, is_switchboard: bool) -> tuple[Phone, ...]:
        numbers: list[Phone] = []
        own = (first_kind(is_switchboard), PhoneKind.EXTENSION, PhoneKind.MOBILE)
        for column, kind in zip(NUMBER_COLUMNS, own, strict=False):
            if self.cells[column]:
                numbers.extend(self._number(column, kind, self.cells[column]))
        if self.cells[MORE_NUMBERS]:
            # From the raw cell: a line break between two numbers is lost in the tidy one.
            for more_kind, number in split_more_numbers(tidy_typed(self.raw[MORE_NUMBERS])):
                if more_kind is None:
                    self._wrong(
                        MORE_NUMBERS,
                        "Skriv direkt, växel, anknytning, mobil eller jour före varje nummer, "
                        f"till exempel jour 090-785 00 00. Det står {quoted(number)}.",
                    )
                else:
                    numbers.extend(self._number(MORE_NUMBERS, more_kind, number))
        return normal_order(numbers, is_switchboard=is_switchboard)

    def _number(self, column: str, kind: PhoneKind, number: str) -> Iterator[Phone]:
        if damage := damaged_number(number):
            self._wrong(column, damage)
            return
        if len(number) > LONGEST_NUMBER:
            self._wrong(column, f"Numret {quoted(number)} får ha högst {LONGEST_NUMBER} tecken.")
            return
        phone = Phone(kind, tidy_number(number))
        try:
            check_phone(phone)
        except RuleError as wrong:
            self._wrong(column, wrong.reason)
            return
        yield phone

    def _hours(self) -> Hours:
        try:
            return read_hours(self.cells["Gäller"], self.cells["Anmärkning"], self.cells["Tider"])
        except RuleError as wrong:
            self._wrong(wrong.field or "Gäller", wrong.reason)
            return read_hours("", "", "")
