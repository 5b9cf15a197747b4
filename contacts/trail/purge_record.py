"""What was purged, told to a file outside of the database: a backup from before is restored without it.

It lies beside the checkpoints. A line holds names of keys and ids of pages, nothing of a patient. It is there before
anything is destroyed, so that no purge is without its line; each has a keyed hash, so that nobody else's is followed.
"""

import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from contacts.models import DataKey
from contacts.models.trail import trails_cipher
from contacts.rules.trail import canonical


@dataclass(frozen=True, slots=True)
class Purged:
    """One purge, by the id of its confirmation: the `keys` that it destroyed and the `pages` that it took alone."""

    id: str
    at: str
    keys: tuple[str, ...]
    pages: tuple[str, ...] = ()


@dataclass(slots=True)
class Record:
    """`wrong` counts lines that are not ours, or were changed; `missing` are the files that are not there."""

    purged: dict[str, Purged] = field(default_factory=dict)
    wrong: int = 0
    missing: list[Path] = field(default_factory=list)


def record_path() -> Path:
    return Path(settings.TRAIL_CHECKPOINTS).with_name("purges.jsonl")


def begin_record() -> None:
    """An empty one says that nothing was purged, which a missing one does not. Raises OSError."""
    if not record_path().exists() and not DataKey.objects.filter(wrapped=b"").exists():
        _append(b"")


def tell_purged(purged: Purged) -> None:
    """Durable when it returns. Raises OSError."""
    _append(_line(purged))


def read_record(*paths: Path) -> Record:
    """All lines of all files. Raises OSError where one that is there cannot be read."""
    found = Record()
    for path in paths:
        if not path.exists():
            found.missing.append(path)
            continue
        for line in path.read_bytes().splitlines(keepends=True):
            purged = _read(line)
            if purged is not None:
                found.purged[purged.id] = purged
            elif line.endswith(b"\n"):
                # Of the last one that was being written nothing was destroyed yet.
                found.wrong += 1
    return found


def complete_record(purged: Iterable[Purged]) -> None:
    """Add what the record has not: it was another machine's. Raises OSError."""
    known = read_record(record_path()).purged
    if more := [each for each in purged if each.id not in known]:
        _append(b"".join(_line(each) for each in more))


def _line(purged: Purged) -> bytes:
    told = {"purge": purged.id, "at": purged.at, "keys": list(purged.keys), "pages": list(purged.pages)}
    return json.dumps({**told, "mac": _mac(told)}).encode() + b"\n"


def _read(line: bytes) -> Purged | None:
    try:
        told = json.loads(line)
        mac = told.pop("mac")
        if not hmac.compare_digest(mac, _mac(told)):
            return None
        return Purged(told["purge"], told["at"], tuple(told["keys"]), tuple(told["pages"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _mac(told: dict[str, Any]) -> str:
    return trails_cipher().keyed_hash(b"purge " + canonical(told))


def _append(lines: bytes) -> None:
    path = record_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # A line that a power cut left unfinished is not to swallow this one.
        end = os.fstat(file).st_size
        if lines and end and os.pread(file, 1, end - 1) != b"\n":
            lines = b"\n" + lines
        os.write(file, lines)
        os.fsync(file)
    finally:
        os.close(file)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # Its name is durable only when its folder is synced.
        os.fsync(folder)
    finally:
        os.close(folder)
