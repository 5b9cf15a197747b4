"""Numbers found in what people write beside them: "Tfn 090-785 00 00 (vx), ankn. 590 90, fråga efter Eva"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from contacts.rules.errors import RuleError
from contacts.rules.phone import Phone, PhoneKind, check_phone, digits, is_mobile, normalise, tidy_number
from contacts.rules.swedish_text import search_key, tidy_typed

_WORDS_OF: dict[PhoneKind, str] = {
    PhoneKind.SWITCHBOARD: "vx vxl vaxel vaxeln",
    PhoneKind.EXTENSION: "ank ankn anknytn anknytning int intern internt kortnr kortnummer",
    PhoneKind.MOBILE: "mob mobil mobilnr mobiltelefon",
    PhoneKind.ON_CALL: "jour jourtelefon journr jourtid",
    PhoneKind.DIRECT: "direkt direktnr direktnummer",
}
_WORDS = {word: kind for kind, words in _WORDS_OF.items() for word in words.split()}
# Words that only announce a number.
_EMPTY_WORDS = frozenset(
    ["tel", "tfn", "tele", "telnr", "telefon", "telefonnr", "telefonnummer", "nr", "nummer", "ring"]
)
_BEFORE = re.compile(r"([^\W\d_]+)\.?\s*(?:nr|nummer)?\.?\s*:?\s*$")
_AFTER = re.compile(r"\s*\(\s*([^\W\d_]+)\.?\s*\)|\s+(vx|vxl)\b\.?", re.IGNORECASE)
_EXTENSION = re.compile(
    rf"\b({'|'.join(_WORDS_OF[PhoneKind.EXTENSION].split())})\b\.?:?\s*"
    r"([1-9][\d ]{2,6}\d|[1-9]\d{2})(?!\d)",
    re.IGNORECASE,
)
_BARE_EXTENSION = re.compile(r"[1-9]\d{2,4}|[1-9]\d{1,2} \d{2}")
_HOURS = re.compile(
    r"\b(?:kl|mån|tis|ons|tors?|fre|lör|sön|vard\w*|dag\w*|helg\w*)\.?\s*"
    r"\d{1,2}(?:[.:]\d\d)?\s*[-–]\s*\d{1,2}(?:[.:]\d\d)?(?!\d)",
    re.IGNORECASE,
)
_ZERO_LOST = re.compile(r"[1-9]\d{6,8}(?:\.0)?", re.ASCII)
_BRACKETED = re.compile(r"\(([^()]*)\)")
_LEFT = re.compile(r"[\s,;:/|()\-–—&+]+|\b(?:och|eller|el|alt)\b\.?", re.IGNORECASE)
_FEW_DIGITS = 3
_NUMBER_LIKE = re.compile(r"\d[\d\s\-/]{3,}\d")


@dataclass(frozen=True, slots=True)
class Found:
    """The numbers of a cell in their order, and the text that is left; `zero` says that a lost zero was put back."""

    phones: tuple[Phone, ...]
    rest: str
    zero: bool = False


def find_numbers(text: str, kind: PhoneKind) -> Found | None:
    """The numbers in a cell of a column whose numbers are of `kind`; None where not all that looks like one is found.

    A word before or in brackets after a number says its kind; else the first is of the column's, and another that is a
    mobile telephone's is that. A text without any number is left whole.
    """
    lines = (" ".join(line.split()) for line in tidy_typed(text).splitlines())
    cell = "; ".join(filter(None, lines))
    if lost := _with_zero(cell):
        return Found((Phone(_fitting(kind, lost), lost),), "", zero=True)
    if kind is PhoneKind.EXTENSION and (bare := _BARE_EXTENSION.fullmatch(cell)):
        return Found((Phone(kind, bare[0].replace(" ", "")),), "")
    spans: list[tuple[int, int, Phone]] = []
    for start, end, said, number in _sought(cell):
        of = said or (PhoneKind.MOBILE if spans and is_mobile(number) else kind)
        phone = Phone(_fitting(of, number), tidy_number(number))
        try:
            check_phone(phone)
        except RuleError:
            return None
        spans.append((start, end, phone))
    rest = _rest(cell, [(start, end) for start, end, _ in spans])
    if _NUMBER_LIKE.search(_HOURS.sub("", rest)) or (not spans and len(digits(rest)) > _FEW_DIGITS):
        return None
    return Found(tuple(dict.fromkeys(phone for _, _, phone in spans)), rest)


def _with_zero(cell: str) -> str:
    """The number that a spreadsheet took the first zero of, with it; "" for any other cell."""
    if not _ZERO_LOST.fullmatch(cell):
        return ""
    number = f"0{cell.removesuffix('.0')}"
    return tidy_number(number) if normalise(number) else ""


def _fitting(kind: PhoneKind, number: str) -> PhoneKind:
    """The kind, but never an extension for a whole number."""
    if kind is PhoneKind.EXTENSION and len(digits(number)) > 5:
        return PhoneKind.MOBILE if is_mobile(number) else PhoneKind.DIRECT
    return kind


def _sought(cell: str) -> Iterator[tuple[int, int, PhoneKind | None, str]]:
    """Each number with where it and the words that are its own stand, and the kind that they say."""
    extensions = [(found.start(), found.end(), found[2]) for found in _EXTENSION.finditer(cell)]
    # Extensions and clock times are masked: the library would take them for numbers, or parts of one.
    masked = cell
    for start, end in [each[:2] for each in extensions] + [each.span() for each in _HOURS.finditer(cell)]:
        masked = masked[:start] + "." * (end - start) + masked[end:]
    found: list[tuple[int, int, PhoneKind | None, str]] = [
        (start, end, PhoneKind.EXTENSION, number.replace(" ", "")) for start, end, number in extensions
    ]
    for match in phonenumbers.PhoneNumberMatcher(masked, "SE"):
        number = cell[match.start : match.end]
        if normalise(number) is None:
            continue
        start, end, said = match.start, match.end, None
        if before := _BEFORE.search(cell[:start]):
            key = search_key(before[1])
            said = _WORDS.get(key)
            if said or key in _EMPTY_WORDS:
                start = before.start()
        after = _AFTER.match(cell, end)
        if after and (word := _WORDS.get(search_key(after[1] or after[2]))):
            said, end = word, after.end()
        found.append((start, end, said, number))
    yield from sorted(found, key=lambda each: each[0])


def _rest(cell: str, spans: list[tuple[int, int]]) -> str:
    """What is left of a cell beside the numbers, without the signs that only stood between them."""
    pieces, place = [], 0
    for start, end in [*spans, (len(cell), len(cell))]:
        pieces.append(cell[place:start])
        place = end
    if not spans:
        return cell
    kept = [_BRACKETED.sub(r"\1", piece.strip(" ,;:/|-–—&+")) for piece in pieces]
    return ", ".join(piece for piece in kept if _LEFT.sub("", piece))
