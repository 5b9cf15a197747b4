"""Whether a text has a patient's personal number, in any spelling that is read as one where patients are entered."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from personnummer import personnummer

from .swedish_text import plain_dashes, tidy_typed

_SIGN = r"(?: ?[-+./_] ?)"
_CENTURY = r"(?<![0-9+])(?:19|20)[0-9]{2}"
_ALONE = r"(?![0-9])"
# Ten digits without a sign may be a telephone number: its first digit is then 0, or it goes on from a country's.
_SHORT = r"(?<![0-9])(?<!\+)"
_NO_COUNTRY = "".join(
    rf"(?<!{code}[ -])" for code in (r"\+[0-9]", r"\+[0-9]{2}", r"\+[0-9]{3}", "00[0-9]{2}")
)
_SPELLINGS = tuple(
    re.compile(spelling)
    for spelling in (
        # 19121212-1212, 1912-12-12-1212, 1912/12/12 - 1212
        rf"{_CENTURY}(?P<by>[-./ ]?)[0-9]{{2}}(?P=by)[0-9]{{2}}{_SIGN}[0-9]{{4}}{_ALONE}",
        # 191212121212, 19121212 1212, 1912 12 12 1212, 1912 1212 1212
        rf"{_CENTURY} ?[0-9]{{2}} ?[0-9]{{2}} ?[0-9]{{4}}{_ALONE}",
        # 1912-12-12 1212, unless it is a day and a clock time of ours.
        rf"{_CENTURY}(?P<by>[-./])[0-9]{{2}}(?P=by)[0-9]{{2}} [0-9]{{4}}{_ALONE}",
        # 121212-1212, 12-12-12-1212
        rf"{_SHORT}[0-9]{{2}}(?P<by>[-./]?)[0-9]{{2}}(?P=by)[0-9]{{2}}{_SIGN}[0-9]{{4}}{_ALONE}",
        # 1212121212, 121212 1212
        rf"{_SHORT}{_NO_COUNTRY}[1-9][0-9]{{5}} ?[0-9]{{4}}{_ALONE}(?! [0-9])",
    )
)
_MOMENT = re.compile(r"20[2-9][0-9][-./][0-9]{2}[-./][0-9]{2} (?:[01][0-9]|2[0-3])[0-5][0-9]")
_ENOUGH = re.compile(r"(?:\d\D*){10}")
_SIGNED = re.compile(r"[-+./_] ?[0-9]{4}$")
_TWELVE = 12
NO_PATIENT = "Ta bort personnumret. Här skrivs inga patientuppgifter."


def has_personal_number(text: str) -> bool:
    """Whether a whole personal or coordination number stands in the text, with its right check digit.

    A coordination number with its century and a sign needs none: no other thing has such a day.
    """
    if not _ENOUGH.search(text):
        return False
    plain = plain_dashes(unicodedata.normalize("NFKC", " ".join(tidy_typed(text).split())))
    return any(map(_is_one, _spelled(plain)))


def _spelled(plain: str) -> Iterator[str]:
    for spelling in _SPELLINGS:
        # Those that overlap too: the first of two may be a telephone number.
        place = 0
        while found := spelling.search(plain, place):
            yield found[0]
            place = found.start() + 1


def _is_one(spelled: str) -> bool:
    if _MOMENT.fullmatch(spelled):
        return False
    digits = re.sub(r"[^0-9]", "", spelled)
    if personnummer.valid(f"{digits[:-4]}{'+' if '+' in spelled else ''}{digits[-4:]}"):
        return True
    return len(digits) == _TWELVE and bool(_SIGNED.search(spelled)) and _is_coordination(digits)


def _is_coordination(digits: str) -> bool:
    """Whether twelve digits begin with the day of a coordination number, which may have no month or day."""
    month, day = int(digits[4:6]) or 1, int(digits[6:8]) - 60
    try:
        return day >= 0 and bool(date(int(digits[:4]), month, day or 1))
    except ValueError:
        return False
