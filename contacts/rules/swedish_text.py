"""Swedish text made comparable: one key to search by, one to sort by. Neither database engine does either rightly."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[^0-9a-z]+")
_HYPHEN = re.compile(r"[-‐‑–]")
_HYPHENED = re.compile(r"[^\W\d_]+(?:[-‐‑–][^\W\d_]+)+")
# Letters only, so that the order is the same under every collation a database may have been made with.
_AFTER_Z = str.maketrans({"å": "zza", "ä": "zzb", "æ": "zzb", "ö": "zzc", "ø": "zzc"})
_SAMI = str.maketrans({"đ": "d", "ŋ": "n", "ŧ": "t", "ø": "o", "æ": "a", "ß": "s"})


def search_key(*texts: str) -> str:
    """Give `texts` as lower-case words of a–z and 0–9 only, so that "orebro", "ÖREBRO" and "Örebro" meet."""
    joined = " ".join(text for text in texts if text).casefold().translate(_SAMI)
    plain = "".join(c for c in unicodedata.normalize("NFKD", joined) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain).strip()


def sort_key(text: str) -> str:
    """Give a key of a–z, digits and blanks in Swedish order: … z å ä ö, case and other accents disregarded."""
    swedish = unicodedata.normalize("NFC", text.casefold()).translate(_AFTER_Z)
    plain = "".join(c for c in unicodedata.normalize("NFKD", swedish) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain.translate(_SAMI)).strip()


def without_hyphens(text: str) -> str:
    """Give the words of `text` that have a hyphen inside, without it: "Anna-Karin Ek" gives "AnnaKarin"."""
    return " ".join(_HYPHEN.sub("", word) for word in _HYPHENED.findall(text))
