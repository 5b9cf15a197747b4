"""The pictures of scanned pages: encrypted files under their page's id, outside everything that is served."""

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils import timezone

from contacts.rules.errors import RuleError

_UNKEPT = ".new"
NEW_KEY = "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"


class PictureLost(RuleError):
    """The picture of a page is missing, or is not the one that was saved."""


def save(page_id: UUID, picture: bytes) -> None:
    """Durable when it returns, but marked as not kept: its row is written later."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unkept = _unkept(page_id)
    try:
        descriptor = os.open(unkept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_cipher().encrypt(picture))
            file.flush()
            # By our clock, which `left_unkept` is called with; the disk's may be another machine's.
            now = timezone.now().timestamp()
            os.utime(file.fileno(), (now, now))
            os.fsync(file.fileno())
    except BaseException:
        unkept.unlink(missing_ok=True)
        raise
    _sync(folder)


def keep(page_ids: Iterable[UUID]) -> None:
    """The rows of those pages are written: their pictures stay. Idempotent."""
    for page_id in page_ids:
        with suppress(FileNotFoundError):
            _unkept(page_id).replace(_folder() / str(page_id))
    if _folder().exists():
        _sync(_folder())


def left_unkept(*, before: datetime) -> list[UUID]:
    """The pages whose pictures were saved before that time and never marked as kept.

    A server that is stopped in the middle of a scan leaves them behind.
    """
    left = []
    for path in _folder().glob(f"*{_UNKEPT}"):
        with suppress(FileNotFoundError, ValueError):
            if path.stat().st_mtime < before.timestamp():
                left.append(UUID(path.name.removesuffix(_UNKEPT)))
    return left


def load(page_id: UUID, *, sha256: str) -> bytes:
    """The picture of a page, checked against the `sha256` in its row.

    Raises PictureLost, with a Swedish sentence, where it is missing, damaged, another one, or its key is gone.
    """
    try:
        picture = _cipher().decrypt(_encrypted(page_id))
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
    """Delete the picture of a page of which no row was written."""
    _unkept(page_id).unlink(missing_ok=True)


def keys_work(keys: list[str]) -> bool:
    """Whether there is at least one key, and each is usable."""
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
    return _cipher_of(tuple(settings.DATA_KEYS))


def _unkept(page_id: UUID) -> Path:
    return _folder() / f"{page_id}{_UNKEPT}"


def _encrypted(page_id: UUID) -> bytes:
    try:
        return (_folder() / str(page_id)).read_bytes()
    except FileNotFoundError:
        # Its row is written, and the server was stopped before it could say so.
        return _unkept(page_id).read_bytes()


@lru_cache(maxsize=4)
def _cipher_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _sync(folder: Path) -> None:
    # The name is durable only when its folder is synced.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
