"""How passwords are hashed, and which ones are refused because they have leaked."""

import hashlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ImproperlyConfigured, ValidationError

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
