"""The patients' numbers on a line of a pasted list, and not the telephone numbers, dates and moments beside them."""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum

from .identity import (
    WARN_CHECK_DIGIT,
    WARN_FUTURE,
    WARN_SERIAL,
    Identity,
    IdentityKind,
    classify_identity,
    plain_signs,
)
from .pasted_words import PHONE_WORDS

_NOT_IN_WORD = r"(?<![^\W_])(?<!\+)(?<![0-9]-)"
_NOT_GOING_ON = r"(?![^\W_])(?!-[0-9A-Za-z])"
_NUMBER = re.compile(
    rf"{_NOT_IN_WORD}([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?=-[0-9]{{4}})|[0-9]{{4}} [0-9]{{2}} [0-9]{{2}}(?=[ -])"
    rf"|[0-9]{{8}}|[0-9]{{6}})( ?[-+*/_] ?| )?([0-9]{{4}}){_NOT_GOING_ON}"
)
# The date of birth and the last four in two columns.
_DIVIDED = re.compile(
    rf"{_NOT_IN_WORD}([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|[0-9]{{8}}|[0-9]{{6}}|[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}})"
    rf"\"?(?: *[\t;|,] *| {{2,}})\"?([-+]?)([0-9]{{4}}){_NOT_GOING_ON}"
)
_RESERVE = re.compile(
    rf"{_NOT_IN_WORD}(?=[0-9A-Za-z-]{{0,13}}[0-9])(?=[0-9-]{{0,13}}[A-Za-z])"
    rf"(?:[0-9A-Za-z]{{8}}-?[0-9A-Za-z]{{4}}|[0-9]{{6}}-[0-9A-Za-z]{{4}}){_NOT_GOING_ON}"
)
_FEW_DIGITS = 6


class _As(Enum):
    CLEAR, DOUBTFUL, PERHAPS_PHONE, ANOTHER = range(4)


@dataclass(frozen=True, slots=True)
class NumbersOn:
    """The numbers of a line and their positions; `perhaps_phone`: the only one may be a telephone number."""

    found: tuple[Identity, ...]
    spans: list[tuple[int, int]]
    perhaps_phone: bool = False


def numbers_on(text: str, today: date) -> NumbersOn:
    """Those in standard form, or else those that may be one."""
    plain = plain_signs(text)
    read: dict[_As, list[tuple[Identity, tuple[int, int]]]] = {how: [] for how in _As}
    for match in _NUMBER.finditer(plain):
        born, between, serial = re.sub("[- ]", "", match[1]), match[2] or "", match[3]
        sign = "".join(char for char in between if char in "-+")
        identity = classify_identity(f"{born}{sign}{serial}", today)
        how = _reads_as(born, between, identity, plain[: match.start()], today)
        read[how].append((identity, match.span()))
    clear, doubtful, phones = read[_As.CLEAR], read[_As.DOUBTFUL], read[_As.PERHAPS_PHONE]
    taken = [span for _, span in (*clear, *doubtful, *phones)]
    for match in _RESERVE.finditer(plain):
        if any(begin < match.end() and match.start() < end for begin, end in taken):
            continue
        digits = sum(char.isdigit() for char in match[0])
        if digits >= _FEW_DIGITS:
            clear.append((classify_identity(match[0], today), match.span()))
        elif match[0].isupper():
            doubtful.append((classify_identity(match[0], today), match.span()))
    if not clear:
        divided, spans = _divided(plain, today)
        if divided:
            return NumbersOn(divided, spans)
        doubtful += phones
    found: dict[str, Identity] = {}
    for identity, _ in sorted(clear or doubtful, key=lambda each: each[1]):
        # The same person in ten digits and in twelve: those with the century count.
        key = identity.stored[-10:] if identity.born else identity.stored
        if key not in found or found[key].century_guessed:
            found[key] = identity
    return NumbersOn(
        tuple(found.values()),
        [span for _, span in clear or doubtful],
        perhaps_phone=not clear and bool(phones) and len(found) == 1,
    )


def _reads_as(born: str, between: str, identity: Identity, before: str, today: date) -> _As:
    """A telephone number has ten digits, a zero first, and no sign where the four last begin."""
    wrong = {WARN_CHECK_DIGIT, WARN_SERIAL, WARN_FUTURE} & set(identity.warnings)
    dated = identity.kind in (IdentityKind.PERSONNUMMER, IdentityKind.SAMORDNINGSNUMMER)
    signed = bool({*between} & {*"-+"})
    may_be_phone = len(born) == 6 and born.startswith("0")
    called = may_be_phone and _is_called_phone(before)
    if dated and (signed or not wrong):
        if may_be_phone and not between:
            return _As.ANOTHER if called else _As.PERHAPS_PHONE
        return _As.PERHAPS_PHONE if called else _As.CLEAR
    return _As.ANOTHER if called or _is_another_number(born, between, identity, today) else _As.DOUBTFUL


def _is_called_phone(before: str) -> bool:
    """Whether the words since the last figure, or a +46, say that a telephone number follows."""
    words = re.findall(r"[^\W\d_]+", re.split("[0-9]", before)[-1].casefold())
    return not PHONE_WORDS.isdisjoint(words) or bool(re.search(r"(?:\+|\b00)46[\W_]*$", before))


def _divided(plain: str, today: date) -> tuple[tuple[Identity, ...], list[tuple[int, int]]]:
    """The numbers whose two parts stand in adjacent columns, where the check digit holds."""
    found: list[Identity] = []
    spans: list[tuple[int, int]] = []
    for match in _DIVIDED.finditer(plain):
        born = match[1].replace("-", "")
        identity = classify_identity(f"{born}{match[2]}{match[3]}", today)
        wrong = {WARN_CHECK_DIGIT, WARN_SERIAL, WARN_FUTURE} & set(identity.warnings)
        if identity.born and not wrong and not _is_another_number(born, "", identity, today):
            found.append(identity)
            spans += [match.span(1), (match.start(2), match.end(3))]
    return tuple(found), spans


def _is_another_number(born: str, between: str, identity: Identity, today: date) -> bool:
    """Whether an invalid number is one of another kind: a telephone number, a moment, an organisation number."""
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


def as_written(number: Identity) -> str:
    """A number as it is shown: with its century, unless that was only guessed."""
    return number.paper if number.century_guessed else number.display
