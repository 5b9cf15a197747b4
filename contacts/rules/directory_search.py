"""What a search text asks for: words that must stand in an entry, and numbers in whatever spelling (R5.6)."""

import re
from dataclasses import dataclass

from .labelled import Labelled
from .phone import digits
from .swedish_text import DASHES, search_key

_NUMBER_LIKE = re.compile(rf"[+(]*[0-9][{DASHES}0-9+()./]*")

# "tel:+46…", "Ank.59090": a word, then a number.
_BEFORE_NUMBER = re.compile(r"([^\W\d_])[.:]+(?=[+(]*[0-9])")


class SearchField(Labelled):
    """What a search text of the advanced search applies to (R5.6)."""

    FIRST_NAME = "first_name", "Förnamn"
    LAST_NAME = "last_name", "Efternamn"
    TITLE = "title", "Titel"
    DEPARTMENT = "department", "Avdelning"


class ContactColumn(Labelled):
    """A column that a person may add to the four that the advanced search always lists (R5.6)."""

    TITLE = "title", "Titel"
    PHONE = "phone", "Telefon"
    PRINCIPAL = "principal", "Huvudman"
    HOURS = "hours", "Gäller"
    VERIFIED = "verified", "Kontrollerad"
    REMARK = "remark", "Anmärkning"


@dataclass(frozen=True, slots=True)
class Needle:
    """One thing sought: `words` that stand in the text, or `digits` in a number."""

    words: tuple[str, ...]
    digits: str = ""


def needles(text: str) -> tuple[Needle, ...]:
    """What `text` asks for, in its order. A number typed in groups ("090-785 00 00") is one thing sought."""
    found: list[Needle] = []
    group: list[str] = []
    words = _BEFORE_NUMBER.sub(r"\1 ", text).replace("\xa0", " ").split()
    for word in (*(word.rstrip(",;.") for word in words), ""):
        if _NUMBER_LIKE.fullmatch(word):
            group.append(word)
            continue
        if group:
            typed = " ".join(group)
            found.append(Needle(words=tuple(search_key(typed).split()), digits=digits(typed)))
            group = []
        found.extend(Needle(words=(part,)) for part in search_key(word).split())
    return tuple(found)
