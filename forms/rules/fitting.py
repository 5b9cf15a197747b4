"""How much room a text takes on paper, and where it is divided so that no row outgrows its page.

The measure is a plain small letter. What the typeface lacks is printed as [U+1F600], and so takes the most room.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

_WIDE = frozenset("mwæœ½¼¾%@&–—…ŋŧ")
_KNOWN_PUNCTUATION = frozenset("‐‑‒–—―‘’‚“”„†•…‰€")
_LAST_KNOWN = "\u024f"
_SUBSTITUTE = 11
_TOKENS = re.compile(r"\n|[^\S\n]+|\S+")


def letters(text: str) -> int:
    """The width of `text` on one line, in small letters."""
    return sum(_letters_of(character) for character in text)


def lines(text: str, per_line: int) -> int:
    """How many lines of `per_line` letters `text` takes, its own line breaks included; an empty one takes one."""
    return sum(1 for _ in _line_starts(text, per_line))


def pieces(text: str, *, per_line: int, most_lines: int) -> tuple[str, ...]:
    """Divide `text` into pieces of at most `most_lines` lines of `per_line` letters; together they are the whole text.

    It is divided where a line would end: between words, or inside a word longer than a line, never between a letter and
    its accent: the pieces are composed (NFC), as they are printed. No text gives no piece.
    """
    text = unicodedata.normalize("NFC", text)
    starts = [*list(_line_starts(text, per_line))[::most_lines], len(text)]
    found = (text[start:end] for start, end in pairwise(starts))
    return tuple(piece for piece in found if piece)


def shortened(text: str, most: int) -> str:
    """`text` where `most` small letters have room for it, else its beginning and "…"."""
    first, *more = pieces(text, per_line=most, most_lines=1) or ("",)
    return f"{first.rstrip()}…" if more else text


def _line_starts(text: str, per_line: int) -> Iterator[int]:
    """Where each line of `text` begins when words are set as long as there is room."""
    yield 0
    taken = 0
    for token in _TOKENS.finditer(text):
        if token[0] == "\n":
            yield token.end()
            taken = 0
            continue
        size = letters(token[0])
        if taken and taken + size > per_line and not token[0].isspace():
            yield token.start()
            taken = 0
        if taken + size <= per_line:
            taken += size
            continue
        for place, character in enumerate(token[0], token.start()):
            if taken and taken + _letters_of(character) > per_line:
                yield place
                taken = 0
            taken += _letters_of(character)


def _letters_of(character: str) -> int:
    if character in "\n\r\t":
        return 1
    if character < " " or "\x7f" <= character < "\xa0":
        return _SUBSTITUTE
    if character > _LAST_KNOWN and character not in _KNOWN_PUNCTUATION:
        return _SUBSTITUTE
    return 2 if character.isupper() or character in _WIDE else 1
