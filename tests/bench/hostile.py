"""python -m tests.bench.hostile [--sheets 10000] [--seed 1]: typeset sheets of the longest and of hostile values.

On every core there is. Each sheet is held to lose no character, to put nothing over anything else, and to split no row;
what is wrong is told as it is found. It takes a second or two a sheet and core, so it is no part of `make bench`.
"""

import argparse
import sys
import time
from multiprocessing import Pool

import django


def main() -> int:
    """Typeset them all; give 1 where any sheet has a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hostile")
    parser.add_argument("--sheets", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    start, wrong = time.monotonic(), 0
    with Pool(initializer=django.setup) as pool:
        numbers = ((arguments.seed, number) for number in range(arguments.sheets))
        for done, faults in enumerate(pool.imap_unordered(faults_of_one, numbers), 1):
            wrong += bool(faults)
            for fault in faults:
                print(fault, flush=True)
            if done % 100 == 0 or done == arguments.sheets:
                print(f"{done} sheets, {wrong} with a fault, {time.monotonic() - start:.0f} s", flush=True)
    return 1 if wrong else 0


def faults_of_one(which: tuple[int, int]) -> list[str]:
    """Give what is wrong with the sheet of that seed and number, each line with both."""
    from tests.paper.hostile import faults_of, hostile_sheet

    seed, number = which
    return [f"seed {seed}, sheet {number}: {fault}" for fault in faults_of(hostile_sheet(seed, number))]


if __name__ == "__main__":
    sys.exit(main())
