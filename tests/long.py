"""The one convention for long tests: a sample of their cases in `make test`, all of them in `make test-long`.

A test marked `long` takes its number of cases from `runs`; `make test-long` runs only those so marked, with LONG=1:

    @pytest.mark.long
    @pytest.mark.parametrize("seed", range(runs(4, full=1_000)))
"""

import os


def runs(sample: int, *, full: int) -> int:
    """How many cases to try. May be called at collection: every process of a run gets the same number."""
    return full if os.environ.get("LONG") == "1" else sample
