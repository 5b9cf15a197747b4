"""Signatures short enough for a narrow column: initials, each with its signature in full once, in a key."""

import unicodedata

_LAST_LATIN = "\u024f"
_UNREADABLE = "S"


class Signatures:
    def __init__(self) -> None:
        self._short: dict[str, str] = {}

    def short(self, signature: str) -> str:
        """The initials that stand for `signature` on this sheet and for no other; "" for none."""
        if not signature.strip():
            return ""
        if signature not in self._short:
            plain = initials(signature)
            alike = sum(initials(other) == plain for other in self._short)
            self._short[signature] = f"{plain}{alike + 1}" if alike else plain
        return self._short[signature]

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        return tuple((short, signature) for signature, short in self._short.items())


def initials(signature: str) -> str:
    """The first letters of first name and last, before the first comma: AA for Alva Ask, Sjuksköterska.

    "S" where there is no letter that the typeface is sure to have.
    """
    name = unicodedata.normalize("NFC", signature.partition(",")[0])
    letters = [word[0].upper() for word in name.split() if word[0].isalpha() and word[0] <= _LAST_LATIN]
    return "".join([letters[0], *letters[1:][-1:]]) if letters else _UNREADABLE
