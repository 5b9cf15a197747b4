"""What every code that is handed out is made and known by."""

import secrets

from django.utils.crypto import salted_hmac

from contacts.rules.login_codes import ALPHABET, LENGTH, code_of


def new_code() -> str:
    return code_of([secrets.randbelow(len(ALPHABET)) for _ in range(LENGTH)])


def hash_of(code: str, use: str) -> str:
    """What is stored of a code, by the server's key; `use` keeps codes for different things apart."""
    return salted_hmac(use, code, algorithm="sha256").hexdigest()
