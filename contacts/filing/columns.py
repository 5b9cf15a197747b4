"""The headings of the directory file, and how numbers stand in its columns."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contacts.rules.entry_facts import TABLE, EntryKind
from contacts.rules.file_rows import LONGEST_QUOTE, BadRow, by_heading, heading_key
from contacts.rules.phone import Phone, PhoneKind, digits
from contacts.rules.swedish_text import search_key

COLUMNS = tuple(column.heading for column in TABLE)
REQUIRED = tuple(column.heading for column in TABLE if column.required)
NUMBER_COLUMNS = tuple(column.heading for column in TABLE if column.fact == "phones")
MORE_NUMBERS = NUMBER_COLUMNS[-1]

LONGEST: dict[str, int] = {column.heading: column.longest for column in TABLE}
"""The most characters a cell of each column may have."""

_OF_HEADING = by_heading(COLUMNS)


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a file: the known column of each place, "" where the place has no heading."""

    places: tuple[str, ...]


def read_heading(cells: Sequence[str]) -> Heading | list[BadRow]:
    """Read the first row: the headings in any order, case, accents and blanks forgiven.

    Gives everything that is wrong with it instead where a heading is unknown or repeated, or a required one
    is missing. No column is ever left out without a word.
    """
    places = [_OF_HEADING.get(heading_key(cell), "") for cell in cells]
    if not any(places):
        return [
            BadRow(1, "", "Första raden ska ha rubriker. Rubrikerna Huvudman, Enhet och Typ måste finnas.")
        ]
    bad: list[BadRow] = []
    for place, (cell, column) in enumerate(zip(cells, places, strict=True)):
        shown = " ".join(cell.split())[:LONGEST_QUOTE]
        if cell.strip() and not column:
            bad.append(BadRow(1, shown, "Rubriken finns inte. Rätta den eller ta bort kolumnen."))
        elif column and column in places[:place]:
            bad.append(BadRow(1, shown, "Rubriken står två gånger. Ta bort den ena kolumnen."))
    bad.extend(BadRow(1, column, "Kolumnen saknas.") for column in REQUIRED if column not in places)
    if "Tider" in places and "Gäller" not in places:
        bad.append(BadRow(1, "Tider", "Kolumnen Tider kräver kolumnen Gäller."))
    return bad or Heading(tuple(places))


# What people write before a number, beside the labels themselves.
_KIND_WORDS: dict[str, PhoneKind] = {
    **{search_key(kind.label): kind for kind in PhoneKind},
    "direktnummer": PhoneKind.DIRECT,
    "telefon": PhoneKind.DIRECT,
    "ankn": PhoneKind.EXTENSION,
    "internt": PhoneKind.EXTENSION,
    "mobiltelefon": PhoneKind.MOBILE,
    "jourtelefon": PhoneKind.ON_CALL,
}
KIND_BY_LABEL = {search_key(kind.label): kind for kind in EntryKind}
_LABELLED = re.compile(r"([^\W\d_]+)\.?\s*:?\s*(.*)", re.DOTALL)


def split_more_numbers(text: str) -> list[tuple[PhoneKind | None, str]]:
    """Read "jour 090-111 22 33; mobil 070-123 45 67" into kinds and numbers, in order.

    Semicolons, commas and line breaks stand between them. The kind is None where the word before the number
    is none of ours or is missing; the number is then the whole piece.
    """
    found: list[tuple[PhoneKind | None, str]] = []
    for piece in filter(None, (" ".join(p.split()) for p in re.split(r"[;,\n\r]", text))):
        labelled = _LABELLED.fullmatch(piece)
        kind = _KIND_WORDS.get(search_key(labelled[1])) if labelled else None
        found.append((kind, labelled[2] if labelled and kind else piece))
    return found


def first_kind(is_switchboard: bool) -> PhoneKind:
    """The kind of the number in the column "Telefon"."""
    return PhoneKind.SWITCHBOARD if is_switchboard else PhoneKind.DIRECT


def normal_order(numbers: Iterable[Phone], *, is_switchboard: bool) -> tuple[Phone, ...]:
    """The numbers in the order a file gives them: "Telefon", "Anknytning", "Mobiltelefon", then the others.

    Each of the three columns takes the first number of its kind; the others keep their order. The same number
    of the same kind is given once, however it was spelled.
    """
    others = _without_doubles(numbers)
    firsts: list[Phone] = []
    for kind in (first_kind(is_switchboard), PhoneKind.EXTENSION, PhoneKind.MOBILE):
        first = next((phone for phone in others if phone.kind is kind), None)
        if first is not None:
            others.remove(first)
            firsts.append(first)
    return (*firsts, *others)


def _without_doubles(numbers: Iterable[Phone]) -> list[Phone]:
    kept: dict[tuple[PhoneKind, str], Phone] = {}
    for phone in numbers:
        kept.setdefault((phone.kind, digits(phone.number) or phone.number), phone)
    return list(kept.values())


def by_column(numbers: Iterable[Phone], is_switchboard: bool) -> dict[str, list[Phone]]:
    """The numbers of an entry by the column that each stands in, in `normal_order`."""
    found: dict[str, list[Phone]] = {column: [] for column in NUMBER_COLUMNS}
    own_column = {
        first_kind(is_switchboard): "Telefon",
        PhoneKind.EXTENSION: "Anknytning",
        PhoneKind.MOBILE: "Mobiltelefon",
    }
    for phone in normal_order(numbers, is_switchboard=is_switchboard):
        found[own_column.pop(phone.kind, MORE_NUMBERS)].append(phone)
    return found


def columns_of(numbers: Iterable[Phone], is_switchboard: bool) -> dict[str, str]:
    """The four number columns of an entry.

    Reading them gives the numbers in `normal_order`: whoever compares an entry with its file compares that.
    """
    return {
        column: "; ".join(phone.words if column == MORE_NUMBERS else phone.number for phone in phones)
        for column, phones in by_column(numbers, is_switchboard).items()
    }


def read_kind(label: str) -> EntryKind | None:
    """What a word of "Typ" is, ignoring case and accents; None for one that is none of the labels."""
    return KIND_BY_LABEL.get(search_key(label))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with several cells in one way: how many they are, and the rows with their own sentences."""

    column: str
    sentence: str
    rows: tuple[BadRow, ...]


_QUOTED = re.compile(r'"[^"]*"')
_SET_WORDS = frozenset({"Huvudman", "Typ", "Gäller", "Hör till enhet"})


def grouped(bad: Iterable[BadRow]) -> list[Problem]:
    """The bad rows by what is wrong, the most common first. A word of a set column is a kind of its own."""
    found: dict[tuple[str, str], list[BadRow]] = {}
    for each in bad:
        told = each.sentence if each.column in _SET_WORDS else _QUOTED.sub("…", each.sentence)
        found.setdefault((each.column, each.kind or told), []).append(each)
    problems = [
        # One of its kind is told in its own words.
        Problem(column, sentence if len(rows) > 1 else rows[0].sentence, tuple(rows))
        for (column, sentence), rows in found.items()
    ]
    return sorted(problems, key=lambda problem: -len(problem.rows))
