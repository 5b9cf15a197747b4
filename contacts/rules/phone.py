"""Telephone numbers as people type them: their kind, how they are shown, whether an outsider can ring them.

An internal extension is recognised before the phonenumbers library sees it: the library reads 59090 as a
Swedish number. What was typed is what is shown, because the library groups some Swedish numbers in ways
nobody does.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from .errors import RuleError
from .labelled import Labelled
from .swedish_text import DASHES


class NumberKind(Labelled):
    NONE = "none", "Nummer saknas"
    EXTENSION = "extension", "Anknytning"
    SHORT = "short", "Kortnummer"
    OUTSIDE = "outside", "Telefonnummer"
    UNREADABLE = "unreadable", "Går inte att läsa"


class PhoneKind(Labelled):
    DIRECT = "direct", "Direkt"
    SWITCHBOARD = "switchboard", "Växel"
    EXTENSION = "extension", "Anknytning"
    MOBILE = "mobile", "Mobil"
    ON_CALL = "on_call", "Jour"


LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Phone:
    """One number of an entry, as it is read, with what it is for."""

    kind: PhoneKind
    number: str

    @property
    def words(self) -> str:
        """The number with its kind before it: "jour 090-785 00 00"."""
        return f"{self.kind.label.lower()} {self.number}"


# Listed, not asked of the library: it calls 10 531 numbers of three to five digits valid, many of them our
# extensions.
SHORT_NUMBERS = frozenset({"112", "1177", "11313", "11414"})

_EXTENSION = re.compile(r"[1-9][0-9]{2,4}")
_EXTENSION_WORD = re.compile(r"\b(?:ankn(?:ytning)?|internt?|anknytn)\b\.?:?\s*(?=\d)", re.IGNORECASE)
_BETWEEN_DIGITS = re.compile(rf"[{DASHES}\s./()\xa0]+")
_DIALLED = re.compile(r"\+?[0-9]+")
_COUNTRY = re.compile(r"^(?:\+|00)46")
_SWEDEN = 46
_DAY = re.compile(r"(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]")
# As people write a Swedish number: area code, a hyphen, groups of two and three.
_GROUPED = re.compile(r"0[0-9]{1,3}-[0-9]{2,3}(?: [0-9]{2,3})+")


def _main_and_extension(number: str) -> tuple[str, str]:
    """Split "090-785 00 00 ankn 59090" into its two numbers, either of which may be empty."""
    parts = _EXTENSION_WORD.split(number.strip(), maxsplit=1)
    if len(parts) == 2:
        return parts[0].strip(" ,;"), _bare(parts[1])
    if _EXTENSION.fullmatch(_bare(number)) and _bare(number) not in SHORT_NUMBERS:
        return "", _bare(number)
    return parts[0], ""


def _bare(number: str) -> str:
    return _BETWEEN_DIGITS.sub("", number)


def classify(number: str) -> NumberKind:
    if not number.strip():
        return NumberKind.NONE
    main, extension = _main_and_extension(number)
    if extension and not _EXTENSION.fullmatch(extension):
        return NumberKind.UNREADABLE
    if not main:
        return NumberKind.EXTENSION
    if _bare(main) in SHORT_NUMBERS:
        return NumberKind.SHORT
    return NumberKind.OUTSIDE if normalise(main) else NumberKind.UNREADABLE


@lru_cache(maxsize=32_768)
def normalise(number: str) -> str | None:
    """The E.164 form of a number that can be rung from outside ("+46907850000"); None for any other."""
    main, _ = _main_and_extension(number)
    # What a spreadsheet takes for a day has the digits of a number with its 0 left out.
    if _DAY.fullmatch(main.strip()):
        return None
    # The library would read letters and full-width digits as well; no telephone does.
    if not _DIALLED.fullmatch(_bare(main)) or _bare(main) in SHORT_NUMBERS:
        return None
    try:
        read = phonenumbers.parse(_bare(main), "SE")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(read):
        return None
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)


def tel_uri(number: str) -> str | None:
    """The tel: address to ring, or None for an extension and for what is no whole number."""
    main, _ = _main_and_extension(number)
    if _bare(main) in SHORT_NUMBERS:
        return f"tel:{_bare(main)}"
    outside = normalise(number)
    return f"tel:{outside}" if outside else None


def is_extension(number: str) -> bool:
    """Whether the number works on its principal's own telephones only."""
    return classify(number) is NumberKind.EXTENSION


def display(number: str) -> str:
    """The number as it was typed; an extension as "internt 59090"."""
    if is_extension(number):
        return f"internt {_main_and_extension(number)[1]}"
    return number.strip()


def numbers_in(text: str) -> list[str]:
    """The numbers to ring from outside that stand in a text, each as it was typed: "Jens Övergård, 070-174 06 08"."""
    found = (match.raw_string for match in phonenumbers.PhoneNumberMatcher(text, "SE"))
    return [number for number in dict.fromkeys(found) if normalise(number)]


def tidy_number(text: str) -> str:
    """The number as it is stored and shown, the same number always in one way: "0907850000" gives "090-785 00 00".

    A Swedish number is written in national form as the library groups it, unless the person grouped it: the library
    groups some Swedish numbers in ways nobody does. A foreign number is written with its country. What cannot be
    read, and an extension, stay as they were typed, but for digits of another script's width.
    """
    typed = " ".join(unicodedata.normalize("NFKC", text).split())
    outside = normalise(typed)
    main, extension = _main_and_extension(typed)
    if outside is None:
        return extension if extension and not main else typed
    read = phonenumbers.parse(outside)
    if read.country_code != _SWEDEN:
        shown = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    elif main.startswith("0") and not main.startswith("00") and _GROUPED.fullmatch(main):
        shown = main
    else:
        shown = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.NATIONAL)
    return f"{shown} ankn {extension}" if extension else shown


def read_number(text: str) -> str:
    """As it is stored, "" where none is typed. Raises RuleError for what is not one telephone number."""
    number = tidy_number(text)
    check_readable(number)
    return number


def check_readable(number: str) -> None:
    """Raises RuleError (field `number`) for what is typed and is not one telephone number."""
    if len(number) > LONGEST_NUMBER:
        raise RuleError(f"Numret får ha högst {LONGEST_NUMBER} tecken.", field="number")
    if classify(number) is NumberKind.UNREADABLE:
        raise RuleError(
            f'"{number}" går inte att läsa som telefonnummer. Skriv riktnumret först, som 090-785 00 00.',
            field="number",
        )


def check_phone(phone: Phone) -> None:
    """Raises RuleError (field `number`) where the number is not of the kind it is said to be."""
    kind = classify(phone.number)
    if kind is NumberKind.NONE:
        raise RuleError("Skriv numret, eller ta bort raden.", field="number")
    if phone.kind is PhoneKind.EXTENSION:
        if kind is not NumberKind.EXTENSION:
            raise RuleError("Skriv anknytningen med tre till fem siffror, utan nolla först.", field="number")
    elif kind is NumberKind.EXTENSION:
        raise RuleError(
            f"{phone.number} är en anknytning. Välj Anknytning, eller skriv hela numret.", field="number"
        )
    check_readable(phone.number)


def same_number(one: str, other: str) -> bool:
    return digits(one) == digits(other) != ""


def is_mobile(number: str) -> bool:
    """Whether it is the number of a Swedish mobile telephone."""
    outside = normalise(number)
    if outside is None:
        return False
    return phonenumbers.number_type(phonenumbers.parse(outside)) is phonenumbers.PhoneNumberType.MOBILE


def in_series(number: str, series: Iterable[str]) -> bool:
    """Whether the number begins as one of `series` does ("090-785"); an empty one holds nothing."""
    own = digits(number)
    return any(own.startswith(digits(start)) for start in series if digits(start))


def digits(text: str) -> str:
    """The digits to search by, in national form: "+46 90-785" and "090 785" both give "090785"."""
    bare = _bare(text.strip())
    if _COUNTRY.match(bare):
        national = _COUNTRY.sub("", bare)
        bare = national if national.startswith("0") else f"0{national}"
    return "".join(c for c in bare if c in "0123456789")
