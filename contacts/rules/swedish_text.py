"""What people type and paste, without invisible characters; made comparable by one search key and one sort key.

Neither database engine searches or sorts Swedish correctly.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_NOT_WORD = re.compile(r"[^0-9a-z]+")
_NOT_WORD_IN_LINE = re.compile(r"[^0-9a-z\n]+")
# Whatever word processors, spreadsheets and telephones put for a hyphen. The hyphen is first, as in a class of signs.
DASHES = "-‐‑‒–—―−﹣－"
_HYPHEN = re.compile(rf"[{DASHES}]")
_AS_HYPHEN = str.maketrans(dict.fromkeys(DASHES, "-"))
_HYPHENED = re.compile(rf"[^\W\d_]+(?:[{DASHES}][^\W\d_]+)+")
# Letters only, so that the order is the same under every collation a database may have been made with.
_AFTER_Z = str.maketrans({"å": "zza", "ä": "zzb", "æ": "zzb", "ö": "zzc", "ø": "zzc"})
_SAMI = str.maketrans({"đ": "d", "ŋ": "n", "ŧ": "t", "ø": "o", "æ": "a", "ß": "s"})

# Most of what is typed: printable letters of the languages of Europe, each in one piece, and the usual signs.
_USUAL = re.compile(r"[ -~\n\r\t¡-¬®-ſ–—‘’“”…]*")
_ZERO_WIDTH_JOINER = "\u200d"
# Invisible letters and marks, though Unicode does not class them as formatting.
_DRAWN_AS_NOTHING = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_NEW_LINES = frozenset("\x0b\x0c\x85\u2028\u2029")


def tidy_typed(text: str) -> str:
    """Typed or pasted text without invisible characters: soft hyphens, zero-width characters, direction marks, NUL.

    New lines and tabs stay, every other white space is a plain space, and a letter with its accent is one character
    (NFC). What joins two emojis stays.
    """
    if _USUAL.fullmatch(text):
        return text
    kept: list[str] = []
    for place, char in enumerate(text):
        if not _is_invisible(char) or _joins_symbols(char, kept[-1:], text[place + 1 : place + 2]):
            kept.append(_as_plain(char))
    return unicodedata.normalize("NFC", "".join(kept))


def has_invisible(text: str) -> bool:
    """Whether `tidy_typed` removes anything, not counting a space or an accent written otherwise."""
    return len(unicodedata.normalize("NFC", text)) > len(tidy_typed(text))


@lru_cache(maxsize=4096)
def _is_invisible(char: str) -> bool:
    if char in "\n\r\t" or char in _NEW_LINES:
        return False
    is_variation = "\ufe00" <= char <= "\ufe0f"
    return is_variation or char in _DRAWN_AS_NOTHING or unicodedata.category(char) in {"Cc", "Cf", "Cs"}


@lru_cache(maxsize=4096)
def _as_plain(char: str) -> str:
    if char in _NEW_LINES:
        return "\n"
    return " " if unicodedata.category(char) == "Zs" else char


def _joins_symbols(char: str, before: list[str], after: str) -> bool:
    """Whether an invisible character is part of an emoji: a joiner between two, or the mark of its picture."""
    if not before or not (_is_symbol(before[0]) or before[0] == "\ufe0f"):
        return False
    return char == "\ufe0f" or (char == _ZERO_WIDTH_JOINER and bool(after) and _is_symbol(after))


def _is_symbol(char: str) -> bool:
    return unicodedata.category(char) in {"So", "Sk"}


def search_key(*texts: str) -> str:
    """`texts` as lower-case words of a–z and 0–9 only, so that "orebro", "ÖREBRO" and "Örebro" meet."""
    joined = tidy_typed(" ".join(text for text in texts if text)).casefold().translate(_SAMI)
    return _NOT_WORD.sub(" ", _without_accents(joined)).strip()


def search_keys(texts: Sequence[str]) -> list[str]:
    """`search_key` of each of many, all at once."""
    joined = tidy_typed("\n".join([text.replace("\n", " ") for text in texts])).casefold()
    if any(letter in joined for letter in "đŋŧøæß"):
        joined = joined.translate(_SAMI)
    apart = unicodedata.normalize("NFKD", joined)
    if marks := "".join(char for char in set(apart) if unicodedata.combining(char)):
        apart = re.sub(f"[{re.escape(marks)}]+", "", apart)
    keys = [key.strip() for key in _NOT_WORD_IN_LINE.sub(" ", apart).split("\n")]
    # A rare character may be a new line of its own.
    return keys if len(keys) == len(texts) else [search_key(text) for text in texts]


def sort_key(text: str) -> str:
    """A key of a–z, digits and blanks in Swedish order: … z å ä ö, case and other accents disregarded."""
    swedish = unicodedata.normalize("NFC", text.casefold()).translate(_AFTER_Z)
    return _NOT_WORD.sub(" ", _without_accents(swedish).translate(_SAMI)).strip()


def _without_accents(text: str) -> str:
    # Most texts have none, and thousands of rows are keyed at once.
    if text.isascii():
        return text
    return "".join([c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)])


def plain_dashes(text: str) -> str:
    """`text` with every kind of dash as a hyphen, of the same length."""
    return text.translate(_AS_HYPHEN)


def without_hyphens(text: str) -> str:
    """The words of `text` that have a hyphen inside, without it: "Anna-Karin Ek" gives "AnnaKarin"."""
    return " ".join(_HYPHEN.sub("", word) for word in _HYPHENED.findall(text))
