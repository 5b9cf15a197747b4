"""The child process: `python -m forms.scanning.worker DESCRIPTOR …`, the open files of a scan.

It writes each page to standard output: a line of JSON, and after it as many bytes of the picture as the line says.
First it writes how many pages there are, or why there will be none. It writes no file.
"""

import os
import sys
import time
from collections.abc import Sequence

from contacts import sandbox
from contacts.sandbox import tell

from .limits import CHILD, READ_SECONDS, BadScan

_AHEAD = 10
"""The time of so many pages may be spent before it is theirs: a scan of a few is never hurried."""


def main(descriptors: Sequence[str]) -> None:
    """Read the files under the resource limits, reporting each page."""
    sandbox.confine(CHILD)
    try:
        _read(descriptors)
    except BadScan as error:
        tell({"refused": error.key, "page": error.page})
    except MemoryError:
        tell({"refused": "died"})
    except BrokenPipeError:
        # The parent has closed the pipe.
        os._exit(1)


def _read(descriptors: Sequence[str]) -> None:
    # Imported here, under the limits.
    from .decoding import pages_of
    from .opening import open_scan

    started = time.monotonic()
    total, pages = open_scan(sandbox.handed(descriptors))
    tell({"pages": total})
    number = 0
    for place, raw in enumerate(pages):
        spent = time.monotonic() - started
        # Many pages that are hard to read are all read quickly rather than some of them not at all.
        hurried = spent > READ_SECONDS * (place + _AHEAD) / (total + _AHEAD)
        for part, page in enumerate(pages_of(raw, hurried=hurried)):
            number += 1
            if part:
                total += 1
                tell({"pages": total})
            facts = {name: getattr(page, name) for name in page.__slots__ if name != "jpeg"}
            tell({"page": number} | facts, page.jpeg)


if __name__ == "__main__":
    main(sys.argv[1:])
