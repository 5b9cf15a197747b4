"""AES-256-GCM with one data key: what is encrypted at rest, and the keyed hash that an exact look-up asks for.

An encrypted value is bound to what it is about, such as the column that it stands in: moved to another it is refused.
"""

import hmac
import os
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12


class Undecipherable(Exception):
    """Not encrypted with this key for this purpose, or changed since."""


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


@dataclass(frozen=True)
class Cipher:
    """A data key in use. What it encrypts with and what it hashes with are two keys, both derived from it."""

    key: bytes

    @cached_property
    def _text(self) -> AESGCM:
        return AESGCM(self._derived(b"text"))

    @cached_property
    def _lookup(self) -> hmac.HMAC:
        # Begun once and copied: to begin anew takes twenty times as long as the hash of a row.
        return hmac.new(self._derived(b"lookup"), digestmod="sha256")

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(self.key)

    def encrypt(self, plain: bytes, about: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._text.encrypt(nonce, plain, about)

    def decrypt(self, encrypted: bytes, about: bytes) -> bytes:
        """Raises Undecipherable."""
        try:
            return self._text.decrypt(encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:], about)
        except (InvalidTag, ValueError):
            raise Undecipherable from None

    def keyed_hash(self, text: str | bytes) -> str:
        """64 hexadecimal digits; only who has the key can say which text they are of."""
        content = text.encode() if isinstance(text, str) else text
        hashed = self._lookup.copy()
        hashed.update(content)
        return hashed.hexdigest()
