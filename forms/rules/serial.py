"""The serial of a sheet: eight characters and a check character; and what the codes on its pages say.

Neither reveals anything about a patient. The alphabet has 31 characters, none of which is taken for another when read
aloud or written by hand; with a prime number of them one check character catches every single wrong character and
every transposition of two.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from contacts.rules.errors import RuleError
from contacts.rules.swedish_text import DASHES
from outage.rules.groups import in_groups

ALPHABET = "0123456789ABCDEFGHJKMNPQRTVWXYZ"
SERIAL_LENGTH = 9
MOST_PAGES = 999
_NAMED = 3
_BODY = SERIAL_LENGTH - 1
_MARK = "B1"
# What a hand writes or an eye reads instead of a character of the alphabet.
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "S": "5", "U": "V"})
_BETWEEN = re.compile(rf"[{DASHES}\s.]+")
_CODE = re.compile(rf"{_MARK}([{ALPHABET}]{{{SERIAL_LENGTH}}})([0-9]{{3}})([0-9A-Z]{{2}})([{ALPHABET}])")
_CODE_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class NoSerial(RuleError):
    """What was typed, in the field `serial`, is not the serial of any sheet that could have been printed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, field="serial")


@dataclass(frozen=True, slots=True)
class PageCode:
    """What the code on a page says: which sheet, which of its pages, and the version of its content file."""

    serial: str
    page: int
    version: str


def make_serial(number: int) -> str:
    """`number` is drawn at random by the caller; any integer >= 0 will do."""
    body = ""
    for _ in range(_BODY):
        number, place = divmod(number, len(ALPHABET))
        body += ALPHABET[place]
    return body + _check_character(body)


def read_serial(text: str) -> str:
    """The serial that somebody typed, ignoring case, spaces and hyphens, and reading O as 0, I and L as 1, S as 5.

    Raises NoSerial with a Swedish sentence where the length or the check character is wrong.
    """
    typed = _BETWEEN.sub("", text)
    # Only plain letters are made capitals: of others one may become two.
    plain = typed.upper().translate(_MISREAD) if typed.isascii() else ""
    if len(plain) != SERIAL_LENGTH or any(c not in ALPHABET for c in plain):
        raise NoSerial("Ett löpnummer har nio tecken, till exempel 7K3-QX9-M2C. Läs på bladet igen.")
    if _check_character(plain[:_BODY]) != plain[_BODY]:
        raise NoSerial("Löpnumret stämmer inte: något tecken är fel. Läs på bladet igen.")
    return plain


def shown_serial(serial: str) -> str:
    """In three groups of three, as it is printed and read."""
    return in_groups(serial)


def named_serials(serials: Sequence[str]) -> str:
    """The first few in words, and how many more there are."""
    first = [shown_serial(serial) for serial in serials[:_NAMED]]
    more = len(serials) - len(first)
    words = [*first, f"{more} till"] if more else first
    return " och ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def used_words(serials: Sequence[str]) -> str:
    """Why a file with sheets of which some are used is not handed out again; "" where none is."""
    if not serials:
        return ""
    are = "är använt eller makulerat" if len(serials) == 1 else "är använda eller makulerade"
    return f"Blad {named_serials(serials)} {are} sedan filen gjordes. Skriv inte ut den igen: begär på nytt."


def page_code(serial: str, page: int, version: str) -> str:
    """The text of the code on a page: at most 20 characters of those that a QR code packs tightest.

    `page` counts from 1, `version` is that of the content file, at most two characters. Raises ValueError for others.
    """
    if not 1 <= page <= MOST_PAGES or not re.fullmatch("[0-9A-Za-z]{1,2}", version):
        raise ValueError(f"no code for page {page} of version {version!r}")
    text = f"{_MARK}{serial}{page:03d}{version.upper():0>2}"
    return text + _code_check(text)


def read_page_code(text: str) -> PageCode | None:
    """None for a code that is not ours, or in which any character is wrong."""
    found = _CODE.fullmatch(text)
    if found is None:
        return None
    serial, page, version, check = found.groups()
    if _code_check(text[:-1]) != check or _check_character(serial[:_BODY]) != serial[_BODY] or page == "000":
        return None
    return PageCode(serial=serial, page=int(page), version=version.lstrip("0") or "0")


def _check_character(body: str) -> str:
    return ALPHABET[sum((place + 2) * ALPHABET.index(c) for place, c in enumerate(body)) % len(ALPHABET)]


def _code_check(text: str) -> str:
    return ALPHABET[
        sum((place + 2) * _CODE_ALPHABET.index(c) for place, c in enumerate(text)) % len(ALPHABET)
    ]
