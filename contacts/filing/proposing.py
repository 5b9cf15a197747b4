"""Proposed choices for a file in an unknown format, and what in it has to be pointed out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contacts.rules.errors import RuleError
from contacts.rules.personal_number import has_personal_number
from contacts.rules.phone import PhoneKind
from contacts.rules.swedish_text import search_key

from .book import Book, Sheet
from .choices import MANY, VALUED, Choices, Known, SheetChoice, data_rows, headings_of, with_letters
from .columns import COLUMNS, MORE_NUMBERS, Heading, read_heading
from .guessing import (
    CONTACT,
    ON_CALL,
    PERSON,
    column_of,
    goes_on,
    heading_row,
    hours_of,
    is_of_evenings,
    is_person,
    kind_of,
    principal_named,
    principal_of,
)
from .letters import repair_for
from .mapping import Mapped, mapped
from .numbers import find_numbers

_TOTALS = re.compile(r"(?:summa|totalt?|antal|sum)\b", re.IGNORECASE)
_MOSTLY = 0.6
_OF_NAMES = frozenset(("namn", "vem", "kontakt", "kontakter"))


@dataclass(frozen=True, slots=True)
class Flagged:
    """A row pointed out. `guessed`: most likely to be left out. `is_contact`: it may hold a contact."""

    row: int
    why: str
    text: str
    guessed: bool
    is_contact: bool = False


def letters_of(book: Book) -> str:
    """How the book's wrong letters are best repaired, "" where they are right."""
    return repair_for(cells_of(book))


def cells_of(book: Book) -> Iterator[str]:
    return (cell for sheet in book.filled for row in sheet.rows for cell in row)


def guess(book: Book, known: Known) -> Choices:
    letters = letters_of(book)
    right = with_letters(book, letters)
    sheets = [guess_sheet(sheet, known) for sheet in right.filled]
    said = _principals_said(right, sheets, known)
    if len(said) == 1 and (one := said.pop()):
        # The sheets of a file are of one principal where those that say it are.
        sheets = [replace(choice, principal=choice.principal and one) for choice in sheets]
    return with_values(right, Choices(tuple(sheets), letters=letters), known)


def _principals_said(book: Book, sheets: Sequence[SheetChoice], known: Known) -> set[str]:
    """What the column for it says in the rows that are read, "" for a word that means none."""
    return {
        principal_of(row[place], known.principals, known.own)
        for sheet, choice in zip(book.filled, sheets, strict=True)
        if "Huvudman" in choice.columns
        for place in [choice.columns.index("Huvudman")]
        for number, row in data_rows(sheet, choice.heading)
        if number not in choice.skipped and place < len(row) and row[place].strip()
    }


def with_values(book: Book, choices: Choices, known: Known) -> Choices:
    """The choices with a guess for each word that has none; `book` has its letters right."""
    found = mapped(book, choices, known).values
    values = {
        column: {search_key(word): _meant(column, word, known) for word in words}
        for column, words in found.items()
    }
    if "" in values["Huvudman"] and _principals_said(book, choices.sheets, known) - {known.own}:
        # A cell that is left empty may be of the row above.
        values["Huvudman"][""] = ""
    given = {column: values[column] | dict(choices.values.get(column, {})) for column in VALUED}
    return replace(choices, values=given)


def guess_sheet(sheet: Sheet, known: Known, heading: int | None = None) -> SheetChoice:
    """The choice for one sheet that is most likely right; with `heading`, where that row has the headings."""
    heading = heading_row(sheet.rows) if heading is None else heading
    columns = _guess_columns(sheet, heading, known)
    has_unit = "Enhet" in columns
    named = {"Efternamn", PERSON} & set(columns) or (CONTACT in columns and not has_unit)
    choice = SheetChoice(
        take=not (sheet.hidden or sheet.refused) and (has_unit or bool(named)),
        heading=heading,
        columns=columns,
        principal="" if "Huvudman" in columns else principal_named(sheet.name, known.principals) or known.own,
        kind="" if "Typ" in columns else kind_of(sheet.name) or ("Person" if named else "Annan"),
    )
    skipped = tuple(flag.row for flag in flagged_rows(sheet, choice) if flag.guessed)
    sections = sections_of(sheet, choice, known)
    others = {name for _, name in sections} - {choice.principal}
    return replace(
        choice,
        skipped=tuple(sorted({*skipped, *(number for number, _ in sections)})),
        principal="" if others else choice.principal,
    )


def sections_of(sheet: Sheet, choice: SheetChoice, known: Known) -> list[tuple[int, str]]:
    """The rows that say nothing but the name of a principal, which those below may be of, with the name."""
    rows = (
        (number, [cell for cell in row if cell.strip()]) for number, row in data_rows(sheet, choice.heading)
    )
    said = (
        (number, principal_named(filled[0], known.principals)) for number, filled in rows if len(filled) == 1
    )
    return [(number, name) for number, name in said if name] if "Huvudman" not in choice.columns else []


def _guess_columns(sheet: Sheet, heading: int, known: Known) -> tuple[str, ...]:
    ends = second_list(sheet, heading)
    names = headings_of(sheet, heading)[:ends]
    keys = [search_key(name) for name in names]
    chosen: list[str | None] = [
        known.columns_before.get(key, column_of(name)) if key else None
        for key, name in zip(keys, names, strict=True)
    ]
    own = {place for place, name in enumerate(names) if name in COLUMNS}
    # The file's own headings first: they take precedence over synonyms.
    for place in sorted(range(len(names)), key=lambda place: place not in own):
        column = chosen[place]
        if (
            column in (None, "Telefon", MORE_NUMBERS)
            and place not in own
            and _mostly_numbers(sheet, heading, place)
        ):
            column = ON_CALL if is_of_evenings(names[place]) else column or "Telefon"
        first = own if place in own else own | set(range(place))
        others = {other for at, other in enumerate(chosen) if at != place and at in first}
        if column in others and column not in MANY:
            column = {"Telefon": MORE_NUMBERS, "Mobiltelefon": MORE_NUMBERS}.get(column or "", "")
            if chosen[place] == "Enhet":
                column = _beside_the_unit(sheet, heading, place, keys[place], chosen)
        chosen[place] = column or ""
    if "Enhet" not in chosen and PERSON not in chosen and "Avdelning" in chosen and "Efternamn" not in chosen:
        chosen[chosen.index("Avdelning")] = "Enhet"
    named = [place for place, key in enumerate(keys) if chosen[place] == "Enhet" and key in _OF_NAMES]
    if named and "Titel" in chosen and PERSON not in chosen and _mostly_people(sheet, heading, named[0]):
        chosen[named[0]] = PERSON
    if "Tider" in chosen and "Gäller" not in chosen:
        chosen[chosen.index("Tider")] = "Gäller"
    beside = len(headings_of(sheet, heading)) - ends
    return (*(column or "" for column in chosen), *[""] * beside)


def _beside_the_unit(sheet: Sheet, heading: int, place: int, key: str, chosen: Sequence[str | None]) -> str:
    """What a second column of names is: of people, of who is asked for, or of what in the unit it is."""
    if PERSON not in chosen and _mostly_people(sheet, heading, place):
        return PERSON
    if key in ("vem", "kontakt", "kontakter"):
        return CONTACT
    return "" if "Avdelning" in chosen else "Avdelning"


def _mostly_people(sheet: Sheet, heading: int, place: int) -> bool:
    cells = [row[place] for _, row in data_rows(sheet, heading) if place < len(row) and row[place].strip()]
    return sum(map(is_person, cells)) > len(cells) / 2


def _mostly_numbers(sheet: Sheet, heading: int, place: int) -> bool:
    cells = [row[place] for row in sheet.rows[heading:] if place < len(row) and row[place].strip()]
    found = [_has_number(cell) for cell in cells[:200]]
    return bool(cells) and sum(found) >= _MOSTLY * len(found)


def _has_number(cell: str) -> bool:
    try:
        found = find_numbers(cell, PhoneKind.DIRECT)
    except RuleError:
        return True
    return bool(found and found.phones)


def flagged_rows(sheet: Sheet, choice: SheetChoice) -> list[Flagged]:
    struck = {row for row, place in sheet.struck if place < len(choice.columns) and choice.columns[place]}
    hidden = set(sheet.hidden_rows)
    headings = [search_key(cell) for cell in headings_of(sheet, choice.heading)]
    read = sum(map(bool, choice.columns))
    found = []
    for number, row in data_rows(sheet, choice.heading):
        filled = [cell for cell in row if cell.strip()]
        text = " · ".join(" ".join(cell.split()) for cell in filled[:4])
        if _TOTALS.match(filled[0].strip()):
            found.append(Flagged(number, "summarad", text, guessed=True))
        elif len(filled) > 1 and _are_headings(row, headings):
            found.append(Flagged(number, "rubrikerna en gång till", text, guessed=True))
        elif len(filled) == 1 and read > 2:
            found.append(Flagged(number, "bara en text på raden", text, guessed=True))
        elif number in struck:
            found.append(Flagged(number, "överstruken text", text, guessed=True, is_contact=True))
        elif number in hidden:
            found.append(Flagged(number, "dold rad", text, guessed=False, is_contact=True))
    return found


def memory_of(book: Book, choices: Choices, known: Known) -> dict[str, Any]:
    """What is remembered for the principal's next file: headings that were chosen to be another thing than is guessed,
    and what words mean; and what was remembered before of others.
    """
    columns = dict(known.columns_before)
    unknowing = replace(known, columns_before={})
    said: dict[str, str] = {}
    guessed: set[str] = set()
    for sheet, choice in zip(book.filled, choices.sheets, strict=True):
        meant = guess_sheet(sheet, unknowing, choice.heading).columns if choice.take else ()
        pairs = zip(headings_of(sheet, choice.heading), choice.columns, meant, strict=False)
        for key, column, most_likely in ((search_key(name), column, meant) for name, column, meant in pairs):
            if not key or has_personal_number(key):
                continue
            if column == most_likely or said.setdefault(key, column) != column:
                # A heading that is one thing in one sheet and another in the next is guessed again.
                guessed.add(key)
            columns[key] = column
    values = {
        column: dict(known.values_before.get(column, {})) | dict(choices.values.get(column, {}))
        for column in VALUED
    }
    return {
        "columns": {key: column for key, column in columns.items() if key not in guessed},
        "values": values,
    }


def contacts_skipped(sheet: Sheet, choice: SheetChoice) -> int:
    """How many of the rows that are left out may hold a contact: it is not missing in the file."""
    if not choice.take or not choice.skipped:
        return 0
    no_contact = {flag.row for flag in flagged_rows(sheet, choice) if not flag.is_contact}
    left_out = set(choice.skipped) - no_contact
    return sum(number in left_out for number, _ in data_rows(sheet, choice.heading))


def texts_beside(sheet: Sheet, choice: SheetChoice) -> Iterator[str]:
    """What stands outside what is read of a sheet: above its headings, in a row or a column that is left out."""
    skipped = set(choice.skipped)
    for number, row in enumerate(sheet.rows, start=1):
        is_read = number > choice.heading and number not in skipped
        for place, cell in enumerate(row):
            if cell.strip() and not (is_read and place < len(choice.columns) and choice.columns[place]):
                yield cell


def rows_above(sheet: Sheet, choice: SheetChoice) -> list[int]:
    """The rows above the headings that have more than a title, and are not part of the headings."""
    first = (
        choice.heading - 1 - goes_on(*sheet.rows[choice.heading - 2 : choice.heading])
        if choice.heading > 1
        else 0
    )
    rows = enumerate(sheet.rows[: max(first, 0)], start=1)
    return [number for number, row in rows if sum(bool(cell.strip()) for cell in row) > 1]


def second_list(sheet: Sheet, heading: int) -> int:
    """The column at which a second list begins beside the first: the unit's heading once more, and others after it. As
    many as the sheet is wide where there is none.
    """
    names = headings_of(sheet, heading)
    keys = [search_key(name) for name in names]
    for place, key in enumerate(keys):
        again = key and key in keys[:place] and column_of(names[place]) == "Enhet"
        if again and not set(keys[place + 1 :]).isdisjoint(filter(None, keys[:place])):
            return place
    return len(keys)


def _are_headings(row: Sequence[str], headings: Sequence[str]) -> bool:
    return all(search_key(cell) == heading for cell, heading in zip(row, headings, strict=False))


def _meant(column: str, word: str, known: Known) -> str:
    before = known.values_before.get(column, {}).get(search_key(word))
    if before is not None:
        return before
    if column == "Typ":
        return kind_of(word)
    return principal_of(word, known.principals, known.own) if column == "Huvudman" else hours_of(word)


def is_plain(book: Book, choices: Choices, found: Mapped) -> bool:
    """Whether a file, with what is `found` in it, is as our own are: nothing to choose or point out."""
    if len(book.filled) != 1 or book.blind or choices.letters:
        return False
    (sheet,), (choice,) = book.filled, choices.sheets
    hidden = sheet.hidden or sheet.hidden_rows or sheet.hidden_columns
    if hidden or sheet.struck or sheet.formulas or sheet.merged or sheet.noted:
        return False
    first = next((number for number, _ in data_rows(sheet, 0)), 0)
    heading = read_heading(sheet.rows[choice.heading - 1]) if choice.heading == first else None
    if not isinstance(heading, Heading) or heading.places != choice.columns or choice.skipped:
        return False
    return not found.proposals and not any(found.values.values())
