"""The storage of scans on a disk: what has a name is whole, and is there after a power cut."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils import timezone


class DurableFiles(FileSystemStorage):
    """Files of 0600 in `SCAN_DIR`, a folder of 0700."""

    @property
    def base_location(self) -> str:
        return str(settings.SCAN_DIR)

    @property
    def location(self) -> str:
        return str(Path(self.base_location).resolve())

    def _save(self, name: str, content: Any) -> str:
        folder = Path(self.location)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # By our clock, which their age is asked by; the disk's may be another machine's.
        _write(folder / name, content.read(), timezone.now().timestamp())
        self.sync()
        return name

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        try:
            return super().listdir(path)
        except FileNotFoundError:
            return [], []

    def rename(self, name: str, new: str) -> None:
        """At once; nothing where there is no such file."""
        with suppress(FileNotFoundError):
            Path(self.path(name)).replace(self.path(new))

    def replace(self, name: str, content: bytes) -> None:
        """Stopped in the middle it has changed nothing: the new file takes the old one's place when it is whole."""
        path = Path(self.path(name))
        again = path.with_name(f"{name}.again")
        again.unlink(missing_ok=True)
        _write(again, content, path.stat().st_mtime)
        again.replace(path)
        self.sync()

    def sync(self) -> None:
        # A name is durable only when its folder is synced.
        with suppress(FileNotFoundError):
            descriptor = os.open(self.location, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _write(path: Path, content: bytes, changed_at: float) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.utime(file.fileno(), (changed_at, changed_at))
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
