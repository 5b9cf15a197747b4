"""Files from outside are opened in a process of their own, with little memory, little time and nothing of ours in it.

The parent starts the child with files that are in memory alone, listens, and ends it whatever happens. The child
answers on standard output: a line of JSON, and after it as many bytes as the line says. Both import this module.
"""

import contextlib
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
_LONGEST_LINE = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child process may use. `piece_bytes`: the most that may follow one line, or be written to a file."""

    memory_bytes: int
    cpu_seconds: int
    silent_seconds: float
    whole_seconds: float
    piece_bytes: int
    open_files: int = 64


class ChildLost(Exception):
    """The child died or sent invalid output ("died"), or took too long ("slow")."""

    def __init__(self, how: str, end: int | None = None) -> None:
        super().__init__(how, end)
        self.how = how
        self.end = end


Told = tuple[dict[str, Any], bytes]


def start(worker: str, files: Sequence[bytes]) -> "subprocess.Popen[bytes]":
    """Start the module `worker` with the descriptors of the files as its arguments."""
    with contextlib.ExitStack() as stack:
        handed = [stack.enter_context(_nameless(content)) for content in files]
        return subprocess.Popen(
            [sys.executable, "-m", worker, *(str(file.fileno()) for file in handed)],
            cwd=ROOT,
            # The child gets none of our environment: it holds the keys and the database URL.
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[file.fileno() for file in handed],
            start_new_session=True,
        )


def _nameless(content: bytes) -> IO[bytes]:
    # In memory: what came in is never on a disk.
    file = os.fdopen(os.memfd_create("handed"), "w+b")
    file.write(content)
    file.seek(0)
    return file


def listen(process: "subprocess.Popen[bytes]", limits: Limits) -> Iterator[Told]:
    """Each line that the child writes, with the bytes after it. Raises ChildLost."""
    pieces = _pieces(process, limits)
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
            raise ChildLost("died") from None
        if not 0 <= size <= limits.piece_bytes:
            raise ChildLost("died")
        after = bytearray(waiting)
        while len(after) < size:
            piece = next(pieces, b"")
            if not piece:
                raise ChildLost("died")
            after += piece
        waiting = bytes(after[size:])
        yield told, bytes(after[:size])


def _pieces(process: "subprocess.Popen[bytes]", limits: Limits) -> Iterator[bytes]:
    assert process.stdout is not None
    ends = time.monotonic() + limits.whole_seconds
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = min(limits.silent_seconds, ends - time.monotonic())
            if left <= 0 or not selector.select(left):
                raise ChildLost("slow")
            piece = os.read(process.stdout.fileno(), 65_536)
            if not piece:
                return
            yield piece


def end(process: "subprocess.Popen[bytes]") -> None:
    """Kill the child, and whatever it may have started."""
    if process.poll() is None:
        # It is in a process group of its own.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def confine(limits: Limits) -> None:
    """In the child: apply the resource limits, and write no core dump."""
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits.piece_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
    ):
        resource.setrlimit(what, (most, most))


def handed(descriptors: Sequence[str]) -> list[bytes]:
    """In the child: the files that it was started with."""
    files = []
    for descriptor in descriptors:
        with os.fdopen(int(descriptor), "rb") as file:
            files.append(file.read())
    return files


def tell(what: dict[str, Any], after: bytes = b"") -> None:
    """In the child: write a line, and the bytes after it."""
    size = {"bytes": len(after)} if after else {}
    sys.stdout.buffer.write(json.dumps(what | size).encode() + b"\n" + after)
    sys.stdout.buffer.flush()
