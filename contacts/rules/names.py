"""Names of contacts and units: when two spellings are of one name, and when they most likely are."""

from collections.abc import Mapping

from rapidfuzz import fuzz, process

from .swedish_text import search_key

_NEAR_WHOLE = 85
_NEAR_WORD = 80
_SHORT_WORD = 5


def name_key(text: str) -> str:
    """The same for all spellings of one name: ignores case, accents, hyphens, spaces and invisible characters."""
    return search_key(text).replace(" ", "")


def is_near(one: str, other: str) -> bool:
    """Whether two names most likely are one, misspelt: as many words, the short ones and all numbers the same."""
    words = list(zip(search_key(one).split(), search_key(other).split(), strict=False))
    if len(search_key(one).split()) != len(search_key(other).split()) or name_key(one) == name_key(other):
        return False
    return all(a == b or _is_misspelt(a, b) for a, b in words)


def _is_misspelt(one: str, other: str) -> bool:
    if min(len(one), len(other)) < _SHORT_WORD or not (one + other).isalpha():
        return False
    return fuzz.ratio(one, other) >= _NEAR_WORD


def nearest(name: str, others: Mapping[str, str]) -> str:
    """The other name that this one most likely is, "" where there is none; `others` gives the search key of each."""
    found = process.extract(search_key(name), others, scorer=fuzz.ratio, score_cutoff=_NEAR_WHOLE, limit=5)
    return next((other for _, _, other in found if is_near(name, other)), "")
