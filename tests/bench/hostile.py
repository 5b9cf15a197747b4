"""python -m tests.bench.hostile [--sheets 10000] [--first 0] [--seed 1]: typeset sheets of longest and hostile values.

On every core there is. Each sheet is held to lose no character, to put nothing over anything else, and to split no row;
what is wrong is told as it is found. It takes half a second a sheet and core, so it is no part of `make bench`;
`--first` goes on with the sheets from that number, where a run was stopped.
"""

import argparse
import gc
import sys
import time
from multiprocessing import Pool

import django


def main() -> int:
    """Typeset them all; give 1 where any sheet has a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hostile")
    parser.add_argument("--sheets", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    start, wrong = time.monotonic(), 0
    with Pool(initializer=_begin) as pool:
        numbers = (
            (arguments.seed, number) for number in range(arguments.first, arguments.first + arguments.sheets)
        )
        for done, faults in enumerate(pool.imap_unordered(faults_of_one, numbers), 1):
            wrong += bool(faults)
            for fault in faults:
                print(fault, flush=True)
            if done % 100 == 0 or done == arguments.sheets:
                print(f"{done} sheets, {wrong} with a fault, {time.monotonic() - start:.0f} s", flush=True)
    return 1 if wrong else 0


def _begin() -> None:
    django.setup()
    # The collector of rubbish would take a third of the time: it is called now and then, below.
    gc.freeze()
    gc.disable()


def faults_of_one(which: tuple[int, int]) -> list[str]:
    """Give what is wrong with the sheet of that seed and number, each line with both."""
    from tests.paper.hostile import faults_of, hostile_sheet

    seed, number = which
    if number % 20 == 0:
        gc.collect()
    return [f"seed {seed}, sheet {number}: {fault}" for fault in faults_of(hostile_sheet(seed, number))]


if __name__ == "__main__":
    sys.exit(main())
