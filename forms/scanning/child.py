"""The parent's side: a child process is started, listened to, and ended whatever happens."""

import contextlib
import json
import logging
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .limits import FILE_BYTES, LARGEST_PICTURE, MOST_PAGES, SENTENCES, SILENT_SECONDS, WHOLE_SECONDS, BadScan

WORKER = "forms.scanning.worker"
_ROOT = Path(__file__).resolve().parent.parent.parent
_JPEG = b"\xff\xd8\xff"
_FOLDER = "driftstopp-scan-"
_OURS_TO_KNOW = ("died", "slow")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PagesFound:
    """Told first: how many pages will come."""

    count: int


@dataclass(frozen=True, slots=True)
class DecodedPage:
    """One page, upright: the texts of our codes, whether it has others, blank or not, and its picture (grey JPEG).

    `turned` is by how many degrees, clockwise, it was turned.
    """

    number: int
    codes: tuple[str, ...]
    foreign: bool
    blank: bool
    turned: int
    width: int
    height: int
    jpeg: bytes


def read_scan(files: Sequence[bytes]) -> Generator[PagesFound | DecodedPage, None, None]:
    """Read one PDF, or images, in a process of their own: first how many pages there are, then each in order.

    Raises BadScan with a Swedish sentence where the files are no scan, are broken or take too much to read. What lay on
    the disk meanwhile is removed, also where the reader stops listening.
    """
    if not files:
        raise BadScan("none")
    if sum(len(content) for content in files) > FILE_BYTES:
        raise BadScan("too_big")
    if not all(files):
        raise BadScan("empty")
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
    process: subprocess.Popen[bytes] | None = None
    try:
        for place, content in enumerate(files, 1):
            (folder / f"in-{place}").write_bytes(content)
        process = _start(folder, len(files))
        yield from _pages(process, folder)
    except BadScan as error:
        if process is not None and error.key in _OURS_TO_KNOW:
            logger.warning("a scan could not be read: %s, the child's end: %s", error.key, process.poll())
        raise
    finally:
        if process is not None:
            _end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path, count: int) -> subprocess.Popen[bytes]:
    # The child gets none of our environment: the keys and the address of the database stand there.
    environment = {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "TMPDIR": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", WORKER, str(folder), str(count)],
        cwd=_ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _pages(process: subprocess.Popen[bytes], folder: Path) -> Iterator[PagesFound | DecodedPage]:
    total: int | None = None
    done = 0
    for told in _lines(process):
        if "refused" in told:
            raise _refusal(told)
        if total is None:
            total = int(told["pages"])
            if not 1 <= total <= MOST_PAGES:
                raise BadScan("died")
            yield PagesFound(total)
            continue
        done += 1
        if done > total or told.get("page") != done:
            raise BadScan("died")
        yield _page(told, folder)
    if total is None or done != total:
        raise BadScan("died")


def _refusal(told: dict[str, Any]) -> BadScan:
    # The sentence is ours: the child only says which.
    key, page = told["refused"], told.get("page")
    return BadScan(key if key in SENTENCES else "died", page=page if isinstance(page, int) else 0)


def _page(told: dict[str, Any], folder: Path) -> DecodedPage:
    path = folder / f"page-{told['page']}.jpg"
    try:
        with path.open("rb") as file:
            jpeg = file.read(LARGEST_PICTURE + 1)
        path.unlink()
        page = DecodedPage(
            number=told["page"],
            codes=tuple(str(code) for code in told["codes"]),
            foreign=bool(told["foreign"]),
            blank=bool(told["blank"]),
            turned=int(told["turned"]),
            width=int(told["width"]),
            height=int(told["height"]),
            jpeg=jpeg,
        )
    except (OSError, KeyError, TypeError, ValueError):
        raise BadScan("died") from None
    if not jpeg.startswith(_JPEG) or len(jpeg) > LARGEST_PICTURE:
        raise BadScan("died")
    return page


def _lines(process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """Give each line that the child writes; raise BadScan where it is silent or at work for too long."""
    assert process.stdout is not None
    ends = time.monotonic() + WHOLE_SECONDS
    waiting = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = min(SILENT_SECONDS, ends - time.monotonic())
            if left <= 0 or not selector.select(left):
                raise BadScan("slow")
            piece = os.read(process.stdout.fileno(), 65_536)
            if not piece:
                return
            *whole, waiting = (waiting + piece).split(b"\n")
            for line in whole:
                try:
                    told = json.loads(line)
                except ValueError:
                    raise BadScan("died") from None
                yield told


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        # Its group is its own, and holds whatever it may have started.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
