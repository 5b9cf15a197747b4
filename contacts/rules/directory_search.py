"""What a search text asks for: words that must stand in an entry, and numbers in whatever spelling (R5.6)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .phone import digits
from .swedish_text import search_key

_NUMBER_LIKE = re.compile(r"[+(]*[0-9][0-9+()./\-–‑]*")


class SearchField(StrEnum):
    """What a search text of the advanced search applies to (R5.6)."""

    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    TITLE = "title"
    DEPARTMENT = "department"


SEARCH_FIELD_LABELS: dict[SearchField, str] = {
    SearchField.FIRST_NAME: "Förnamn",
    SearchField.LAST_NAME: "Efternamn",
    SearchField.TITLE: "Titel",
    SearchField.DEPARTMENT: "Avdelning",
}


class ContactColumn(StrEnum):
    """A column that a person may add to the four that the advanced search always lists (R5.6)."""

    TITLE = "title"
    PHONE = "phone"
    PRINCIPAL = "principal"
    HOURS = "hours"
    VERIFIED = "verified"
    REMARK = "remark"


CONTACT_COLUMN_LABELS: dict[ContactColumn, str] = {
    ContactColumn.TITLE: "Titel",
    ContactColumn.PHONE: "Telefon",
    ContactColumn.PRINCIPAL: "Huvudman",
    ContactColumn.HOURS: "Gäller",
    ContactColumn.VERIFIED: "Kontrollerad",
    ContactColumn.REMARK: "Anmärkning",
}


@dataclass(frozen=True, slots=True)
class Needle:
    """One thing sought: found where all `words` stand in the text, or `digits` in a number."""

    words: tuple[str, ...]
    digits: str = ""

    def found_in(self, text_key: str, digits_key: str) -> bool:
        """Tell whether an entry with these two keys has it."""
        return all(word in text_key for word in self.words) or bool(self.digits and self.digits in digits_key)


@dataclass(frozen=True, slots=True)
class FieldNeedle:
    """One search text of the advanced search: found where all `words` stand in the key of `field`."""

    field: SearchField
    words: tuple[str, ...]

    def found_in(self, keys: Mapping[SearchField, str]) -> bool:
        """Tell whether an entry with these keys has it."""
        return all(word in keys[self.field] for word in self.words)


def needles(text: str) -> tuple[Needle, ...]:
    """Give what `text` asks for; an entry must have them all. Nothing for a text without letters and digits.

    Numbers typed in groups ("090-785 00 00") are one thing sought.
    """
    found: list[Needle] = []
    group: list[str] = []
    for word in [*text.replace("\xa0", " ").split(), ""]:
        if _NUMBER_LIKE.fullmatch(word):
            group.append(word)
            continue
        if group:
            typed = " ".join(group)
            found.append(Needle(words=tuple(search_key(typed).split()), digits=digits(typed)))
            group = []
        found.extend(Needle(words=(part,)) for part in search_key(word).split())
    return tuple(found)


def field_needles(texts: Iterable[tuple[SearchField, str]]) -> tuple[FieldNeedle, ...]:
    """Give what the search texts ask for, each of its field; an entry must have them all (R5.6).

    A text without letters and digits asks for nothing.
    """
    found = (FieldNeedle(field, tuple(search_key(text).split())) for field, text in texts)
    return tuple(needle for needle in found if needle.words)


def begins_a_word(start: str, key: str) -> bool:
    """Tell whether a word of `key` begins with `start`; both as `search_key` gives them."""
    return f" {start}" in f" {key}"
