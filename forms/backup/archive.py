"""A file that only `DATA_KEYS` open: a key of its own, wrapped by the first of them, then a tar in pieces.

Each piece is bound to its place and to whether it is the last one. A byte changed, a piece moved or an end cut off is
found before anything of it is used, as whoever reads it reads to the end first.
"""

import io
from typing import IO

from cryptography.fernet import InvalidToken

from contacts.models.ciphers import Cipher, Undecipherable, new_key
from contacts.models.data_key import environments_key

_SIGN = b"driftstopp-backup-1\n"
_PIECE = 1 << 20
# What encrypting adds to a piece, at most.
_MORE = 64


class Damaged(Exception):
    """Not as it was written."""


class NotABackup(Exception): ...


class OtherKeys(Exception):
    """Made under other `DATA_KEYS` than the environment's."""


class Encrypting(io.RawIOBase):
    """What is written lands in `file`, encrypted; whole only when this is closed."""

    def __init__(self, file: IO[bytes]) -> None:
        key = new_key()
        wrapped = environments_key().encrypt(key)
        file.write(_SIGN + len(wrapped).to_bytes(2, "big") + wrapped)
        self._file, self._cipher = file, Cipher(key)
        self._waiting, self._number = bytearray(), 0

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        self._waiting += content
        # The last piece is known only at the end: one is always kept back.
        while len(self._waiting) > _PIECE:
            self._put(bytes(self._waiting[:_PIECE]), is_last=False)
            del self._waiting[:_PIECE]
        return len(content)

    def finish(self) -> None:
        self._put(bytes(self._waiting), is_last=True)

    def _put(self, plain: bytes, *, is_last: bool) -> None:
        piece = self._cipher.encrypt(plain, _about(self._number, is_last))
        self._file.write(bytes([is_last]) + len(piece).to_bytes(4, "big") + piece)
        self._number += 1


class Decrypting(io.RawIOBase):
    """Raises NotABackup or OtherKeys when it is made, Damaged when it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        if file.read(len(_SIGN)) != _SIGN:
            raise NotABackup
        wrapped = file.read(int.from_bytes(file.read(2), "big"))
        try:
            self._cipher = Cipher(environments_key().decrypt(wrapped))
        except InvalidToken:
            raise OtherKeys from None
        self._file, self._number, self._is_over = file, 0, False
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found = bytearray()
        while (size < 0 or len(found) < size) and (self._waiting or self._next()):
            wanted = len(self._waiting) if size < 0 else size - len(found)
            found += self._waiting[:wanted]
            self._waiting = self._waiting[wanted:]
        return bytes(found)

    def _next(self) -> bool:
        if self._is_over:
            return False
        head = self._file.read(5)
        length = int.from_bytes(head[1:], "big")
        if len(head) != 5 or head[0] > 1 or length > _PIECE + _MORE:
            raise Damaged
        try:
            self._waiting = self._cipher.decrypt(self._file.read(length), _about(self._number, bool(head[0])))
        except Undecipherable:
            raise Damaged from None
        self._number += 1
        self._is_over = bool(head[0])
        if self._is_over and self._file.read(1):
            raise Damaged
        return bool(self._waiting) or not self._is_over


def _about(number: int, is_last: bool) -> bytes:
    return f"backup {number} {'last' if is_last else 'more'}".encode()
