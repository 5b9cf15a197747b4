"""Numbers found in what people write beside them: "Tfn 090-785 00 00 (vx), ankn. 590 90, fråga efter Eva"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import phonenumbers

from contacts.rules.errors import RuleError
from contacts.rules.phone import Phone, PhoneKind, check_phone, digits, is_mobile, normalise, tidy_number
from contacts.rules.swedish_text import search_key, tidy_typed

from .not_to_ring import ends_in_fax, is_of_fax, warns_before, warns_beside, without_and_fax

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
# What parts the words of one number from those of the next; numbers are masked as NUL.
_CLAUSE_END = re.compile(
    r"[;,|]|(?<=\s)/(?=\s)|(?<=\0)/|/(?=\0)|\s(?:och|samt|eller|el\.?|alt\.?)\s|[.!?]\s+(?=[A-ZÅÄÖ\0])"
)
_LEFT = re.compile(r"[\s,;:/|()\-–—&+]+|\b(?:och|eller|el|alt)\b\.?", re.IGNORECASE)
_FEW_DIGITS = 3
_UNCLEAR = "Det går inte att se vilket av numren som ska ringas. Låt bara det stå i cellen."
_NUMBER_LIKE = re.compile(r"\d[\d\s\-/]{3,}\d")


_Sought = tuple[int, int, PhoneKind | None, str]


@dataclass(frozen=True, slots=True)
class Found:
    """The numbers of a cell in their order, and the text that is left; `zero` says that a lost zero was put back.

    `not_rung` are the numbers that the text says are none to ring. They stand in `rest`, with their words.
    """

    phones: tuple[Phone, ...]
    rest: str
    zero: bool = False
    not_rung: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of a cell: its text, its numbers' places among all of the cell's, and what stands before each and last."""

    text: str
    places: tuple[int, ...]
    pieces: tuple[str, ...]

    @property
    def says(self) -> bool:
        """Whether there is more in it than numbers, with the words that are their own."""
        return any(_LEFT.sub("", piece) for piece in self.pieces)


def find_numbers(text: str, kind: PhoneKind, *, alone: bool = True) -> Found | None:
    """The numbers in a cell of a column whose numbers are of `kind`; None where not all that looks like one is found.

    Raises RuleError where it cannot be told which of them is none to ring.

    A word before or in brackets after a number says its kind; else the first is of the column's, and another that is a
    mobile telephone's is that. A text without any number is left whole. Of several numbers, and of one that is not
    `alone` in its row, what is left has the number beside its words.
    """
    lines = (" ".join(line.split()) for line in tidy_typed(text).splitlines())
    # An apostrophe before it keeps a number as text in a spreadsheet.
    cell = "; ".join(filter(None, lines)).replace(":; ", ": ").removeprefix("'")
    if lost := _with_zero(cell):
        return Found((Phone(_fitting(kind, lost), lost),), "", zero=True)
    if kind is PhoneKind.EXTENSION and (bare := _BARE_EXTENSION.fullmatch(cell)):
        return Found((Phone(kind, bare[0].replace(" ", "")),), "")
    sought = list(_sought(cell))
    rest = _rest(cell, [each[:2] for each in sought])
    if _NUMBER_LIKE.search(_HOURS.sub("", rest)) or (not sought and len(digits(rest)) > _FEW_DIGITS):
        return None
    clauses = list(_clauses(cell, sought))
    out = _not_rung(clauses, sought)
    phones: list[Phone] = []
    for _, _, said, number in (each for place, each in enumerate(sought) if place not in out):
        of = said or (PhoneKind.MOBILE if phones and is_mobile(number) else kind)
        phone = Phone(_fitting(of, number), tidy_number(number))
        try:
            check_phone(phone)
        except RuleError:
            return None
        phones.append(phone)
    if sought and (out or not alone or _are_several(clauses, sought)):
        rest = _beside_numbers(cell, clauses)
    not_rung = tuple(tidy_number(sought[place][3]) for place in sorted(out))
    return Found(tuple(dict.fromkeys(phones)), rest, not_rung=not_rung)


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


def _sought(cell: str) -> Iterator[_Sought]:
    """Each number with where it and the words that are its own stand, and the kind that they say."""
    extensions = [(found.start(), found.end(), found[2]) for found in _EXTENSION.finditer(cell)]
    # Extensions and clock times are masked: the library would take them for numbers, or parts of one.
    masked = cell
    for start, end in [each[:2] for each in extensions] + [each.span() for each in _HOURS.finditer(cell)]:
        masked = masked[:start] + "." * (end - start) + masked[end:]
    found: list[_Sought] = [
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


def _clauses(cell: str, sought: Sequence[_Sought]) -> Iterator[_Clause]:
    masked = without_and_fax(cell)
    for start, end, *_ in sought:
        masked = masked[:start] + "\0" * (end - start) + masked[end:]
    begin = 0
    for stop, after in [*(match.span() for match in _CLAUSE_END.finditer(masked)), (len(cell), len(cell))]:
        places = [place for place, (start, *_) in enumerate(sought) if begin <= start < stop]
        if len(places) > 1 and all(_is_labelled(cell[begin:], sought[place], begin) for place in places):
            # "Fax 0953-140 19 tel 0953-140 10": each word begins what is said of the next.
            for place in places[1:]:
                if sought[place][2] is not PhoneKind.EXTENSION:
                    end = sought[place - 1][1]
                    yield _clause(cell, sought, begin, end)
                    begin = end
        yield _clause(cell, sought, begin, stop)
        begin = after


def _is_labelled(cell: str, sought: _Sought, begin: int) -> bool:
    """Whether the number has a word directly before it that says what it is."""
    start = sought[0] - begin
    return cell[start].isalpha() or ends_in_fax(cell[:start])


def _clause(cell: str, sought: Sequence[_Sought], begin: int, stop: int) -> _Clause:
    places = tuple(place for place, (start, *_) in enumerate(sought) if begin <= start < stop)
    bounds = [begin, *(bound for place in places for bound in sought[place][:2]), stop]
    pieces = tuple(cell[a:b] for a, b in zip(bounds[::2], bounds[1::2], strict=True))
    return _Clause(cell[begin:stop].strip(), places, pieces)


def _are_several(clauses: Sequence[_Clause], sought: Sequence[_Sought]) -> bool:
    """Whether there is more than one number, the extension beside a whole one not counted."""
    with_numbers = [clause for clause in clauses if clause.places]
    if len(with_numbers) != 1:
        return len(with_numbers) > 1
    kinds = [sought[place][2] is PhoneKind.EXTENSION for place in with_numbers[0].places]
    return max(kinds.count(True), kinds.count(False)) > 1


def _not_rung(clauses: Sequence[_Clause], sought: Sequence[_Sought]) -> set[int]:
    """The places of the numbers that are none to ring. Raises RuleError where it cannot be told."""
    out: set[int] = set()
    for at, clause in enumerate(clauses):
        if clause.places:
            warns = warns_before(clause.pieces[0]) or any(map(warns_beside, clause.pieces[1:]))
            of, is_said = [clause], warns or is_of_fax(clause.text)
        else:
            begins_next = bool(clauses[at + 1 : at + 2]) and bool(clauses[at + 1].places)
            is_said = warns_beside(clause.text) or (begins_next and is_of_fax(clause.text))
            of = [each for each in clauses if each.places]
        if is_said and of:
            if _are_several(of, sought):
                raise RuleError(_UNCLEAR)
            out.update(of[0].places)
    return out


def _beside_numbers(cell: str, clauses: Sequence[_Clause]) -> str:
    """What a cell says beside its numbers, with the number that each thing is said of."""
    said = [clause for clause in clauses if clause.says]
    with_numbers = [at for at, clause in enumerate(clauses) if clause.places]
    apart = any(not clause.places and clause.says for clause in clauses[: with_numbers[-1]])
    if said and (apart or len(with_numbers) == 1):
        return cell
    return ", ".join(clause.text for clause in said)
