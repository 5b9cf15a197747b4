"""Hashes of what must be known again and not be guessed: nobody without the data key can try texts against them."""

from .data_key import key_to_write_with


def hashed_with(key_name: str, text: str) -> str:
    """64 hexadecimal digits, the same for the same text as long as the key lives."""
    cipher = key_to_write_with(key_name).cipher
    if cipher is None:
        raise ValueError(f"{key_name} is destroyed")
    return cipher.keyed_hash(text)
