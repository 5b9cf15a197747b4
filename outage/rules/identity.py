"""What kind of identity a patient has. Nothing here ever refuses one: what looks wrong gives a warning.

The personnummer package judges check digit and serial. It reads the clock of the machine to find the
century of a ten-digit number, so it is always handed twelve digits, worked out here from the `today` that
was given.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from personnummer import personnummer

from contacts.rules.labelled import Labelled
from contacts.rules.phone import normalise
from contacts.rules.swedish_text import plain_dashes, search_key, tidy_typed

_LABEL = re.compile(
    r"\b(?:(?:(?:p|pers|person|sam|samordnings|reserv|id)[ .-]*)?(?:nr|nummer)|id|född)\b[.:]*", re.IGNORECASE
)
# No letter or digit. A plus before all of it is that of a telephone number.
_AROUND = re.compile(r"^[^\w+]+|[\W_]+$")
# The date may be divided as dates are, and other signs may stand where the dash does: 1912-12-12-1212, 121212/1212.
_DIGITS = re.compile(
    r"([0-9]{2})?([0-9]{2})(?P<by>[\W_]?)([0-9]{2})(?P=by)([0-9]{2})(?P<sign>[\W_]{0,3})([0-9]{4})"
)
_RESERVE = re.compile(r"(?=.*[0-9])(?=.*[A-Z])[0-9A-Z]{12}")

_TEN_FROM_ZERO = re.compile("0[0-9]{9}")
_SIGNED = re.compile("[+-] ?[0-9]{4}$")
_COORDINATION_DAY = 60
_MORE_SIGNS_READ = date(2026, 11, 30)


class IdentityKind(Labelled):
    PERSONNUMMER = "personnummer", "Personnummer"
    SAMORDNINGSNUMMER = "samordningsnummer", "Samordningsnummer"
    RESERVE_NUMBER = "reserve_number", "Reservnummer"
    OTHER = "other", "Annan identitet"
    UNKNOWN = "unknown", "Okänd identitet"

    @property
    def is_whole(self) -> bool:
        """Not a part of a number, a name, or a number that cannot be told from a name."""
        return self not in (IdentityKind.OTHER, IdentityKind.UNKNOWN)


WARN_UNKNOWN = "Identiteten är okänd. Fyll i den när den är känd."
WARN_FORMAT = "Formatet känns inte igen. Läs numret en gång till."
WARN_NO_DATE = "Datumet i numret finns inte. Läs numret en gång till."
WARN_CHECK_DIGIT = "Kontrollsiffran stämmer inte. Läs numret en gång till."
WARN_SERIAL = "Löpnumret 000 finns inte. Läs numret en gång till."
WARN_FUTURE = "Födelsedatumet ligger framåt i tiden. Läs numret en gång till."
WARN_PLUS = "Plustecknet betyder 100 år eller mer, men året säger något annat. Läs numret en gång till."
WARN_DATE_UNKNOWN = (
    "Samordningsnumret saknar helt datum och går inte att kontrollera. Läs numret en gång till."
)
NO_PHONE = (
    "Det kan vara ett telefonnummer. Är det patientens: skriv bindestreck före de fyra sista siffrorna."
)
WARN_RESERVE = "Ett reservnummer går inte att kontrollera. Läs numret en gång till."


@dataclass(frozen=True, slots=True)
class Identity:
    """`stored` is twelve digits for a personnummer or samordningsnummer, else what was typed, tidied.

    `display` is YYYYMMDD-NNNN; `paper` the ten-digit form, with + from the year one turns 100; both are `stored` for
    other kinds. `warnings` are Swedish sentences; none of them stops anything. `born` is the year, where the number
    contains one; `century_guessed`: ten digits were typed, and nothing said which century.
    """

    kind: IdentityKind
    stored: str
    display: str
    paper: str
    warnings: tuple[str, ...] = ()
    born: int | None = None
    century_guessed: bool = False


def classify_identity(text: str | int | None, today: date) -> Identity:
    """`today` is the day in Europe/Stockholm. Never raises."""
    typed = " ".join(tidy_typed(str(text if text is not None else "")).split())
    if not typed:
        return _as_typed(IdentityKind.UNKNOWN, "", WARN_UNKNOWN)
    compact = _AROUND.sub("", without_labels(plain_signs(typed)).replace(" ", ""))
    match = _DIGITS.fullmatch(compact)
    if match:
        century, year, _, month, day, sign, serial = match.groups()
        return _numbered(century, year, f"{month}{day}", sign, serial, today) or _as_typed(
            IdentityKind.OTHER, typed, WARN_NO_DATE
        )
    reserve = number_key(compact)
    if _RESERVE.fullmatch(reserve):
        return _as_typed(IdentityKind.RESERVE_NUMBER, reserve, WARN_RESERVE)
    return _as_typed(IdentityKind.OTHER, typed, WARN_FORMAT)


def may_be_phone(text: str, today: date) -> bool:
    """Whether ten digits from 0 on, without a sign before the last four, may be a telephone number, as in a pasted
    list. Those that hold as a patient's number may where they are run together and can be rung.
    """
    plain = plain_signs(tidy_typed(text)).strip()
    if not _TEN_FROM_ZERO.fullmatch(re.sub(r"[\s./()-]", "", plain)) or _SIGNED.search(plain):
        return False
    read = classify_identity(text, today)
    holds = read.kind.is_whole and not read.warnings
    return not holds or (plain.isdigit() and normalise(plain) is not None)


def plain_signs(text: str) -> str:
    """`text` with every kind of dash as a hyphen and of digit as 0–9, of the same length."""
    plain = plain_dashes(text)
    if plain.isascii():
        return plain
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in plain)


def without_labels(text: str) -> str:
    """What has a digit, without the words that only say that it is a number: "Pnr: 19121212-1212"."""
    return _LABEL.sub(" ", text) if re.search("[0-9]", text) else text


def number_key(text: str) -> str:
    """What all spellings of a number have in common: its letters, as capitals, and digits. Labels and signs are none.

    Stored hashes are of it: where it changes, a migration writes them anew.
    """
    if text.isascii() and text.isalnum():
        return text.upper()
    return re.sub(r"[\W_]", "", without_labels(plain_signs(tidy_typed(text)))).upper()


def is_number(text: str) -> bool:
    """Whether a number is known, whole or in part; "okänt" and other words are none."""
    return any(char.isdecimal() for char in text)


def lookup_texts(kind: IdentityKind, stored: str) -> tuple[str, ...]:
    """All that an exact look-up may ask for by which a stored number is found (`asked_text`)."""
    if kind is IdentityKind.OTHER:
        # Fewer signs were read before.
        read = classify_identity(stored, _MORE_SIGNS_READ)
        kind, stored = read.kind, read.stored
    key = number_key(stored)
    if not key:
        return ()
    dated = kind in (IdentityKind.PERSONNUMMER, IdentityKind.SAMORDNINGSNUMMER)
    return (_whole(key), _of_any_century(kind, key)) if dated else (_whole(key),)


def name_text(name: str) -> str:
    """What a name is looked up by: all that `search_key` reads as the same name have it in common. "" for no name.

    Stored hashes are of it: where it changes, and `search_key` with it, a migration writes them anew.
    """
    key = search_key(name)
    return f"name:{key}" if key else ""


def asked_text(typed: Identity) -> str:
    """What to look up for a number; "" where there is none: "okänt nummer" is nobody's.

    In any century: for a number typed in ten digits, now or then, it was guessed.
    """
    key = number_key(typed.stored)
    if typed.kind is IdentityKind.UNKNOWN or not is_number(key):
        return ""
    return _of_any_century(typed.kind, key) if typed.born else _whole(key)


def _whole(key: str) -> str:
    return f"number:{key}"


def _of_any_century(kind: IdentityKind, key: str) -> str:
    return f"{kind}:{key[2:]}"


def _numbered(
    century: str | None, year: str, month_day: str, sign: str, serial: str, today: date
) -> Identity | None:
    """The identity of a number of ten or twelve digits, or None when no date can be read from it."""
    month, day = int(month_day[:2]), int(month_day[2:])
    coordination = day >= _COORDINATION_DAY
    if coordination:
        day -= _COORDINATION_DAY
    date_unknown = coordination and (month == 0 or day == 0)
    if date_unknown:
        # Any month or day will do to find the century by.
        month, day = month or 1, day or 1
    years = [int(century + year)] if century else _candidate_years(int(year), sign, today)
    births = [birth for full_year in years if (birth := _date(full_year, month, day)) is not None]
    if not births:
        return None
    born = next((birth for birth in births if birth <= today), births[0])
    stored = f"{born.year:04}{month_day}{serial}"
    warnings = []
    if born > today:
        warnings.append(WARN_FUTURE)
    if "+" in sign and today.year - born.year < 100:
        warnings.append(WARN_PLUS)
    if serial.startswith("000"):
        warnings.append(WARN_SERIAL)
    elif date_unknown:
        warnings.append(WARN_DATE_UNKNOWN)
    elif not personnummer.valid(stored):
        warnings.append(WARN_CHECK_DIGIT)
    return Identity(
        kind=IdentityKind.SAMORDNINGSNUMMER if coordination else IdentityKind.PERSONNUMMER,
        stored=stored,
        display=f"{stored[:8]}-{serial}",
        paper=f"{stored[2:8]}{'+' if today.year - born.year >= 100 else '-'}{serial}",
        warnings=tuple(warnings),
        born=born.year,
        century_guessed=not century and "+" not in sign,
    )


def _candidate_years(short_year: int, sign: str, today: date) -> list[int]:
    """The full years a two-digit year can mean, the likelier first; a plus means 100 years or more."""
    newest = today.year - (today.year - short_year) % 100
    return [newest - 100] if "+" in sign else [newest, newest - 100]


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _as_typed(kind: IdentityKind, text: str, warning: str) -> Identity:
    return Identity(kind=kind, stored=text, display=text, paper=text, warnings=(warning,))
