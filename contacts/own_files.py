"""Whom files are for: this server's user alone. What is written is 0600 in folders of 0700.

Plain Python, for it is asked before Django is set up.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_BESIDE_SQLITE = ("", "-wal", "-shm", "-journal")


def keep_to_ourselves() -> None:
    """Whatever this process, and what it starts, writes from now on."""
    os.umask(_OTHERS)


def open_to_others(folders: Iterable[Path], database: Path | None, besides: Path) -> list[Path]:
    """The folders, what is in them, and a database's files, as far as others may read, write or enter.

    `besides` is not looked into: static files are for anybody.
    """
    files = [Path(f"{database}{end}") for end in _BESIDE_SQLITE] if database else []
    found = {path for folder in folders for path in _within(folder, besides)} | set(files)
    return sorted(path for path in found if _is_open(path))


def close(paths: Iterable[Path]) -> list[Path]:
    """Take them from others; returns those that are not ours to change."""
    left = []
    for path in paths:
        try:
            path.chmod(path.stat().st_mode & ~_OTHERS)
        except FileNotFoundError:
            continue
        except PermissionError:
            left.append(path)
    return left


def _within(folder: Path, besides: Path) -> Iterator[Path]:
    yield folder
    for inner, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if Path(inner, name) != besides]
        yield from (Path(inner, name) for name in (*folders, *files))


def _is_open(path: Path) -> bool:
    with suppress(FileNotFoundError, PermissionError):
        told = path.lstat()
        # A folder that everybody has files in, such as /tmp, is not ours to close.
        shared = stat.S_ISDIR(told.st_mode) and told.st_mode & stat.S_ISVTX
        mine = stat.S_ISDIR(told.st_mode) or stat.S_ISREG(told.st_mode)
        return bool(mine and not shared and told.st_mode & _OTHERS)
    return False
