"""The pictures of scanned pages: encrypted files under their page's id, outside everything that is served.

They lie in the storage `scans` of the settings: on a disk, or where any other class of Django's storages keeps them.

Each scan that is sent in has a data key of its own: destroyed, it takes exactly those pictures with it, also out of
the backups. A picture is bound to its page: under another's name it is refused.
"""

import hashlib
import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from contacts.models import DataKey
from contacts.models.ciphers import Undecipherable
from contacts.models.data_key import environments_key, key_to_read_with, key_to_write_with
from contacts.rules.errors import RuleError
from forms.scan_files import DurableFiles

logger = logging.getLogger(__name__)

KEYS = "scan/"
_UNKEPT = ".new"
# Before the picture: this, and the id of its key. What stands alone is from before there were data keys.
_SIGN = b"driftstopp-scan-1\n"
_ID_BYTES = 16
# In the place of a picture.
_PURGED = b"driftstopp-scan-purged\n"
NEW_KEY = "python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"


class PictureLost(RuleError):
    """The picture of a page is missing, or is not the one that was saved."""


class PicturePurged(PictureLost):
    """It is gone on purpose."""


def key_name(upload_id: UUID) -> str:
    return f"{KEYS}{upload_id}"


def save(page_id: UUID, picture: bytes, *, upload_id: UUID) -> None:
    """Durable when it returns, but marked as not kept: its row is written later."""
    _files().save(_unkept(page_id), ContentFile(_encrypted(page_id, picture, upload_id)))


def keep(page_ids: Iterable[UUID]) -> None:
    """The rows of those pages are written: their pictures stay. Idempotent."""
    files = _files()
    for page_id in page_ids:
        if isinstance(files, DurableFiles):
            files.rename(_unkept(page_id), str(page_id))
        elif files.exists(_unkept(page_id)):
            if not files.exists(str(page_id)):
                with files.open(_unkept(page_id)) as unkept:
                    files.save(str(page_id), ContentFile(unkept.read()))
            files.delete(_unkept(page_id))
    if isinstance(files, DurableFiles):
        files.sync()


def left_unkept(*, before: datetime) -> list[UUID]:
    """The pages whose pictures were saved before that time and never marked as kept.

    A server that is stopped in the middle of a scan leaves them behind.
    """
    files, left = _files(), []
    for name in files.listdir("")[1]:
        if name.endswith(_UNKEPT):
            with suppress(FileNotFoundError, ValueError):
                if files.get_modified_time(name) < before:
                    left.append(UUID(name.removesuffix(_UNKEPT)))
    return left


def load(page_id: UUID, *, sha256: str) -> bytes:
    """The picture of a page, checked against the `sha256` in its row.

    Raises PictureLost, with a Swedish sentence, where it is missing, damaged, another one, or its key is gone.
    """
    try:
        stored = _stored(page_id)
    except OSError:
        raise PictureLost(
            "Bilden finns inte på servern. Be driften läsa tillbaka den, eller skanna bladet igen."
        ) from None
    except Exception as error:
        # A storage elsewhere has its own errors, such as that nobody answers there.
        logger.exception("the storage of scans failed")
        raise PictureLost("Bilden går inte att hämta just nu. Försök igen om en stund.") from error
    try:
        picture = _decrypted(page_id, stored)
    except (InvalidToken, Undecipherable, DataKey.DoesNotExist):
        raise PictureLost(_DAMAGED) from None
    if picture is None:
        raise PicturePurged("Bilden är gallrad.")
    if hashlib.sha256(picture).hexdigest() != sha256:
        raise PictureLost(_DAMAGED)
    return picture


def remove(page_id: UUID) -> None:
    """Delete the picture of a page of which no row was written."""
    _files().delete(_unkept(page_id))


def purge(page_ids: Iterable[UUID]) -> int:
    """Nobody can see the pictures of those pages any longer, whatever key they lie with; their names stay, so that they
    are told as purged and not as lost. Returns how many there were; once more changes nothing.
    """
    files, done = _files(), 0
    for name in (name for page_id in page_ids for name in (str(page_id), _unkept(page_id))):
        if not files.exists(name):
            continue
        with files.open(name) as file:
            if file.read(len(_PURGED) + 1) == _PURGED:
                continue
        done += 1
        if isinstance(files, DurableFiles):
            files.replace(name, _PURGED)
        else:
            files.delete(name)
            files.save(name, ContentFile(_PURGED))
    return done


def encrypt_again(page_id: UUID, *, upload_id: UUID) -> bool:
    """Put a picture from before there were data keys under that of its scan; False where it is so, or is gone.

    Only on a disk: what lies elsewhere is newer.
    """
    files = _files()
    if not isinstance(files, DurableFiles):
        return False
    for name in (str(page_id), _unkept(page_id)):
        # A damaged one stays as it is, and is told as such.
        with suppress(FileNotFoundError, InvalidToken):
            with files.open(name) as file:
                if file.read(len(_SIGN)) == _SIGN:
                    continue
                file.seek(0)
                stored = file.read()
            files.replace(name, _encrypted(page_id, environments_key().decrypt(stored), upload_id))
            return True
    return False


def keys_work(keys: list[str]) -> bool:
    """Whether there is at least one key, and each is usable."""
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        return False
    return bool(keys)


_DAMAGED = "Bilden är skadad och går inte att visa. Be driften läsa tillbaka den, eller skanna bladet igen."


def _files() -> Storage:
    return storages["scans"]


def _unkept(page_id: UUID) -> str:
    return f"{page_id}{_UNKEPT}"


def _encrypted(page_id: UUID, picture: bytes, upload_id: UUID) -> bytes:
    key = key_to_write_with(key_name(upload_id))
    if key.cipher is None:
        raise PictureLost("Skanningen är gallrad. Skanna bladet på nytt.")
    return _SIGN + key.id.bytes + key.cipher.encrypt(picture, page_id.bytes)


def _decrypted(page_id: UUID, stored: bytes) -> bytes | None:
    """None where its key is destroyed, or it was purged alone."""
    if stored == _PURGED:
        return None
    if not stored.startswith(_SIGN):
        return environments_key().decrypt(stored)
    content = stored[len(_SIGN) :]
    if len(content) < _ID_BYTES:
        raise Undecipherable
    key = key_to_read_with(UUID(bytes=content[:_ID_BYTES]))
    return key.cipher.decrypt(content[_ID_BYTES:], page_id.bytes) if key.cipher else None


def _stored(page_id: UUID) -> bytes:
    # Not kept: its row is written, and the server was stopped before it could say so; or it is kept just now.
    for name in (str(page_id), _unkept(page_id), str(page_id)):
        with suppress(FileNotFoundError), _files().open(name) as file:
            return bytes(file.read())
    raise FileNotFoundError(page_id)
