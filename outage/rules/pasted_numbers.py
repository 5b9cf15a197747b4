"""The patients' numbers on a line of a pasted list, and not the telephone numbers, dates and moments beside them."""

import re
from datetime import date

from .identity import (
    WARN_CHECK_DIGIT,
    WARN_FUTURE,
    WARN_SERIAL,
    Identity,
    IdentityKind,
    classify_identity,
    plain_signs,
)

_NOT_IN_WORD = r"(?<![^\W_])(?<!\+)(?<![0-9]-)"
_NOT_GOING_ON = r"(?![^\W_])(?!-[0-9A-Za-z])"
_NUMBER = re.compile(
    rf"{_NOT_IN_WORD}([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?=-[0-9]{{4}})|[0-9]{{8}}|[0-9]{{6}})"
    rf"( ?[-+] ?| )?([0-9]{{4}}){_NOT_GOING_ON}"
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


def numbers_on(text: str, today: date) -> tuple[tuple[Identity, ...], list[tuple[int, int]]]:
    """The numbers of a line, those in standard form or else those that may be one, and their positions."""
    plain = plain_signs(text)
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
    if not clear:
        divided, spans = _divided(plain, today)
        if divided:
            return divided, spans
    found: dict[str, Identity] = {}
    for identity, _ in sorted(clear or doubtful, key=lambda each: each[1]):
        # The same person in ten digits and in twelve: those with the century count.
        key = identity.stored[-10:] if identity.born else identity.stored
        if key not in found or found[key].century_guessed:
            found[key] = identity
    return tuple(found.values()), [span for _, span in clear or doubtful]


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
