"""How passwords are hashed, and which ones are refused because they have leaked."""

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ImproperlyConfigured, ValidationError

from contacts.queries.people import names_of_principals
from outage.routine import all_routines

# Words that whoever guesses here begins with, beside the names of the principals and of the systems that stop.
HOUSE_WORDS = (
    "administratör", "avdelning", "blankett", "driftstopp", "hemsjukvård", "huvudman", "hälsocentral", "inloggning",
    "kommun", "loggranskare", "lösenord", "omvårdnad", "patient", "region", "samordnare", "sjukhus",
    "sjuksköterska", "slutenvård", "socialtjänst", "undersköterska", "utskrivning", "vårdcentral", "vårdkedja",
    "vårdpersonal", "öppenvård",
)  # fmt: skip
# How many letters of one's own a password has beside them.
_OWN_LETTERS = 6
_LONGEST_LINE = 80
_DIGITS = 40


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id by OWASP's figures: 19 MiB and one thread, some 25 ms. Django's own take 100 MiB and ten times that,
    which whoever guesses makes everybody else wait for.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


def is_in_file(path: Path, password: str) -> bool:
    """Whether a file of SHA-1 hashes, sorted, in hexadecimal, `HASH` or `HASH:COUNT` on each line, has the password's.

    The file may be of many gigabytes: it is searched by halves. Raises OSError where it cannot be read.
    """
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, file.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                # In the midst of a line, or at the start of one that a lower place finds.
                file.readline(_LONGEST_LINE)
            line = file.readline(_LONGEST_LINE)[:_DIGITS].upper()
            if line == wanted:
                return True
            if not line or line > wanted:
                high = middle
            else:
                low = middle + 1
    return False


def own_letters(password: str, words: list[str]) -> int | None:
    """How many letters are left of a password where words of the house are taken out of it; None where it has none."""
    left = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word.casefold(), " ")
    return None if left == password.casefold() else sum(map(str.isalpha, left))


class HouseWordsValidator:
    """Refuses what is hardly more than words of the house, such as the name of the application and a year."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        named = " ".join([*names_of_principals(), *(routine.system for routine in all_routines())])
        left = own_letters(password, [*HOUSE_WORDS, *re.findall(r"\w{4,}", named)])
        if left is not None and left < _OWN_LETTERS:
            raise ValidationError(
                "Lösenordet är nästan bara ord som hör till arbetsplatsen. Lägg till ett par andra ord.",
                code="house_words",
            )

    def get_help_text(self) -> str:
        return "Lösenordet får inte vara bara ord som hör till arbetsplatsen."


class BreachedPasswordValidator:
    """Refuses what stands in the file of the setting BREACHED_PASSWORDS, beside Django's own list of common ones."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError; ImproperlyConfigured where the file is set and cannot be read."""
        if not settings.BREACHED_PASSWORDS:
            return
        try:
            found = is_in_file(Path(settings.BREACHED_PASSWORDS), password)
        except OSError as error:
            raise ImproperlyConfigured(
                f"BREACHED_PASSWORDS: {settings.BREACHED_PASSWORDS} går inte att läsa."
            ) from error
        if found:
            raise ValidationError("Lösenordet har läckt någon annanstans. Välj ett annat.", code="breached")

    def get_help_text(self) -> str:
        return "Lösenordet får inte ha läckt någon annanstans."
