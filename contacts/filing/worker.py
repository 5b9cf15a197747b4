"""The child process: `python -m contacts.filing.worker DESCRIPTOR`, the open file of a workbook.

It tells the sheets in one piece of JSON, or why there are none. It writes no file.
"""

import json
import sys
from dataclasses import asdict

from contacts import sandbox

from .errors import BadTable
from .limits import CHILD


def main() -> None:
    """Read the file under the limits, and tell what is in it."""
    sandbox.confine(CHILD)
    # Imported here, under the limits.
    from .workbook import read_workbook

    try:
        (content,) = sandbox.handed(sys.argv[1:])
        book = read_workbook(content)
        sandbox.tell({"book": True}, json.dumps(asdict(book)).encode())
    except BadTable as wrong:
        sandbox.tell({"refused": wrong.reason})
    except MemoryError:
        sys.exit(1)


if __name__ == "__main__":
    main()
