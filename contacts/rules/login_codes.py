"""One-time codes: with one a person chooses a password, at the first log-in or after a forgotten one."""

from collections.abc import Sequence
from datetime import timedelta

from .labelled import Labelled

# Without what is misread for another: 0 O, 1 I L, 2 Z, 5 S, 6 G, 8 B, U V W.
ALPHABET = "23456789ACDEFHJKMNPQRTXY"
LENGTH, GROUP = 16, 4
# Twenty-five pages of slips, typeset in some ten seconds.
MOST_SLIPS = 200
CANCEL = "cancel"

_FOR = str.maketrans({"B": "8", "G": "6", "S": "5", "Z": "2", "-": None, "–": None})


class CodeKind(Labelled):
    """What a code is for; it decides how long it lasts."""

    FIRST = "first", "Första inloggningen"
    RESET = "reset", "Nytt lösenord"

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=7) if self is CodeKind.FIRST else timedelta(hours=24)


def code_of(chosen: Sequence[int]) -> str:
    """The code whose characters were chosen by chance, each by its place in the alphabet."""
    return "".join(ALPHABET[place] for place in chosen)


def grouped_code(code: str) -> str:
    """As it is read and typed: in groups of four, with hyphens between."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def tidy_code(typed: str) -> str:
    """A code however it was typed: in small letters, with spaces or without hyphens, with a letter misread."""
    return "".join(typed.split()).upper().translate(_FOR)


def cancelled_words(count: int) -> str:
    """What new codes do to those that hold, as a question to whoever makes them."""
    if count == 1:
        return "1 person har redan en kod som gäller. Den slutar gälla. Ska den få en ny?"
    return f"{count} personer har redan en kod som gäller. De koderna slutar gälla. Ska de få nya?"
