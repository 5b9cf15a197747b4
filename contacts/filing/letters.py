"""Mis-decoded text (mojibake): recognised by impossible letters, and repaired.

Mac or DOS text read as Windows-1252, or UTF-8 read as Windows-1252 once too often: what å, ä and ö become then is in no
Swedish word. The decoding with the most Swedish letters in its words is the right one.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice

import ftfy
import ftfy.bad_codecs

WINDOWS = "sloppy-windows-1252"
"""Windows-1252 that gives the five bytes it has no letter for as control characters."""

REPAIRS: dict[str, str] = {
    "mac_roman": "Mac",
    "cp850": "DOS (äldre PC)",
    "doubled": "UTF-8 som kodats två gånger",
}
"""How wrong letters came about, with what a person calls it."""

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SWEDISH = frozenset("åäöÅÄÖ")
_USUAL = _SWEDISH | set("éÉ–\u00a0")
# Letters of local names, and punctuation beside words.
_FINE = frozenset(
    "éèêëáàâãíìîïóòôõúùûüýÿçñæøßÉÈÊËÁÀÍÌÎÏÓÒÔÕÚÙÛÜÝÇÑÆØđŋšŧžčĐŊŠŦŽČ"
    "\u00a0\u00ad\u200b\u200c\u200d\ufeff–—‘’“”„…•·°½¼¾§´«»×÷±²³µ€£©®™"
)
# The same signs between two letters: there they are the remains of a letter.
_NOT_IN_WORD = frozenset("“”„…•·°½¼¾§´«»×÷±²³µ€£©®™†‡‰¸¨¯¬¦¶¿¡¤¥ªº¹ˆ˜‹›")


def fitness(text: str) -> int:
    """How much a text looks like Swedish: a point for each å, ä or ö in a word, one less for each impossible letter."""
    points = 0
    for found in _NOT_ASCII.finditer(text):
        char = found[0]
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        if char in _SWEDISH:
            points += before.isalpha() or after.isalpha()
        elif char in _NOT_IN_WORD:
            points -= before.isalpha() and (after.isalpha() or char in "†‡‰¸¤¥¶")
        elif char not in _FINE and not unicodedata.combining(char):
            points -= 1
        elif char.isupper() and before.islower():
            # No word has a capital inside.
            points -= 1
    return points


def repaired(text: str, how: str) -> str:
    """The text with its letters repaired as `how` says, one of REPAIRS; unchanged where that is impossible."""
    if text.isascii():
        return text
    if how == "doubled" and fitness(text) >= 0:
        return text
    try:
        return text.encode(WINDOWS).decode("utf-8" if how == "doubled" else how)
    except UnicodeError:
        # More than once, or in part.
        return ftfy.fix_encoding(text) if how == "doubled" else text


def repair_for(texts: Iterable[str]) -> str:
    """The one of REPAIRS that makes the texts Swedish; "" where they are best as they are."""
    written = {unicodedata.normalize("NFC", text) for text in texts if not text.isascii()}
    if all(_USUAL.issuperset(_NOT_ASCII.findall(text)) for text in written):
        return ""
    best, most = "", sum(map(fitness, written))
    for how in REPAIRS:
        points = sum(fitness(repaired(text, how)) for text in written)
        # Windows-1252 leaves five bytes undefined: that alone does not show that another letter is meant.
        if points > most and (points > 0 or how == "doubled"):
            best, most = how, points
    return best


def garbled_words(cells: Iterable[str], how: str, most: int = 4) -> tuple[tuple[str, str], ...]:
    """Words that `how` puts right, as they stand and as they would be."""
    words = dict.fromkeys(word for cell in cells if how and not cell.isascii() for word in cell.split())
    pairs = ((word, repaired(word, how)) for word in words)
    return tuple(islice(((w, r) for w, r in pairs if w != r and fitness(r) > fitness(w)), most))


def is_garbled(text: str) -> bool:
    """Whether a text has impossible letters that can be put right."""
    return not text.isascii() and fitness(unicodedata.normalize("NFC", text)) < 0 and bool(repair_for([text]))


def certain_repair(texts: Sequence[str]) -> str:
    """As `repair_for`, where a letter is there that stands in no word: then the others are not meant either."""
    how = repair_for(texts)
    return how if how and any(fitness(text) < 0 for text in texts) else ""
