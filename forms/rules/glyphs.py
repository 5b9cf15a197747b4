"""Characters the typeface cannot print: each is shown by its code, so that no name gets a hole in it."""

import unicodedata
from collections.abc import Container

_PLAIN_WHITE_SPACE = "\n\r\t"


def printable(text: str, glyphs: Container[int]) -> str:
    """`text` with each character that would print as nothing, or as an empty box, written as [U+1F600].

    `glyphs` holds the code points of the typeface. Control and direction characters are written out too,
    whatever the typeface holds: they would turn or hide the text beside them. A letter and its separate accent
    become one.
    """
    composed = unicodedata.normalize("NFC", text)
    lacking = {ord(c): f"[U+{ord(c):04X}]" for c in set(composed) if not _prints(c, glyphs)}
    return composed.translate(lacking) if lacking else composed


def all_print(text: str, glyphs: Container[int]) -> bool:
    """Whether `printable` leaves every character of `text`, its accents joined to their letters."""
    return all(_prints(c, glyphs) for c in set(unicodedata.normalize("NFC", text)))


def _prints(character: str, glyphs: Container[int]) -> bool:
    if character in _PLAIN_WHITE_SPACE:
        return True
    return not unicodedata.category(character).startswith("C") and ord(character) in glyphs
