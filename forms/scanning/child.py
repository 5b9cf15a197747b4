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
from typing import IO, Any

from .limits import FILE_BYTES, LARGEST_PICTURE, MOST_PAGES, SENTENCES, SILENT_SECONDS, WHOLE_SECONDS, BadScan

WORKER = "forms.scanning.worker"
_ROOT = Path(__file__).resolve().parent.parent.parent
_JPEG = b"\xff\xd8\xff"
_OLD_FOLDER = "driftstopp-scan-"
_LONGEST_LINE = 10_000
_OURS_TO_KNOW = ("died", "slow")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PagesFound:
    """Told first, and anew where two pages lay side by side: how many pages will come."""

    count: int


@dataclass(frozen=True, slots=True)
class DecodedPage:
    """One page, upright: the texts of our codes, whether it has others, blank or not, and its picture (grey JPEG).

    `codes` are printed on this side, `through` shine through from the other side of the paper. `torn`: a code is there
    that could not be read. `blank` is so for certain. `turned` is by how many degrees, clockwise, it was turned.
    """

    number: int
    codes: tuple[str, ...]
    through: tuple[str, ...]
    foreign: bool
    torn: bool
    blank: bool
    turned: int
    width: int
    height: int
    jpeg: bytes


def read_scan(files: Sequence[bytes]) -> Generator[PagesFound | DecodedPage, None, None]:
    """Read one PDF, or images, in a process of their own: first how many pages there are, then each in order.

    Raises BadScan with a Swedish sentence where the files are no scan, are broken or take too much to read. Nothing of
    them has a name on the disk, so nothing can stay there, however this process or the child ends.
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
    except BadScan as error:
        if error.key in _OURS_TO_KNOW:
            logger.warning("a scan could not be read: %s, the child's end: %s", error.key, process.poll())
        raise
    finally:
        _end(process)


def sweep() -> int:
    """Take away what older versions left among the temporary files when they were killed; give how many scans."""
    left = [
        folder
        for folder in Path(tempfile.gettempdir()).glob(f"{_OLD_FOLDER}*")
        if folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid()
    ]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def _start(files: Sequence[bytes]) -> subprocess.Popen[bytes]:
    with contextlib.ExitStack() as stack:
        handed = [stack.enter_context(_nameless(content)) for content in files]
        return subprocess.Popen(
            [sys.executable, "-m", WORKER, *(str(file.fileno()) for file in handed)],
            cwd=_ROOT,
            # The child gets none of our environment: the keys and the address of the database stand there.
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[file.fileno() for file in handed],
            start_new_session=True,
        )


def _nameless(content: bytes) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.write(content)
    file.seek(0)
    return file


def _pages(process: subprocess.Popen[bytes]) -> Iterator[PagesFound | DecodedPage]:
    total: int | None = None
    done = 0
    for told, jpeg in _told(process):
        if "refused" in told:
            raise _refusal(told)
        if "pages" in told:
            total = _total(told, done)
            yield PagesFound(total)
            continue
        done += 1
        if total is None or done > total or told.get("page") != done:
            raise BadScan("died")
        yield _page(told, jpeg)
    if total is None or done != total:
        raise BadScan("died")


def _total(told: dict[str, Any], done: int) -> int:
    total = told["pages"]
    if not isinstance(total, int) or not max(done, 1) <= total <= 2 * MOST_PAGES:
        raise BadScan("died")
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
            turned=int(told["turned"]),
            width=int(told["width"]),
            height=int(told["height"]),
            jpeg=jpeg,
        )
    except (KeyError, TypeError, ValueError):
        raise BadScan("died") from None
    if not jpeg.startswith(_JPEG):
        raise BadScan("died")
    return page


def _told(process: subprocess.Popen[bytes]) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Each line that the child writes, with as many bytes after it as it says.

    Raises BadScan where it is silent or at work for too long, or talks nonsense.
    """
    pieces = _pieces(process)
    waiting = b""
    while True:
        while b"\n" not in waiting:
            piece = next(pieces, b"")
            if not piece or len(waiting) > _LONGEST_LINE:
                return
            waiting += piece
        line, _, waiting = waiting.partition(b"\n")
        try:
            told = json.loads(line)
            size = int(told.get("bytes", 0))
        except (ValueError, AttributeError, TypeError):
            raise BadScan("died") from None
        if not 0 <= size <= LARGEST_PICTURE:
            raise BadScan("died")
        picture = bytearray(waiting)
        while len(picture) < size:
            piece = next(pieces, b"")
            if not piece:
                raise BadScan("died")
            picture += piece
        waiting = bytes(picture[size:])
        yield told, bytes(picture[:size])


def _pieces(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    assert process.stdout is not None
    ends = time.monotonic() + WHOLE_SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = min(SILENT_SECONDS, ends - time.monotonic())
            if left <= 0 or not selector.select(left):
                raise BadScan("slow")
            piece = os.read(process.stdout.fileno(), 65_536)
            if not piece:
                return
            yield piece


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        # Its group is its own, and holds whatever it may have started.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
