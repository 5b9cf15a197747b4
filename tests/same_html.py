"""Every page as each person of the demo and of the tests' stage sees it, in files to compare before and after a change.

    python -m tests.same_html FOLDER                   writes the pages of this code
    python -m tests.same_html FOLDER BEFORE            and says which differ from those written by the code before

At a frozen clock each person goes from Läge along every link, at most four addresses of each kind, fetches what
pages fetch by themselves, and sends each form as it stands; what a form writes is rolled back. Ids, marks and tokens,
which are new each time, are numbered in the order in which a page has them.
"""

import difflib
import os
import sys
from pathlib import Path

import pytest


def compared(before: Path, after: Path) -> int:
    files = {p.relative_to(root) for root in (before, after) for p in root.rglob("*.html")}
    differ = 0
    for file in sorted(files):
        old, new = ((r / file).read_text() if (r / file).exists() else "" for r in (before, after))
        if old != new:
            differ += 1
            print(f"== {file}" + ("" if old else " (new)") + ("" if new else " (gone)"))
            for line in list(difflib.unified_diff(old.splitlines(), new.splitlines(), "", "", "", n=0))[2:14]:
                print("   ", line[:200])
    print(f"{len(files)} pages, {differ} differ")
    return differ


if __name__ == "__main__":
    os.environ["SAME_HTML"] = sys.argv[1]
    code = pytest.main(["-q", "-n", "0", "-p", "no:cacheprovider", "tests/integration/every_html.py"])
    sys.exit(code or (len(sys.argv) > 2 and compared(Path(sys.argv[2]), Path(sys.argv[1])) > 0))
