"""The child process: `python -m contacts.filing.worker DESCRIPTOR`, the open file of a workbook or of a table in text.

It writes the sheets as one piece of JSON, or why there are none. It writes no file.
"""

import json
import sys
from dataclasses import asdict

from contacts import sandbox

from .book import Book, Sheet
from .errors import BadTable
from .limits import CHILD

_WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def _read(content: bytes) -> Book:
    # The readers are imported here, under the limits. Where numpy and Pillow are openpyxl loads them: that takes longer
    # than to read most files, for numbers that are in no file and pictures that are not looked at.
    sys.modules.update(dict.fromkeys(("numpy", "PIL")))  # type: ignore[arg-type]
    if content.startswith(_WORKBOOKS):
        from .workbook import read_workbook

        return read_workbook(content)
    from .separated import read_separated

    return Book((Sheet("", read_separated(content)),))


def main() -> None:
    sandbox.confine(CHILD)
    try:
        (content,) = sandbox.handed(sys.argv[1:])
        book = _read(content)
        sandbox.tell({"book": True}, json.dumps(asdict(book)).encode())
    except BadTable as wrong:
        sandbox.tell({"refused": wrong.reason})
    except MemoryError:
        sys.exit(1)


if __name__ == "__main__":
    main()
