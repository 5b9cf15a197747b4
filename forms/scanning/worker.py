"""The child process: `python -m forms.scanning.worker FOLDER COUNT`.

It reads the files `in-1`, `in-2` … of the folder and writes each page to it as `page-1.jpg` …, with one line of JSON to
standard output when it is whole: first how many pages there are, or why there will be none.
"""

import json
import os
import resource
import shutil
import sys
from pathlib import Path
from typing import Any

from .limits import CPU_SECONDS, LARGEST_PICTURE, MEMORY_BYTES, BadScan


def main(folder: Path, count: int) -> None:
    """Read the files of the folder under the limits, and tell of each page."""
    _confine()
    try:
        _read(folder, count)
    except BadScan as error:
        _tell({"refused": error.key, "page": error.page})
    except MemoryError:
        _tell({"refused": "died"})
    except BrokenPipeError:
        # Nobody listens any more, so nobody else clears away what the folder holds.
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)


def _read(folder: Path, count: int) -> None:
    # Imported here, under the limits.
    from .decoding import decode, open_scan

    total, pages = open_scan([folder / f"in-{place}" for place in range(1, count + 1)])
    _tell({"pages": total})
    for number, raw in enumerate(pages, 1):
        page = decode(raw)
        (folder / f"page-{number}.jpg").write_bytes(page.jpeg)
        _tell(
            {
                "page": number,
                "codes": page.codes,
                "foreign": page.foreign,
                "blank": page.blank,
                "turned": page.turned,
                "width": page.width,
                "height": page.height,
            }
        )


def _confine() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, LARGEST_PICTURE),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def _tell(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
