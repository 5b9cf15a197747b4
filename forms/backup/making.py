"""A backup made while the installation is in use."""

import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from contacts import audit
from contacts.rules.errors import RuleError
from contacts.trail.purge_record import begin_record, record_path
from contacts.unfinished import UNFINISHED, is_unfinished
from forms.queries.pictures import lost_pictures
from forms.rules.backup import Account

from .archive import Encrypting
from .engines import copy_to

ACCOUNT, DATABASE, CHECKPOINTS, SCANS = "account.json", "database", "checkpoints.jsonl", "scans/"
PURGES = "purges.jsonl"


def back_up(to: Path) -> Account:
    """Write the file `to`, which must not be there; whole, or not at all. By a command on the server. The account says
    which pictures were gone already.

    Raises RuleError, OSError, DatabaseError.
    """
    if is_unfinished():
        raise RuleError(UNFINISHED)
    audit.record_system(action="backup.made", changes={"file": to.name})
    begin_record()
    return write(to, lost_pictures())


def write(to: Path, lost: Sequence[str] = ()) -> Account:
    """The same without a row in the trace, whatever version the database is of.

    The database is as it was at one moment. The checkpoints are read before it, so that it has all rows they tell of,
    and the pictures after it, so that each that it tells of is there, but for one that was removed meanwhile.
    """
    unfinished = to.with_name(f"{to.name}.unfinished")
    with a_room() as room, _new(unfinished) as file:
        sealed = Encrypting(file)
        with tarfile.open(fileobj=sealed, mode="w|") as archive:
            for told, name in ((Path(settings.TRAIL_CHECKPOINTS), CHECKPOINTS), (record_path(), PURGES)):
                if told.exists():
                    archive.add(told, name)
            counts = copy_to(room / DATABASE)
            archive.add(room / DATABASE, DATABASE)
            pictures = _put_pictures(archive)
            account = Account(
                made_at=timezone.now().isoformat(),
                engine=connection.vendor,
                migrations=tuple(sorted(MigrationRecorder(connection).applied_migrations())),
                counts=counts,
                scans=pictures,
                lost=tuple(lost),
            )
            _put(archive, ACCOUNT, account.to_json().encode())
        sealed.finish()
        file.flush()
        os.fsync(file.fileno())
    if to.exists():
        unfinished.unlink()
        raise RuleError(f"{to} finns redan. Inget är skrivet över.")
    unfinished.rename(to)
    return account


@contextmanager
def a_room() -> Iterator[Path]:
    """A folder for a copy on its way, beside the database: moved from here, it is in place at once."""
    with tempfile.TemporaryDirectory(dir=_where(), prefix=_room_of(timezone.now())) as name:
        yield Path(name)


def drop_rooms() -> int:
    """Those that a power cut has left; returns how many."""
    lately = _room_of(timezone.now() - timedelta(days=1))
    left = [room for room in _where().glob("backup-*") if room.is_dir() and room.name < lately]
    for room in left:
        shutil.rmtree(room, ignore_errors=True)
    return len(left)


def _room_of(moment: datetime) -> str:
    """By it rooms are in the order of time."""
    return f"backup-{moment:%Y%m%dT%H%M%SZ}-"


def _where() -> Path:
    name = connection.settings_dict["NAME"] if connection.vendor == "sqlite" else ""
    folder = Path(name).parent if name else Path(settings.VAR_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def _new(path: Path) -> Iterator[IO[bytes]]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        try:
            yield file
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _put_pictures(archive: tarfile.TarFile) -> int:
    files, done = storages["scans"], 0
    for name in sorted(files.listdir("")[1]):
        try:
            with files.open(name) as picture:
                content = picture.read()
        except FileNotFoundError:
            # A scan that was broken off, or thrown away since.
            continue
        _put(archive, f"{SCANS}{name}", content)
        done += 1
    return done


def _put(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    told = tarfile.TarInfo(name)
    told.size, told.mode, told.mtime = len(content), 0o600, int(timezone.now().timestamp())
    archive.addfile(told, io.BytesIO(content))
