"""What a search text asks for: words that must stand in an entry, and numbers in whatever spelling (R5.6)."""

import re
from dataclasses import dataclass

from .phone import digits
from .swedish_text import search_key

_NUMBER_LIKE = re.compile(r"[+(]*[0-9][0-9+()./\-–‑]*")


@dataclass(frozen=True, slots=True)
class Needle:
    """One thing sought: found where all `words` stand in the text, or `digits` in a number."""

    words: tuple[str, ...]
    digits: str = ""

    def found_in(self, text_key: str, digits_key: str) -> bool:
        """Tell whether an entry with these two keys has it."""
        return all(word in text_key for word in self.words) or bool(self.digits and self.digits in digits_key)


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
