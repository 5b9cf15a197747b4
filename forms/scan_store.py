"""The pictures of scanned pages: encrypted files under their page's id, outside everything that is served."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from contacts.rules.errors import RuleError

NEW_KEY = "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"


class PictureLost(RuleError):
    """The picture of a page is not there, or is not what was kept."""


def save(page_id: UUID, picture: bytes) -> None:
    """Keep a picture, whole or not at all; it is on the disk when this returns."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = folder / f".{uuid4()}"
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_cipher().encrypt(picture))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(folder / str(page_id))
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _sync(folder)


def load(page_id: UUID, *, sha256: str) -> bytes:
    """Give the picture of a page; `sha256` is what its row says of it.

    Raises PictureLost, with a Swedish sentence, where it is missing, damaged, another one, or under a key that is gone.
    """
    try:
        picture = _cipher().decrypt((_folder() / str(page_id)).read_bytes())
    except OSError:
        raise PictureLost(
            "Bilden finns inte på servern. Be driften läsa tillbaka den, eller skanna bladet igen."
        ) from None
    except InvalidToken:
        raise PictureLost(_DAMAGED) from None
    if hashlib.sha256(picture).hexdigest() != sha256:
        raise PictureLost(_DAMAGED)
    return picture


def remove(page_id: UUID) -> None:
    """Take away the picture of a page that came to nothing: no row was written of it."""
    (_folder() / str(page_id)).unlink(missing_ok=True)


def keys_work(keys: list[str]) -> bool:
    """Tell whether there is a key, and each is one that can be used."""
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        return False
    return bool(keys)


_DAMAGED = "Bilden är skadad och går inte att visa. Be driften läsa tillbaka den, eller skanna bladet igen."


def _folder() -> Path:
    return Path(settings.SCAN_DIR)


def _cipher() -> MultiFernet:
    return _cipher_of(tuple(settings.SCAN_KEYS))


@lru_cache(maxsize=4)
def _cipher_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _sync(folder: Path) -> None:
    # The name is on the disk only when its folder is.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
