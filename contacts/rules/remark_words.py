"""What a remark of the directory says about hours, clause by clause: the words it is known by."""

import re

from .clock_words import parse_day, read_weekdays
from .hours import HOLIDAY
from .swedish_text import DASHES, search_key

CLOCK = r"(?:[0-9]{1,2}[.:][0-9]{2}|[0-9]{4}|[0-9]{1,2})(?![0-9])"
RANGE = rf"(?<![0-9.:/-]){CLOCK} ?- ?{CLOCK}(?![.:/-]?[0-9])"
_DAY = r"[0-9]{1,2} ?/ ?[0-9]{1,2}|[0-9]{1,2}\.? ?[a-z]{3,}\.?|[0-9]{2}-[0-9]{2}"
PERIOD = rf"(?P<from_day>{_DAY}|[0-9]{{1,2}}|[a-z]{{3,}}) ?- ?(?P<to_day>{_DAY}|[a-z]{{3,}})"

# Words that say no more than that times follow.
_LABELS = (
    *("vi har", "har", "är", "öppet", "öppen", "öppettid", "öppettider", "öppettiderna", "ordinarie", "vi"),
    *("gäller", "telefontid", "telefontider", "telefonen", "bemannat", "bemannad", "bemannas", "svarar"),
    *("nås", "dagtid"),
    *("endast", "bara", "tid", "tider", "på", "mellan", "från", "alltid", "normalt"),
)
_LABEL = re.compile(rf"\b(?:{'|'.join(sorted(_LABELS, key=len, reverse=True))})\b|:")

# Who is reached: beside hours they say nothing about them.
_ROLES = frozenset(
    search_key(
        "kundtjänst reception receptionen växel växeln kontaktcenter medborgarservice biståndshandläggare handläggare",
        "samordnare enhetschef enhetschefer sjuksköterska sjuksköterskor distriktssköterska koordinator socialtjänst",
        "och samt eller även",
    ).split()
)
_CONTACT_PERSON = re.compile(r"kontaktperson:? [^0-9]+", re.IGNORECASE)
_EVERY_WEEKDAY = ("alla vardagar", "helgfria vardagar", "helgfri vardag", "varje vardag")
_WEEKEND = frozenset(["helg", "helger", "helgen", "helgerna", "veckoslut", "lordagar", "sondagar"])
_HOLIDAY_WORDS = frozenset(("helgdag", "helgdagar", "roda dagar", "rod dag"))
_REST = frozenset(["kvall", "kvallar", "kvallen", "natt", "natter", "natten", "kvallstid", "nattetid"])

_LOOKS_LIKE_HOURS = re.compile(
    r"""
    \b(?:
        mån | tis | ons | tor | tors | fre | lör | sön | (?:mån|tis|ons|tors|fre|lör|sön)dag\w*
      | vardag\w* | veckodag\w* | helg\w* | röda?\ dag\w* | \w*afton\w* | aftnar\w* | \w*torsdag\w* | valborg\w*
      | jul | julen | jultid | julhelg\w* | nyår\w* | påsk\w* | midsommar\w* | pingst\w* | trettondag\w*
      | sommar\w* | semester\w* | höst\w* | vinter\w* | vår\w*tid
      | \w*stäng[dt]\w* | stänger | stängning\w* | öppet | öppen | öppna | öppnar | öppnas | öppettid\w* | \w+öppet
      | lunch\w* | rast\w* | kväll\w* | natt\w* | nätter\w* | dygn\w* | dagtid\w* | morgon\w* | förmiddag\w*
      | eftermiddag\w* | fm | em | kl | klockan | telefontid\w* | kontorstid\w* | arbetstid\w* | tider | tiderna
      | timm\w+ | vecka | veckor | veckorna | v\.?\ ?[0-9]+ | (?:jämn|udda|ojämn)\w*\ veck\w+ | dagligen
      | (?:varje|alla)\ dag\w* | obemanna\w* | bemanna\w*
      | januari | februari | mars | april | maj | juni | juli | augusti | september | oktober | november | december
      | 24/7
    )\b
    | (?<![0-9-])[0-9]{1,2}(?:[.:][0-9]{2})?\ ?-\ ?[0-9]{1,2}(?:[.:][0-9]{2})?(?![0-9-])
    | (?<![0-9.:-])[0-9]{1,2}[.:][0-9]{2}(?![0-9])
    | \b(?:till|från|före|efter|innan|mellan|kring|t\.?o\.?m\.?|fr\.?o\.?m\.?)\ [0-9]{1,2}(?:[.:][0-9]{2})?\b
    | \b[0-9]{1,2}\ ?/\ ?[0-9]{1,2}\b
    """,
    re.VERBOSE,
)
_FOUR_DIGITS = re.compile(
    r"(?<![0-9 ] )(?<![0-9-])[012][0-9][0-5][0-9] ?- ?[012][0-9][0-5][0-9](?![0-9])(?! [0-9])"
)
# A number for the day alone, or the day by itself: "dag 0953-140 10, natt 0953-140 11".
_OF_DAY = re.compile(r"(?:^|[;,(] ?|(?<=[0-9)]) )dag(?:tel|nr)?\b\.?:?(?= ?(?:$|[;,)+0]))")
# Digits that ring somebody are no clock times.
_TELEPHONE = re.compile(r"(?:\+|\b0)[0-9]{1,3}[- ]?[0-9]{2,3}(?:[ -]?[0-9]{2,3}){1,3}\b")


def tidy_remark(text: str) -> str:
    """The remark in small letters, with one kind of dash, and clock times without "kl."."""
    found = re.sub(rf"[{DASHES}]", "-", text.casefold())
    found = re.sub(r"\b(?:kl|klockan)\b\.?:? ?(?=[0-9])", "", found)
    found = re.sub(rf"\bmellan ({CLOCK}) och (?={CLOCK})", r"\1-", found)
    return re.sub(rf"(?<![0-9.:/])({CLOCK}) till ({CLOCK})", r"\1-\2", found)


def looks_like_hours(tidied: str) -> bool:
    """Whether a remark, or a part of one, seems to speak of when somebody answers."""
    if _OF_DAY.search(tidied):
        return True
    return bool(_FOUR_DIGITS.search(tidied) or _LOOKS_LIKE_HOURS.search(_TELEPHONE.sub(" ", tidied)))


def is_roles(clause: str) -> bool:
    """Whether a clause names only who is reached."""
    if _CONTACT_PERSON.fullmatch(clause):
        return not looks_like_hours(clause)
    return set(search_key(clause).split()) <= _ROLES


def without_labels(text: str) -> str:
    """What is left of a clause without the words that say only that times follow."""
    return " ".join(_LABEL.sub(" ", text).split())


def read_days(text: str) -> list[int] | None:
    """The places in `Hours.days` that a text names, also by weekend words; None where it names anything else."""
    if text in _EVERY_WEEKDAY:
        return list(range(5))
    places: list[int] = []
    for part in re.split(r" och | o | & |/|, ", text):
        key = search_key(part)
        if key in _WEEKEND:
            places += [5, 6] if key.startswith(("helg", "vecko")) else read_weekdays(part) or []
        elif key in _HOLIDAY_WORDS:
            places.append(HOLIDAY)
        elif (read := read_weekdays(part)) is not None:
            places += read
        else:
            return None
    return places


def names_only_rest(text: str) -> bool:
    """Whether a text names nothing but evenings, nights and free days."""
    return all(_is_rest(part) for part in re.split(r" och | eller | samt | o | & |/|, ", text))


def _is_rest(part: str) -> bool:
    days = read_days(part) or []
    return search_key(part) in _REST or (days != [] and min(days) >= 5)


def first_day(text: str) -> str:
    """The day that a period begins on: "15 juni", or that of a month, "juni"."""
    return parse_day(f"1 {text}") if text.isalpha() else parse_day(text)


def last_day(text: str) -> str:
    if not text.isalpha():
        return parse_day(text)
    first = parse_day(f"1 {text}")
    return f"{first[:2]}-{_LENGTHS[int(first[:2]) - 1]}"


_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
