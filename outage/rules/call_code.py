"""Kvittenskod: what the one who rings reads aloud, and the one who is rung types.

Six characters and a check character, of the thirteen that are not taken for one another in Swedish on a telephone. With
a prime number of them one check character catches every single wrong character and every swap of two. The code says
nothing, and follows from a secret: nobody works it out from a form's id.
"""

import re

from contacts.rules.errors import RuleError
from contacts.rules.swedish_text import DASHES

# Not B C D E G P T V ("be", "ce" …), F L M N S X ("eff", "ell" …), H K O Q Å (one vowel), I U Y, nor 0 and 1 (O, I).
ALPHABET = "23456789AJRWZ"
CODE_LENGTH = 7
_BODY = CODE_LENGTH - 1
_BETWEEN = re.compile(rf"[{DASHES}\s.,]+")
UNKNOWN = "Koden känns inte igen. Läs den en gång till, eller ta bort den och spara samtalet utan kod."


def make_code(secret: bytes) -> str:
    """`secret` is a digest that only the server can make, of at least eight bytes."""
    number, body = int.from_bytes(secret, "big"), ""
    for _ in range(_BODY):
        number, place = divmod(number, len(ALPHABET))
        body += ALPHABET[place]
    return body + _check_character(body)


def read_code(text: str) -> str:
    """The code that somebody typed, ignoring case, spaces and hyphens; "" where nothing is typed.

    Raises RuleError (field `code`) for what cannot be a code. That it can be one says nothing of whether it is.
    """
    plain = _BETWEEN.sub("", text)
    if not plain:
        return ""
    # Only plain letters are made capitals: of others one may become two.
    plain = plain.upper() if plain.isascii() else ""
    if (
        len(plain) != CODE_LENGTH
        or any(c not in ALPHABET for c in plain)
        or _check_character(plain[:_BODY]) != plain[_BODY]
    ):
        raise RuleError(UNKNOWN, field="code")
    return plain


def shown_code(code: str) -> str:
    """In groups as a telephone number is read: W47 R2 9A."""
    return " ".join(part for part in (code[:3], code[3:5], code[5:]) if part)


def _check_character(body: str) -> str:
    return ALPHABET[sum((place + 2) * ALPHABET.index(c) for place, c in enumerate(body)) % len(ALPHABET)]
