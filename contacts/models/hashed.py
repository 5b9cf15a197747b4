"""Hashes of what must be known again and not be guessed: nobody without the data key can try texts against them."""

from .data_key import key_to_write_with
from .encrypted import KeyDestroyed


def hashed_with(key_name: str, text: str) -> str:
    """64 hexadecimal digits, the same for the same text as long as the key lives. Raises KeyDestroyed."""
    cipher = key_to_write_with(key_name).cipher
    if cipher is None:
        raise KeyDestroyed(key_name)
    return cipher.keyed_hash(text)
