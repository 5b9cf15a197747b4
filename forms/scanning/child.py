"""The parent's side: a child process is started, read from, and ended whatever happens."""

import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contacts import sandbox

from .limits import CHILD, FILE_BYTES, MOST_PAGES, SENTENCES, BadScan
from .page import DecodedPage

WORKER = "forms.scanning.worker"
_JPEG = b"\xff\xd8\xff"
_OLD_FOLDER = "driftstopp-scan-"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PagesFound:
    """Sent first, and again where two pages lay side by side: how many pages will come."""

    count: int


def read_scan(files: Sequence[bytes]) -> Generator[PagesFound | DecodedPage, None, None]:
    """Read one PDF, or images, in a process of its own: first how many pages there are, then each in order.

    Raises BadScan with a Swedish sentence where the files are no scan, are broken or take too much to read. They
    are handed over in memory: nothing comes on the disk, however this process or the child ends.
    """
    if not files:
        raise BadScan("none")
    if sum(len(content) for content in files) > FILE_BYTES:
        raise BadScan("too_big")
    if not all(files):
        raise BadScan("empty")
    process = _start(files)
    try:
        yield from _pages(process)
    except sandbox.ChildLost as lost:
        logger.warning("a scan could not be read: %s, the child's end: %s", lost.how, process.poll())
        raise BadScan(lost.how) from None
    finally:
        sandbox.end(process)


def sweep() -> int:
    """Delete what older versions left among the temporary files when they were killed; returns of how many scans."""
    left = [
        folder
        for folder in Path(tempfile.gettempdir()).glob(f"{_OLD_FOLDER}*")
        if folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid()
    ]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def _start(files: Sequence[bytes]) -> "subprocess.Popen[bytes]":
    return sandbox.start(WORKER, files)


def _pages(process: subprocess.Popen[bytes]) -> Iterator[PagesFound | DecodedPage]:
    total: int | None = None
    done = 0
    for told, jpeg in sandbox.listen(process, CHILD):
        if "refused" in told:
            raise _refusal(told)
        if "pages" in told:
            total = _total(told, done)
            yield PagesFound(total)
            continue
        done += 1
        if total is None or done > total or told.get("page") != done:
            raise sandbox.ChildLost("died")
        yield _page(told, jpeg)
    if total is None or done != total:
        raise sandbox.ChildLost("died")


def _total(told: dict[str, Any], done: int) -> int:
    total = told["pages"]
    if not isinstance(total, int) or not max(done, 1) <= total <= 2 * MOST_PAGES:
        raise sandbox.ChildLost("died")
    return total


def _refusal(told: dict[str, Any]) -> BadScan:
    # The sentence is ours: the child only says which.
    key, page = told["refused"], told.get("page")
    return BadScan(key if key in SENTENCES else "died", page=page if isinstance(page, int) else 0)


def _page(told: dict[str, Any], jpeg: bytes) -> DecodedPage:
    try:
        page = DecodedPage(
            number=told["page"],
            codes=tuple(str(code) for code in told["codes"]),
            through=tuple(str(code) for code in told["through"]),
            foreign=bool(told["foreign"]),
            torn=bool(told["torn"]),
            blank=bool(told["blank"]),
            cut_off=bool(told["cut_off"]),
            turned=int(told["turned"]),
            width=int(told["width"]),
            height=int(told["height"]),
            jpeg=jpeg,
        )
    except (KeyError, TypeError, ValueError):
        raise sandbox.ChildLost("died") from None
    if not jpeg.startswith(_JPEG):
        raise sandbox.ChildLost("died")
    return page
