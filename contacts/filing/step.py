"""What is shown of a file before it is read: its sheets and columns, words that are not known, numbers in text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from contacts.rules.swedish_text import search_key

from .book import Book, Sheet, letter
from .choices import Choices, Known, SheetChoice, headings_of, with_letters
from .letters import REPAIRS, garbled_words
from .mapping import Mapped, Proposal, mapped
from .proposing import (
    Flagged,
    cells_of,
    flagged_rows,
    guess_sheet,
    letters_of,
    rows_above,
    second_list,
    sections_of,
    with_values,
)
from .rows import SHEET_ROWS

SAMPLES = 3
MOST_FLAGGED = 60
MOST_PROPOSALS = 30
MOST_PLACES = 12


@dataclass(frozen=True, slots=True)
class ShownColumn:
    letter: str
    heading: str
    samples: tuple[str, ...]
    hidden: bool


@dataclass(frozen=True, slots=True)
class ShownSheet:
    name: str
    choice: SheetChoice
    rows: int
    columns: tuple[ShownColumn, ...]
    flagged: tuple[Flagged, ...]
    notes: tuple[str, ...]
    refused: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a set column that is none of the valid ones, and how many rows have it."""

    column: str
    key: str
    word: str
    count: int
    meant: str


@dataclass(frozen=True, slots=True)
class ShownProposal:
    row: int
    sheet: str
    column: str
    text: str
    numbers: str
    rest: str
    zero: bool
    not_rung: str


@dataclass(frozen=True, slots=True)
class Step:
    choices: Choices
    known: Known
    sheets: tuple[ShownSheet, ...]
    words: tuple[Word, ...]
    proposals: tuple[ShownProposal, ...]
    proposal_count: int
    letters: str
    garbled: tuple[tuple[str, str], ...]
    """How wrong letters are best put right, "" for none; and words as they stand and as they would be."""
    blind: bool

    @property
    def letters_label(self) -> str:
        return REPAIRS.get(self.letters, "")


def step_of(book: Book, choices: Choices, known: Known) -> Step:
    """With a guess for each word that has none yet."""
    right = with_letters(book, choices.letters)
    choices = with_values(right, choices, known)
    found = mapped(right, choices, known)
    letters = letters_of(book)
    taken = sum(choice.take for choice in choices.sheets)
    names = [sheet.name if taken > 1 else "" for sheet in right.filled]
    # First those with a number that is left out.
    shown = sorted(found.proposals, key=lambda each: not each.not_rung)
    return Step(
        choices=choices,
        known=known,
        sheets=tuple(_shown(*pair, known) for pair in zip(right.filled, choices.sheets, strict=True)),
        words=tuple(_words(found, choices)),
        proposals=tuple(_proposal(each, names) for each in shown[:MOST_PROPOSALS]),
        proposal_count=len(found.proposals),
        letters=letters,
        garbled=garbled_words(cells_of(book), letters),
        blind=book.blind,
    )


def with_headings(book: Book, choices: Choices, headings: Iterable[int], known: Known) -> Choices:
    """The choices with the columns guessed again of each sheet whose row of headings is another one."""
    filled = with_letters(book, choices.letters).filled
    sheets = (
        choice if heading == choice.heading else replace(guess_sheet(sheet, known, heading), take=choice.take)
        for sheet, choice, heading in zip(filled, choices.sheets, headings, strict=True)
    )
    return replace(choices, sheets=tuple(sheets))


def _shown(sheet: Sheet, choice: SheetChoice, known: Known) -> ShownSheet:
    under = sheet.rows[choice.heading :]
    columns = []
    for place, heading in enumerate(headings_of(sheet, choice.heading)):
        cells = (" ".join(row[place].split()) for row in under if place < len(row))
        samples = tuple(dict.fromkeys(cell for cell in cells if cell))[:SAMPLES]
        columns.append(ShownColumn(letter(place), heading, samples, place in sheet.hidden_columns))
    return ShownSheet(
        name=sheet.name,
        choice=choice,
        rows=sum(any(cell.strip() for cell in row) for row in under),
        columns=tuple(columns),
        flagged=tuple(flagged_rows(sheet, choice)[:MOST_FLAGGED]),
        notes=tuple(_notes(sheet, choice, known)),
        refused=sheet.refused,
    )


def _notes(sheet: Sheet, choice: SheetChoice, known: Known) -> Iterable[str]:
    for row, principal in sections_of(sheet, choice, known)[:MOST_PLACES]:
        yield f"Rad {row} säger {principal}. Hoppa över raderna under den om de inte är er huvudmans."
    if above := rows_above(sheet, choice):
        yield f"Rader ovanför rubrikerna, de läses inte: {_listed(map(str, above))}."
    if (ends := second_list(sheet, choice.heading)) < len(choice.columns) and not any(choice.columns[ends:]):
        yield f"En lista till börjar i kolumn {letter(ends)}, den läses inte. Lägg den under den första."
    if sheet.hidden:
        yield "Bladet är dolt."
    if sheet.hidden_rows:
        yield f"Dolda rader: {_listed(map(str, sheet.hidden_rows))}."
    if sheet.hidden_columns:
        yield f"Dolda kolumner: {_listed(map(letter, sheet.hidden_columns))}."
    if sheet.struck:
        cells = (f"{letter(place)}{row}" for row, place in sheet.struck)
        yield f"Överstruken text: {_listed(cells)}."
    if sheet.merged:
        yield f"Sammanfogade celler, texten gäller alla deras rader: {_listed(sheet.merged)}."
    if sheet.formulas:
        cells = (f"{letter(place)}{row}" for row, place in sheet.formulas)
        yield f"Formler, de läses inte: {_listed(cells)}."
    if sheet.noted:
        yield f"Anteckningar på celler, de läses inte: {_listed(sheet.noted)}."


def _listed(items: Iterable[str]) -> str:
    listed = list(items)
    more = f" och {len(listed) - MOST_PLACES} till" if len(listed) > MOST_PLACES else ""
    return ", ".join(listed[:MOST_PLACES]) + more


def _words(found: Mapped, choices: Choices) -> Iterable[Word]:
    words = [
        Word(column, key, word, count, choices.values.get(column, {}).get(key, ""))
        for column, counter in found.values.items()
        for word, count in counter.most_common()
        for key in [search_key(word)]
    ]
    # First what could not be guessed.
    return sorted(words, key=lambda word: bool(word.meant))


def _proposal(found: Proposal, names: Sequence[str]) -> ShownProposal:
    numbers = ", ".join(phone.words for phone in found.phones)
    sheet, row = divmod(found.row, SHEET_ROWS)
    text = " ".join(found.text.split())
    not_rung = ", ".join(found.not_rung)
    return ShownProposal(row, names[sheet], found.column, text, numbers, found.rest, found.zero, not_rung)
