"""The child process: `python -m forms.scanning.worker DESCRIPTOR …`, the open files of a scan.

It tells of each page on standard output: a line of JSON, and after it as many bytes of the picture as the line says.
First it tells how many pages there are, or why there will be none. It writes no file.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Sequence
from typing import Any

from .limits import CPU_SECONDS, LARGEST_PICTURE, MEMORY_BYTES, MOST_PAGES, READ_SECONDS, BadScan

_AHEAD = 10
"""The time of so many pages may be spent before it is theirs: a scan of a few is never hurried."""


def main(descriptors: Sequence[int]) -> None:
    """Read the files under the limits, and tell of each page."""
    _confine()
    try:
        _read(descriptors)
    except BadScan as error:
        _tell({"refused": error.key, "page": error.page})
    except MemoryError:
        _tell({"refused": "died"})
    except BrokenPipeError:
        # Nobody listens any more.
        os._exit(1)


def _read(descriptors: Sequence[int]) -> None:
    # Imported here, under the limits.
    from .decoding import open_scan, pages_of

    started = time.monotonic()
    files = []
    for descriptor in descriptors:
        with os.fdopen(descriptor, "rb") as file:
            files.append(file.read())
    total, pages = open_scan(files)
    _tell({"pages": total})
    number = 0
    for place, raw in enumerate(pages):
        spent = time.monotonic() - started
        # Many pages that are hard to read are all read at a glance rather than some of them not at all.
        hurried = spent > READ_SECONDS * (place + _AHEAD) / (total + _AHEAD)
        for part, page in enumerate(pages_of(raw, hurried=hurried)):
            number += 1
            if part:
                total += 1
                _tell({"pages": total})
            facts = {name: getattr(page, name) for name in page.__slots__ if name != "jpeg"}
            _tell({"page": number, "bytes": len(page.jpeg)} | facts, page.jpeg)


def _confine() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, LARGEST_PICTURE),
        (resource.RLIMIT_NOFILE, MOST_PAGES + 64),
    ):
        resource.setrlimit(what, (most, most))


def _tell(what: dict[str, Any], picture: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(what).encode() + b"\n" + picture)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main([int(descriptor) for descriptor in sys.argv[1:]])
